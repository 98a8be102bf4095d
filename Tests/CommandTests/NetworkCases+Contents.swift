import TestSupport

private let whole = Network.byteCount
private let half = Network.half

/// What a hotel's network answers to everything.
private let page = "<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n"

extension NetworkCase {
  /// Archives that are not what the manifest says.
  static let contents: [NetworkCase] = [
    .archive(
      "a wrong byte", .corrupt(at: 1000), times: .max, .failure(65, "wrong hash"), archives: 1,
      bytes: .exactly(whole)),
    .archive(
      "a page of the archive's length",
      .status(200, body: page + String(repeating: " ", count: whole - page.utf8.count)),
      times: .max, .failure(65, "wrong hash"), archives: 1, bytes: .exactly(whole)),
    .archive(
      "a page of another length", .status(200, body: page), times: .max,
      .failure(69, "the server has \(page.utf8.count) bytes of it, not \(whole)"), archives: 2,
      check: asksPastCaches),
    NetworkCase(
      name: "another archive since the manifest was read", end: .failure(65, "wrong hash"),
      archives: 1,
      arrange: { network in network.server.publish(Network.path, Network.otherArchive) }),
    NetworkCase(
      name: "an archive that is gone since the manifest was read",
      end: .failure(69, "not in sync yet"), archives: 2,
      arrange: { network in network.server.publish(Network.path, nil) }, check: asksPastCaches),
  ]

  /// Manifests and indexes.
  static let documents: [NetworkCase] = [
    NetworkCase(
      name: "a page for everything", end: .failure(65, "redistrib_13.0.2.json"), archives: 0,
      arrange: { $0.server.fault("*", .status(200, body: page), times: .max) }),
    NetworkCase(
      name: "a page for everything, and the newest release is wanted", words: "13.0 cudart",
      end: .failure(65, "releases.json"), archives: 0,
      arrange: { $0.server.fault("*", .status(200, body: page), times: .max) }),
    NetworkCase(
      name: "a manifest that is no JSON", end: .failure(65, "redistrib_13.0.2.json"), archives: 0,
      manifests: 1,
      arrange: { $0.server.fault(Network.manifest, .status(200, body: "{]"), times: .max) }),
    NetworkCase(
      name: "a manifest that is cut", end: .success, archives: 1, manifests: 2,
      arrange: { $0.server.fault(Network.manifest, .cut(after: 100)) }),
    NetworkCase(
      name: "a manifest that is reset", end: .success, archives: 1, manifests: 2,
      arrange: { $0.server.fault(Network.manifest, .reset(after: 100)) }),
    NetworkCase(
      name: "a manifest that is cut, and nobody said how long it is",
      end: .failure(65, "redistrib_13.0.2.json"), archives: 0, manifests: 1,
      arrange: { $0.server.fault(Network.manifest, .unframed(after: 100), times: .max) }),
    NetworkCase(
      name: "a manifest in chunks that are cut", end: .success, archives: 1, manifests: 2,
      arrange: { $0.server.fault(Network.manifest, .chunked(cutAfter: 100)) }),
    NetworkCase(
      name: "a manifest that stalls", environment: impatient, end: .success, archives: 1,
      manifests: 2, arrange: { _ = $0.server.hold(Network.manifest, afterBytes: 10) }),
    NetworkCase(
      name: "a manifest without end", end: .failure(65, "sends more than \(16 << 20) bytes"),
      archives: 0, manifests: 1,
      arrange: { $0.server.fault(Network.manifest, .endless(chunked: true), times: .max) },
      check: { ["it is stopped": ($1.manifests.first?.bytesSent ?? 0) < (16 << 20) + buffers] }),
    NetworkCase(
      name: "an index without end", words: "13.0 cudart",
      end: .failure(65, "sends more than \(4 << 20) bytes"), archives: 0, indexes: 1,
      arrange: { $0.server.fault(Mirror.base, .endless(chunked: false), times: .max) },
      check: { ["it is stopped": ($1.indexes.first?.bytesSent ?? 0) < (4 << 20) + buffers] }),
    NetworkCase(
      name: "an index whose release has another label since", words: "13.0 cudart",
      end: .failure(65, "it says 13.0.3, not 13.0.2"), archives: 0, manifests: 1, indexes: 1,
      arrange: {
        let text = String(decoding: Network.mirror.files[Network.manifest] ?? [], as: UTF8.self)
        let other = text.replacing(
          "\"release_label\": \"13.0.2\"", with: "\"release_label\": \"13.0.3\"")
        $0.server.fault(Network.manifest, .status(200, body: other), times: .max)
      }),
    NetworkCase(
      name: "an index whose release is gone since", words: "13.0 cudart",
      end: .failure(69, "lists CUDA 13.0.2"), archives: 0, indexes: 1,
      arrange: { $0.server.publish(Network.manifest, nil) }),
    NetworkCase(
      name: "a manifest compressed, unasked", end: .failure(65, "redistrib_13.0.2.json"),
      archives: 0, manifests: 1,
      arrange: { $0.server.fault(Network.manifest, .gzipped, times: .max) }),
  ]

  /// Several mirrors.
  static let mirrors: [NetworkCase] = [
    second("the first mirror has no archive", .status(404), archives: 2, rest: whole),
    second("the first mirror refuses the archive", .status(403), archives: 1, rest: whole),
    second("the first mirror has wrong bytes", .corrupt(at: 1000), archives: 1, rest: whole),
    second("the first mirror has another length", .length(half), archives: 2, rest: whole),
    second(
      "the first mirror hangs up for ever", .hangUp, archives: .from(2, to: 4), rest: whole),
    NetworkCase(
      name: "the first mirror cuts at half and then refuses", environment: once, end: .success,
      archives: 2, bytes: .from(half, to: half + 20),
      arrange: {
        try $0.addSecond()
        $0.server.fault(Network.path, .cut(after: half))
        $0.server.fault(Network.path, .status(403), times: .max)
      },
      check: { network, _ in
        let asked = network.other.requests(for: Network.path)
        return ["the second sends the rest alone": asked.map(\.range) == ["bytes=\(half)-"]]
      }),
    NetworkCase(
      name: "the first mirror is not there", environment: once, end: .success, archives: 0,
      arrange: {
        try $0.addSecond()
        $0.mirrors[0] = "http://127.0.0.1:\(try deadPort())\(Mirror.base)"
      }),
    NetworkCase(
      name: "the first mirror has no manifest", end: .success, archives: .atMost(1),
      arrange: {
        try $0.addSecond()
        $0.server.fault("*.json", .status(404), times: .max)
      }),
    NetworkCase(
      name: "the first of CUDA_INSTALL_MIRROR is not there", environment: once, end: .success,
      archives: 1,
      arrange: {
        let dead = "http://127.0.0.1:\(try deadPort())\(Mirror.base)"
        $0.environment["CUDA_INSTALL_MIRROR"] = "\(dead) \($0.bench.mirror)"
        $0.mirrors = []
      }),
    NetworkCase(
      name: "no mirror has the archive", end: .failure(69, "not in sync yet"), archives: 2,
      arrange: {
        try $0.addSecond()
        $0.server.fault(Network.path, .status(404), times: .max)
        $0.other.fault(Network.path, .status(404), times: .max)
      },
      check: { network, _ in
        ["the second is asked twice": network.other.requests(for: Network.path).count == 2]
      }),
    NetworkCase(
      name: "the first mirror has wrong bytes, and the second nothing",
      end: .failure(65, "wrong hash"), archives: 1,
      arrange: {
        try $0.addSecond()
        $0.server.fault(Network.path, .corrupt(at: 1000), times: .max)
        $0.other.fault(Network.path, .status(404), times: .max)
      }),
    NetworkCase(
      name: "all mirrors have wrong bytes", end: .failure(65, "wrong hash"), archives: 1,
      arrange: {
        try $0.addSecond()
        $0.server.fault(Network.path, .corrupt(at: 1000), times: .max)
        $0.other.fault(Network.path, .corrupt(at: 1000), times: .max)
      },
      check: { network, _ in
        ["the second is asked once": network.other.requests(for: Network.path).count == 1]
      }),
  ]

  private static func second(
    _ name: String, _ fault: LoopbackServer.Fault, archives: Count, rest: Int
  ) -> NetworkCase {
    NetworkCase(
      name: name, environment: once, end: .success, archives: archives,
      arrange: {
        try $0.addSecond()
        $0.server.fault(Network.path, fault, times: .max)
      },
      check: { network, _ in
        let asked = network.other.requests(for: Network.path)
        return ["the second sends \(rest) bytes": asked.map(\.bytesSent) == [rest]]
      })
  }

  /// What a server says of its versions, where nothing goes wrong.
  static let versions: [NetworkCase] = [
    NetworkCase(
      name: "nothing wrong", words: "13.0 cudart", end: .success, archives: 1, manifests: 1,
      indexes: 1, bytes: .exactly(whole), arrange: { _ in })
  ]
}

extension Network {
  fileprivate func addSecond() throws { mirrors.append(try add().url(Mirror.base)) }
}
