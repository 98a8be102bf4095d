// Where pip on this machine finds its configuration, and what it says when it has none.
//
// https://pip.pypa.io/en/stable/topics/configuration/#location

import CUDACatalog
import CUDAFiles
import CUDAStore

enum PipSettings {
  /// What pip is told by files and variables.
  ///
  /// A file that cannot be read is an error: what it says might be the one thing that counts.
  static func read() throws(InstallError) -> PipConfiguration {
    var files: [String] = []
    for path in paths {
      // A link to a file elsewhere is followed, as pip does.
      guard let real = Machine.resolved(path) else { continue }
      let (folder, name) = split(real)
      do {
        guard let bytes = try Directory.open(folder).contents(of: name, limit: 1 << 20) else {
          continue
        }
        files.append(String(decoding: bytes, as: UTF8.self))
      } catch let error where error.isMissing || error.isNameTaken {
        continue
      } catch {
        throw InstallError(.unreadable(error))
      }
    }
    var variables: [String: String] = [:]
    for name in ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT", "PIP_NO_INDEX"] {
      variables[name] = Machine.environment(name)
    }
    return PipConfiguration(files: files, environment: variables)
  }

  /// The index that pip asks unless it is told otherwise; `nil` if there is no pip. This program has none of its own.
  static func defaultIndex() throws(InstallError) -> String? {
    // -I: without it Python would run a pip.py that lies in the working directory.
    for command in [["pip3"], ["pip"], ["python3", "-I", "-m", "pip"]] {
      // By its path: posix_spawnp(3) looks in the working directory where PATH has an empty element.
      guard let program = Machine.onPath(command[0]) else { continue }
      let output: ProgramOutput
      do {
        output = try ProgramOutput.of(
          [program] + command.dropFirst() + ["download", "--help"],
          environment: ["LC_ALL": "C", "COLUMNS": "500"])
      } catch {
        throw InstallError(.store(.files(error)))
      }
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      let help = String(decoding: output.bytes, as: UTF8.self)
      if output.status == 0, let index = PipConfiguration.defaultIndex(inHelp: help) {
        return index
      }
    }
    return nil
  }

  /// pip's files, those that weigh more behind: for all users, for this one, for a virtual environment, and the one
  /// that is named. A named one stands for this user's; `/dev/null` for all.
  private static var paths: [String] {
    let named = environment("PIP_CONFIG_FILE")
    guard named != "/dev/null" else { return [] }
    var paths = (environment("XDG_CONFIG_DIRS") ?? "/etc/xdg").split(separator: ":")
      .map { "\($0)/pip/pip.conf" }
    paths.append("/etc/pip.conf")
    if let home, named.flatMap(Machine.resolved) == nil {
      paths.append("\(home)/.pip/pip.conf")
      paths.append("\(environment("XDG_CONFIG_HOME") ?? "\(home)/.config")/pip/pip.conf")
    }
    if let virtual = environment("VIRTUAL_ENV") { paths.append("\(virtual)/pip.conf") }
    if let named { paths.append(named) }
    return paths
  }

  /// pip takes an empty variable for none.
  private static func environment(_ name: String) -> String? {
    Machine.environment(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static var home: String? { Machine.home }

  /// `~` at the beginning is this user's home.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home else { return path }
    return home + path.dropFirst()
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (
      slash == path.startIndex ? "/" : String(path[..<slash]), String(path[slash...].dropFirst())
    )
  }
}
