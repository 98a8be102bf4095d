// Certificates for tests, made anew in each process: none of the tests' own may be trusted by anybody for longer.

import CTestTLS

/// A certificate authority.
package final class Authority: @unchecked Sendable {
  // Sendable because nothing changes once it is made.
  private let pointer: OpaquePointer

  /// The one that tests trust.
  package static let known = Authority("The authority of the tests")
  /// One that nobody was told of.
  static let unknown = Authority("Another authority")

  private init(_ name: String) {
    guard let pointer = test_authority_make(name) else { fatalError("no authority") }
    self.pointer = pointer
  }

  /// Writes its certificate as PEM.
  package func write(to path: String) {
    precondition(test_authority_write(pointer, path) == 0, "cannot write \(path)")
  }

  /// Under which name libssl finds it in a directory of certificates: `5ed36f99.0`.
  package var hashedName: String {
    let digits = String(test_authority_hash(pointer), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits + ".0"
  }

  fileprivate func identity(_ flaw: test_flaw) -> OpaquePointer {
    guard let identity = test_identity_make(pointer, flaw) else { fatalError("no certificate") }
    return identity
  }
}

/// A server's certificate and key.
package final class Identity: @unchecked Sendable {
  // Sendable because libssl's contexts may be used by several threads.
  let pointer: OpaquePointer

  package init(_ tls: LoopbackServer.TLS) {
    pointer =
      switch tls {
      case .valid: Authority.known.identity(test_flaw_none)
      case .expired: Authority.known.identity(test_flaw_expired)
      case .notYetValid: Authority.known.identity(test_flaw_not_yet_valid)
      case .wrongHost: Authority.known.identity(test_flaw_wrong_host)
      case .unknownAuthority: Authority.unknown.identity(test_flaw_none)
      }
  }

  deinit { test_identity_free(pointer) }

  /// Writes both as PEM.
  package func write(certificate: String, key: String) {
    precondition(test_identity_write(pointer, certificate, key) == 0, "cannot write \(key)")
  }
}

extension LoopbackServer {
  /// What is wrong with the certificate of a server.
  package enum TLS: Sendable {
    case valid, expired, notYetValid, wrongHost, unknownAuthority
  }
}
