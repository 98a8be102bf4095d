import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

extension Installer {
  /// Looks for problems in and around the prefix. Takes no lock of the prefix, and changes nothing but a scratch
  /// directory in it, which is gone at the end.
  package func examine() throws(InstallError) -> [Check] {
    let presence: Store.Presence
    do { presence = try store.presence() } catch {
      return [Check("prefix", InstallError(.store(error)))]
    }
    var checks = [prefixCheck(presence)]
    var trial: Trial?
    if presence == .ours {
      checks += trialChecks(&trial) + [lockFileCheck()]
      checks += try stateChecks()
    }
    return checks + [sandboxCheck(trial?.sandbox)] + surroundings()
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
      let owner = status.description
      if status.mode & 0o002 != 0, status.mode & 0o1000 == 0 {
        return Check(
          "prefix", .warn, "anybody may write in \(prefix) (\(owner))",
          hint: "chmod o-w \(prefix): who may write there may replace what root runs")
      }
      do { try store.checkPath() } catch {
        return Check("prefix", InstallError(.store(error)))
      }
      if ![0, Machine.effectiveUser].contains(status.owner) {
        return Check(
          "prefix", .warn,
          "\(prefix) belongs to somebody else (\(owner)), who may change all that is in it",
          hint: "run it as \(Machine.name(ofUser: status.owner))")
      }
      return Check("prefix", .ok, "\(prefix) (\(owner))")
    }
  }

  /// `done`: what the trial has shown, if there could be one.
  private func trialChecks(_ done: inout Trial?) -> [Check] {
    let trial: Trial
    do {
      trial = try store.trial()
      done = trial
    } catch {
      let failure = InstallError(.store(error))
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
    let (found, parent): (FileStatus?, FileStatus)
    do {
      let directory = try Directory.open(prefix)
      (found, parent) = (try directory.status(Layout.lock), try directory.status())
    } catch {
      return Check("lock file", InstallError(.store(.files(error))))
    }
    guard let status = found else {
      return Check("lock file", .ok, "\(path) does not exist; the next change makes it")
    }
    if let what = FileLock.objection(to: status, in: parent) {
      return Check("lock file", InstallError(.store(.notALockFile(path: path, what: what))))
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
    // While somebody changes them nothing can be said of links and copies.
    if status.busy == nil { checks += try linkChecks(status.state) }
    for damaged in status.state.damaged {
      checks.append(Check("releases", InstallError(.damaged(damaged))))
    }
    if status.state.damaged.isEmpty {
      let labels = status.state.releases.map(\.release.text).joined(separator: ", ")
      checks.append(Check("releases", .ok, labels.isEmpty ? "none installed" : labels))
    }
    return checks
  }

  private func linkChecks(_ state: InstalledState) throws(InstallError) -> [Check] {
    let faults = try storing { () throws(StoreError) in try store.linkFaults() }
    var checks = [
      faults.isEmpty
        ? Check("current", .ok, "no link is missing, and each leads to a release")
        : Check(
          "current", .warn, faults.joined(separator: ", "),
          hint: "'cuda-install install' makes a release's link again, and 'use' makes current; "
            + "what is no link must be moved away")
    ]
    for release in state.releases
    where try storing({ () throws(StoreError) in try store.receiptCopy(ofTree: release.tree) })
      != release.receipt
    {
      let copy =
        "\(Layout.bookkeeping)/\(Layout.receipts)/\(Layout.receiptCopy(ofTree: release.tree))"
      checks.append(
        Check(
          "receipts", .warn, "the copy of \(release.title)'s receipt is damaged or gone",
          hint: "remove \(prefix)/\(copy); the next run makes it again"))
    }
    return checks
  }
}
