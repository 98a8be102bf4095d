import CUDATransfer
import Glibc
import TestSupport
import Testing

private let archive = noise(300_000)
private let whole = Summary(archive)

private func request(_ server: LoopbackServer, _ path: String = "/a") -> TransferRequest {
  TransferRequest(
    url: server.url(path), expectedByteCount: Int64(archive.count), byteLimit: 1 << 20)
}

@Test(arguments: [401, 403, 404, 410, 501, 202, 300])
func `an answer that will not change is final, and its page reaches nobody`(status: Int) throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .status(status))
    let got = fetch(request(server))
    guard case .http(status, _) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(got.bytes.isEmpty)
    #expect(server.log.count == 1)
    #expect(got.error?.isTransient == false)
  }
}

@Test(arguments: [408, 429, 500, 502, 503, 504])
func `a busy server is asked again`(status: Int) throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .status(status, headers: ["Retry-After: 7"]), times: 4)
    let got = fetch(request(server))
    #expect(got.summary == whole)
    #expect(got.response?.attempts == 5)
    #expect(got.record.restarts == 0)
  }
}

@Test func `a busy server's answer to a range is not taken for a refusal of ranges`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .cut(after: 1_000))
    server.fault("/a", .status(503))
    let got = fetch(request(server))
    #expect(got.summary == whole)
    #expect(server.log.map(\.range) == [nil, "bytes=1000-", "bytes=1000-"])
    #expect(got.record.restarts == 0)
  }
}

@Test func `a 404 to a range is a 404`() throws {
  try serving([:]) { server in
    var rest = request(server)
    rest.missing = [1_000..<300_000]
    let got = fetch(rest)
    guard case .http(404, _) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
  }
}

@Test func `an endless error page is not read to its end`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .status(404, body: String(repeating: "x", count: 5_000_000)))
    guard case .http(404, _) = fetch(request(server)).error else {
      Issue.record("not the status")
      return
    }
  }
}

@Test func `attempts come to an end, and what was received stays`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .cut(after: 1_000), times: 9)
    let got = fetch(request(server))
    guard case .network(18, _, _) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(server.log.count == 5)
    #expect(got.summary == Summary(archive[..<5_000]))
    #expect(got.error?.isTransient == true)
  }
}

@Test func `a line that is cut again and again brings a large file, a part at a time`() throws {
  let large = noise(6_000_000)
  try serving(["/a": large]) { server in
    server.fault("/a", .cut(after: 290_000), times: 20)
    let got = fetch(
      TransferRequest(url: server.url("/a"), expectedByteCount: 6_000_000, byteLimit: 6_000_000))
    #expect(got.summary == Summary(large))
    #expect(got.response?.attempts == 21)
    #expect(server.log.reduce(0) { $0 + $1.bytesSent } == 6_000_000)
    let retries = got.record.notices.filter { if case .retry = $0 { true } else { false } }
    #expect(retries == [], "each part was progress: nothing to worry about")
  }
}

@Test(arguments: ["http://u:secret@h:1", "foo://u:secret@h", "http://u:se cret@h"])
func `no message shows a proxy's password`(proxy: String) {
  let error = TransferError(
    code: 5, text: "Unsupported proxy syntax in '\(proxy)'", url: "http://a/")
  #expect(!error.message.contains("cret") && error.message.contains("h"), "\(error.message)")
  #expect(!error.isTransient, "it will not be right later")
}

@Test(arguments: [.status(503), .status(429), .hangUp, .reset(after: 0)] as [LoopbackServer.Fault])
func `a server that allows one connection is asked for one body after the other`(
  fault: LoopbackServer.Fault
) async throws {
  let paths = ["/a", "/b", "/c"]
  let got = try await onThread {
    try serving(Dictionary(uniqueKeysWithValues: paths.map { ($0, archive) })) { server in
      // The first is under way for two seconds, long after the second was refused.
      server.fault("/a", .paced(byteCount: 1_500, every: .milliseconds(10)))
      server.fault("/b", fault)
      var options = quick
      options.maximumAttempts = 1
      let transfer = Transfer(options: options)
      let got = paths.map { path in
        let receiver = Recorder()
        transfer.start(request(server, path), receiver)
        if path == "/a" { while server.log.isEmpty { sched_yield() } }
        return receiver
      }
      transfer.close()
      return got.map(\.summary)
    }
  }
  #expect(got == [whole, whole, whole])
}

@Test func `a server that hangs up is asked again`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .hangUp, times: 2)
    #expect(fetch(request(server)).summary == whole)
  }
}

@Test func `a body that is announced too long brings nothing`() throws {
  try serving(["/a": archive]) { server in
    let got = fetch(TransferRequest(url: server.url("/a"), byteLimit: 299_999))
    guard case .tooLong(_, 299_999) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(got.bytes.isEmpty)
    #expect(server.log.count == 1)
  }
}

@Test(arguments: [299_999, 1_000, 0] as [Int64])
func `a body that turns out too long is stopped at its limit`(limit: Int64) throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .unframed())
    let got = fetch(TransferRequest(url: server.url("/a"), byteLimit: limit))
    guard case .tooLong(_, limit) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(got.bytes.count <= limit)
    #expect(server.log.count == 1)
  }
}

@Test func `a limit counts what was received earlier`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .cut(after: 200_000))
    let got = fetch(TransferRequest(url: server.url("/a"), byteLimit: 250_000))
    guard case .tooLong = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(got.bytes.count <= 250_000)
  }
}

@Test(arguments: [299_999, 300_001] as [Int64])
func `a body of another size than expected brings nothing`(expected: Int64) throws {
  try serving(["/a": archive]) { server in
    var other = request(server)
    other.expectedByteCount = expected
    let got = fetch(other)
    switch got.error {
    case .wrongSize(_, expected, 300_000), .tooLong(_, expected): break
    default: Issue.record("\(got.record.results)")
    }
    #expect(got.bytes.isEmpty)
    #expect(server.log.count == 1)
  }
}

@Test func `redirects in a loop are left`() throws {
  try serving([:]) { server in
    server.fault("/a", .redirect(to: "/a"), times: 99)
    guard case .network(47, _, _) = fetch(request(server)).error else {
      Issue.record("not the loop")
      return
    }
    #expect(server.log.count == 6)
  }
}

@Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1:1/a", "dict://127.0.0.1:1/a"])
func `only http and https are spoken`(url: String) throws {
  guard case .badURL = fetch(TransferRequest(url: url, byteLimit: 100)).error else {
    Issue.record("\(url) is not refused")
    return
  }
  try serving([:]) { server in
    server.fault("/a", .redirect(to: url))
    let got = fetch(request(server))
    guard case .network(1, _, _) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(got.bytes.isEmpty && server.log.count == 1)
  }
}

@Test(arguments: ["", "a", "127.0.0.1:1/a", "https://a b/", "http://u:p/w@h/a", "https://[::1/"])
func `what is no URL is refused and not shown with its password`(url: String) {
  let got = fetch(TransferRequest(url: url, byteLimit: 100))
  guard case .badURL = got.error else {
    Issue.record("\(got.record.results)")
    return
  }
  #expect(got.error?.message.contains("p/w") == false)
}

@Test func `a refused connection is an error of the network, and may pass`() throws {
  let url = try serving([:]) { $0.url("/a") }
  var options = quick
  options.maximumAttempts = 2
  let got = fetch(TransferRequest(url: url, byteLimit: 100), into: Recorder(), options)
  guard case .network(7, _, _) = got.error else {
    Issue.record("\(got.record.results)")
    return
  }
  #expect(got.error?.isTransient == true)
  #expect(got.record.notices.count == 1)
}

@Test func `the receiver's own error comes back, and nothing is tried again`() throws {
  try serving(["/a": archive]) { server in
    let got = fetch(request(server), into: Recorder(capacity: 1_000))
    guard case .receiver(let underlying) = got.error else {
      Issue.record("\(got.record.results)")
      return
    }
    #expect(underlying as? Recorder.Full == Recorder.Full(at: 1_000))
    #expect(server.log.count == 1)
    #expect(got.record.results.count == 1)
  }
}

@Test func `no message shows a user, a password or a query`() throws {
  try serving([:]) { server in
    let url = "http://user:secret@127.0.0.1:\(server.port)/a?token=secret#secret"
    let got = fetch(TransferRequest(url: url, byteLimit: 100))
    let error = try #require(got.error)
    #expect(error.message.contains("127.0.0.1:\(server.port)/a:"))
    #expect(!"\(error) \(error.message) \(error.hint ?? "")".contains("secret"))
  }
}
