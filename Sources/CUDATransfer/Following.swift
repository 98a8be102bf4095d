// What follows from the end of an attempt.

import CCurl

extension Exchange {
  /// What follows from the end of the stream's attempt. `hasCompany`: whether the server serves other exchanges
  /// at the moment; `othersWait`: for a connection to it.
  func ended(_ stream: Stream, _ code: CURLcode, hasCompany: Bool, othersWait: Bool) -> Next {
    let end = stream.end(code)
    if hasCompany, let failure = refusal(end) {
      // One of several connections of one body is not replaced; of bodies, one waits for the other.
      return streams.count > 1 ? failed(stream, failure, end) : .stepBack
    }
    if let failure = end.failure { return failed(stream, failure, end) }
    if end.hasReachedGoal { return finished(stream, end, othersWait: othersWait) }
    if end.isOfAnother { return changed(stream, end) }
    if let failure = otherSize(stream, end) { return failed(stream, failure, end) }
    switch Verdict(end.ending, of: request) {
    case .complete, .unchanged: return finished(stream, end, othersWait: othersWait)
    case .restart: return refused(stream)
    case .failed(let error): return failed(stream, error, end)
    }
  }

  private func finished(_ stream: Stream, _ end: Stream.End, othersWait: Bool) -> Next {
    if streams.count > (othersWait ? 1 : wanted) { return leave(stream) }
    if let span = nextSpan() {
      stream.take(span)
      return ask(stream)
    }
    guard streams.count == 1 else { return leave(stream) }
    if stream.hasAskedForAll { validator = end.validator }
    var response = response(status: end.ending.status, end.effectiveURL)
    // A range's length is the rest's, a 304's is anybody's guess.
    if end.ending.status == 200 { response.contentLength = end.contentLength }
    response.contentType = end.contentType
    return .end(.success(response))
  }

  /// The server did not send the part that was asked for.
  private func refused(_ stream: Stream) -> Next {
    if streams.count > 1 {
      sharing.lose(hasBrought: false, leaving: streams.count - 1)
      return leave(stream, giving: true)
    }
    guard takesRanges, stream.span.isPart else {
      let url = redacted(request.url)
      return .end(.failure(.network(code: 33, text: "the server ignores ranges", url: url)))
    }
    takesRanges = false
    return ask(stream)
  }

  /// What a server may do that does not want so many connections.
  private func refusal(_ end: Stream.End) -> TransferError? {
    guard !end.hasBrought, end.failure == nil, !end.hasReachedGoal,
      case .failed(let error) = Verdict(end.ending, of: request)
    else { return nil }
    switch error {
    case .http(429, _), .http(503, _), .network(7, _, _), .network(35, _, _), .network(52, _, _),
      .network(56, _, _):
      return error
    default: return nil
    }
  }

  /// A body without a byte, which nobody could look at before it came.
  private func otherSize(_ stream: Stream, _ end: Stream.End) -> TransferError? {
    guard stream.hasAskedForAll, end.ending.status == 200, request.wantsBody,
      let expected = request.expectedByteCount, let length = end.contentLength, length != expected
    else { return nil }
    return .wrongSize(url: redacted(request.url), expected: expected, received: length)
  }

  /// The server has another body by now.
  private func changed(_ stream: Stream, _ end: Stream.End) -> Next {
    let url = redacted(request.url)
    let error = TransferError.network(
      code: 18, text: "the server has another file by now", url: url)
    guard streams.count == 1, budget.fail(at: 0) else { return failed(stream, error, end) }
    if let failure = restart(stream) { return .end(.failure(failure)) }
    return ask(stream)
  }

  private func failed(_ stream: Stream, _ error: TransferError, _ end: Stream.End) -> Next {
    // The others bring the rest; they may even be what the server has against this one.
    if streams.count > 1, !error.isOurs {
      sharing.lose(hasBrought: end.hasBrought, leaving: streams.count - 1)
      return leave(stream, giving: true)
    }
    if error.isOfWhatIsThere, request.certainty != nil, !passesCaches {
      passesCaches = true
      return ask(stream)
    }
    if case .network(let code, _, _) = error, code == 16 || code == 92 { avoidsHTTP2 = true }
    guard error.isTransient, budget.fail(at: (request.expectedByteCount ?? 0) - (missing ?? 0))
    else { return .end(.failure(error)) }
    let pause = Retry.delay(
      failures: budget.failures, retryAfter: min(end.retryAfter, options.longestRetryAfter),
      unit: options.backoffUnit, jitter: .random(in: -1...1))
    (tellsPart, interruption) = (true, budget.failures == 0 ? error.reason : nil)
    sharing.pause()
    // Nothing but its validator could tell whether the rest of a document belongs to what is here.
    if request.expectedByteCount == nil, stream.span.start > 0, let failure = restart(stream) {
      return .end(.failure(failure))
    }
    if budget.failures > 0 {
      let reason = pause < .seconds(5) ? "" : ", in \(pause.components.seconds) s"
      receiver.notice(
        .retry(
          attempt: budget.failures + 1, of: options.maximumAttempts, reason: error.reason + reason))
    }
    return .wait(pause)
  }

  func leave(_ stream: Stream, giving: Bool = false) -> Next {
    streams.removeAll { $0 === stream }
    if giving, !stream.isIdle { leave(stream.span) }
    if streams.count == 1 {
      wanted = 1
      goOn(streams[0])
    }
    return .leave
  }

  /// Who is alone again need not stop where the others were to begin, as far as it has asked for what is there.
  private func goOn(_ stream: Stream) {
    while let end = stream.span.end, let place = spans.firstIndex(where: { $0.start == end }),
      stream.hasAsked(upTo: spans[place].end)
    {
      stream.span.end = spans.remove(at: place).end
    }
  }

  func leave(_ span: Span) {
    spans.append(span)
    spans.sort { $0.start < $1.start }
  }
}
