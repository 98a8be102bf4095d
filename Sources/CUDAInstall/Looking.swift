public import CUDACatalog
import CUDAFiles
import CUDAPlanning
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
  package var driver: String?
}

extension Installer {
  /// Takes no lock and writes nothing (I10): a probe of the lock would make another process's attempt fail.
  package func status() throws(InstallError) -> Status {
    let interrupted = store.deadRun()
    let visible = try storing { () throws(StoreError) in try store.visible() }
    let kept = try storing { () throws(StoreError) in try store.downloads() }
    return Status(
      prefix: store.prefix, lockPath: "\(store.prefix)/\(Layout.lock)", state: try installed(),
      busy: store.holder().map { Holder(holder: $0) },
      interrupted: interrupted.map { Holder(holder: .run($0)) },
      isInterruptedVisible: interrupted.map { $0.before != visible } ?? false,
      keptByteCount: kept.reduce(0) { $0 + $1.byteCount }, last: store.lastRun(),
      freeByteCount: Directory.nearestSpace(to: store.prefix)?.freeByteCount,
      driver: Machine.driverVersion)
  }

  /// Watches the run `op`, by default the one that is under way, and delivers its progress as `waiting` events;
  /// how it ended.
  ///
  /// `nil` if nothing is going on. Takes no lock (I10). A run that is over before it is looked at is found in
  /// the history by its identifier.
  package func follow(_ op: String? = nil) throws(InstallError) -> RunRecord? {
    guard let first = store.operation(), op == nil || first.op == op else {
      guard let op else { return nil }
      guard let record = store.record(ofRun: op) else { throw InstallError(.unknownRun(op)) }
      return record
    }
    var latest = first
    let clock = ContinuousClock()
    let start = clock.now
    while true {
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      if let operation = store.operation(), operation.op == first.op {
        latest = operation
        guard store.holder()?.operation?.op == operation.op else { return died(operation) }
        observe(
          .waiting(Holder(holder: .run(operation)), Wait(elapsed: clock.now - start, limit: nil)))
      } else if let record = store.record(ofRun: first.op) {
        return record
      } else if latest.liveness == .dead {
        return died(latest)
      }
      Thread.pause(milliseconds: 100)
    }
  }

  private func died(_ operation: Operation) -> RunRecord {
    // Between our two looks it may have ended well, or the next run may have recovered from it.
    store.record(ofRun: operation.op)
      ?? RunRecord(died: operation, after: (try? store.visible()) ?? operation.before)
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
    // A file system without locks on directories cannot keep it; the command runs as well.
    (try? Directory.holdForLife(root)) ?? true
  }

  /// The environment of a release whose tree is leased: if it is replaced while we look, that of its successor.
  package func leasedEnvironment(
    of text: String?
  ) throws(InstallError) -> (release: Version, root: String) {
    for _ in 0..<10 {
      let found = try environment(of: text)
      if lease(found.root) { return found }
      // Its tree is locked: being published at this moment, or on its way out.
      Thread.pause(milliseconds: 50)
    }
    return try environment(of: text)
  }
}
