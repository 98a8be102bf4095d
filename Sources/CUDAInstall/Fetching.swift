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
  private let item: Plan.Item
  private let partial: PartialDownload
  private let url: String
  private let board: Monitor<Board>
  private let transfer: Transfer

  init(
    _ item: Plan.Item, _ partial: PartialDownload, url: String, board: Monitor<Board>,
    transfer: Transfer
  ) {
    self.item = item
    self.partial = partial
    self.url = url
    self.board = board
    self.transfer = transfer
  }

  /// Asks for the bytes that are not here yet.
  func start() {
    let size = partial.byteCount
    transfer.start(
      TransferRequest(
        url: url, expectedByteCount: size, byteLimit: size, offset: partial.offset), self)
  }

  private var name: ComponentName { item.component.name }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(ReceiveFailure) {
    do { try partial.append(bytes) } catch { throw ReceiveFailure(error) }
    board.update { $0.arrive(name, partial.offset) }
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
      case .resumed(let offset): "\(name): resumed at \(Size(offset))"
      case .restarted: "\(name): the server starts from zero"
      }
    board.change { $0.say(text) }
  }

  func finish(_ result: Result<TransferResponse, TransferError>) {
    switch result {
    case .failure(let error):
      // Cancelled: whoever cancelled knows why.
      if case .cancelled = error { return }
      board.change { $0.fail(InstallError(error)) }
    case .success:
      do {
        try verify(partial, item, url)
        board.change { $0.add(Job(item: item, work: .unpack(partial))) }
      } catch {
        fail(error)
      }
    }
  }

  /// If some of the bytes were another run's, they are the suspects: once more, from zero.
  private func fail(_ error: InstallError) {
    guard partial.adoptedByteCount > 0 else { return board.change { $0.fail(error) } }
    do {
      try partial.restart()
    } catch {
      return board.change { $0.fail(InstallError(.store(.files(error)))) }
    }
    board.change {
      $0.say("\(name): what an earlier run left was wrong; fetching it again")
      $0.arrive(name, 0)
    }
    ArtifactReceiver(item, partial, url: url, board: board, transfer: transfer).start()
  }
}

/// The download has the size and the hash that the manifest says (I6).
func verify(_ partial: PartialDownload, _ item: Plan.Item, _ url: String) throws(InstallError) {
  let name = item.component.name
  guard partial.isComplete else {
    throw InstallError(
      .wrongSize(
        component: name, url: redacted(url), expected: partial.byteCount, found: partial.offset))
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
    try source.forEachPiece(upTo: partial.byteCount, mapping: { InstallError(.unreadable($0)) }) {
      (piece) throws(InstallError) in
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      if gauges.isCancelled { throw InstallError(.archive(component: name, .cancelled)) }
      do throws(SystemCallError) { try partial.append(piece) } catch {
        throw InstallError(.store(.files(error)))
      }
      arrived(partial.offset)
    }
  } catch let error as InstallError {
    throw error
  } catch let error as SystemCallError {
    throw InstallError(.unreadable(error))
  } catch {
    preconditionFailure("neither a call nor an install: \(error)")
  }
}
