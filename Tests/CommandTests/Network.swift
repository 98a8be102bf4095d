// The network of one row: a mirror that misbehaves, and what lies between it and the command.

import Glibc
import TestSupport

/// Used by one thread after the other: the row's, and then the test's.
final class Network: @unchecked Sendable {
  /// One component, of which half an archive is more than the command counts as progress.
  static let component = Mirror.component("cuda_cudart", "13.0.88", byteCount: 600_000)
  /// It, and a small one.
  static let mirror = Mirror.one(
    component, Mirror.component("libcurand", "13.0.88", byteCount: 1000))
  static let path = Mirror.path(component)
  static let manifest = Mirror.base + "redistrib_13.0.2.json"
  static let archive = mirror.files[path] ?? []
  static let byteCount = archive.count
  static let half = byteCount / 2

  /// Another archive of the same length.
  static let otherArchive: [UInt8] = {
    var bytes = archive
    for place in [1000, byteCount - 1000] { bytes[place] ^= 0xff }
    return bytes
  }()

  let bench: Bench
  /// What comes behind `install --prefix PREFIX`, beside the mirrors.
  var words: [String] = []
  var mirrors: [String]
  var environment: [String: String] = [:]
  private(set) var others: [LoopbackServer] = []
  private(set) var proxies: [ForwardProxy] = []
  private(set) var nginx: Nginx?

  init(tls: LoopbackServer.TLS? = nil) throws {
    bench = try Bench(Self.mirror, tls: tls)
    mirrors = [bench.mirror]
  }

  deinit {
    for server in others { server.stop() }
    for proxy in proxies { proxy.stop() }
  }

  var server: LoopbackServer { bench.server }
  var other: LoopbackServer { others[0] }

  /// Another server with the same files.
  @discardableResult
  func add(tls: LoopbackServer.TLS? = nil) throws -> LoopbackServer {
    let server = try LoopbackServer(Self.mirror.files, tls: tls)
    others.append(server)
    return server
  }

  @discardableResult
  func addProxy(credentials: String? = nil) throws -> ForwardProxy {
    let proxy = try ForwardProxy(credentials: credentials)
    proxies.append(proxy)
    return proxy
  }

  /// nginx in front of the server becomes the mirror.
  func addNginx() throws {
    let nginx = try Nginx(upstream: server)
    self.nginx = nginx
    mirrors = [nginx.url(Mirror.base)]
    trust()
  }

  /// The file of the authority that tests trust.
  var authorityFile: String {
    let path = bench.scratch.file("authority.pem")
    Authority.known.write(to: path)
    return path
  }

  func trust() { environment["CURL_CA_BUNDLE"] = authorityFile }

  /// The mirror at another name, and with credentials.
  func rename(_ server: LoopbackServer, host: String = "127.0.0.1", _ user: String? = nil) {
    mirrors = [
      server.url(Mirror.base, host: "\(user.map { "\($0)@" } ?? "")\(host)")
    ]
  }

  /// A server without a fault becomes the mirror, and nothing is in its way.
  func startAfresh() throws {
    rename(try add())
    environment = [:]
  }

  func start() -> Program {
    let command =
      [BuiltBinary.path, "install", "--prefix", bench.prefix]
      + mirrors.flatMap { ["--mirror", $0] } + words
    return Program(
      command, environment: bench.environment.merging(environment) { $1 }, in: bench.scratch)
  }

  /// Whether the archive's largest file is installed, byte by byte.
  var isInstalled: Bool {
    bench.file("current/lib/libcudart.so.13.0.88")
      == Self.component.members.first { $0.name.hasPrefix("lib/") }?.bytes
  }
}
