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
  #expect(Resumption(status: status, offset: offset) == expected)
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
  let ending = Ending(code: code, text: "-", status: status, offset: offset, received: received)
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
  #expect(verdict(0, 304, received: 0, conditional: true) == "unchanged")
  #expect(verdict(0, 304, received: 0) == "http 304 https://host/a")
  #expect(verdict(0, 204, received: 0, expected: 0) == "http 204 https://host/a")
  #expect(verdict(47, 302, received: 0) == "network 47")
  #expect(verdict(1, 302, received: 0) == "bad URL")
  #expect(verdict(60, 0, received: 0) == "tls 60")
  #expect(verdict(77, 0, received: 0) == "tls 77")
}
