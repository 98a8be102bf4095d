import CCurl

/// One request and its receiver, over all attempts. Used on the transfer's thread only.
final class Exchange {
  let request: TransferRequest
  let receiver: any TransferReceiver
  /// `https://host:port`, what its connections are counted by.
  let host: String
  private let options: TransferOptions
  private let isCancelled: () -> Bool

  /// How much of the whole body the receiver has.
  private var received: Int64
  private var validator: Validator
  private var byteCount: Int64 = 0
  private var attempts = 0
  /// Attempts that failed: a refused range, which is followed by a start from zero, is not one.
  private var failures = 0
  private var takesRanges = true

  // Of the present attempt.
  private var handle: EasyHandle?
  private var offset: Int64 = 0
  /// What the body is; `nil` before its first byte.
  private var body: Resumption?
  private var refusedByteCount = 0
  /// Why we stopped it ourselves.
  private var failure: TransferError?

  init(_ start: Start, _ options: TransferOptions, isCancelled: @escaping () -> Bool) {
    request = start.request
    receiver = start.receiver
    host = redacted(request.url).split(separator: "/").prefix(2).joined(separator: "//")
    self.options = options
    self.isCancelled = isCancelled
    received = request.offset
    validator = request.resumeValidator ?? Validator()
  }

  /// What to do next.
  enum Next {
    case ask(EasyHandle)
    case wait(Duration)
    case end(Result<TransferResponse, TransferError>)
  }

  /// The next attempt.
  func attempt() -> Next {
    // 416 to what lies behind the end would say the same.
    if attempts == 0, received > 0, received == request.expectedByteCount {
      return .end(.success(response(status: 0, request.url)))
    }
    if received > 0, !takesRanges || received > request.expectedByteCount ?? request.byteLimit {
      if let failure = restart() { return .end(.failure(failure)) }
    }
    attempts += 1
    offset = received
    body = nil
    refusedByteCount = 0
    let context = Unmanaged.passUnretained(self).toOpaque()
    let handle = EasyHandle(request, from: offset, resuming: validator, options, receive, context)
    self.handle = handle
    return .ask(handle)
  }

  /// What follows from the end of the attempt.
  func ended(_ code: CURLcode) -> Next {
    guard let handle else { preconditionFailure("an attempt ended that was not made") }
    self.handle = nil
    if let failure { return .end(.failure(failure)) }
    let ending = Ending(
      code: Int32(bitPattern: code.rawValue), text: handle.errorText(for: code),
      status: handle.status, offset: offset, received: received)
    switch Verdict(ending, of: request) {
    case .complete, .unchanged:
      if offset == 0 { validator = handle.validator }
      var response = response(status: ending.status, handle.effectiveURL)
      // A range's length is the rest's, a 304's is anybody's guess.
      if ending.status == 200 { response.contentLength = handle.contentLength }
      response.contentType = handle.contentType
      return .end(.success(response))
    case .restart where takesRanges && offset > 0:
      takesRanges = false
      return attempt()
    case .restart:
      return .end(.failure(.network(code: 33, text: "the server ignores ranges", url: url)))
    case .failed(let error):
      failures += 1
      guard error.isTransient, failures < options.maximumAttempts else {
        return .end(.failure(error))
      }
      receiver.notice(
        .retry(attempt: failures + 1, of: options.maximumAttempts, reason: error.message))
      return .wait(
        Retry.delay(
          failures: failures, retryAfter: handle.retryAfter, unit: options.backoffUnit,
          jitter: .random(in: -1...1)))
    }
  }

  /// Leaves the attempt as it is.
  func abandon() -> EasyHandle? {
    handle?.abandon()
    return handle
  }

  /// Takes a piece of the body. Anything but its size stops the attempt.
  fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    if isCancelled() { failure = .cancelled }
    if failure == nil, body == nil { failure = begin() }
    guard failure == nil, let body else { return Int(CURL_WRITEFUNC_ERROR) }
    guard body == .append else {
      // Reading a short page to its end keeps the connection.
      refusedByteCount += bytes.count
      return refusedByteCount > 64 << 10 ? Int(CURL_WRITEFUNC_ERROR) : bytes.count
    }
    let limit = longest
    guard received + Int64(bytes.count) <= limit else {
      failure = .tooLong(url: url, limit: limit)
      return Int(CURL_WRITEFUNC_ERROR)
    }
    do {
      try receiver.receive(bytes)
    } catch {
      failure = .receiver(error.underlying)
      return Int(CURL_WRITEFUNC_ERROR)
    }
    received += Int64(bytes.count)
    byteCount += Int64(bytes.count)
    return bytes.count
  }

  /// Decides on the body before its first byte is handed on; an error stops it there.
  private func begin() -> TransferError? {
    guard let handle else { return .cancelled }
    let status = handle.status
    let body = Resumption(status: status, offset: offset)
    self.body = body
    guard body == .append else { return nil }
    if let length = handle.contentLength {
      let whole = offset + length
      if whole > longest { return .tooLong(url: url, limit: longest) }
      // A 206 may bring less than was asked for, a 200 may not.
      if let expected = request.expectedByteCount, offset == 0, whole != expected {
        return .wrongSize(url: url, expected: expected, received: whole)
      }
    }
    if offset == 0 {
      validator = handle.validator
    } else {
      receiver.notice(.resumed(at: offset))
    }
    return nil
  }

  /// The receiver has nothing any more, or there is an error.
  private func restart() -> TransferError? {
    do {
      try receiver.restart()
    } catch {
      return .receiver(error.underlying)
    }
    received = 0
    validator = Validator()
    receiver.notice(.restarted)
    return nil
  }

  private func response(status: Int, _ effectiveURL: String) -> TransferResponse {
    // RFC 9110 §15.4.5 lets a 304 leave out what has not changed.
    let known = status == 304 ? request.conditional : nil
    let validator = Validator(
      etag: validator.etag ?? known?.etag,
      lastModified: validator.lastModified ?? known?.lastModified)
    return TransferResponse(
      status: status, effectiveURL: effectiveURL, validator: validator, byteCount: byteCount,
      attempts: attempts)
  }

  private var longest: Int64 { min(request.byteLimit, request.expectedByteCount ?? .max) }
  private var url: String { redacted(request.url) }
}

/// libcurl's write callback: `context` is the exchange, which the loop keeps alive while its handle is
/// in use.
private func receive(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return Int(CURL_WRITEFUNC_ERROR) }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  return exchange.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
