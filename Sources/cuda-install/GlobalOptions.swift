import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

/// Options of every command.
struct GlobalOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "Where to install.", completion: .directory)
  var prefix: String?

  @Option(
    help: ArgumentHelp(
      "Take manifests and archives from this URL or directory; several: from the next, where one fails.",
      valueName: "source"),
    completion: .directory)
  var mirror: [String] = []

  @Flag(help: "Ask nothing over the network.")
  var offline = false

  @Option(
    help: ArgumentHelp("Trust the certificates in this file as well.", valueName: "file"),
    completion: .file())
  var cacert: String?

  @Flag(help: "Take users and passwords for servers from ~/.netrc.")
  var netrc = false

  @Flag(name: [.short, .long], help: "Print changes and errors only; twice: errors only.")
  var quiet: Int

  @Flag(help: "Print JSON: one document, or one event a line.")
  var json = false

  @Option(help: "Show progress.")
  var progress: ProgressStyle?

  @Option(
    help: ArgumentHelp(
      "Wait for another process: --wait without limit, --wait=600 at most 600 seconds.",
      valueName: "seconds"))
  var wait: WaitLimit?

  @Flag(help: "Leave with status 75 if another process is at work.")
  var noWait = false

  mutating func validate() throws {
    guard prefix != "" else { throw ValidationError("--prefix needs a directory") }
    guard !noWait || wait == nil else {
      throw ValidationError("--wait and --no-wait exclude each other")
    }
  }

  /// Where to install: what is said, or the default of this user.
  func effectivePrefix(_ settings: Settings) throws(InstallError) -> String {
    let set = try settings.text(of: .prefix)
    return prefix ?? set ?? Self.defaultPrefix
  }

  static var defaultPrefix: String {
    if Machine.isRoot { return "/opt/cuda" }
    if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") { return "\(data)/cuda" }
    // System services have no HOME.
    return "\(Machine.home ?? "/")/.local/share/cuda"
  }

  /// The source, if one is said. A setting may name several, with blanks between them.
  func source(_ settings: Settings) throws(InstallError) -> CatalogSource? {
    if mirror.count == 1 { return try CatalogSource(mirror[0]) }
    if !mirror.isEmpty { return try CatalogSource(mirrors: mirror) }
    let set = try settings.text(of: .mirror).map(Settings.mirrors) ?? []
    guard let only = set.first, set.count == 1 else {
      return set.isEmpty ? nil : try CatalogSource(mirrors: set)
    }
    return try CatalogSource(only)
  }

  /// How servers are asked.
  func network(_ settings: Settings) throws(InstallError) -> NetworkSettings {
    var network = NetworkSettings()
    network.isOffline = offline
    network.certificates = cacert
    network.readsNetrc = netrc
    if let retries = try settings.number(of: .httpRetries) { network.retries = retries }
    if let seconds = try settings.number(of: .httpTimeout) {
      network.stallLimit = .seconds(seconds)
    }
    return network
  }

  /// How long a command that changes something waits for the lock: `offTerminal` where nobody can press
  /// Ctrl-C (DESIGN.md has the table).
  /// `nil` is without limit.
  func patience(_ settings: Settings, offTerminal: Duration) throws(InstallError) -> Duration? {
    if noWait { return .zero }
    if let wait { return wait.limit }
    if let seconds = try settings.number(of: .lockTimeout) {
      return WaitLimit(seconds: seconds).limit
    }
    if Context.isMaintainerScript { return .zero }
    if CUDAFiles.Stream.error.isTerminal { return nil }
    return offTerminal
  }
}

extension Settings {
  /// Whether unpacking is confined, where it can be.
  func isSandboxed() throws(InstallError) -> Bool { try text(of: .sandbox) != "off" }

  func progressStyle() throws(InstallError) -> ProgressStyle? {
    try text(of: .progress).flatMap { ProgressStyle(rawValue: $0) }
  }

  func profile() throws(InstallError) -> Profile? {
    try text(of: .profile).flatMap { Profile(rawValue: $0) }
  }
}

/// An environment variable that is set and not empty.
func environment(_ name: String) -> String? {
  guard let value = Machine.environment(name), !value.isEmpty else { return nil }
  return value
}

/// The surroundings that decide how to behave.
enum Context {
  /// Called by dpkg: never prompt, wait or draw.
  static var isMaintainerScript: Bool { environment("DPKG_MAINTSCRIPT_NAME") != nil }
}

/// `--wait`, `--wait=600`
struct WaitLimit: ExpressibleByArgument {
  /// `nil` is without limit.
  let limit: Duration?

  /// Negative: without limit. Zero: do not wait.
  init(seconds: Int) { limit = seconds < 0 ? nil : .seconds(seconds) }

  init?(argument: String) {
    if argument == "unlimited" {
      self.init(seconds: -1)
    } else if let seconds = Int(argument), seconds >= 0 {
      self.init(seconds: seconds)
    } else {
      return nil
    }
  }
}

enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  case auto, bar, plain, none
}
