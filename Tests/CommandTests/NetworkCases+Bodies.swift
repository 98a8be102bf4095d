import TestSupport

/// The size of the archive, and half of it.
private let whole = Network.byteCount
private let half = Network.half

extension NetworkCase {
  /// How an archive's body ends, and how it goes on.
  static let bodies: [NetworkCase] = [
    .archive(
      "cut before the first byte", .cut(after: 0), .success, archives: 2, bytes: .exactly(whole)),
    .archive("cut after one byte", .cut(after: 1), .success, archives: 2, bytes: .exactly(whole)),
    .archive("cut at half", .cut(after: half), .success, archives: 2, bytes: .exactly(whole)) {
      ["only the rest is asked for": $1.archives.last?.range == "bytes=\(half)-"]
        .merging(["the first is for all": $0.server.log.first?.range == nil]) { $1 }
    },
    .archive(
      "cut before the last byte", .cut(after: whole - 1), .success, archives: 2,
      bytes: .exactly(whole)),
    .archive(
      "cut three times, each further than a retry's worth, with one retry",
      .cut(after: whole * 45 / 100), times: 3, environment: once, .success, archives: 3,
      bytes: .exactly(whole)),
    .archive(
      "cut before the first byte for ever", .cut(after: 0), times: .max, environment: once,
      .failure(69, Network.path), archives: 2, bytes: 0),
    .archive(
      "cut after ten bytes for ever: that is no progress", .cut(after: 10), times: .max,
      environment: once, .failure(69, Network.path), archives: 2, bytes: 20),
    .archive(
      "reset at half", .reset(after: half), .success, archives: 2,
      bytes: .from(whole, to: whole + half)),
    .archive(
      "reset before the first byte for ever", .reset(after: 0), times: .max, environment: once,
      .failure(69, Network.path), archives: 2, bytes: 0),
    NetworkCase(
      name: "stalled at half", environment: impatient, end: .success, archives: 2,
      bytes: .exactly(whole),
      arrange: { _ = $0.server.hold(Network.path, afterBytes: half) }),
    .archive(
      "not answered at all, ever", .silence, times: .max, environment: impatientOnce,
      .failure(69, Network.path), archives: 2, bytes: 0),
    .archive(
      "ten bytes a second", .paced(byteCount: 1, every: .milliseconds(100)),
      environment: impatient, .success, archives: 2, bytes: .from(whole, to: whole + 100)),
    .archive(
      "slow but steady, for longer than a stall may last",
      .paced(byteCount: 10_000, every: .milliseconds(60)), environment: impatient, .success,
      archives: 1, bytes: .exactly(whole)),
    .archive(
      "a length that is too long", .length(whole + 1000), times: .max,
      .failure(69, "the server has \(whole + 1000) bytes of it, not \(whole)"), archives: 2),
    .archive(
      "a length that is too short", .length(half), times: .max,
      .failure(69, "the server has \(half) bytes of it, not \(whole)"), archives: 2),
    .archive(
      "a length that is too long from the first cache alone", .length(whole + 1000), .success,
      archives: 2, check: asksPastCaches),
    .archive("no length", .unframed(), .success, archives: 1, bytes: .exactly(whole)),
    .archive(
      "no length, and an end at half", .unframed(after: half), .success, archives: 2,
      bytes: .exactly(whole)),
    .archive("chunks", .chunked(), .success, archives: 1, bytes: .exactly(whole)),
    .archive(
      "chunks, cut within one", .chunked(cutAfter: half), .success, archives: 2,
      bytes: .exactly(whole)),
    .archive(
      "chunks without end", .endless(chunked: true), times: .max,
      .failure(65, "sends more than \(whole) bytes"), archives: 1, bytes: .atMost(whole + buffers)),
    .archive(
      "a body without end or length", .endless(chunked: false), times: .max,
      .failure(65, "sends more than \(whole) bytes"), archives: 1, bytes: .atMost(whole + buffers)),
    .archive(
      "compressed once more, unasked", .gzipped, .success, archives: 2, check: asksPastCaches),
  ]

  /// What two kernels and a server may hold before a closed connection is noticed.
  static let buffers = 16 << 20

  /// What is asked of a server that does not have what the manifest lists.
  static func asksPastCaches(_ network: Network, _ observed: Observed) -> [String: Bool] {
    let request = observed.archives.last
    let isFirst = observed.archives.count < 2
    return [
      "past caches": isFirst
        || request?.headers["cache-control"] == "no-cache"
          && request?.headers["pragma"] == "no-cache"
          && request?.query == "sha256=\(sha256(Network.archive))",
      "and only the second time": observed.archives.first?.query == nil
        && observed.archives.first?.headers["cache-control"] == nil,
    ]
  }
}

extension NetworkCase {
  /// What comes when the rest of an archive is asked for.
  static let resumptions: [NetworkCase] = [
    .resumption(
      "200 instead of the rest", .ignoreRange, archives: .from(2, to: 3),
      bytes: .from(half + whole, to: half + 2 * whole)),
    .resumption(
      "206 with another start", .partial(from: 0, contentRange: "bytes 0-\(whole - 1)/\(whole)"),
      archives: 3, bytes: .from(half + whole, to: half + 2 * whole)),
    .resumption(
      "206 with another size",
      .partial(from: half, contentRange: "bytes \(half)-\(whole - 1)/\(whole + 5)"), archives: 3,
      bytes: .from(whole, to: 2 * whole)),
    .resumption(
      "206 without Content-Range", .partial(from: half, contentRange: nil), archives: 3,
      bytes: .from(half + whole, to: 2 * whole)),
    .resumption(
      "206 with a Content-Range that is none",
      .partial(from: half, contentRange: "bytes half-all/some"), archives: 3,
      bytes: .from(half + whole, to: 2 * whole)),
    .archive(
      "206 although all was asked for",
      .partial(from: 0, contentRange: "bytes 0-\(whole - 1)/\(whole)"), times: .max,
      .failure(69, "206"), archives: 1),
    .resumption(
      "206 of another version, although asked for that one",
      .partial(from: half, contentRange: "bytes \(half)-\(whole - 1)/\(whole)"),
      versions: [.init(etag: "\"1\""), .init(etag: "\"2\"")], archives: 3,
      bytes: .from(half + whole, to: 2 * whole)),
    .archive(
      "nothing, and says so", .raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), times: .max,
      .failure(69, "the server has 0 bytes of it, not \(whole)"), archives: 2),
    .resumption(
      "416", .status(416, headers: ["Content-Range: bytes */\(whole)"]), archives: 3,
      bytes: .from(half + whole, to: half + whole + 20)),
    .resumption(
      "503 and then the rest", .status(503), archives: 3, bytes: .from(whole, to: whole + 20)),
    .resumption(
      "another ETag for the same bytes",
      versions: [.init(etag: "\"1\""), .init(etag: "\"2\"")], archives: .from(2, to: 3),
      bytes: .from(whole, to: half + 2 * whole)),
    .resumption(
      "a weak ETag", versions: [.init(etag: "W/\"1\"")], archives: 2, bytes: .exactly(whole)
    ) { ["a weak tag is not sent": $1.archives.last?.headers["if-range"] == nil] },
    .resumption(
      "Last-Modified alone", versions: [.init(lastModified: "Wed, 01 Oct 2025 10:00:00 GMT")],
      archives: 2, bytes: .exactly(whole)
    ) {
      let asked = $1.archives.last?.headers["if-range"]
      return ["the rest of what it was then": asked == "Wed, 01 Oct 2025 10:00:00 GMT"]
    },
    .resumption(
      "no validator at all", versions: [.init()], archives: 2, bytes: .exactly(whole)),
    // Rest and beginning are not of one archive, which the tag tells, or at last the hash.
    NetworkCase(
      name: "another archive since half of it came, with another ETag", end: .success,
      archives: .from(2, to: 3), bytes: .from(whole, to: half + 2 * whole),
      arrange: { network in
        network.server.publish(Network.path, Network.otherArchive)
        network.server.fault(Network.path, .cut(after: half))
      },
      meanwhile: { network, program in
        let hold = network.server.hold(Network.path, afterBytes: half)
        _ = hold.waitUntilReached(by: program)
        network.server.publish(Network.path, Network.archive)
        hold.release()
      },
      check: { ["the rest of what it was": $1.archives[1].headers["if-range"] != nil] }),
    .adopted("half of another archive, left by an earlier run", .success, right: true),
    .adopted(
      "half of another archive, left by an earlier run, and the server still has that",
      .failure(65, "wrong hash"), right: false),
    .mixed("a rest of another archive", times: 1, .success),
    .mixed(
      "a rest of another archive, and a whole of that", times: .max, .failure(65, "wrong hash")),
  ]

  /// A row in which an earlier run got half of an archive, and then was refused.
  private static func adopted(_ name: String, _ end: End, right: Bool) -> NetworkCase {
    NetworkCase(
      name: name, end: end, archives: 4, bytes: .from(2 * whole, to: 2 * whole + 20),
      arrange: { network in
        // Only the hash can tell the two.
        network.server.identify(Network.path, as: [.init(etag: "\"always\"")])
        network.server.publish(Network.path, Network.otherArchive)
        network.server.fault(Network.path, .cut(after: half))
        network.server.fault(Network.path, .status(401))
        network.start().wait()
        if right { network.server.publish(Network.path, Network.archive) }
      },
      check: { _, observed in
        let ranges = observed.archives.dropFirst(2).map(\.range)
        return ["the rest is asked for, and then all": ranges == ["bytes=\(half)-", nil]]
      })
  }

  /// A row in which the first half is right, and the rest is not.
  private static func mixed(_ name: String, times: Int, _ end: End) -> NetworkCase {
    NetworkCase(
      name: name, end: end, archives: 3, bytes: .exactly(2 * whole),
      arrange: { network in
        network.server.fault(Network.path, .cut(after: half))
        network.server.fault(Network.path, .corrupt(at: whole - 1000), times: times)
      },
      check: { _, observed in
        [
          "the rest is asked for, and then all": observed.archives.map(\.range) == [
            nil, "bytes=\(half)-", nil,
          ]
        ]
      })
  }
}
