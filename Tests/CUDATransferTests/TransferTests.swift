import CUDATransfer
import TestSupport
import Testing

private let archive = noise(300_000)
private let whole = Summary(archive)

private func request(_ server: LoopbackServer, _ path: String = "/a") -> TransferRequest {
  TransferRequest(
    url: server.url(path), expectedByteCount: Int64(archive.count), byteLimit: 1 << 20)
}

@Test func `a body arrives whole, in one request`() throws {
  try serving(["/a": archive]) { server in
    let got = fetch(request(server))
    #expect(got.summary == whole)
    #expect(got.record.results.count == 1)
    #expect(got.record.notices.isEmpty)
    let response = try #require(got.response)
    #expect(response.status == 200)
    #expect(response.byteCount == Int64(archive.count))
    #expect(response.attempts == 1)
    #expect(response.effectiveURL == server.url("/a"))
    #expect(response.validator.etag != nil)
    let asked = try #require(server.log.first)
    #expect(asked.headers["user-agent"] == "cuda-install/test")
    #expect(asked.headers["accept-encoding"] == nil)
    #expect(asked.range == nil)
  }
}

@Test func `more transfers than connections all arrive, side by side`() throws {
  let paths = (0..<20).map { "/\($0)" }
  let bodies = (0..<20).map { noise(10_000, seed: UInt64($0)) }
  try serving(Dictionary(uniqueKeysWithValues: zip(paths, bodies))) { server in
    // So many are under way at once, or the last of these would not be reached.
    let holds = paths[..<quick.connectionsPerHost].map { server.hold($0, afterBytes: 5_000) }
    let transfer = Transfer(options: quick)
    let got = paths.map { path in
      let receiver = Recorder()
      transfer.start(TransferRequest(url: server.url(path), byteLimit: 10_000), receiver)
      return receiver
    }
    for hold in holds { hold.waitUntilReached() }
    #expect(server.log.count == quick.connectionsPerHost)
    for hold in holds { hold.release() }
    transfer.close()
    #expect(got.map(\.summary) == bodies.map { Summary($0) })
    #expect(server.log.count == 20)
  }
}

@Test(arguments: [(1, 10), (10, 1)])
func `transfers begin in the order in which they were started`(perHost: Int, all: Int) throws {
  let paths = (0..<10).map { "/\($0)" }
  try serving(Dictionary(uniqueKeysWithValues: paths.map { ($0, archive) })) { server in
    var options = quick
    options.connectionsPerHost = perHost
    options.connections = all
    let transfer = Transfer(options: options)
    for path in paths { transfer.start(request(server, path), Recorder()) }
    transfer.close()
    #expect(server.log.map(\.path) == paths)
  }
}

@Test func `a host whose connections are all busy keeps no other host waiting`() throws {
  try serving(["/a": archive]) { busy in
    try serving(["/a": archive]) { free in
      let holds = (0..<quick.connectionsPerHost).map { _ in busy.hold("/a", afterBytes: 1_000) }
      let transfer = Transfer(options: quick)
      let slow = (0..<8).map { _ in Recorder() }
      for receiver in slow { transfer.start(request(busy), receiver) }
      // Held too, so that it is known to have come this far while all others stand.
      let arrived = free.hold("/a", afterBytes: archive.count)
      let quickly = Recorder()
      transfer.start(request(free), quickly)
      arrived.waitUntilReached()
      for hold in holds { hold.waitUntilReached() }
      #expect(busy.log.count == quick.connectionsPerHost)
      for hold in holds + [arrived] { hold.release() }
      transfer.close()
      #expect((slow + [quickly]).allSatisfy { $0.summary == whole })
    }
  }
}

@Test func `a transfer that was cut goes on with the rest, and only with the rest`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .cut(after: 100_000))
    let got = fetch(request(server))
    #expect(got.summary == whole)
    #expect(got.response?.attempts == 2)
    #expect(got.response?.byteCount == Int64(archive.count))
    #expect(server.log.map(\.range) == [nil, "bytes=100000-"])
    #expect(server.log.map(\.bytesSent) == [100_000, 200_000])
    #expect(server.log.last?.headers["if-range"] == got.response?.validator.etag)
    #expect(got.record.notices.last == .resumed(at: 100_000, after: nil))
    guard case .retry(2, of: 5, _) = got.record.notices.first else {
      Issue.record("no notice of the retry: \(got.record.notices)")
      return
    }
  }
}

@Test func `a body without a length that ends early goes on with the rest`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .unframed(after: 100_000))
    let got = fetch(request(server))
    #expect(got.summary == whole)
    #expect(server.log.map(\.range) == [nil, "bytes=100000-"])
  }
}

@Test func `a transfer goes on with what an earlier run received`() throws {
  try serving(["/a": archive]) { server in
    var rest = request(server)
    rest.missing = [250_000..<300_000]
    let got = fetch(rest, into: Recorder(Array(archive[..<250_000])))
    #expect(got.summary == whole)
    #expect(got.response?.byteCount == 50_000)
    #expect(got.record.restarts == 0)
  }
}

@Test func `a body that changed since the earlier run is fetched from its first byte`() throws {
  try serving(["/a": archive]) { server in
    var rest = request(server)
    rest.missing = [250_000..<300_000]
    rest.resumeValidator = Validator(etag: "\"another\"")
    let got = fetch(rest, into: Recorder(noise(250_000, seed: 9)))
    #expect(got.summary == whole)
    #expect(got.record.restarts == 1)
  }
}

@Test func `who has every byte asks nobody`() throws {
  try serving(["/a": archive]) { server in
    var rest = request(server)
    rest.missing = []
    let got = fetch(rest, into: Recorder(archive))
    #expect(got.response?.status == 0)
    #expect(got.summary == whole)
    #expect(server.log.isEmpty)
  }
}

@Test(arguments: [1, 5]) func `a server that ignores ranges sends it all again`(attempts: Int)
  throws
{
  try serving(["/a": archive]) { server in
    var rest = request(server)
    rest.missing = [100..<300_000]
    server.fault("/a", .ignoreRange)
    var options = quick
    options.maximumAttempts = attempts
    let got = fetch(rest, into: Recorder(noise(100, seed: 3)), options)
    #expect(got.summary == whole)
    #expect(got.record.restarts == 1)
    #expect(got.record.notices == [.restarted])
  }
}

@Test func `a server that ignores ranges and cuts sends all of it again, and once is enough`()
  throws
{
  try serving(["/a": archive]) { server in
    server.fault("/a", .cut(after: 10_000))
    server.fault("/a", .ignoreRange)
    let got = fetch(request(server))
    #expect(got.summary == whole)
    // What comes instead of the rest is the whole, and is taken for it.
    #expect(server.log.map(\.range) == [nil, "bytes=10000-"])
    #expect(got.record.restarts == 1)
  }
}

@Test func `a 416 that says nothing is followed by a start from zero`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/a", .status(416))
    var rest = request(server)
    rest.missing = [100..<300_000]
    let got = fetch(rest, into: Recorder(noise(100, seed: 3)))
    #expect(got.summary == whole)
    #expect(server.log.map(\.status) == [416, 200])
  }
}

@Test func `a part behind the server's end means that its body is another`() throws {
  try serving(["/a": archive]) { server in
    let beyond = TransferRequest(
      url: server.url("/a"), expectedByteCount: 500_000, byteLimit: 1 << 20,
      missing: [400_000..<500_000])
    let got = fetch(beyond, into: Recorder(noise(400_000, seed: 3)))
    guard case .wrongSize(_, 500_000, 300_000) = got.error else {
      Issue.record("\(String(describing: got.error))")
      return
    }
    #expect(got.record.restarts == 0)
  }
}

@Test func `gaps are filled, and nothing else is asked for`() throws {
  try serving(["/a": archive]) { server in
    var rest = request(server)
    rest.missing = [10..<20, 1000..<2000, 299_000..<300_000]
    var here = archive
    for gap in rest.missing ?? [] {
      here.replaceSubrange(
        Int(gap.lowerBound)..<Int(gap.upperBound), with: repeatElement(0, count: gap.count))
    }
    let got = fetch(rest, into: Recorder(here))
    #expect(got.summary == whole)
    #expect(got.response?.byteCount == 2010)
    #expect(server.log.map(\.range) == ["bytes=10-19", "bytes=1000-1999", "bytes=299000-"])
  }
}

@Test func `what is said to be there is asked for once more, past all caches`() throws {
  try serving([:]) { server in
    var request = request(server)
    request.certainty = "sha256=ab"
    let got = fetch(request)
    guard case .http(404, _) = got.error else {
      Issue.record("\(String(describing: got.error))")
      return
    }
    #expect(server.log.map { $0.headers["cache-control"] } == [nil, "no-cache"])
    server.publish("/a", archive)
    server.fault("/a", .status(404))
    #expect(fetch(request).summary == whole)
  }
}

@Test func `a redirect is followed, and its end reported`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/old", .redirect(to: "/a"))
    let got = fetch(request(server, "/old"))
    #expect(got.summary == whole)
    #expect(got.response?.effectiveURL == server.url("/a"))
  }
}

@Test func `the rest is asked for behind the redirect too`() throws {
  try serving(["/a": archive]) { server in
    server.fault("/old", .redirect(to: "/a"), times: 2)
    server.fault("/a", .cut(after: 1_000))
    let got = fetch(request(server, "/old"))
    #expect(got.summary == whole)
    #expect(server.requests(for: "/a").map(\.bytesSent) == [1_000, 299_000])
  }
}

@Test func `close may be repeated, and what is started later ends at once`() throws {
  let transfer = Transfer(options: quick)
  transfer.close()
  transfer.close()
  let late = Recorder()
  transfer.start(TransferRequest(url: "http://127.0.0.1:1/", byteLimit: 1), late)
  guard case .cancelled = late.error else {
    Issue.record("\(late.record.results)")
    return
  }
}

@Test func `cancel ends what is under way and what waits, once each`() throws {
  let paths = (0..<10).map { "/\($0)" }
  try serving(Dictionary(uniqueKeysWithValues: paths.map { ($0, archive) })) { server in
    let hold = server.hold("/0", afterBytes: 1_000)
    let transfer = Transfer(options: quick)
    let got = paths.map { path in
      let receiver = Recorder()
      transfer.start(request(server, path), receiver)
      return receiver
    }
    hold.waitUntilReached()
    transfer.cancel()
    // Returns though the server still holds its answer.
    transfer.close()
    let held = try #require(got.first)
    guard case .cancelled = held.error else {
      Issue.record("\(held.record.results)")
      return
    }
    #expect(got.allSatisfy { $0.record.results.count == 1 })
  }
}

@Test func `cancel ends the wait for the next attempt`() throws {
  try serving([:]) { server in
    server.fault("/a", .status(503, headers: ["Retry-After: 100"]))
    final class Canceller: TransferReceiver {
      let recorder = Recorder()
      let cancel: @Sendable () -> Void
      init(_ cancel: @escaping @Sendable () -> Void) { self.cancel = cancel }
      func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {}
      func restart() {}
      func notice(_ notice: TransferNotice) { cancel() }
      func finish(_ result: Result<TransferResponse, TransferError>) { recorder.finish(result) }
    }
    let transfer = Transfer(options: TransferOptions(userAgent: "t", backoffUnit: .seconds(3600)))
    let receiver = Canceller { transfer.cancel() }
    transfer.start(request(server), receiver)
    transfer.close()
    guard case .cancelled = receiver.recorder.error else {
      Issue.record("\(receiver.recorder.record.results)")
      return
    }
  }
}
