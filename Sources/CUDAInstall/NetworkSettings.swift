import CUDAFiles
package import CUDATransfer

/// How servers are asked, as far as it is for people to say.
public struct NetworkSettings: Sendable {
  /// Whether nothing may be asked at all.
  public var isOffline = false
  /// A file of certificates to trust beside the system's; `nil`: what `CURL_CA_BUNDLE` or `SSL_CERT_FILE` names.
  public var certificates: String?
  /// Whether the user's `~/.netrc` is read for users and passwords.
  public var readsNetrc = false
  /// How often something is asked for again when attempts in a row bring nothing.
  public var retries = 4
  /// After how long with less than 1 KiB a second a connection is given up.
  public var stallLimit = Duration.seconds(30)

  /// As it is without any wish.
  public init() {}

  /// What libcurl is told.
  ///
  /// As curl(1) does, which has all of these from its environment; libcurl itself reads none of it.
  package var options: TransferOptions {
    TransferOptions(
      userAgent: "cuda-install/\(Installer.version)",
      caFile: certificates ?? Self.variable("CURL_CA_BUNDLE") ?? Self.variable("SSL_CERT_FILE"),
      caDirectory: Self.variable("SSL_CERT_DIR"),
      // Where curl(1) looks.
      netrcFile: readsNetrc ? Machine.home.map { "\($0)/.netrc" } : nil,
      maximumAttempts: retries + 1, stallLimit: stallLimit)
  }

  private static func variable(_ name: String) -> String? {
    Machine.environment(name).flatMap { $0.isEmpty ? nil : $0 }
  }
}
