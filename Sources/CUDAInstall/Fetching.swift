import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

/// Takes one artifact from the network into its partial download, and hands it on once it is verified.
///
/// Hashing happens in the pass that writes. Used by the transfer's thread alone.
final class ArtifactReceiver: TransferReceiver {
  private let job: Job
  private let partial: PartialDownload
  /// May hold a user and a password.
  private let url: String
  private let board: Monitor<Board>
  private let transfer: Transfer
  /// Whether all may be asked for again: it may, and it has not been.
  private let mayRestart: Bool

  init(
    _ job: Job, _ partial: PartialDownload, url: String, board: Monitor<Board>,
    transfer: Transfer, mayRestart: Bool
  ) {
    self.job = job
    self.partial = partial
    self.url = url
    self.board = board
    self.transfer = transfer
    self.mayRestart = mayRestart
  }

  /// Asks for the bytes that are not here yet.
  func start(passingCaches passesCaches: Bool = false) {
    let size = partial.byteCount
    let missing = partial.missing
    // Another server's validator says nothing of this one's file; the hash of the whole does.
    let origin = partial.origin.flatMap { $0.url == redacted(url) ? $0 : nil }
    transfer.start(
      TransferRequest(
        url: url, expectedByteCount: size, byteLimit: size,
        missing: missing == [0..<size] ? nil : missing,
        resumeValidator: origin.map { Validator(etag: $0.etag, lastModified: $0.lastModified) },
        certainty: "sha256=\(partial.digest)", passesCaches: passesCaches,
        allowsSharing: partial.keepsNotes && !passesCaches), self)
  }

  private var name: ComponentName { job.item.component.name }

  func begin(_ validator: Validator) {
    partial.note(
      Origin(url: redacted(url), etag: validator.etag, lastModified: validator.lastModified))
  }

  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ReceiveFailure) {
    do { try partial.write(bytes, at: offset) } catch { throw ReceiveFailure(error) }
    board.update { $0.arrive(name, partial.keptByteCount) }
  }

  func settle() throws(ReceiveFailure) {
    do { try partial.settle() } catch { throw ReceiveFailure(error) }
    board.update { $0.arrive(name, partial.keptByteCount) }
  }

  func restart() throws(ReceiveFailure) {
    do { try partial.restart() } catch { throw ReceiveFailure(error) }
    board.update { $0.arrive(name, 0) }
  }

  func notice(_ notice: TransferNotice) {
    let text =
      switch notice {
      case .retry(let attempt, let count, let reason):
        "\(name): retry \(attempt)/\(count) after \(reason)"
      case .resumed(let offset, let reason):
        "\(name): resumed at \(Size(offset))" + (reason.map { " after \($0)" } ?? "")
      case .restarted: "\(name): the server starts from zero"
      case .shared(let count): "\(name): over \(count) connections, which is faster here"
      }
    board.change { $0.say(text) }
  }

  func finish(_ result: Result<TransferResponse, TransferError>) {
    switch result {
    case .failure(let error):
      // Cancelled: whoever cancelled knows why.
      if case .cancelled = error { return }
      fail(InstallError(error, of: job.item), isOurs: error.isOurs)
    case .success(let response):
      do throws(InstallError) {
        try verify(partial, job.item, url)
        var job = job
        job.work = .unpack(partial)
        board.change { $0.add(job) }
      } catch {
        // If they are not all of one answer, the file may have changed in between: once more, from zero.
        guard response.isPieced, mayRestart else {
          return fail(error, isOurs: false)
        }
        startOver()
      }
    }
  }

  private func startOver() {
    board.change {
      $0.say(
        partial.adoptedByteCount > 0
          ? "\(name): what an earlier run left was wrong; fetching it again"
          : "\(name): the parts do not belong together; fetching it again")
      $0.arrive(name, 0)
    }
    do {
      try partial.restart()
    } catch {
      return fail(InstallError(.store(.files(error))), isOurs: true)
    }
    ArtifactReceiver(
      job, partial, url: url, board: board, transfer: transfer, mayRestart: false
    ).start(passingCaches: true)
  }

  private func fail(_ error: InstallError, isOurs: Bool) {
    board.change { board in
      if isOurs { board.fail(error) } else { board.turnDown(job, error) }
    }
  }
}

extension InstallError {
  /// Why a server does not have an artifact that its manifest lists.
  init(_ error: TransferError, of item: Plan.Item) {
    let name = item.component.name
    let size = item.build.artifact.byteCount
    switch error {
    case .http(let status, let url) where status == 404 || status == 410:
      self.init(.notInSync(component: name, url: url, has: .nothing(status: status)))
    case .wrongSize(let url, _, let found):
      self.init(.notInSync(component: name, url: url, has: .size(found, expected: size)))
    default: self.init(error)
    }
  }
}

/// The download has the size and the hash that the manifest says (I6).
func verify(_ partial: PartialDownload, _ item: Plan.Item, _ url: String) throws(InstallError) {
  let name = item.component.name
  guard partial.isComplete else {
    throw InstallError(
      .wrongSize(
        component: name, url: redacted(url), expected: partial.byteCount,
        found: partial.receivedByteCount))
  }
  let found = partial.finishedDigest()
  guard found == partial.digest else {
    throw InstallError(
      .wrongArtifact(
        component: name, url: redacted(url), expected: partial.digest, found: found))
  }
}

/// Fills a partial download from a file of a source that is a directory.
///
/// Copied, not read in place: between a hash and its use the owner of the source could change the bytes.
func copyArtifact(
  _ path: String, into partial: PartialDownload, item: Plan.Item, gauges: Gauges,
  arrived: (Int64) -> Void
) throws(InstallError) {
  let name = item.component.name
  do {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let directory = try Directory.open(String(path[..<slash]))
    let source = try directory.open(String(path[path.index(after: slash)...]))
    let size = try source.status().byteCount
    guard size == partial.byteCount else {
      throw InstallError(
        .wrongSize(
          component: name, url: path, expected: partial.byteCount, found: size))
    }
    try partial.restart()
    partial.isCopy = true
    try source.forEachPiece(upTo: partial.byteCount, mapping: { InstallError(.unreadable($0)) }) {
      (piece) throws(InstallError) in
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      if gauges.isCancelled { throw InstallError(.archive(component: name, .cancelled)) }
      do throws(SystemCallError) { try partial.append(piece) } catch {
        throw InstallError(.store(.files(error)))
      }
      arrived(partial.receivedByteCount)
    }
    do throws(SystemCallError) { try partial.settle() } catch {
      throw InstallError(.store(.files(error)))
    }
  } catch let error as InstallError {
    throw error
  } catch let error as SystemCallError {
    throw InstallError(.unreadable(error))
  } catch {
    preconditionFailure("neither a call nor an install: \(error)")
  }
}
