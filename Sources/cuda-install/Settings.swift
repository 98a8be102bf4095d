import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

/// What may be said once for all commands: `lock_timeout` in a file, `CUDA_INSTALL_LOCK_TIMEOUT` in the environment.
enum Setting: String, CaseIterable {
  case prefix, mirror, profile, keep
  case lockTimeout = "lock_timeout"
  case httpRetries = "http_retries"
  case httpTimeout = "http_timeout"
  case progress, sandbox

  /// Its name in the environment.
  var variable: String { "CUDA_INSTALL_\(rawValue.uppercased())" }

  /// Why it cannot be `text`: a phrase behind its name. `nil` if it can.
  func objection(to text: String) -> String? {
    switch self {
    case .prefix: SearchPath.canHold(text) ? nil : SearchPath.objection
    case .mirror: nil
    case .profile: expectation(Profile(rawValue: text), "base, runtime, devel or full")
    case .keep: expectation(Self.number(text, 0...1000), "a number from 0 to 1000")
    case .lockTimeout: expectation(Int(text), "a number of seconds")
    case .httpRetries: expectation(Self.number(text, 0...1000), "a number from 0 to 1000")
    case .httpTimeout:
      expectation(Self.number(text, 1...86_400), "a number of seconds from 1 to 86400")
    case .progress: expectation(ProgressStyle(rawValue: text), "auto, bar, plain or none")
    case .sandbox: ["on", "off"].contains(text) ? nil : "neither on nor off"
    }
  }

  private func expectation(_ value: (some Any)?, _ expected: String) -> String? {
    value == nil ? "not \(expected)" : nil
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }
}

/// The settings of this process, as far as files and the environment say them.
struct Settings {
  struct Value {
    /// Not empty.
    var text: String
    /// Where it stands: `CUDA_INSTALL_KEEP`, `/etc/cuda-install.conf:3`
    var origin: String
  }

  private var values: [Setting: Value] = [:]
  /// What is in the files and means nothing.
  private(set) var warnings: [String] = []

  /// Read once, whoever asks.
  static let ofThisProcess = Result { () throws(InstallError) in try Settings() }

  /// Throws what cannot be obeyed in a file, also if nobody asks for it: it may be what was meant to count.
  private init() throws(InstallError) {
    for file in ConfigurationFile.all {
      for line in try file.lines() {
        guard let setting = Setting(rawValue: line.name) else {
          let near = Setting.allCases.map(\.rawValue)
            .filter { NameSearch.distance(line.name, $0) <= 2 }
            .min { NameSearch.distance(line.name, $0) < NameSearch.distance(line.name, $1) }
          warnings.append(
            "\(file.path):\(line.number): there is no setting \(line.name)"
              + (near.map { "; did you mean \($0)?" } ?? ""))
          continue
        }
        // Of the same in two files that of the second counts, and nothing where it is empty.
        values[setting] = nil
        guard !line.value.isEmpty else { continue }
        values[setting] = Value(
          text: try file.value(of: setting, in: line), origin: "\(file.path):\(line.number)")
      }
    }
    for setting in Setting.allCases {
      if let text = environment(setting.variable) {
        values[setting] = Value(text: text, origin: setting.variable)
      }
    }
  }

  /// What is said of a setting, if anything is. Throws if it cannot be that.
  func value(of setting: Setting) throws(InstallError) -> Value? {
    guard let value = values[setting] else { return nil }
    // The files have been looked at.
    if let objection = setting.objection(to: value.text) {
      throw InstallError(.usage("\(setting.variable) is \(objection): \(cleaned(value.text))"))
    }
    return value
  }

  func text(of setting: Setting) throws(InstallError) -> String? { try value(of: setting)?.text }

  /// The sources that one text names, with blanks between them. A single path may have blanks in it.
  static func mirrors(in text: String) -> [String] {
    let words = text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init)
    let areSeveral = words.allSatisfy {
      $0.contains("://") || $0.hasPrefix("/") || $0.hasPrefix("~/")
    }
    return areSeveral ? words : [text]
  }

  func number(of setting: Setting) throws(InstallError) -> Int? {
    try text(of: setting).flatMap { Int($0) }
  }
}

/// One of the files in which settings are looked for.
struct ConfigurationFile {
  enum Owner { case system, user, named }

  let path: String
  private let owner: Owner

  /// Those that weigh more behind. `CUDA_INSTALL_CONFIG` names one in the place of all.
  static var all: [ConfigurationFile] {
    if let named = environment("CUDA_INSTALL_CONFIG") {
      return named == "/dev/null" ? [] : [ConfigurationFile(path: named, owner: .named)]
    }
    var all = [ConfigurationFile(path: "/etc/cuda-install.conf", owner: .system)]
    if let folder = userFolder {
      all.append(ConfigurationFile(path: "\(folder)/cuda-install/config", owner: .user))
    }
    return all
  }

  /// Where this user's settings are; `nil` if there is no home.
  static var userFolder: String? {
    environment("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? Machine.home.map { "\($0)/.config" }
  }

  /// What it says; nothing if it is not there, or if this is root and it is another user's.
  fileprivate func lines() throws(InstallError) -> [SettingsFile.Line] {
    let bytes: [UInt8]
    do {
      guard let file = try opened() else { return [] }
      if let objection = objection(to: try file.status()) {
        throw InstallError(.configuration("\(path) is not obeyed: \(objection)"))
      }
      bytes = try file.contents(limit: SettingsFile.limit)
    } catch let error as SystemCallError {
      if owner != .named, error.isMissing || error.isBelowFile { return [] }
      if owner == .user, error.isPermission { return [] }
      throw InstallError(.configuration("the settings cannot be read: \(error.message)"))
    } catch let error as InstallError { throw error } catch { preconditionFailure("\(error)") }
    do { return try SettingsFile(bytes).lines } catch {
      throw InstallError(
        .configuration("\(error.line.map { "\(path):\($0)" } ?? path): \(error.reason)"))
    }
  }

  /// sudo leaves root the caller's XDG_CONFIG_HOME, who may have put any name there, and a link to any file. So each
  /// step below root's home is root's own, and none is a link.
  private func opened() throws(SystemCallError) -> File? {
    guard owner == .user, Machine.isRoot, let folder = Self.userFolder else {
      return try File.open(path)
    }
    let outer = try Directory.open(folder)
    guard try outer.status().owner == 0 else { return nil }
    guard let found = try outer.status("cuda-install"), found.owner == 0, found.kind == .directory
    else { return nil }
    let inner = try outer.directory("cuda-install")
    guard let found = try inner.status("config"), found.owner == 0, found.kind != .link else {
      return nil
    }
    return try inner.open("config")
  }

  /// Who else could have written what decides where root, or this user, installs from where.
  private func objection(to status: FileStatus) -> String? {
    if status.kind != .file { return "it is not a file" }
    if ![0, Machine.effectiveUser].contains(status.owner) {
      return "it belongs to \(Machine.name(ofUser: status.owner))"
    }
    if status.mode & 0o002 != 0 { return "anybody may write there" }
    if Machine.isRoot, status.mode & 0o020 != 0, status.group != 0 {
      return "the group \(Machine.name(ofGroup: status.group)) may write there"
    }
    return nil
  }

  /// The value, or why it cannot be that one. A relative path would mean another place wherever this is called.
  fileprivate func value(
    of setting: Setting, in line: SettingsFile.Line
  ) throws(InstallError) -> String {
    func refuse(_ text: String, _ objection: String) -> InstallError {
      .init(
        .configuration("\(path):\(line.number): \(line.name) is \(objection): \(cleaned(text))"))
    }
    switch setting {
    case .prefix:
      let text = Self.expanded(line.value)
      guard text.hasPrefix("/") else { throw refuse(text, "not an absolute path") }
      if let objection = setting.objection(to: text) { throw refuse(text, objection) }
      return text
    case .mirror:
      let words = Settings.mirrors(in: line.value).map(Self.expanded)
      for word in words {
        guard word.hasPrefix("/") || word.contains("://") else {
          throw refuse(word, "neither a URL nor an absolute path")
        }
        do { _ = try CatalogSource(word) } catch {
          throw InstallError(.configuration("\(path):\(line.number): \(error.message)"))
        }
      }
      return words.joined(separator: " ")
    default:
      if let objection = setting.objection(to: line.value) { throw refuse(line.value, objection) }
      return line.value
    }
  }

  private static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = Machine.home else { return path }
    return home + path.dropFirst()
  }
}
