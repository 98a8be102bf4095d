import Synchronization

/// A body small enough for memory: a manifest, an index, a digest.
package struct Document: Sendable {
  /// Empty if the status is 304.
  package var bytes: [UInt8]
  package var response: TransferResponse
}

extension Transfer {
  /// Fetches a document of at most `limit` bytes on the calling thread.
  ///
  /// With a validator, the answer may be an empty document with status 304. `isCancelled` is asked every 100 ms.
  package static func document(
    at url: String, limit: Int64, validator: Validator? = nil, options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(TransferError) -> Document {
    let request = TransferRequest(url: url, byteLimit: limit, conditional: validator)
    return try documents([request], options: options, isCancelled: isCancelled)[0].get()
  }

  /// Fetches documents side by side on the calling thread; the results in the requests' order.
  ///
  /// `notice` is called on this thread, with the request's index.
  package static func documents(
    _ requests: [TransferRequest], options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    notice: @escaping @Sendable (Int, TransferNotice) -> Void = { _, _ in }
  ) -> [Result<Document, TransferError>] {
    let readers = requests.indices.map { index in DocumentReader { notice(index, $0) } }
    let loop = TransferLoop(options)
    for (request, reader) in zip(requests, readers) {
      loop.start(Start(request: request, receiver: reader))
    }
    loop.close()
    loop.run(asking: isCancelled, every: .milliseconds(100))
    return readers.map(\.document)
  }

  /// How many bytes the server has there, without fetching them; `nil` if it does not say.
  ///
  /// Redirects are followed and a busy server is asked again, as for a document.
  package static func byteCount(
    at url: String, options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(TransferError) -> Int64? {
    try byteCounts(at: [url], options: options, isCancelled: isCancelled)[0].get()
  }

  /// The same for several, side by side; the results in the order of `urls`.
  package static func byteCounts(
    at urls: [String], options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    notice: @escaping @Sendable (Int, TransferNotice) -> Void = { _, _ in }
  ) -> [Result<Int64?, TransferError>] {
    let requests = urls.map { TransferRequest(url: $0, byteLimit: 0, wantsBody: false) }
    let answers = documents(requests, options: options, isCancelled: isCancelled, notice: notice)
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
