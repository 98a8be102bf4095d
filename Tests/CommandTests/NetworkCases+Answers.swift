import TestSupport

private let whole = Network.byteCount
private let half = Network.half

extension NetworkCase {
  /// Statuses of the archive.
  static let statuses: [NetworkCase] =
    [408, 429, 500, 502, 503, 504].map { status in
      .archive(
        "\(status) once", .status(status), .success, archives: 2,
        bytes: .from(whole, to: whole + 20))
    } + [
      .archive(
        "503 for ever", .status(503), times: .max, environment: once,
        .failure(69, "503", Network.path), archives: 2),
      .archive("401", .status(401), times: .max, .failure(69, "401"), archives: 1),
      .archive("403", .status(403), times: .max, .failure(69, "403"), archives: 1),
      .archive(
        "404", .status(404), times: .max,
        .failure(
          69, "cuda_cudart: ",
          "\(Network.path): the manifest lists it, but the server has no such file (404)",
          "not in sync yet"), archives: 2, check: asksPastCaches),
      .archive(
        "410", .status(410), times: .max,
        .failure(69, "the manifest lists it, but the server has no such file (410)"), archives: 2,
        check: asksPastCaches),
      .archive(
        "404 from the first cache alone", .status(404), .success, archives: 2,
        check: asksPastCaches),
      .archive(
        "429 and Retry-After in seconds", .status(429, headers: ["Retry-After: 1"]), .success,
        archives: 2),
      .archive(
        "503 and Retry-After that is a date, past",
        .status(503, headers: ["Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"]), .success, archives: 2
      ),
      .archive(
        "429 and Retry-After that is neither", .status(429, headers: ["Retry-After: soon, -5"]),
        .success, archives: 2),
      .archive(
        "a redirect to what is no URL", .redirect(to: "http://127.0.0.1:1/\u{1B}[31mx"),
        times: .max, .failure(69, "redirects to what is no URL"), archives: 1),
      .archive("204", .status(204, body: ""), times: .max, .failure(69, "204"), archives: 1),
      .archive(
        "202 and a question", .status(202, body: "<html>Are you sure?</html>"), times: .max,
        .failure(69, "202"), archives: 1),
      .archive(
        "a status that nobody knows", .status(599), times: .max, .failure(69, "599"), archives: 1),
      NetworkCase(
        name: "503 once for the manifest", end: .success, archives: 1, manifests: 2,
        arrange: { $0.server.fault(Network.manifest, .status(503)) }),
      NetworkCase(
        name: "503 once for the index", words: "13.0 cudart", end: .success, archives: 1,
        indexes: 2, arrange: { $0.server.fault(Mirror.base, .status(503)) }),
      NetworkCase(
        name: "503 for ever for the manifest", environment: once, end: .failure(69, "503"),
        archives: 0, manifests: 2,
        arrange: { $0.server.fault(Network.manifest, .status(503), times: .max) }),
      NetworkCase(
        name: "404 for the manifest",
        end: .failure(69, "lists CUDA 13.0.2, but has no manifest of it"), archives: 0,
        arrange: { $0.server.fault(Network.manifest, .status(404), times: .max) }),
      NetworkCase(
        name: "403 for everything", end: .failure(69, "403"), archives: 0,
        arrange: { $0.server.fault("*", .status(403), times: .max) }),
    ]

  /// Where a redirect may lead, and where not.
  static let redirects: [NetworkCase] =
    [301, 302, 303, 307, 308].flatMap { status in
      [
        NetworkCase(
          name: "\(status) to another server for the archive", end: .success, archives: 1, bytes: 0,
          arrange: { try $0.redirect(Network.path, status) },
          check: { network, _ in
            ["the other is asked once": network.other.requests(for: Network.path).count == 1]
          }),
        NetworkCase(
          name: "\(status) to another server for all that the mirror has", words: "13.0 cudart",
          end: .success, archives: 1, manifests: 1, indexes: 1, bytes: 0,
          arrange: { try $0.redirect("\(Mirror.base)*", status) },
          check: { network, _ in
            ["the other is asked for each": network.other.log.count == 3]
          }),
      ]
    } + [
      NetworkCase(
        name: "a redirect, and the other server cuts at half", end: .success, archives: 2, bytes: 0,
        arrange: {
          try $0.redirect(Network.path)
          $0.other.fault(Network.path, .cut(after: half))
        },
        check: { network, _ in
          let sent = network.other.requests(for: Network.path).map(\.bytesSent)
          return ["the other sends each byte once": sent.reduce(0, +) == whole]
        }),
      .archive("four redirects", .maze, times: 4, .success, archives: 5),
      .archive("redirects without end", .maze, times: .max, .failure(69, "redirect"), archives: 6),
      .archive(
        "a redirect to itself", .redirect(to: "*"), times: .max, .failure(69, "redirect"),
        archives: 6),
      .archive(
        "a redirect to nowhere", .status(302), times: .max, .failure(69, Network.path), archives: 1),
      NetworkCase(
        name: "https to http", tls: .valid, end: .failure(69, Network.path), archives: 1,
        arrange: {
          $0.trust()
          try $0.redirect(Network.path)
        },
        check: { network, _ in ["the other is not asked": network.other.log.isEmpty] }),
      NetworkCase(
        name: "https to http for the manifest", tls: .valid,
        end: .failure(69, Network.manifest), archives: 0, manifests: 1,
        arrange: {
          $0.trust()
          try $0.redirect(Network.manifest)
        },
        check: { network, _ in ["the other is not asked": network.other.log.isEmpty] }),
      NetworkCase(
        name: "http to https", end: .success, archives: 1,
        arrange: {
          $0.trust()
          try $0.redirect(Network.path, tls: .valid)
        }),
      .archive(
        "a redirect to a file", .redirect(to: "file:///etc/passwd"), times: .max,
        .failure(69, Network.path), archives: 1),
      .archive(
        "a redirect to ftp", .redirect(to: "ftp://127.0.0.1/a"), times: .max,
        .failure(69, Network.path), archives: 1),
      .credentials("user and password stay with the host", host: "localhost", seen: false),
      .credentials("user and password stay with the port", host: "127.0.0.1", seen: false),
      NetworkCase(
        name: "user and password go along within the server", end: .success, archives: 1,
        arrange: {
          $0.server.publish("/elsewhere", Network.archive)
          $0.server.fault(Network.path, .redirect(to: "/elsewhere"))
          $0.rename($0.server, "user:secret")
        },
        check: { network, observed in
          let log = network.server.log
          return ["each request has them": log.allSatisfy { $0.headers["authorization"] == basic }]
            .merging(untold(observed)) { $1 }
        }),
    ]

  private static let basic = "Basic \(base64("user:secret"))"

  private static func credentials(_ name: String, host: String, seen: Bool) -> NetworkCase {
    NetworkCase(
      name: name, end: .success, archives: 1,
      arrange: {
        let other = try $0.add()
        $0.server.fault(Network.path, .redirect(to: other.url("*", host: host)))
        $0.rename($0.server, "user:secret")
      },
      check: { network, observed in
        let own = network.server.log.allSatisfy { $0.headers["authorization"] == basic }
        let other = network.other.log.allSatisfy { $0.headers["authorization"] == nil }
        return ["the mirror sees them": own, "the other does not": other]
          .merging(untold(observed)) { $1 }
      })
  }

  static func untold(_ observed: Observed) -> [String: Bool] {
    ["nobody is told the password": !(observed.run.errors + observed.run.output).contains("secret")]
  }
}

extension Network {
  /// What matches is at another server, for ever.
  fileprivate func redirect(
    _ pattern: String, _ status: Int = 302, tls: LoopbackServer.TLS? = nil
  ) throws {
    let other = try add(tls: tls)
    server.fault(pattern, .redirect(to: other.url("*"), status: status), times: .max)
  }
}
