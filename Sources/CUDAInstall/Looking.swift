package import CUDACatalog
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
  package var last: RunRecord?
  package var freeByteCount: Int64?
  package var driver: String?
}

extension Installer {
  /// Takes no lock and writes nothing (I10): a probe of the lock would make another process's attempt fail.
  package func status() throws(InstallError) -> Status {
    let operation = store.operation()
    let isDead = operation?.liveness == .dead
    let holder = operation.map { Holder(operation: $0) }
    return Status(
      prefix: store.prefix, lockPath: "\(store.prefix)/\(Layout.lock)", state: try installed(),
      busy: isDead ? nil : holder,
      interrupted: isDead ? holder : nil, last: store.lastRun(),
      freeByteCount: Directory.nearestSpace(to: store.prefix)?.freeByteCount,
      driver: Machine.driverVersion)
  }

  /// What `env` and `exec` need of an installed release.
  ///
  /// The tree's own path, not `current`: a switch in the middle of a build must not mix two releases.
  package func environment(of text: String?) throws(InstallError) -> (
    release: Version, root: String
  ) {
    let release = try installedRelease(text)
    return (release.release, store.path(ofTree: release.tree))
  }

  /// Keeps an installed tree from being deleted as long as this process, or one that it becomes, lives.
  package func lease(_ root: String) {
    // Without a lease the command runs as well; only a removal does not wait for it.
    try? Directory.holdForLife(root)
  }
}
