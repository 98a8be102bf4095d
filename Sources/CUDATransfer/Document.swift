import Synchronization

/// A body small enough for memory: a manifest, an index, a digest.
package struct Document: Sendable {
  /// Empty if the status is 304.
  package var bytes: [UInt8]
  package var response: TransferResponse
}

extension Transfer {
  /// Fetches documents side by side on the calling thread; the results in the requests' order. `isCancelled` is asked every
  /// 100 ms.
  ///
  /// `connections`: what an earlier call has left open, and this one leaves. `notice` is called on this thread, with the
  /// request's index.
  package static func documents(
    _ requests: [TransferRequest], options: TransferOptions,
    over connections: Connections = Connections(),
    isCancelled: @escaping @Sendable () -> Bool = { false },
    notice: @escaping @Sendable (Int, TransferNotice) -> Void = { _, _ in }
  ) -> [Result<Document, TransferError>] {
    let readers = requests.indices.map { index in DocumentReader { notice(index, $0) } }
    let loop = TransferLoop(options, over: connections)
    for (request, reader) in zip(requests, readers) {
      loop.start(Start(request: request, receiver: reader))
    }
    loop.close()
    loop.run(asking: isCancelled, every: .milliseconds(100))
    return readers.map(\.document)
  }

  /// How many bytes servers have there, without fetching them, asked side by side; `nil` where one does not say. In the
  /// order of `urls`.
  ///
  /// Redirects are followed and a busy server is asked again, as for a document.
  package static func byteCounts(
    at urls: [String], options: TransferOptions, over connections: Connections = Connections(),
    isCancelled: @escaping @Sendable () -> Bool = { false },
    notice: @escaping @Sendable (Int, TransferNotice) -> Void = { _, _ in }
  ) -> [Result<Int64?, TransferError>] {
    let requests = urls.map { TransferRequest(url: $0, byteLimit: 0, wantsBody: false) }
    let answers = documents(
      requests, options: options, over: connections, isCancelled: isCancelled, notice: notice)
    return answers.map { result in
      // A server that knows no HEAD does not say either: RFC 9110 §15.5.6, §15.6.2.
      if case .failure(.http(405, _)) = result { return .success(nil) }
      if case .failure(.http(501, _)) = result { return .success(nil) }
      return result.map(\.response.contentLength)
    }
  }
}

private final class DocumentReader: TransferReceiver {
  private struct Reading {
    var bytes: [UInt8] = []
    var result: Result<TransferResponse, TransferError> = .failure(.cancelled)
  }

  private let reading = Mutex(Reading())
  private let tell: @Sendable (TransferNotice) -> Void

  init(_ tell: @escaping @Sendable (TransferNotice) -> Void) { self.tell = tell }

  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
    reading.withLock { $0.bytes += bytes }
  }
  func restart() { reading.withLock { $0.bytes = [] } }
  func notice(_ notice: TransferNotice) { tell(notice) }
  func finish(_ result: Result<TransferResponse, TransferError>) {
    reading.withLock { $0.result = result }
  }

  var document: Result<Document, TransferError> {
    let (bytes, result) = reading.withLock { ($0.bytes, $0.result) }
    return result.map { Document(bytes: bytes, response: $0) }
  }
}
