import Glibc
import TestSupport

private let whole = Network.byteCount
private let half = Network.half

extension NetworkCase {
  /// What is hardly HTTP.
  static let protocols: [NetworkCase] = [
    .archive("a connection that closes without a word", .hangUp, .success, archives: 2),
    .archive(
      "connections that close without a word, for ever", .hangUp, times: .max, environment: once,
      .failure(69, Network.path), archives: .from(2, to: 4), bytes: 0),
    .archive(
      "garbage", .raw("\u{1}\u{2}SSH-2.0-OpenSSH_9.2\r\n"), times: .max, environment: once,
      .failure(69, Network.path), archives: .from(1, to: 2), bytes: 0),
    .archive(
      "HTTP/0.9", .raw("<html>It works!</html>"), times: .max, environment: once,
      .failure(69, Network.path), archives: .from(1, to: 2), bytes: 0),
    .archive(
      "a head that is cut", .raw("HTTP/1.1 200 OK\r\nContent-Le"), .success, archives: 2,
      bytes: .exactly(whole)),
    .archive("two hundred long headers", .headers(200), .success, archives: 1),
    .archive(
      "headers without end", .headers(.max), times: .max, environment: once,
      .failure(69, Network.path), archives: .from(1, to: 2), bytes: 0),
    NetworkCase(
      name: "headers without end for the manifest", environment: once,
      end: .failure(69, Network.manifest), archives: 0, manifests: .from(1, to: 2),
      arrange: { $0.server.fault(Network.manifest, .headers(.max), times: .max) }),
    NetworkCase(
      name: "a connection that closes behind each answer", words: "13.0.2 cudart curand",
      end: .success, archives: 1, bytes: .exactly(whole),
      arrange: { $0.server.fault("*", .farewell, times: .max) }),
    NetworkCase(
      name: "a connection that closes when it is used again", words: "13.0.2 cudart curand",
      environment: once, end: .success, archives: .from(1, to: 2), bytes: .exactly(whole),
      arrange: { $0.server.fault("*", .hangUpNext, times: .max) }),
    // One connection has both documents.
    NetworkCase(
      name: "HTTP/2 breaks within the manifest", end: .success, archives: 1, manifests: 2,
      absence: Nginx.path == nil ? Nginx.absence : nil,
      arrange: {
        try $0.addNginx()
        $0.server.fault(Network.manifest, .cut(after: 100))
      },
      check: { network, _ in
        let log = network.nginx?.finalLog() ?? []
        return [
          "HTTP/2 and then HTTP/1.1: \(log)": log.filter { $0.hasSuffix(Network.manifest) }
            .map { $0.prefix { $0 != " " } } == ["HTTP/2.0", "HTTP/1.1"],
          "the archive by HTTP/1.1": log.contains("HTTP/1.1 200 \(Network.path)"),
        ]
      }),
    NetworkCase(
      name: "HTTP/2 breaks within the archive, were it asked for by that", end: .success,
      archives: 2, bytes: .exactly(whole), absence: Nginx.path == nil ? Nginx.absence : nil,
      arrange: {
        try $0.addNginx()
        $0.server.fault(Network.path, .cut(after: half))
      },
      check: { network, _ in
        let log = (network.nginx?.finalLog() ?? []).filter { $0.hasSuffix(Network.path) }
        return [
          "by HTTP/1.1: \(log)": log == [
            "HTTP/1.1 200 \(Network.path)", "HTTP/1.1 206 \(Network.path)",
          ]
        ]
      }),
  ]

  /// How names and addresses fail.
  static let names: [NetworkCase] = [
    NetworkCase(
      name: "a name without an address", environment: once, end: .failure(69, "nowhere.invalid"),
      archives: 0, arrange: { $0.mirrors = ["http://nowhere.invalid/"] },
      cure: { try $0.startAfresh() }),
    NetworkCase(
      name: "a port at which nobody listens", environment: once, end: .failure(69, "127.0.0.1"),
      archives: 0, arrange: { $0.mirrors = ["http://127.0.0.1:\(try deadPort())\(Mirror.base)"] },
      cure: { try $0.startAfresh() }),
    // libcurl takes localhost for ::1 and 127.0.0.1 whatever /etc/hosts says (RFC 6761 §6.3).
    NetworkCase(
      name: "an address of IPv6 first, at which nobody listens", environment: once,
      end: .success, archives: 1, arrange: { $0.rename($0.server, host: "localhost") }),
  ]
}
