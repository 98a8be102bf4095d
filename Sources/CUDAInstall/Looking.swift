public import CUDACatalog
package import CUDAFiles
package import CUDAPlanning
import CUDAStore

/// A prefix at a moment, as anybody may see it.
package struct Status: Sendable {
  package var prefix: String
  package var lockPath: String
  package var state: InstalledState
  /// The run that holds the lock.
  package var busy: Holder?
  /// The run that died with the lock; the next run recovers.
  package var interrupted: Holder?
  /// Whether something of what that run did is visible.
  package var isInterruptedVisible = false
  /// Bytes of unfinished downloads, which the next run continues.
  package var keptByteCount: Int64 = 0
  package var last: RunRecord?
  package var freeByteCount: Int64?
  package var driver: LoadedDriver = .none
  /// What the current release demands of it, if that is known.
  package var need: DriverNeed?
}

extension Installer {
  /// Takes no lock and writes nothing (I10): a probe of the lock would make another process's attempt fail.
  package func status() throws(InstallError) -> Status {
    let occupation = store.occupation()
    let busy: Holder? =
      if case .atWork(let holder) = occupation { Holder(holder: holder) } else { nil }
    let interrupted: Operation? = if case .died(let run) = occupation { run } else { nil }
    let visible = try storing { () throws(StoreError) in try store.visible() }
    let kept = try storing { () throws(StoreError) in try store.downloads() }
    let state = try installed()
    return Status(
      prefix: store.prefix, lockPath: "\(store.prefix)/\(Layout.lock)", state: state,
      busy: busy, interrupted: interrupted.map { Holder(holder: .run($0)) },
      isInterruptedVisible: interrupted.map { $0.before != visible } ?? false,
      keptByteCount: kept.reduce(0) { $0 + $1.byteCount }, last: store.lastRun(),
      freeByteCount: Directory.nearestSpace(to: store.prefix)?.freeByteCount,
      driver: Machine.driver, need: state.driverNeed)
  }

  /// Watches the run `op`, by default the one that is under way, and delivers its progress as `waiting` events;
  /// how it ended.
  ///
  /// `nil` if nothing is going on. Takes no lock (I10). A run that is over before it is looked at is found in
  /// the history by its identifier.
  package func follow(_ op: String? = nil) throws(InstallError) -> RunRecord? {
    let clock = ContinuousClock()
    let start = clock.now
    // Whoever has the lock and is not on record may be about to be, or is no cuda-install.
    while op == nil, store.operation() == nil, case .atWork(let holder) = store.occupation() {
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      observe(.waiting(Holder(holder: holder), Wait(elapsed: clock.now - start, limit: nil)))
      Thread.pause(milliseconds: 100)
    }
    guard let first = store.operation(), op == nil || first.op == op else {
      guard let op else { return nil }
      guard let record = store.record(ofRun: op) else { throw InstallError(.unknownRun(op)) }
      return record
    }
    while true {
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      // In this order: a run writes how it ended before it takes its record away.
      let operation = store.operation()
      let occupation = store.occupation()
      if let record = store.record(ofRun: first.op) { return record }
      guard let operation, operation.op == first.op else {
        throw InstallError(.unknownRun(first.op))
      }
      if case .died(let run) = occupation, run.op == first.op {
        let visible = (try? store.visible()) ?? run.before
        return store.record(ofRun: first.op) ?? RunRecord(died: run, after: visible)
      }
      observe(
        .waiting(Holder(holder: .run(operation)), Wait(elapsed: clock.now - start, limit: nil)))
      Thread.pause(milliseconds: 100)
    }
  }

  /// What `env` and `exec` need of an installed release.
  ///
  /// The tree's own path, not `current`: a switch in the middle of a build must not mix two releases.
  public func environment(of text: String?) throws(InstallError) -> (
    release: Version, root: String
  ) {
    let release = try installedRelease(text)
    return (release.release, store.path(ofTree: release.tree))
  }

  /// Whether an installed tree is now kept from being deleted as long as this process, or one that it
  /// becomes, lives.
  package func lease(_ root: String) -> Bool {
    do {
      return try Directory.holdForLife(root)
    } catch {
      // A file system without locks on directories cannot keep it; the command runs as well.
      return !error.isMissing
    }
  }

  /// The environment of a release whose tree is leased.
  package func leasedEnvironment(
    of text: String?
  ) throws(InstallError) -> (release: Version, root: String) {
    let found = try leased { () throws(InstallError) in try installedRelease(text) }
    return (found.release, store.path(ofTree: found.tree))
  }

  /// What `find` finds, with its tree leased: if it is replaced while we look, as its successor has it.
  func leased(
    _ find: () throws(InstallError) -> InstalledRelease
  ) throws(InstallError) -> InstalledRelease {
    for _ in 0..<10 {
      let found = try find()
      if lease(store.path(ofTree: found.tree)) { return found }
      // Its tree is locked, being published at this moment or on its way out; or it is gone.
      Thread.pause(milliseconds: 50)
    }
    return try find()
  }
}
