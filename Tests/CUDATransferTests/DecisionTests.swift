import CUDATransfer
import Testing

@Test(arguments: [
  ("https://host/a/b.json", "https://host/a/b.json"),
  ("https://user:pass@host:8080/a?token=1#part", "https://host:8080/a"),
  ("https://a@b@host/c@d", "https://host/c@d"),
  ("http:/user:pass@host/a", "http:/host/a"),
  ("https://user:pass@host", "https://host"),
  ("user:pass@host/a", "host/a"),
  ("https://host/a\u{1b}[2J\u{202e}", "https://host/a\u{fffd}[2J\u{fffd}"),
  // To libcurl a sign with an accent on it is that sign.
  ("https://user:pass@\u{301}host/a", "https://\u{301}host/a"),
  ("https://host/a?\u{301}token=1", "https://host/a"),
  ("https://host/\u{301}a@b", "https://host/\u{301}a@b"),
  ("", ""),
])
func `a URL is shown without what must not be shown`(url: String, shown: String) {
  #expect(redacted(url) == shown)
}

@Test func `only what may pass is worth another attempt`() {
  let codes = (0...99).filter { TransferError.network(code: $0, text: "", url: "").isTransient }
  #expect(codes == [5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92])
  let statuses = (0...599).filter { TransferError.http(status: $0, url: "").isTransient }
  #expect(statuses == [408, 429, 500, 502, 503, 504])
}

@Test(
  arguments: [
    (200, 0, .append), (203, 0, .append), (206, 0, .refuse), (204, 0, .refuse), (202, 0, .refuse),
    (304, 0, .refuse), (416, 0, .refuse), (404, 0, .refuse), (503, 0, .refuse),
    (206, 1, .append), (200, 1, .restart), (203, 1, .restart), (416, 1, .restart),
    (304, 1, .refuse), (404, 1, .refuse), (503, 1, .refuse),
  ] as [(Int, Int64, Resumption)])
func `a body continues, restarts or is something else`(
  status: Int, offset: Int64, expected: Resumption
) {
  let range = ContentRange(bytes: offset..<100, wholeByteCount: 100)
  #expect(
    Resumption(
      status: status, range: status == 206 ? range : nil, asked: offset == 0 ? nil : offset,
      expected: 100) == expected)
}

@Test(
  arguments: [
    ("bytes 50-99/100", .append), ("bytes 50-60/100", .append), ("bytes 50-99/*", .append),
    ("BYTES  50-99/100", .append), ("bytes 0-99/100", .restart), ("bytes 51-99/100", .restart),
    ("bytes 50-99/101", .otherSize(101)), ("bytes 50-98/99", .otherSize(99)),
    ("bytes */100", .restart), ("bytes */90", .otherSize(90)), ("bytes 50-100/100", .restart),
    ("bytes 60-50/100", .restart), ("bytes 50-/100", .restart), ("bytes -50/100", .restart),
    ("items 50-99/100", .restart), ("50-99/100", .restart), ("bytes 50-99", .restart),
    ("bytes 50-99/100/100", .restart), ("bytes +50-99/100", .restart), ("", .restart),
    ("bytes 50-99999999999999999999/*", .restart), ("bytes 50-99/", .restart),
  ] as [(String, Resumption)])
func `a part is taken only with the place that was asked for`(
  header: String, expected: Resumption
) {
  #expect(
    Resumption(status: 206, range: ContentRange(header), asked: 50, expected: 100) == expected)
}

@Test func `a 416 says how long the whole is, if it says anything`() {
  func answer(_ header: String?) -> Resumption {
    Resumption(
      status: 416, range: header.flatMap { ContentRange($0) }, asked: 50, expected: 100)
  }
  #expect(answer(nil) == .restart)
  #expect(answer("bytes */100") == .restart)
  #expect(answer("bytes */40") == .otherSize(40))
}

@Test func `only failures in a row count, and what counts as progress is bounded`() {
  func failures(_ received: [Int64], from start: Int64 = 0) -> [Int?] {
    var budget = Retry.Budget(maximumAttempts: 3, from: start)
    return received.map { budget.fail(at: $0) ? budget.failures : nil }
  }
  let step = Retry.Budget.step
  #expect(failures([0, step, step, 2 * step - 1, step]) == [1, 0, 1, 2, nil])
  // A server that sends the same first half again and again makes no progress.
  #expect(failures([1 << 30, 1 << 30, 1 << 30, 1 << 30]) == [0, 1, 2, nil])
  // What was here before is no progress either.
  #expect(failures([1 << 30, 1 << 30, 1 << 30], from: 1 << 30) == [1, 2, nil])
}

@Test func `more connections are tried once, and kept only if they bring more`() {
  func run(_ rates: [Int64], isFree: Bool = true, missing: Int64 = 1 << 30) -> [Sharing.Advice] {
    var sharing = Sharing()
    var received: Int64 = 0
    func advice(_ second: Int) -> Sharing.Advice {
      sharing.advice(
        at: .seconds(second), received: received, missing: missing, connections: connections,
        free: isFree ? 5 : 0, isAlone: true)
    }
    var connections = 1
    _ = advice(0)
    return rates.enumerated().map { second, rate in
      received += rate
      let advice = advice(second + 1)
      if advice == .add { connections = 4 }
      return advice
    }
  }
  #expect(run([10, 40, 40, 40]) == [.add, .stay, .keep, .stay], "four times as fast")
  #expect(run([10, 10, 10, 10]) == [.add, .stay, .drop(to: 1), .stay], "no faster")
  #expect(run([0, 0, 0]) == [.add, .stay, .keep], "the one has stopped: others may not")
  #expect(run([10, 10], isFree: false) == [.stay, .stay])
  #expect(run([100 << 20, 100 << 20], missing: 300 << 20) == [.stay, .stay], "over in 3 seconds")
  #expect(run([1, 1], missing: Sharing.smallestPiece) == [.stay, .stay], "too small")
}

@Test
func
  `while several come, free connections join what takes long; then new ones are tried beside them`()
{
  func join(
    milliseconds: Int = 100, received: Int64 = 2 << 20, missing: Int64 = 40 << 20, free: Int = 3
  ) -> Sharing.Advice {
    var sharing = Sharing()
    func advice(_ time: Int, _ received: Int64) -> Sharing.Advice {
      sharing.advice(
        at: .milliseconds(time), received: received, missing: missing, connections: 1,
        free: free, isAlone: false)
    }
    _ = advice(0, 0)
    return advice(milliseconds, received)
  }
  #expect(join() == .join(3), "2 seconds, if it goes on like that")
  #expect(join(milliseconds: 99) == .stay, "too early to say")
  #expect(join(received: 20 << 20) == .stay, "over in a fifth of a second")
  #expect(join(missing: 2 * Sharing.smallestShare - 1) == .stay, "too small")
  #expect(join(received: 1 << 20, missing: 2 * Sharing.smallestShare) == .join(1), "enough for one")
  #expect(join(free: 0) == .stay)

  var sharing = Sharing()
  func advice(_ second: Int, _ connections: Int, free: Int, isAlone: Bool = false) -> Sharing.Advice
  {
    sharing.advice(
      at: .seconds(second), received: Int64(second) << 20, missing: 1 << 30,
      connections: connections, free: free, isAlone: isAlone)
  }
  #expect(advice(0, 1, free: 2) == .stay && advice(1, 1, free: 2) == .join(2))
  #expect(advice(2, 3, free: 1) == .join(1), "one more has become idle")
  sharing.lose(hasBrought: false, leaving: 3)
  #expect(advice(6, 3, free: 1) == .stay && advice(7, 3, free: 1) == .join(1))
  // Once it is alone, new ones are tried also beside those that have joined, which stay in any case.
  #expect(advice(8, 4, free: 2, isAlone: true) == .add)
  #expect(
    advice(9, 6, free: 0, isAlone: true) == .stay
      && advice(10, 6, free: 0, isAlone: true) == .drop(to: 4))
}

@Test func `a connection that is lost is replaced, and one that is refused not for ever`() {
  func kept() -> Sharing {
    var sharing = Sharing()
    for (second, received) in [(0, 0), (1, 10), (2, 50), (3, 90)] as [(Int, Int64)] {
      _ = sharing.advice(
        at: .seconds(second), received: received, missing: 1 << 30,
        connections: second > 1 ? 4 : 1, free: 2, isAlone: true)
    }
    return sharing
  }
  func advice(_ sharing: inout Sharing, at second: Int, _ connections: Int) -> Sharing.Advice {
    sharing.advice(
      at: .seconds(second), received: 0, missing: 1 << 30, connections: connections, free: 2,
      isAlone: true)
  }
  var cut = kept()
  cut.lose(hasBrought: true, leaving: 3)
  #expect(advice(&cut, at: 3, 3) == .stay && advice(&cut, at: 4, 3) == .add)
  var refused = kept()
  // Three in one moment are one refusal.
  for left in [3, 2, 1] { refused.lose(hasBrought: false, leaving: left) }
  #expect(advice(&refused, at: 7, 1) == .stay && advice(&refused, at: 8, 1) == .add)
  refused.lose(hasBrought: false, leaving: 3)
  #expect(advice(&refused, at: 17, 3) == .stay && advice(&refused, at: 18, 3) == .add)
  refused.lose(hasBrought: false, leaving: 3)
  #expect(refused.isSettled)
  var ending = kept()
  ending.lose(hasBrought: true, leaving: 3)
  let advice = ending.advice(
    at: .seconds(60), received: 0, missing: Sharing.smallestPiece, connections: 3, free: 2,
    isAlone: true)
  #expect(advice == .stay, "so little is left that it is not worth a connection")
}

@Test func `pauses grow by two, up to eight, give or take a quarter`() {
  func delays(_ jitter: Double) -> [Duration] {
    (1...6).map { Retry.delay(failures: $0, retryAfter: 0, unit: .seconds(1), jitter: jitter) }
  }
  #expect(delays(0) == [1, 2, 4, 8, 8, 8].map { .seconds($0) })
  #expect(delays(1) == [1250, 2500, 5000, 10000, 10000, 10000].map { .milliseconds($0) })
  #expect(delays(-1) == [750, 1500, 3000, 6000, 6000, 6000].map { .milliseconds($0) })
}

@Test(arguments: [(1, 1), (120, 120), (121, 120), (Int64.max, 120), (0, 4), (-1, 4)])
func `the server's own pause counts, up to two minutes`(asked: Int64, seconds: Int) {
  let delay = Retry.delay(failures: 3, retryAfter: asked, unit: .seconds(1), jitter: 0)
  #expect(delay == .seconds(seconds))
}

/// What a verdict comes down to.
private func verdict(
  _ code: Int32, _ status: Int, offset: Int64 = 0, received: Int64 = 100, conditional: Bool = false,
  expected: Int64? = 100
) -> String {
  let request = TransferRequest(
    url: "https://user@host/a?b", expectedByteCount: expected, byteLimit: 1000,
    conditional: conditional ? Validator(etag: "\"a\"") : nil)
  let range =
    status == 206 && code != 33 ? ContentRange(bytes: offset..<100, wholeByteCount: nil) : nil
  let ending = Ending(
    code: code, text: "-", status: status, range: range, offset: offset == 0 ? nil : offset,
    received: received, goal: expected)
  switch Verdict(ending, of: request) {
  case .complete: return "complete"
  case .unchanged: return "unchanged"
  case .restart: return "restart"
  case .failed(.http(let status, let url)): return "http \(status) \(url)"
  case .failed(.network(let code, _, _)): return "network \(code)"
  case .failed(.tls(let code, _, _)): return "tls \(code)"
  case .failed(.badURL): return "bad URL"
  case .failed(let error): return "\(error)"
  }
}

@Test func `an attempt's end is judged by its status first, then by its bytes`() {
  #expect(verdict(0, 200) == "complete")
  #expect(verdict(0, 206, offset: 50) == "complete")
  #expect(verdict(56, 200) == "complete", "broken after the last byte")
  #expect(verdict(7, 0, offset: 100) == "network 7", "nothing came: nothing is complete")
  #expect(verdict(0, 200, received: 99) == "network 18")
  #expect(verdict(0, 200, received: 99, expected: nil) == "complete")
  #expect(verdict(18, 200, received: 99, expected: nil) == "network 18")
  #expect(verdict(0, 206, offset: 50, received: 60) == "network 18")
  #expect(verdict(0, 200, offset: 50, received: 50) == "restart")
  #expect(verdict(33, 200, offset: 50, received: 50) == "restart")
  #expect(verdict(33, 206, offset: 50, received: 50) == "restart")
  #expect(verdict(33, 503, offset: 50, received: 50) == "http 503 https://host/a")
  #expect(verdict(33, 404, offset: 50, received: 50) == "http 404 https://host/a")
  #expect(verdict(0, 416, offset: 50, received: 50) == "restart")
  #expect(verdict(0, 416) == "http 416 https://host/a")
  #expect(verdict(23, 404) == "http 404 https://host/a", "we stopped reading the page")
  #expect(verdict(23, 206) == "http 206 https://host/a", "a part of what nobody asked for parts of")
  #expect(verdict(0, 304, received: 0, conditional: true) == "unchanged")
  #expect(verdict(0, 304, received: 0) == "http 304 https://host/a")
  #expect(verdict(0, 204, received: 0, expected: 0) == "http 204 https://host/a")
  #expect(verdict(47, 302, received: 0) == "network 47")
  #expect(verdict(1, 302, received: 0) == "network 1")
  #expect(verdict(60, 0, received: 0) == "tls 60")
  #expect(verdict(77, 0, received: 0) == "tls 77")
}

@Test func `a failure behind a redirect is the other server's, and told with its URL`() {
  var ending = Ending(
    code: 7, text: "refused", status: 0, offset: nil, received: 0, goal: nil)
  let request = TransferRequest(url: "http://first/a", byteLimit: 9)
  for (place, isFirst) in [(nil, true), ("http://me:word@other/x?token", false)] {
    ending.elsewhere = place
    guard case .failed(let error) = Verdict(ending, of: request) else {
      Issue.record("it did not fail")
      continue
    }
    #expect(error.isOf("http://first") == isFirst)
    #expect(error.message == "\(isFirst ? "http://first/a" : "http://other/x"): refused")
  }
}
