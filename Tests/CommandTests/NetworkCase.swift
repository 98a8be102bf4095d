import TestSupport
import Testing

/// A row of the table: how the network misbehaves, and how the command ends.
struct NetworkCase: Sendable, CustomTestStringConvertible {
  /// A number, or from one to another.
  struct Count: Sendable, ExpressibleByIntegerLiteral {
    var range: ClosedRange<Int>

    init(integerLiteral value: Int) { range = value...value }
    private init(_ range: ClosedRange<Int>) { self.range = range }
    static func exactly(_ count: Int) -> Count { Count(count...count) }
    static func from(_ low: Int, to high: Int) -> Count { Count(low...high) }
    static func atMost(_ count: Int) -> Count { Count(0...count) }
  }

  enum End: Sendable {
    case success
    /// The status, and what the message must hold.
    case failure(Int32, [String])

    static func failure(_ status: Int32, _ texts: String...) -> End { .failure(status, texts) }
  }

  var name: String
  /// The server's certificate, if it speaks HTTPS.
  var tls: LoopbackServer.TLS?
  var words = "13.0.2 cudart"
  var environment: [String: String] = [:]
  var end: End
  /// The requests for the archive at the first server, and those for the manifest and the index.
  var archives: Count?
  var manifests: Count?
  var indexes: Count?
  /// How much of the archive the first server sent.
  var bytes: Count?
  /// A reason why it cannot be tried here.
  var absence: String?
  var arrange: @Sendable (Network) throws -> Void
  /// While the command is under way.
  var meanwhile: @Sendable (Network, Program) throws -> Void = { _, _ in }
  /// What else must hold, as texts of what does not.
  var check: @Sendable (Network, Observed) -> [String: Bool] = { _, _ in [:] }
  /// Behind what every row does: all faults are mended.
  var cure: @Sendable (Network) throws -> Void = { _ in }

  var testDescription: String { name }

  static let all =
    bodies + resumptions + statuses + redirects + protocols + certificates + proxies + names
    + contents + documents + mirrors + versions
}

extension NetworkCase {
  /// A row in which requests for the archive go wrong.
  static func archive(
    _ name: String, _ fault: LoopbackServer.Fault, times: Int = 1,
    environment: [String: String] = [:], _ end: End, archives: Count, bytes: Count? = nil,
    check: @escaping @Sendable (Network, Observed) -> [String: Bool] = { _, _ in [:] }
  ) -> NetworkCase {
    NetworkCase(
      name: name, environment: environment, end: end, archives: archives, manifests: 1,
      bytes: bytes, arrange: { $0.server.fault(Network.path, fault, times: times) }, check: check)
  }

  /// A row in which the first answer is cut at half, and then this happens.
  static func resumption(
    _ name: String, _ fault: LoopbackServer.Fault? = nil,
    versions: [LoopbackServer.Version]? = nil, archives: Count, bytes: Count,
    check: @escaping @Sendable (Network, Observed) -> [String: Bool] = { _, _ in [:] }
  ) -> NetworkCase {
    NetworkCase(
      name: name, end: .success, archives: archives, bytes: bytes,
      arrange: { network in
        network.server.fault(Network.path, .cut(after: Network.half))
        if let fault { network.server.fault(Network.path, fault) }
        if let versions { network.server.identify(Network.path, as: versions) }
      },
      check: { network, observed in
        // That would be the hash's work, and all of the archive once more.
        let isMixed = observed.run.errors.contains("do not belong together")
        return check(network, observed).merging(["nothing wrong is taken": !isMixed]) { $1 }
      })
  }

  /// What can be retried is, but only once.
  static let once = ["CUDA_INSTALL_HTTP_RETRIES": "1"]
  /// A second of silence is enough.
  static let impatient = ["CUDA_INSTALL_HTTP_TIMEOUT": "3"]
  static let impatientOnce = once.merging(impatient) { $1 }
}

/// What a row came to.
struct Observed: Sendable {
  var run: Ended
  var archives: [LoopbackServer.Request]
  var manifests: [LoopbackServer.Request]
  var indexes: [LoopbackServer.Request]
  var trees: [String]
  var isInstalled: Bool
  /// Of the next run, once all is mended; `nil` if there was none.
  var next: Ended?

  var byteCount: Int { archives.reduce(0) { $0 + $1.bytesSent } }
  var message: String {
    String(run.errorLines.first?.dropFirst("cuda-install: error: ".count) ?? "")
  }

  /// How the row went wrong in a column's width.
  var summary: String {
    "\(run.status); archive \(archives.count)x \(byteCount) bytes, manifest \(manifests.count)x, "
      + "index \(indexes.count)x; \(message)"
  }
}

extension NetworkCase {
  /// Runs the command, and once more without the fault if it failed.
  func observe(_ network: Network) throws -> Observed {
    network.words = words.split(separator: " ").map(String.init)
    network.environment = environment
    try arrange(network)
    let program = network.start()
    try meanwhile(network, program)
    let run = Ended(program)
    let log = network.server.log
    var observed = Observed(
      run: run, archives: log.filter { $0.path == Network.path },
      manifests: log.filter { $0.path == Network.manifest },
      indexes: log.filter { $0.path == Mirror.base }, trees: network.bench.trees,
      isInstalled: network.isInstalled)
    guard case .failure = end else { return observed }
    for server in [network.server] + network.others {
      server.mend()
      for (path, bytes) in Network.mirror.files { server.publish(path, bytes) }
    }
    try cure(network)
    observed.next = Ended(network.start())
    return observed
  }
}
