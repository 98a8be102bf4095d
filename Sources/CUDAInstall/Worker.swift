import CUDAArchive
import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer
import Synchronization

/// Takes verified components from the board, the largest first, and puts their files into the tree.
struct Worker: Sendable {
  let board: Monitor<Board>
  let gauges: Gauges
  let claims: Claims
  /// `nil` if archives stay what they are, or are compressed anew.
  let root: SharedDirectory?
  let hasStatic: Bool
  /// Whether archives are unpacked on a thread that can do nothing else.
  let isSandboxed: Bool
  let crew = Crew()

  /// Until all components are done, or one failed.
  func run() {
    while let job = board.wait(for: { state -> Job?? in
      if state.isOver { return .some(nil) }
      return state.take().map { .some($0) }
    }) ?? nil {
      do {
        if let result = try work(on: job) {
          board.change { $0.finish(job, result) }
        } else {
          board.change { $0.giveBack(job.item) }
        }
      } catch {
        board.change { board in
          if error.isOfSource { board.turnDown(job, error) } else { board.fail(error) }
        }
      }
    }
  }

  /// What the job brought, or `nil` if what it was to take is damaged.
  private func work(on job: Job) throws(InstallError) -> Unpacked? {
    switch job.work {
    case .fetch: preconditionFailure("what is not here yet is the transfer's")
    case .unpack(let partial): return try unpack(job, partial)
    case .copy(let partial, let path):
      let name = job.item.component.name
      try copyArtifact(path, into: partial, item: job.item, gauges: gauges) { offset in
        board.update { $0.arrive(name, offset) }
      }
      try verify(partial, job.item, path)
      return try unpack(job, partial)
    case .link(let tree, let entries, let omitted):
      guard let root else { preconditionFailure("without a tree nothing is linked") }
      let gauges = gauges
      do {
        guard
          let files = try Linking.intact(entries, in: tree, isCancelled: { gauges.isCancelled })
        else { return nil }
        var result = try Linking.link(
          entries, of: job.item.component.name, from: tree, files: files, into: root,
          claims: claims)
        result.omittedCount = omitted.count
        result.omittedByteCount = omitted.byteCount
        return result
      } catch {
        throw InstallError(.store(.files(error)))
      }
    }
  }

  private func unpack(_ job: Job, _ partial: PartialDownload) throws(InstallError) -> Unpacked {
    if let draft = job.draft { return try recompress(job, partial, into: draft) }
    guard let root else { return Unpacked() }
    let component = job.item.component.name
    let artifact = job.item.build.artifact
    let format = artifact.format
    let gauges = gauges
    let claims = claims
    let hasStatic = hasStatic
    var unpacking = Unpacking(
      archive: artifact.path.name, format: format, archiveByteCount: artifact.byteCount,
      hasTop: format != .wheel && artifact.layout != .flat,
      destination: { path in
        if artifact.layout == .flat { return Placement.flatDestination(of: path) }
        return format == .wheel
          ? WheelPlacement.destination(of: path, component: component, hasStatic: hasStatic)
          : Placement.destination(of: path, component: component, hasStatic: hasStatic)
      },
      claims: { claims.take($0) },
      progress: { gauges.add(written: $0) },
      isCancelled: { gauges.isCancelled })
    let isSplit: Bool
    do {
      // Where there is enough for the other cores, more threads bring nothing and take memory.
      let isLongest = board.update { $0.isLongest(job, coreCount: Machine.coreCount) }
      let canBeSplit = isLongest ? try Unpacking.canBeSplit(partial.file, format) : false
      isSplit = canBeSplit && gauges.takeThreads()
    } catch {
      throw InstallError(.store(.files(error)))
    }
    defer { if isSplit { gauges.giveThreadsBack() } }
    unpacking.threadCount = isSplit ? min(Machine.coreCount, Unpacking.mostThreads) : 1
    let unpacked: Result<Unpacked, ArchiveError>
    // Before this is a thread that may open no library.
    do { try Unpacking.prepare(for: format) } catch {
      throw InstallError(.archive(component: component, error))
    }
    do {
      unpacked = try confined(to: root) {
        [unpacking] in
        Result { () throws(ArchiveError) in try unpacking.run(partial.file, into: root) }
      }
    } catch {
      throw InstallError(.store(.files(error)))
    }
    partial.file.dropCache()
    do { return try unpacked.get() } catch {
      throw InstallError(.archive(component: component, error))
    }
  }

  func confined<Value: Sendable>(
    to root: SharedDirectory?, _ body: @escaping @Sendable () -> Value
  ) throws(SystemCallError) -> Value {
    guard isSandboxed, Sandbox.objection == nil else { return body() }
    let board = board
    return try Thread.confined(
      beneath: root,
      orNot: { error in
        board.change {
          $0.say(
            "\(root == nil ? "recompressing" : "unpacking") is not, or not fully, confined: \(error.message)"
          )
        }
      }, body)
  }
}

/// Which paths of the tree have been brought by some component.
final class Claims: Sendable {
  private let paths = Mutex<Set<String>>([])

  /// Whether the caller is the first.
  func take(_ path: String) -> Bool { paths.withLock { $0.insert(path).inserted } }
}

extension Artifact {
  var format: ArchiveFormat {
    guard let format = ArchiveFormat(fileName: path.name) else {
      preconditionFailure("an artifact's path ends in a known suffix")
    }
    return format
  }
}
