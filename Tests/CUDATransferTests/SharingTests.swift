import CUDATransfer
import TestSupport
import Testing

/// 24 MB of which no two stretches are alike.
private let large: [UInt8] = (0..<3_000_000 as Range<UInt64>).map {
  $0 &* 0x9E37_79B9_7F4A_7C15
}.withUnsafeBytes { Array($0) }
private let whole = Summary(large)

/// A server whose connections bring 1.6 MB a second each.
private let pace = LoopbackServer.Fault.paced(byteCount: 16_000, every: .milliseconds(10))

/// Four times as fast: all of it comes in less than the four seconds from which on more are tried.
private let faster = LoopbackServer.Fault.paced(byteCount: 60_000, every: .milliseconds(10))

/// On a thread of its own: these tests mostly wait, and there are more of them than processors.
private func slowly(
  _ pace: LoopbackServer.Fault = pace, _ body: @escaping @Sendable (LoopbackServer) throws -> Void
) async throws {
  try await onThread {
    try serving(["/a": large]) { server in
      server.fault("/a", pace)
      try body(server)
    }
  }
}

private func request(_ server: LoopbackServer) -> TransferRequest {
  let size = Int64(large.count)
  return TransferRequest(
    url: server.url("/a"), expectedByteCount: size, byteLimit: size, allowsSharing: true)
}

extension Recorder {
  fileprivate var retries: Int {
    record.notices.count { if case .retry = $0 { true } else { false } }
  }
}

@Suite struct `A large body over slow connections` {
  @Test func `comes over several, each part once`() async throws {
    try await slowly { server in
      server.fault("/a", pace, times: .max)
      let got = fetch(request(server))
      #expect(got.summary == whole && got.record.restarts == 0)
      #expect(got.record.notices.contains { if case .shared(2...6) = $0 { true } else { false } })
      #expect(got.response?.byteCount == Int64(large.count))
      #expect(got.response?.isPieced == true)
      let parts = server.log.dropFirst().compactMap(\.range)
      #expect(parts.count == server.log.count - 1 && Set(parts).count == parts.count)
      // What the first connection had been asked for and is not to bring any more was on its way.
      #expect(server.log.reduce(0) { $0 + $1.bytesSent } < large.count + 8_000_000)
    }
  }

  @Test(
    arguments: [
      .status(503), .status(403), .status(429, headers: ["Retry-After: 100"]), .hangUp,
      .ignoreRange,
      .partial(from: 0, contentRange: "bytes 0-23999999/24000000"), .silence,
    ] as [LoopbackServer.Fault])
  func `comes over the first alone, if the server has something against the others`(
    fault: LoopbackServer.Fault
  ) async throws {
    try await slowly { server in
      server.fault("/a", fault, times: 3)
      var options = quick
      // Above what a busy machine may keep the first connection waiting, below what the body takes.
      options.stallLimit = .seconds(4)
      let got = fetch(request(server), options)
      #expect(got.summary == whole && got.record.restarts == 0)
      #expect(server.log.count > 1)
      #expect(got.retries == 0, "the first goes on: nothing to worry about")
    }
  }

  @Test func `comes whole, if all but the first are cut`() async throws {
    try await slowly { server in
      server.fault("/a", .cut(after: 1_000_000), times: 7)
      let got = fetch(request(server))
      #expect(got.summary == whole && got.record.restarts == 0)
      #expect(server.log.count > 1)
      #expect(got.response?.byteCount == Int64(large.count))
    }
  }

  @Test func `is not held up by one connection that is far slower`() async throws {
    try await slowly { server in
      server.fault("/a", .paced(byteCount: 1_000, every: .milliseconds(100)))
      server.fault("/a", pace, times: .max)
      let got = fetch(request(server))
      #expect(got.summary == whole && got.record.restarts == 0)
      // It had been asked for a piece of 8 MiB, and others brought nearly all of it.
      #expect(server.log.contains { 1...1_000_000 ~= $0.bytesSent })
    }
  }

  @Test func `is joined by connections that nobody waits for, while another comes`() async throws {
    try await slowly(faster) { server in
      server.fault("/a", faster, times: .max)
      server.fault("/d", faster)
      // While this one comes, the large one is not alone; behind it, too little is left to try new ones.
      for (path, count) in ["/b": 100_000, "/c": 100_000, "/d": 14_000_000] {
        server.publish(path, Array(large[..<count]))
      }
      let transfer = Transfer(options: quick)
      let got = Recorder()
      transfer.start(request(server), got)
      for path in ["/b", "/c", "/d"] {
        transfer.start(TransferRequest(url: server.url(path), byteLimit: 14_000_000), Recorder())
      }
      transfer.close()
      #expect(got.summary == whole && got.record.restarts == 0)
      #expect(got.response?.byteCount == Int64(large.count))
      #expect(got.record.notices == [], "nothing that a person need know")
      #expect(server.requests(for: "/a").count { $0.range != nil } >= 2)
    }
  }

  @Test(
    arguments: [
      .status(503), .status(403), .status(429, headers: ["Retry-After: 100"]), .hangUp,
      .ignoreRange,
      .partial(from: 0, contentRange: "bytes 0-23999999/24000000"),
    ] as [LoopbackServer.Fault])
  func `is brought by the first to its end, if the server has something against those that join`(
    fault: LoopbackServer.Fault
  ) async throws {
    try await slowly(faster) { server in
      server.fault("/a", fault, times: .max)
      for path in ["/b", "/c"] { server.publish(path, Array(large[..<100_000])) }
      server.fault("/d", faster)
      server.publish("/d", Array(large[..<23_000_000]))
      let transfer = Transfer(options: quick)
      let got = Recorder()
      transfer.start(request(server), got)
      for path in ["/b", "/c", "/d"] {
        transfer.start(TransferRequest(url: server.url(path), byteLimit: 23_000_000), Recorder())
      }
      transfer.close()
      #expect(got.summary == whole && got.record.restarts == 0)
      #expect(got.retries == 0)
      let requests = server.requests(for: "/a")
      #expect(requests.count > 1)
      #expect(
        requests[0].bytesSent == large.count, "it was not stopped where the others were to begin")
    }
  }

  @Test func `gives way to who comes later, behind a piece of 8 MiB`() async throws {
    let pace = LoopbackServer.Fault.paced(byteCount: 35_000, every: .milliseconds(10))
    try await slowly(pace) { server in
      for path in ["/b", "/c"] { server.publish(path, Array(large[..<100_000])) }
      var options = quick
      options.connectionsPerHost = 2
      let transfer = Transfer(options: options)
      let got = Recorder()
      let first = server.hold("/a", afterBytes: 1_000)
      let joined = server.hold("/a", afterBytes: 1_000)
      server.fault("/a", pace, times: .max)
      transfer.start(request(server), got)
      first.waitUntilReached()
      first.release()
      transfer.start(TransferRequest(url: server.url("/b"), byteLimit: 100_000), Recorder())
      joined.waitUntilReached()
      let late = server.hold("/c", afterBytes: 1_000)
      transfer.start(TransferRequest(url: server.url("/c"), byteLimit: 100_000), Recorder())
      joined.release()
      late.waitUntilReached()
      #expect(server.requests(for: "/a").reduce(0) { $0 + $1.bytesSent } < 23_500_000)
      late.release()
      transfer.close()
      #expect(got.summary == whole)
    }
  }

  @Test func `comes over one, if it is alone and soon there`() async throws {
    try await slowly(faster) { server in
      #expect(fetch(request(server)).summary == whole)
      #expect(server.log.count == 1)
    }
  }

  @Test func `ends once, if it is cancelled`() async throws {
    try await slowly { server in
      let holds = (0..<4).map { _ in server.hold("/a", afterBytes: 100_000) }
      defer { for hold in holds { hold.release() } }
      let transfer = Transfer(options: quick)
      let got = Recorder()
      transfer.start(request(server), got)
      for hold in holds { hold.waitUntilReached() }
      transfer.cancel()
      transfer.close()
      #expect(got.record.results.count == 1)
      guard case .cancelled = got.error else {
        Issue.record("\(got.record.results)")
        return
      }
    }
  }

  @Test func `comes over one, if nobody allows more`() async throws {
    try await slowly { server in
      var alone = request(server)
      alone.allowsSharing = false
      server.publish("/a", Array(large[..<10_000_000]))
      alone.expectedByteCount = 10_000_000
      #expect(fetch(alone).summary == Summary(large[..<10_000_000]))
      #expect(server.log.count == 1)
    }
  }
}
