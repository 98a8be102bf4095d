import CCurl

/// What one connection brings of a body, over its attempts. Used on the transfer's thread only.
final class Stream {
  unowned let exchange: Exchange
  /// What it is still to bring.
  var span = Span(start: 0, end: nil)
  /// Whether it has not been given anything to bring yet.
  private(set) var isIdle = true

  // Of the present attempt.
  private var handle: EasyHandle?
  /// Where it began; `nil` if the whole was asked for.
  private var asked: Int64?
  private var firstByte: Int64 = 0
  /// Up to where it asked; `nil` if to the end.
  private var askedEnd: Int64?
  /// What the body is; `nil` before its first byte.
  private var body: Resumption?
  private var refusedByteCount = 0
  /// Whether it has brought all that is wanted, of more that was asked for.
  private var hasReachedGoal = false
  /// Why we stopped it ourselves.
  private var failure: TransferError?
  /// Whether what comes is a part of something else than what is here.
  private var isOfAnother = false
  /// Whether the server has said that it knows ranges.
  private(set) var takesRanges = false

  init(_ exchange: Exchange) { self.exchange = exchange }

  /// Whether the present or the last attempt asked for the whole.
  var hasAskedForAll: Bool { asked == nil }

  /// Whether the attempt that is under way has brought something.
  var isBringing: Bool { handle != nil && span.start > firstByte }

  /// Whether the attempt that is under way asked for all up to `end`, or `nil`, the end of the body.
  func hasAsked(upTo end: Int64?) -> Bool {
    guard handle != nil, !hasReachedGoal, failure == nil else { return false }
    guard let askedEnd else { return true }
    return end.map { $0 <= askedEnd } ?? false
  }

  func take(_ span: Span) {
    self.span = span
    isIdle = false
  }

  func attempt(_ attempt: Attempt) -> EasyHandle {
    asked = attempt.isRange ? attempt.start : nil
    firstByte = attempt.start
    askedEnd = attempt.end
    body = nil
    refusedByteCount = 0
    hasReachedGoal = false
    failure = nil
    isOfAnother = false
    let context = Unmanaged.passUnretained(self).toOpaque()
    let handle = EasyHandle(exchange.request, attempt, exchange.options, receive, context)
    self.handle = handle
    return handle
  }

  /// How an attempt ended.
  struct End {
    var ending: Ending
    var failure: TransferError?
    var hasReachedGoal: Bool
    var isOfAnother: Bool
    /// Whether it brought a byte.
    var hasBrought: Bool
    var effectiveURL: String
    var validator: Validator
    var contentLength: Int64?
    var contentType: String?
    var retryAfter: Int64
  }

  func end(_ code: CURLcode) -> End {
    guard let handle else { preconditionFailure("an attempt ended that was not made") }
    self.handle = nil
    var ending = Ending(
      code: Int32(bitPattern: code.rawValue), text: handle.errorText(for: code),
      status: handle.status, range: handle.contentRange, offset: asked, received: span.start,
      goal: span.end ?? exchange.request.expectedByteCount)
    let place = handle.effectiveURL
    if !place.isEmpty, server(of: place) != server(of: exchange.request.url) {
      ending.elsewhere = place
    }
    return End(
      ending: ending,
      failure: failure, hasReachedGoal: hasReachedGoal, isOfAnother: isOfAnother,
      hasBrought: span.start > firstByte,
      effectiveURL: handle.effectiveURL, validator: handle.validator,
      contentLength: handle.contentLength,
      contentType: handle.contentType, retryAfter: handle.retryAfter)
  }

  /// Leaves the attempt as it is.
  func abandon() -> EasyHandle? {
    handle?.abandon()
    return handle
  }

  /// Takes a piece of the body. Anything but its size stops the attempt.
  fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    if exchange.isCancelled() { failure = .cancelled }
    if failure == nil, body == nil { failure = begin() }
    guard failure == nil, let body else { return Int(CURL_WRITEFUNC_ERROR) }
    guard body == .append else {
      // Reading a short page to its end keeps the connection.
      refusedByteCount += bytes.count
      return refusedByteCount > 64 << 10 ? Int(CURL_WRITEFUNC_ERROR) : bytes.count
    }
    guard let wanted = wanted(of: bytes) else { return Int(CURL_WRITEFUNC_ERROR) }
    do {
      try exchange.receive(wanted, at: span.start)
    } catch {
      failure = .receiver(error.underlying)
      return Int(CURL_WRITEFUNC_ERROR)
    }
    span.start += Int64(wanted.count)
    hasReachedGoal = wanted.count < bytes.count
    return hasReachedGoal ? Int(CURL_WRITEFUNC_ERROR) : bytes.count
  }

  /// As much of `bytes` as is this stream's; `nil` if there is more than there can be.
  private func wanted(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    let end = span.start + Int64(bytes.count)
    if let goal = span.end, end > goal {
      // What is behind it is another stream's, or too much.
      return UnsafeRawBufferPointer(rebasing: bytes[..<Int(goal - span.start)])
    }
    guard end <= exchange.longest else {
      failure = .tooLong(url: redacted(exchange.request.url), limit: exchange.longest)
      return nil
    }
    return bytes
  }

  /// Decides on the body before its first byte is handed on; an error stops it there.
  private func begin() -> TransferError? {
    guard let handle else { return .cancelled }
    let request = exchange.request
    body = Resumption(
      status: handle.status, range: handle.contentRange, asked: asked,
      expected: request.expectedByteCount)
    takesRanges = handle.acceptsRanges
    if body == .restart, [200, 203].contains(handle.status), exchange.streams.count == 1 {
      // The whole instead of a part: it has become another, or the server knows no parts.
      if let failure = exchange.startOver(self, takesRanges: takesRanges) { return failure }
      (asked, firstByte, body) = (nil, 0, .append)
    }
    if body == .append, asked != nil, exchange.isOfAnother(handle.validator) {
      // RFC 9110 §15.3.7.3: parts of different versions are not to be put together.
      isOfAnother = true
      body = .refuse
    }
    guard body == .append else { return nil }
    if let length = handle.contentLength {
      let url = redacted(request.url)
      let whole = span.start + length
      if whole > exchange.longest, let expected = request.expectedByteCount {
        return .wrongSize(url: url, expected: expected, received: whole)
      }
      if whole > exchange.longest { return .tooLong(url: url, limit: exchange.longest) }
      // A 206 may bring less than was asked for, a 200 may not.
      if let expected = request.expectedByteCount, asked == nil, whole != expected {
        return .wrongSize(url: url, expected: expected, received: whole)
      }
    }
    exchange.began(handle.validator, at: asked)
    return nil
  }
}

/// libcurl's write callback: `context` is the stream, which the loop keeps alive while its handle is
/// in use.
private func receive(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return Int(CURL_WRITEFUNC_ERROR) }
  let stream = Unmanaged<Stream>.fromOpaque(context).takeUnretainedValue()
  return stream.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
