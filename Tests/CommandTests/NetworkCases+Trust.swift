import Glibc
import TestSupport

private let whole = Network.byteCount

extension NetworkCase {
  /// Whom the command believes.
  static let certificates: [NetworkCase] =
    [
      refused("an expired certificate", .expired, "expired"),
      refused("a certificate that is not yet valid", .notYetValid, "not yet valid"),
      refused("a certificate for another host", .wrongHost, "127.0.0.1"),
      refused("a certificate of an authority that nobody knows", .unknownAuthority, "certificate"),
      NetworkCase(
        name: "a certificate whose authority nobody named", tls: .valid,
        end: .failure(69, "certificate"), archives: 0, manifests: 0, arrange: { _ in },
        cure: { try $0.startAfresh() }),
      NetworkCase(
        name: "an expired certificate of the archive's server alone", end: .failure(69, "expired"),
        archives: 1,
        arrange: {
          $0.trust()
          let other = try $0.add(tls: .expired)
          $0.server.fault(Network.path, .redirect(to: other.url("*")), times: .max)
        }),
      trusted("CURL_CA_BUNDLE") { $0.trust() },
      trusted("SSL_CERT_FILE") { $0.environment["SSL_CERT_FILE"] = $0.authorityFile },
      trusted("SSL_CERT_DIR") {
        $0.environment["SSL_CERT_DIR"] = $0.bench.scratch.file("authorities")
        $0.bench.scratch.write("authorities/.keep", [])
        Authority.known.write(
          to: $0.bench.scratch.file("authorities/\(Authority.known.hashedName)"))
      },
      trusted("--cacert") { $0.words += ["--cacert", $0.authorityFile] },
      NetworkCase(
        name: "--cacert before CURL_CA_BUNDLE", tls: .valid, end: .success, archives: 1,
        arrange: {
          $0.environment["CURL_CA_BUNDLE"] = "/nowhere/at-all.pem"
          $0.words += ["--cacert", $0.authorityFile]
        }),
      unreadable("CURL_CA_BUNDLE that names no file") { _ in "/nowhere/at-all.pem" },
      unreadable("CURL_CA_BUNDLE that names no certificates") {
        $0.bench.scratch.write("not-pem", Array("hello\n".utf8))
        return $0.bench.scratch.file("not-pem")
      },
      NetworkCase(
        name: "http to a port of TLS", tls: .valid, environment: once,
        end: .failure(69, "127.0.0.1"), archives: 0,
        arrange: { $0.mirrors = [$0.bench.mirror.replacing("https:", with: "http:")] },
        cure: { try $0.startAfresh() }),
      NetworkCase(
        name: "https to a port without TLS", environment: once, end: .failure(69, "127.0.0.1"),
        archives: 0, arrange: { $0.mirrors = [$0.bench.mirror.replacing("http:", with: "https:")] },
        cure: { try $0.startAfresh() }),
      NetworkCase(
        name: "a cut at half under TLS", tls: .valid, end: .success, archives: 2,
        bytes: .exactly(whole),
        arrange: {
          $0.trust()
          $0.server.fault(Network.path, .cut(after: Network.half))
        }),
      NetworkCase(
        name: "a reset at half under TLS", tls: .valid, end: .success, archives: 2,
        bytes: .from(whole, to: whole + Network.half),
        arrange: {
          $0.trust()
          $0.server.fault(Network.path, .reset(after: Network.half))
        }),
      netrc("--netrc reads ~/.netrc", ["--netrc"], authorization: "Basic \(base64("me:known"))"),
      netrc("~/.netrc is not read unasked", [], authorization: nil),
    ]

  private static func refused(
    _ name: String, _ tls: LoopbackServer.TLS, _ text: String
  ) -> NetworkCase {
    NetworkCase(
      name: name, tls: tls, end: .failure(69, text), archives: 0, manifests: 0,
      arrange: { $0.trust() },
      check: { network, _ in
        // What waiting cannot mend is not tried again.
        ["one connection": network.server.connectionCount == 1]
      },
      cure: { try $0.startAfresh() })
  }

  private static func trusted(
    _ name: String, _ arrange: @escaping @Sendable (Network) -> Void
  ) -> NetworkCase {
    NetworkCase(
      name: "an authority named by \(name)", tls: .valid, words: "13.0 cudart", end: .success,
      archives: 1, manifests: 1, indexes: 1, bytes: .exactly(whole), arrange: arrange)
  }

  private static func unreadable(
    _ name: String, _ file: @escaping @Sendable (Network) -> String
  ) -> NetworkCase {
    NetworkCase(
      name: name, tls: .valid, end: .failure(69, "127.0.0.1"), archives: 0, manifests: 0,
      arrange: { $0.environment["CURL_CA_BUNDLE"] = file($0) }, cure: { $0.trust() })
  }

  private static func netrc(
    _ name: String, _ words: [String], authorization: String?
  ) -> NetworkCase {
    NetworkCase(
      name: name, end: .success, archives: 1,
      arrange: {
        $0.words += words
        $0.bench.scratch.write(
          "home/.netrc", Array("machine 127.0.0.1 login me password known\n".utf8))
      },
      check: { network, _ in
        let seen = Set(network.server.log.map { $0.headers["authorization"] })
        return ["the server sees \(authorization ?? "nothing")": seen == [authorization]]
      })
  }
}

extension NetworkCase {
  /// Ways through a proxy. Nobody but the proxy can find `mirror.invalid`.
  static let proxies: [NetworkCase] = [
    proxied("http through http_proxy", "http_proxy", relayed: ["GET", "GET"]),
    // RFC 9110 §9.3.6
    proxied(
      "https through https_proxy", "https_proxy", tls: .valid, relayed: ["CONNECT", "CONNECT"]),
    proxied("http through ALL_PROXY", "ALL_PROXY", relayed: ["GET", "GET"]),
    proxied(
      "a proxy that wants a password", "http_proxy", "me:known", "me:known",
      relayed: ["GET", "GET"]),
    proxied(
      "a tunnel of a proxy that wants a password", "https_proxy", "me:known", "me:known",
      tls: .valid, relayed: ["CONNECT", "CONNECT"]),
    refusing("a proxy's password that is wrong", "http_proxy", "me:secret", tls: nil),
    refusing("a tunnel's password that is wrong", "https_proxy", "me:secret", tls: .valid),
    refusing("a proxy's password that is missing", "http_proxy", nil, tls: nil),
    NetworkCase(
      name: "a proxy that is not there", environment: once, end: .failure(69, "mirror.invalid"),
      archives: 0,
      arrange: {
        $0.environment["http_proxy"] = "http://127.0.0.1:\(try deadPort())"
        $0.rename($0.server, host: "mirror.invalid")
      }, cure: { try $0.startAfresh() }),
    NetworkCase(
      name: "a proxy that cannot reach the mirror", environment: once, end: .failure(69, "502"),
      archives: 0,
      arrange: {
        $0.environment["http_proxy"] = try $0.addProxy().url()
        $0.mirrors = ["http://mirror.invalid:\(try deadPort())\(Mirror.base)"]
      }, cure: { try $0.startAfresh() }),
    NetworkCase(
      name: "no_proxy names the mirror", end: .success, archives: 1,
      arrange: {
        $0.environment["http_proxy"] = try $0.addProxy().url()
        $0.environment["no_proxy"] = "example.org,127.0.0.1"
      }, check: { network, _ in ["the proxy is not asked": network.proxies[0].log.isEmpty] }),
    NetworkCase(
      name: "HTTP_PROXY in capitals, which a CGI program would have from anybody", end: .success,
      archives: 1,
      arrange: { $0.environment["HTTP_PROXY"] = try $0.addProxy().url() },
      check: { network, _ in ["the proxy is not asked": network.proxies[0].log.isEmpty] }),
    NetworkCase(
      name: "a cut at half behind a proxy", end: .success, archives: 2, bytes: .exactly(whole),
      arrange: {
        $0.environment["http_proxy"] = try $0.addProxy().url()
        $0.server.fault(Network.path, .cut(after: Network.half))
        $0.rename($0.server, host: "mirror.invalid")
      }),
  ]

  private static func proxied(
    _ name: String, _ variable: String, _ wanted: String? = nil, _ given: String? = nil,
    tls: LoopbackServer.TLS? = nil, relayed: [String]
  ) -> NetworkCase {
    NetworkCase(
      name: name, tls: tls, end: .success, archives: 1, manifests: 1, bytes: .exactly(whole),
      arrange: {
        $0.environment[variable] = try $0.addProxy(credentials: wanted).url(given)
        $0.trust()
        // A certificate must name the host.
        $0.rename($0.server, host: tls == nil ? "mirror.invalid" : "localhost")
      },
      check: { network, _ in
        let log = network.proxies[0].log.filter(\.isRelayed)
        return ["all is relayed: \(network.proxies[0].log)": log.map(\.method) == relayed]
      })
  }

  private static func refusing(
    _ name: String, _ variable: String, _ given: String?, tls: LoopbackServer.TLS?
  ) -> NetworkCase {
    NetworkCase(
      name: name, tls: tls, end: .failure(69, "407"), archives: 0, manifests: 0,
      arrange: {
        $0.environment[variable] = try $0.addProxy(credentials: "me:known").url(given)
        $0.trust()
        $0.rename($0.server, host: "localhost")
      },
      check: { network, observed in
        ["nothing is relayed": !network.proxies[0].log.contains(where: \.isRelayed)]
          .merging(untold(observed)) { $1 }
      },
      cure: { $0.environment[variable] = nil })
  }
}
