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
            .min { NameSearch.distance(line.name, $0) < NameSearch.distance(line.name, $1) }
            .filter { NameSearch.distance(line.name, $0) <= 2 }
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

  func number(of setting: Setting) throws(InstallError) -> Int? {
    try text(of: setting).flatMap { Int($0) }
  }
}

extension Optional {
  fileprivate func filter(_ isIncluded: (Wrapped) -> Bool) -> Wrapped? {
    flatMap { isIncluded($0) ? $0 : nil }
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

  /// What it says; nothing if it is not there, or is another user's than the one that this process is.
  fileprivate func lines() throws(InstallError) -> [SettingsFile.Line] {
    let bytes: [UInt8]
    do {
      let file = try File.open(path)
      let status = try file.status()
      // sudo leaves root the caller's XDG_CONFIG_HOME, and a service its starter's HOME.
      if owner == .user, Machine.isRoot, status.owner != 0 { return [] }
      if let objection = objection(to: status) {
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

  /// Who else could have written what decides where root, or this user, installs from where.
  private func objection(to status: FileStatus) -> String? {
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
    var text = line.value
    if [.prefix, .mirror].contains(setting), text.hasPrefix("~/"), let home = Machine.home {
      text = home + text.dropFirst()
    }
    var objection = setting.objection(to: text)
    if setting == .prefix, !text.hasPrefix("/") { objection = "not an absolute path" }
    if setting == .mirror, !text.hasPrefix("/"), !text.contains("://") {
      objection = "neither a URL nor an absolute path"
    }
    if let objection {
      throw InstallError(
        .configuration("\(path):\(line.number): \(line.name) is \(objection): \(cleaned(text))"))
    }
    return text
  }
}
