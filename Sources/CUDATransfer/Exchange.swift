import CCurl

/// One request and its receiver, over all attempts and connections. Used on the transfer's thread only.
final class Exchange {
  let request: TransferRequest
  let receiver: any TransferReceiver
  /// `https://host:port`, what its connections are counted by.
  let server: String
  let options: TransferOptions
  let isCancelled: () -> Bool

  /// What no stream brings yet, lowest first. The last part of a body of unknown length has no end.
  var spans: [Span]
  /// Those that bring something, or wait to try again.
  var streams: [Stream] = []
  var budget: Retry.Budget
  var attempts = 0
  var sharing = Sharing()
  /// How many connections are to bring parts of it.
  var wanted = 1
  var wantsSeveral: Bool { wanted > 1 }
  /// Whether the next part that comes is worth a word, and why it had to be asked for.
  var tellsPart = true
  var interruption: String?

  /// Received over all attempts.
  fileprivate(set) var byteCount: Int64 = 0
  var validator: Validator
  var takesRanges = true
  /// Whether what the receiver has is not all of one answer.
  var isPieced: Bool
  var passesCaches = false
  var avoidsHTTP2 = false
  /// Since when the receiver does not know that nothing is at hand; `nil` if it does.
  private(set) var unsettledSince: ContinuousClock.Instant?

  init(_ start: Start, _ options: TransferOptions, isCancelled: @escaping () -> Bool) {
    request = start.request
    receiver = start.receiver
    server = CUDATransfer.server(of: request.url)
    self.options = options
    self.isCancelled = isCancelled
    validator = request.resumeValidator ?? Validator()
    spans = Span.spans(of: request)
    let missing = start.request.missing ?? []
    let whole = start.request.expectedByteCount ?? 0
    budget = Retry.Budget(
      maximumAttempts: options.maximumAttempts,
      from: start.request.missing == nil ? 0 : whole - missing.byteCount)
    passesCaches = start.request.passesCaches
    isPieced = start.request.missing != nil
  }

  /// What to do next for one stream.
  enum Next {
    case ask(EasyHandle)
    case wait(Duration)
    /// The server has enough to do with the others; when one of them is done.
    case stepBack
    /// The others bring the rest.
    case leave
    case end(Result<TransferResponse, TransferError>)
  }

  /// Bytes that no stream has brought yet; `nil` if nobody knows.
  var missing: Int64? {
    let all = spans + streams.filter { !$0.isIdle }.map(\.span)
    return all.contains { $0.end == nil && request.expectedByteCount == nil }
      ? nil : all.reduce(0) { $0 + ($1.end ?? request.expectedByteCount ?? 0) - $1.start }
  }

  /// The first stream, or one more.
  func addStream() -> Stream {
    let stream = Stream(self)
    streams.append(stream)
    return stream
  }

  /// The stream's next attempt: its first, or one after a pause.
  func next(for stream: Stream) -> Next {
    if stream.isIdle {
      guard let span = nextSpan() else {
        // 416 to what lies behind the end would say the same.
        return streams.count > 1 ? leave(stream) : .end(.success(response(status: 0, request.url)))
      }
      stream.take(span)
    }
    return ask(stream)
  }

  /// Tells the receiver how it ended.
  func finish(_ result: Result<TransferResponse, TransferError>) {
    var result = result
    // What came is worth keeping, also after a failure.
    unsettledSince = .now
    if let failure = settle(), case .success = result { result = .failure(failure) }
    receiver.finish(result)
  }

  func nextSpan() -> Span? {
    guard let first = spans.first else { return halfOfSlowest() }
    let cut = first.start + sharing.pieceByteCount
    guard wantsSeveral, let end = first.end ?? request.expectedByteCount, end > cut else {
      return spans.removeFirst()
    }
    spans[0].start = cut
    return Span(start: first.start, end: cut)
  }

  /// Who has nothing left takes over from who has the most, or one slow connection holds up all.
  func halfOfSlowest() -> Span? {
    guard wantsSeveral, let slowest = busiest, length(of: slowest) >= 2 * Sharing.smallestHalf
    else { return nil }
    let middle = slowest.span.start + length(of: slowest) / 2
    let half = Span(start: middle, end: slowest.span.end)
    slowest.span.end = middle
    return half
  }

  func ask(_ stream: Stream) -> Next {
    if !takesRanges, stream.span.isPart {
      if let failure = restart(stream) { return .end(.failure(failure)) }
    }
    attempts += 1
    return .ask(
      stream.attempt(
        Attempt(
          start: stream.span.start, end: stream.span.end, validator: validator,
          passesCaches: passesCaches, avoidsHTTP2: avoidsHTTP2)))
  }

  /// Leaves all attempts as they are.
  func abandon() -> [EasyHandle] { streams.compactMap { $0.abandon() } }

  /// The whole is about to come, whatever was asked for.
  func startOver(_ stream: Stream, takesRanges: Bool) -> TransferError? {
    self.takesRanges = takesRanges
    return restart(stream)
  }

  /// The receiver has nothing any more, or there is an error.
  func restart(_ stream: Stream) -> TransferError? {
    do {
      try receiver.restart()
    } catch {
      return .receiver(error.underlying)
    }
    stream.span = Span(start: 0, end: nil)
    spans = []
    wanted = 1
    isPieced = false
    sharing.settle()
    validator = Validator()
    receiver.notice(.restarted)
    return nil
  }

  func response(status: Int, _ effectiveURL: String) -> TransferResponse {
    // RFC 9110 §15.4.5 lets a 304 leave out what has not changed.
    let known = status == 304 ? request.conditional : nil
    let validator = Validator(
      etag: validator.etag ?? known?.etag,
      lastModified: validator.lastModified ?? known?.lastModified)
    return TransferResponse(
      status: status, effectiveURL: effectiveURL, validator: validator, byteCount: byteCount,
      attempts: attempts, isPieced: isPieced)
  }
}

// What a stream tells

extension Exchange {
  /// Whether a part with this validator is not of what is here, as far as both say.
  func isOfAnother(_ other: Validator) -> Bool {
    if let mine = validator.strongTag, let its = other.strongTag { return mine != its }
    if let mine = validator.lastModified, let its = other.lastModified { return mine != its }
    return false
  }

  /// The most bytes that the whole may have.
  var longest: Int64 { min(request.byteLimit, request.expectedByteCount ?? .max) }

  /// The whole begins to arrive, or the part at `offset`.
  func began(_ newValidator: Validator, at offset: Int64?) {
    if let offset {
      isPieced = true
      if validator == Validator() { validator = newValidator }
      if tellsPart { receiver.notice(.resumed(at: offset, after: interruption)) }
      tellsPart = false
    } else {
      validator = newValidator
    }
    receiver.begin(newValidator)
  }

  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ReceiveFailure) {
    if unsettledSince == nil { unsettledSince = .now }
    try receiver.receive(bytes, at: offset)
    byteCount += Int64(bytes.count)
  }

  /// No more bytes are at hand. An error ends the exchange.
  func settle() -> TransferError? {
    guard unsettledSince != nil else { return nil }
    unsettledSince = nil
    do {
      try receiver.settle()
      return nil
    } catch {
      return .receiver(error.underlying)
    }
  }
}

// Several streams

extension Exchange {
  /// Whether it is still to be found out if more connections are of use.
  var maySplit: Bool { request.allowsSharing && takesRanges && !sharing.isSettled }

  /// The one that has the most to bring; who is idle has nothing yet.
  var busiest: Stream? {
    streams.filter { !$0.isIdle }.max { length(of: $0) < length(of: $1) }
  }

  func length(of stream: Stream) -> Int64 {
    (stream.span.end ?? request.expectedByteCount ?? 0) - stream.span.start
  }

  /// The streams to be added now. `free`: how many there may be, for which nobody waits; `isAlone`: whether there is no
  /// other exchange.
  func share(at time: Duration, free: Int, isAlone: Bool) -> [Stream] {
    // What the first second brings is no measure before there is a byte.
    guard maySplit, byteCount > 0, let missing, let first = busiest else { return [] }
    let advice = sharing.advice(
      at: time, received: byteCount, missing: missing, connections: streams.count,
      free: first.takesRanges ? free : 0, isAlone: isAlone)
    switch advice {
    case .stay: return []
    case .keep:
      receiver.notice(.shared(connections: streams.count))
      return []
    case .drop(let count):
      wanted = count
      return []
    case .join(let count): return divide(first, among: count)
    case .add: return divide(first, among: free)
    }
  }

  /// Leaves the stream one piece, and the rest to as many new ones.
  private func divide(_ stream: Stream, among count: Int) -> [Stream] {
    wanted = .max
    tellsPart = false
    let cut = stream.span.start + sharing.pieceByteCount
    if let end = stream.span.end ?? request.expectedByteCount, end > cut {
      leave(Span(start: cut, end: stream.span.end))
      stream.span.end = cut
    }
    return (0..<count).map { _ in addStream() }
  }
}
