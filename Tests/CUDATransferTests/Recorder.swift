import CUDATransfer
import Synchronization
import TestSupport

/// Keeps what a transfer brings.
final class Recorder: TransferReceiver {
  struct Record {
    var bytes: [UInt8] = []
    var notices: [TransferNotice] = []
    var restarts = 0
    var results: [Result<TransferResponse, TransferError>] = []
  }

  struct Full: Error, Equatable { var at: Int }

  private let state: Mutex<Record>
  private let capacity: Int

  /// A receiver that has `bytes` already and fails once it would have more than `capacity`.
  init(_ bytes: [UInt8] = [], capacity: Int = .max) {
    state = Mutex(Record(bytes: bytes))
    self.capacity = capacity
  }

  var record: Record { state.withLock { $0 } }
  var bytes: [UInt8] { record.bytes }
  var summary: Summary { Summary(bytes) }
  var response: TransferResponse? { try? record.results.last?.get() }

  var error: TransferError? {
    guard case .failure(let error) = record.results.last else { return nil }
    return error
  }

  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ReceiveFailure) {
    let isFull = state.withLock { state in
      let end = Int(offset) + bytes.count
      if state.bytes.count < end {
        state.bytes += [UInt8](repeating: 0, count: end - state.bytes.count)
      }
      state.bytes.replaceSubrange(Int(offset)..<end, with: bytes)
      return state.bytes.count > capacity
    }
    if isFull { throw ReceiveFailure(Full(at: capacity)) }
  }

  func restart() {
    state.withLock { state in
      state.bytes = []
      state.restarts += 1
    }
  }

  func notice(_ notice: TransferNotice) { state.withLock { $0.notices.append(notice) } }

  func finish(_ result: Result<TransferResponse, TransferError>) {
    state.withLock { $0.results.append(result) }
  }
}

/// Back-off that nobody notices.
let quick = TransferOptions(userAgent: "cuda-install/test", backoffUnit: .microseconds(1))

/// One transfer from its start to its end.
func fetch(
  _ request: TransferRequest, into receiver: Recorder = Recorder(),
  _ options: TransferOptions = quick
) -> Recorder {
  let transfer = Transfer(options: options)
  transfer.start(request, receiver)
  transfer.close()
  return receiver
}

/// Stands for bytes in expectations: Testing looks for the shortest way from one long array to another,
/// and does not come back.
struct Summary: Equatable {
  var count: Int
  var hash: Int

  init(_ bytes: some Collection<UInt8>) {
    count = bytes.count
    hash = Array(bytes).hashValue
  }
}

/// Bytes of which no two stretches are alike.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}

/// Runs `body` against a server that has `content`.
func serving<Result>(
  _ content: [String: [UInt8]], _ body: (LoopbackServer) throws -> Result
) throws -> Result {
  let server = try LoopbackServer(content)
  defer { server.stop() }
  return try body(server)
}

extension Transfer {
  /// Fetches a document of at most `limit` bytes on the calling thread.
  ///
  /// With a validator, the answer may be an empty document with status 304. `isCancelled` is asked every 100 ms.
  static func document(
    at url: String, limit: Int64, validator: Validator? = nil, options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(TransferError) -> Document {
    let request = TransferRequest(url: url, byteLimit: limit, conditional: validator)
    return try documents([request], options: options, isCancelled: isCancelled)[0].get()
  }

  /// How many bytes the server has there, without fetching them; `nil` if it does not say.
  ///
  /// Redirects are followed and a busy server is asked again, as for a document.
  static func byteCount(
    at url: String, options: TransferOptions,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(TransferError) -> Int64? {
    try byteCounts(at: [url], options: options, isCancelled: isCancelled)[0].get()
  }
}
