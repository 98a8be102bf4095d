// From a plan to a finished staging:
//
//   partial downloads  continued or new                                               I9
//   preflight          room for what is fetched and unpacked
//   threads            one fetches, as many as cores unpack; the largest component first
//   merging            fix-ups, receipt
//
// This thread only watches: it counts, tells people and other processes, and passes a signal on.

import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

/// What an execution leaves to be committed.
struct Execution: ~Copyable {
  let staging: Staging
  let receipt: Receipt
  /// Kept until the commit, so that a crash before it costs no download.
  let partials: [PartialDownload]
}

extension Installer {
  func execute(
    _ plan: Plan, _ tree: Plan.NewTree, _ release: Release, _ request: Request,
    in store: inout LockedStore
  ) throws(InstallError) -> Execution {
    var jobs: [Job] = []
    var partials: [PartialDownload] = []
    for item in tree.items {
      let job = try prepare(item, in: store)
      switch job.work {
      case .unpack(let partial), .copy(let partial, _): partials.append(partial)
      case .link: break
      }
      jobs.append(job)
    }
    let space = try storing { () throws(StoreError) in try store.space() }
    let missing = partials.reduce(0) { $0 + $1.byteCount - $1.offset }
    let needed = missing + plan.addedDiskByteCount
    observe(
      .planned(
        PlanSummary(
          plan: plan, freeByteCount: space.freeByteCount, fetchByteCount: missing,
          keptByteCount: plan.fetchByteCount - missing)))
    guard space.freeByteCount >= needed else {
      for partial in partials where partial.offset == 0 { store.discard(partial) }
      throw InstallError(
        .noSpace(needed: needed, free: space.freeByteCount, prefix: store.store.prefix))
    }

    let staging: Staging = try storing { () throws(StoreError) in try store.makeStaging() }
    do throws(InstallError) {
      let results = try run(jobs, into: staging.root, reportingTo: &store)
      store.report(
        .init(
          phase: .commit, done: plan.fetchByteCount, total: plan.fetchByteCount,
          updated: Timestamp.now.rfc3339))
      let merge = Merge(
        release: release, request: request, items: tree.items, results: results,
        source: source.description)
      let receipt = try merge.finish(staging.root)
      return Execution(staging: staging, receipt: receipt, partials: partials)
    } catch {
      store.discard(staging)
      discard(partials, after: error, of: tree, in: store)
      throw error
    }
  }

  /// I9: what was fetched is kept for the next run, unless it is nothing, or known to be wrong.
  private func discard(
    _ partials: [PartialDownload], after error: InstallError, of tree: Plan.NewTree,
    in store: borrowing LockedStore
  ) {
    var wrong: SHA256Digest?
    if case .wrongArtifact(let component, _, _, _) = error.reason {
      wrong = tree.items.first { $0.component.name == component }?.build.artifact.digest
    }
    for partial in partials where partial.offset == 0 || partial.digest == wrong {
      store.discard(partial)
    }
  }

  /// How an item comes into the tree. A tree to link from is checked first: what is damaged there is
  /// fetched.
  private func prepare(
    _ item: Plan.Item, in store: borrowing LockedStore
  ) throws(InstallError) -> Job {
    let artifact = item.build.artifact
    if case .reuse(let tree) = item.source {
      if let entries = Linking.intactEntries(of: item.component.name, in: tree, store: store.store)
      {
        return Job(item: item, work: .link(tree: store.store.path(ofTree: tree), entries))
      }
      observe(.notice("\(item.component.name): its files in tree \(tree) are damaged; fetching it"))
    }
    let partial: PartialDownload
    do {
      partial = try store.partial(of: artifact.digest, byteCount: artifact.byteCount)
    } catch {
      throw InstallError(.store(error))
    }
    switch source.place {
    case .web: return Job(item: item, work: .unpack(partial))
    case .directory:
      return Job(
        item: item, work: .copy(partial, from: source.location(of: artifact.path.text)))
    }
  }

  private func run(
    _ jobs: [Job], into root: SharedDirectory, reportingTo store: inout LockedStore
  ) throws(InstallError) -> [ComponentName: Unpacked] {
    let board = Monitor(Board(jobCount: jobs.count))
    let gauges = Gauges()
    let transfer = Transfer(options: .ours)
    start(jobs, on: transfer, board)
    let claims = Claims()
    let workers = (0..<min(Machine.coreCount, max(1, jobs.count))).map { _ in
      Worker(board: board, gauges: gauges, claims: claims, root: root)
    }
    let threads = workers.map { worker in JoinableThread { worker.run() } }

    var meter = Meter(jobs: jobs)
    while !board.update({ $0.isOver }) {
      let _: Void? = board.wait(milliseconds: 100) { $0.isOver ? () : nil }
      if let signal = Interruption.signal {
        board.change { $0.fail(InstallError(.interrupted(signal))) }
      }
      tell(board, gauges, &meter, &store)
    }
    let failure = board.update { $0.failure }
    if failure != nil {
      gauges.cancel()
      transfer.cancel()
    }
    transfer.close()
    for thread in threads { thread.join() }
    tell(board, gauges, &meter, &store)
    if let failure { throw failure }
    return board.update { $0.results }
  }

  /// The transfers side by side, the largest first; what is here already goes to the workers at once.
  private func start(_ jobs: [Job], on transfer: Transfer, _ board: Monitor<Board>) {
    for job in jobs {
      switch job.work {
      case .copy, .link: board.change { $0.add(job) }
      case .unpack(let partial):
        let url = source.location(of: job.item.build.artifact.path.text)
        board.update { $0.arrive(job.item.component.name, partial.offset) }
        let receiver = ArtifactReceiver(
          job.item, partial, url: url, board: board, transfer: transfer)
        receiver.start()
      }
    }
  }

  private func tell(
    _ board: Monitor<Board>, _ gauges: Gauges, _ meter: inout Meter, _ store: inout LockedStore
  ) {
    let (notices, arrived, unpacking) = board.update {
      ($0.takeNotices(), $0.arrived, $0.unpacking)
    }
    for notice in notices { observe(.notice(notice)) }
    let snapshot = meter.snapshot(
      arrived: arrived, unpacking: unpacking, written: gauges.writtenByteCount)
    observe(.progress(snapshot))
    if let progress = meter.dueProgress(snapshot) { store.report(progress) }
  }
}
