import CUDACatalog
import CUDAFiles
import CUDAInstall

/// systemd's timer that updates one prefix: an instance of a template, which is the same for all of them.
struct UpdateTimer {
  let prefix: String
  let owner: TimerOwner

  /// What systemd says of it.
  struct State {
    var isEnabled: Bool
    var isActive: Bool
    /// Whether its files are others than those that systemd has read.
    var needsReload: Bool
    var next: Timestamp?
    var last: Timestamp?
  }

  var unit: String { "\(TimerText.template)\(TimerText.instance(prefix)).timer" }

  /// The machine's or this user's, if one is enabled.
  static func enabled(for prefix: String) -> UpdateTimer? {
    [TimerOwner.system, .user].map { UpdateTimer(prefix: prefix, owner: $0) }
      .first { $0.isEnabled }
  }

  /// Whether it has a time of its own.
  var hasSchedule: Bool {
    (try? Directory.open("\(folder)/\(unit).d").status("schedule.conf")) != nil
  }

  /// By the link that says so: without asking anybody.
  private var isEnabled: Bool {
    (try? Directory.open("\(folder)/timers.target.wants").status(unit)) != nil
  }

  /// Lets systemd update the prefix by running `program`; `schedule` is one of systemd.time(7), or `nil`: as it is, at
  /// first daily. Whether that changed anything; where it fails, nothing that it wrote is left.
  ///
  /// Where a package has brought the templates, they are the ones that count.
  func enable(_ program: String, schedule: String?) throws(InstallError) -> Bool {
    try requireManager()
    if let schedule { try check(schedule) }
    return try alone { () throws(InstallError) in
      let was = try asked()
      var written: [(name: String, below: String?)] = []
      func write(_ name: String, in below: String? = nil, _ text: String) throws(InstallError) {
        if try self.write(name, in: below, text) { written.append((name, below)) }
      }
      do throws(InstallError) {
        var deleted = false
        if isPackaged {
          deleted = try deleteTemplates()
        } else {
          try write("\(TimerText.template).service", TimerText.service(program, for: owner))
          try write("\(TimerText.template).timer", TimerText.timer)
        }
        if let schedule {
          if schedule == "daily" {
            deleted = try delete("schedule.conf", in: "\(unit).d") || deleted
          } else {
            try write("schedule.conf", in: "\(unit).d", TimerText.schedule(schedule))
          }
        }
        let isStale = deleted || !written.isEmpty || was.needsReload
        if isStale { try systemctl(["daemon-reload"]) }
        let isOn = was.isEnabled && was.isActive
        if !isOn { try systemctl(["enable", "--now", unit]) }
        // What is at work already learns of a new time only so.
        if isStale, was.isActive { try systemctl(["restart", unit]) }
        return isStale || !isOn
      } catch {
        if !was.isEnabled {
          for (name, below) in written { _ = try? delete(name, in: below) }
        }
        throw error
      }
    }
  }

  /// Ends that, and deletes what `enable` wrote once no other prefix needs it. Whether there was anything to end.
  func disable() throws(InstallError) -> Bool {
    try requireManager()
    return try alone { () throws(InstallError) in
      let was = try asked()
      if was.isEnabled || was.isActive { try systemctl(["disable", "--now", unit]) }
      var changed = try delete("schedule.conf", in: "\(unit).d")
      let others = (try? Directory.open("\(folder)/timers.target.wants").names()) ?? []
      if !others.contains(where: { $0.hasPrefix(TimerText.template) }) {
        changed = try deleteTemplates() || changed
      }
      if changed || was.needsReload { try systemctl(["daemon-reload"]) }
      return changed || was.isEnabled || was.isActive
    }
  }

  /// Throws if nobody can say.
  func state() throws(InstallError) -> State {
    try requireManager()
    return try asked()
  }

  // Its files

  private var folder: String {
    guard owner == .user else { return "/etc/systemd/system" }
    return "\(ConfigurationFile.userFolder ?? "/")/systemd/user"
  }

  private var isPackaged: Bool {
    ["/usr/local/lib", "/usr/lib", "/lib"].contains { root in
      let folder = "\(root)/systemd/\(owner == .system ? "system" : "user")"
      return (try? Directory.open(folder).status("\(TimerText.template).timer")) != nil
    }
  }

  /// Runs `body` while no other process changes the templates, which all prefixes share.
  private func alone<Result>(
    _ body: () throws(InstallError) -> Result
  ) throws(InstallError) -> Result {
    do {
      let directory = try Directory.makePath(folder)
      let deadline = ContinuousClock.now + .seconds(60)
      while try !directory.tryLock() {
        guard Interruption.signal == nil, .now < deadline else {
          throw InstallError(.systemd("somebody else has had the lock of \(folder) for a minute"))
        }
        Thread.pause(milliseconds: 50)
      }
      defer { directory.unlock() }
      return try body()
    } catch let error as SystemCallError {
      throw InstallError(files: error)
    } catch let error as InstallError { throw error } catch { preconditionFailure("\(error)") }
  }

  /// Whether it had to be written. What somebody else wrote there stays, and is an error.
  private func write(
    _ name: String, in below: String?, _ text: String
  ) throws(InstallError) -> Bool {
    let path = below.map { "\(folder)/\($0)" } ?? folder
    let bytes = Array("\(TimerText.mark)\n\(text)".utf8)
    let isForeign = InstallError(
      .systemd("\(path)/\(name) was not written by cuda-install: delete it, or keep to it"))
    do {
      let directory = try Directory.makePath(path)
      let old = try directory.contents(of: name, limit: 1 << 16)
      guard old != bytes else { return false }
      guard old.map(Self.isOurs) ?? true else { throw isForeign }
      try directory.replace(name, with: bytes, .bytesAndName)
      return true
    } catch let error as SystemCallError {
      // systemctl mask makes it a link.
      throw error.isNameTaken ? isForeign : InstallError(files: error)
    } catch let error as InstallError { throw error } catch { preconditionFailure("\(error)") }
  }

  private func deleteTemplates() throws(InstallError) -> Bool {
    var deleted = false
    for kind in ["service", "timer"] {
      deleted = try delete("\(TimerText.template).\(kind)", in: nil) || deleted
    }
    return deleted
  }

  private func delete(_ name: String, in below: String?) throws(InstallError) -> Bool {
    do {
      let directory = try Directory.open(below.map { "\(folder)/\($0)" } ?? folder)
      guard let old = try directory.contents(of: name, limit: 1 << 16), Self.isOurs(old) else {
        return false
      }
      try directory.unlink(name)
      // Unless it holds more, as of systemctl edit.
      if let below { try? Directory.open(folder).removeDirectory(below) }
      return true
    } catch let error where error.isMissing || error.isNameTaken {
      return false
    } catch {
      throw InstallError(files: error)
    }
  }

  private static func isOurs(_ bytes: [UInt8]) -> Bool { bytes.starts(with: TimerText.mark.utf8) }

  // Its manager

  private func requireManager() throws(InstallError) {
    switch owner {
    case .system:
      guard Machine.exists("/run/systemd/system") else {
        throw InstallError(.systemd("systemd does not run here", isThere: false))
      }
      guard Machine.isRoot else {
        throw InstallError(.systemd("only root may change the system's timers; leave out --system"))
      }
    case .user:
      guard Machine.exists("\(runtimeFolder)/systemd/private") else {
        throw InstallError(
          .systemd("no systemd runs for \(Machine.user) here", isThere: false))
      }
    }
  }

  /// su(1) and cron leave nobody's, or none.
  private var runtimeFolder: String {
    environment("XDG_RUNTIME_DIR") ?? "/run/user/\(Machine.effectiveUser)"
  }

  private func check(_ schedule: String) throws(InstallError) {
    guard !schedule.isEmpty, !schedule.contains(where: \.isNewline),
      try run("systemd-analyze", ["calendar", "--", schedule]).status == 0
    else {
      throw InstallError(
        .usage(
          "\(cleaned(schedule)) is no time of systemd's: write one as in daily, or 'Mon *-*-* 03:00'"
        ))
    }
  }

  private func asked() throws(InstallError) -> State {
    let names = [
      "UnitFileState", "ActiveState", "NeedDaemonReload", "NextElapseUSecRealtime",
      "LastTriggerUSec",
    ]
    let text = try systemctl(["show", "--property=\(names.joined(separator: ","))", unit])
    var values: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    // `Sat 2026-11-28 02:57:41 UTC`; --timestamp=unix says the same before systemd 255.
    func time(_ name: Substring) -> Timestamp? {
      let words = values[name]?.split(separator: " ") ?? []
      return words.count == 4 ? Timestamp(rfc3339: "\(words[1])T\(words[2]).000Z") : nil
    }
    return State(
      isEnabled: values["UnitFileState"]?.hasPrefix("enabled") ?? false,
      isActive: values["ActiveState"] == "active",
      needsReload: values["NeedDaemonReload"] == "yes", next: time("NextElapseUSecRealtime"),
      last: time("LastTriggerUSec"))
  }

  @discardableResult
  private func systemctl(_ arguments: [String]) throws(InstallError) -> String {
    let output = try run("systemctl", (owner == .user ? ["--user"] : []) + arguments)
    let text = String(decoding: output.bytes, as: UTF8.self)
    guard output.status == 0 else {
      let reason = text.split(separator: "\n").last.map { ": \(cleaned(String($0)))" } ?? ""
      throw InstallError(.systemd("systemctl \(arguments[0]) failed\(reason)"))
    }
    return text
  }

  private func run(_ program: String, _ arguments: [String]) throws(InstallError) -> ProgramOutput {
    guard let path = Machine.onPath(program) else {
      throw InstallError(.systemd("there is no \(program) on the PATH"))
    }
    do {
      return try ProgramOutput.of(
        [path] + arguments,
        environment: [
          "XDG_RUNTIME_DIR": runtimeFolder, "LC_ALL": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0",
        ],
        withErrors: true)
    } catch {
      throw InstallError(files: error)
    }
  }
}
