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
    let reader = DocumentReader()
    let loop = TransferLoop(options)
    let request = TransferRequest(url: url, byteLimit: limit, conditional: validator)
    loop.start(Start(request: request, receiver: reader))
    loop.close()
    loop.run(asking: isCancelled, every: .milliseconds(100))
    return try reader.document()
  }
}

private final class DocumentReader: TransferReceiver {
  private struct Reading {
    var bytes: [UInt8] = []
    var result: Result<TransferResponse, TransferError> = .failure(.cancelled)
  }

  private let reading = Mutex(Reading())

  func receive(_ bytes: UnsafeRawBufferPointer) { reading.withLock { $0.bytes += bytes } }
  func restart() { reading.withLock { $0.bytes = [] } }
  func notice(_ notice: TransferNotice) {}
  func finish(_ result: Result<TransferResponse, TransferError>) {
    reading.withLock { $0.result = result }
  }

  func document() throws(TransferError) -> Document {
    let (bytes, result) = reading.withLock { ($0.bytes, $0.result) }
    return Document(bytes: bytes, response: try result.get())
  }
}
