import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// One thing that `doctor` looked at.
package struct Check: Sendable, Equatable {
  package enum Verdict: String, Sendable {
    case ok
    /// It works, but may surprise.
    case warn
    /// It does not work.
    case fail
  }

  /// A word: `lock`
  package var name: String
  package var verdict: Verdict
  /// What was found.
  package var text: String
  /// What to do about it.
  package var hint: String?
  /// The exit status that stands for a failure of this kind.
  package var exitStatus: Int32 = 0
}

extension Installer {
  /// Looks for problems in and around the prefix. Takes no lock of the prefix, and changes nothing but a scratch
  /// directory in it, which is gone at the end.
  package func examine() throws(InstallError) -> [Check] {
    let presence: Store.Presence
    do { presence = try store.presence() } catch {
      return [Check("prefix", InstallError(.store(error)))]
    }
    var checks = [prefixCheck(presence)]
    if presence == .ours {
      checks += trialChecks() + [lockFileCheck()]
      checks += try stateChecks()
    }
    return checks + [fileSystemCheck(), spaceCheck(), processCheck()].compactMap { $0 }
      + surroundingChecks() + [driverCheck()]
  }

  // The prefix itself

  private func prefixCheck(_ presence: Store.Presence) -> Check {
    switch presence {
    case .absent:
      return Check("prefix", .ok, "\(prefix) does not exist yet; the first install makes it")
    case .foreign: return Check("prefix", InstallError(.store(.notOurs(prefix: prefix))))
    case .ours:
      guard let status = try? Directory.open(prefix).status() else {
        return Check("prefix", .warn, "\(prefix) cannot be looked at")
      }
      let owner =
        "owner \(Machine.name(ofUser: status.owner)), mode \(String(status.mode, radix: 8))"
      if status.mode & 0o002 != 0, status.mode & 0o1000 == 0 {
        return Check(
          "prefix", .warn, "anybody may write in \(prefix) (\(owner))",
          hint: "chmod o-w \(prefix): who may write there may replace what root runs")
      }
      if ![0, Machine.effectiveUser].contains(status.owner) {
        return Check("prefix", .warn, "\(prefix) belongs to somebody else (\(owner))")
      }
      return Check("prefix", .ok, "\(prefix) (\(owner))")
    }
  }

  private func trialChecks() -> [Check] {
    let trial: Trial
    do { trial = try store.trial() } catch {
      let failure = InstallError(.store(error))
      if case .cannotCreate(let error) = error, error.isMissing {
        return [Check("lock", .ok, "not tried: the next run makes the directories for it")]
      }
      if case .files(let error) = error, error.isMissing {
        return [Check("lock", .ok, "not tried: the next run makes the directories for it")]
      }
      if Directory.nearestSpace(to: prefix)?.isReadOnly == true {
        return [Check("lock", .warn, "not tried: nothing can be written in \(prefix)")]
      }
      if failure.code == "permission" {
        return [
          Check(
            "lock", .warn, "not tried: this user may not write in \(prefix)",
            hint: "run doctor as the user that installs")
        ]
      }
      return [Check("lock", failure)]
    }
    let fileSystem = Directory.nearestSpace(to: prefix)?.fileSystem ?? "unknown"
    func check(_ name: String, _ works: Bool, _ good: String, _ bad: String) -> Check {
      works
        ? Check(name, .ok, good)
        : Check(
          name, .fail, "\(bad) (\(fileSystem))", hint: "choose a prefix on a local file system",
          exitStatus: 71)
    }
    return [
      check(
        "lock", trial.lockExcludes, "a second process is refused while one has the lock",
        "a second process got the lock while one had it"),
      check(
        "kill", trial.killFrees, "SIGKILL of the holder frees the lock",
        "SIGKILL of the holder did not free the lock"),
      check(
        "rename", trial.swapIsAtomic,
        "a link was replaced 200 times, and a second process never missed it",
        "a second process missed a link while it was replaced"),
      trial.renameRefuses
        ? Check("publish", .ok, "a rename onto an existing name is refused")
        : Check("publish", .fail, "a rename replaced an existing name", exitStatus: 71),
      trial.linksFiles
        ? Check("links", .ok, "unchanged components can be linked, and take no room twice")
        : Check("links", .warn, "no hard links here: unchanged components are fetched again"),
    ]
  }

  private func lockFileCheck() -> Check {
    let path = "\(prefix)/\(Layout.lock)"
    guard let status = try? Directory.open(prefix).status(Layout.lock) else {
      return Check("lock file", .ok, "\(path) does not exist; the next change makes it")
    }
    let owners = [0, Machine.effectiveUser, (try? Directory.open(prefix).status())?.owner]
    guard status.kind == .file, status.linkCount == 1, owners.contains(status.owner) else {
      return Check(
        "lock file", .fail, "\(path) is not a file of its own, or somebody else's",
        hint: StoreError.notALockFile(path: path, what: "").hint, exitStatus: 73)
    }
    guard status.mode & 0o007 == 0 else {
      return Check(
        "lock file", .warn, "anybody may open \(path), and hold the lock for ever",
        hint: "chmod o= \(path)")
    }
    return Check(
      "lock file", .ok, "\(path), mode \(String(status.mode, radix: 8)); never remove it")
  }

  private func stateChecks() throws(InstallError) -> [Check] {
    let status = try status()
    var checks: [Check] = []
    if let busy = status.busy {
      checks.append(Check("run", .ok, "at work: \(busy.description)"))
    } else if let dead = status.interrupted {
      checks.append(
        Check("run", .warn, "died: \(dead.description)", hint: "the next run goes on from there"))
    } else if let last = status.last, let error = last.error {
      checks.append(
        Check(
          "run", .warn,
          "the last one failed (\(last.command), status \(last.exit)): \(error.message)"))
    } else {
      checks.append(Check("run", .ok, "nobody is at work"))
    }
    let left = try storing { () throws(StoreError) in try store.leftovers() }
    if !left.isEmpty || status.keptByteCount > 0, status.busy == nil {
      let parts =
        (left.isEmpty ? [] : ["\(left.count) half made trees or links of runs that died"])
        + (status.keptByteCount > 0
          ? ["\(Size(status.keptByteCount)) of unfinished downloads"] : [])
      checks.append(
        Check(
          "leftovers", .warn, parts.joined(separator: ", "),
          hint: "the next run clears or continues them; prune deletes downloads"))
    } else {
      checks.append(Check("leftovers", .ok, "none"))
    }
    for release in status.state.damaged {
      checks.append(Check("releases", InstallError(.damaged(release))))
    }
    if status.state.damaged.isEmpty {
      let labels = status.state.releases.map(\.release.text).joined(separator: ", ")
      checks.append(Check("releases", .ok, labels.isEmpty ? "none installed" : labels))
    }
    return checks
  }

  // Around it

  private func fileSystemCheck() -> Check? {
    guard let space = Directory.nearestSpace(to: prefix) else { return nil }
    if space.isReadOnly {
      return Check(
        "file system", .warn, "\(space.fileSystem), mounted read-only: nothing can be changed")
    }
    if ["nfs", "cifs", "smb2", "lustre", "gpfs", "ceph", "9p", "fuse"].contains(space.fileSystem) {
      return Check(
        "file system", .warn,
        "\(space.fileSystem): whether another machine's lock is seen is the server's affair",
        hint: "install from one machine only, or into a local directory on each")
    }
    let note =
      space.fileSystem == "overlayfs"
      ? "overlayfs: what lies in a lower layer is never renamed, only its links are replaced"
      : space.fileSystem
    return Check("file system", .ok, note)
  }

  private func spaceCheck() -> Check? {
    guard let space = Directory.nearestSpace(to: prefix) else { return nil }
    let text = "\(Size(space.freeByteCount)) free"
    guard space.freeByteCount >= 1 << 30 else {
      return Check("space", .warn, text, hint: "'cuda-install prune' deletes what nothing uses")
    }
    return Check("space", .ok, text)
  }

  private func processCheck() -> Check {
    Machine.seesAllProcesses
      ? Check("processes", .ok, "all of this machine can be seen from here")
      : Check(
        "processes", .warn,
        "processes outside of this container may have the lock, and cannot be named from here")
  }

  private func surroundingChecks() -> [Check] {
    var checks: [Check] = []
    let other = "/usr/local/cuda"
    if let real = Machine.resolved(other), !isInside(real) {
      checks.append(
        Check(
          "other CUDA", .warn, "\(other) is \(real)",
          hint: "CMake looks there after CUDAToolkit_ROOT, CUDA_PATH and PATH"))
    }
    if let nvcc = Machine.onPath("nvcc"), !isInside(Machine.resolved(nvcc) ?? nvcc) {
      checks.append(
        Check(
          "nvcc", .warn, "the nvcc that the shell finds is \(nvcc)",
          hint: "eval \"$(cuda-install env)\" puts this prefix first"))
    }
    if let path = Machine.environment("LD_LIBRARY_PATH"), !path.isEmpty,
      path.split(separator: ":", omittingEmptySubsequences: false).contains("")
    {
      checks.append(
        Check(
          "LD_LIBRARY_PATH", .warn,
          "it has an empty element: the loader looks in the current directory",
          hint: "write it as LD_LIBRARY_PATH=NEW${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"))
    }
    return checks.isEmpty ? [Check("other CUDA", .ok, "none in the way")] : checks
  }

  private func isInside(_ path: String) -> Bool { path == prefix || path.hasPrefix("\(prefix)/") }

  private func driverCheck() -> Check {
    guard let text = Machine.driverVersion, let driver = Version(text) else {
      return Check("driver", .ok, "none found: compiling works, programs that use a GPU need one")
    }
    let current = (try? store.visible())?.current.flatMap { Version($0) }
    guard let current, let oldest = Driver.oldest(for: current) else {
      return Check("driver", .ok, text)
    }
    guard driver >= oldest else {
      return Check(
        "driver", .warn, "\(text) is older than the \(oldest) that CUDA \(current) needs",
        hint: "update the driver, or use an older release")
    }
    return Check("driver", .ok, "\(text), good for CUDA \(current)")
  }
}

extension Check {
  fileprivate init(
    _ name: String, _ verdict: Verdict, _ text: String, hint: String? = nil, exitStatus: Int32 = 0
  ) {
    self.init(
      name: name, verdict: verdict, text: text, hint: hint,
      exitStatus: verdict == .fail ? exitStatus : 0)
  }

  fileprivate init(_ name: String, _ error: InstallError) {
    self.init(
      name: name, verdict: .fail, text: error.message, hint: error.hint,
      exitStatus: error.exitStatus)
  }
}
