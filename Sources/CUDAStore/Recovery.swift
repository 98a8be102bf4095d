// Under the lock, before anything is decided: what did processes leave that died? (I5, I9)
//
//   staging           its owner locked it; what we can lock is dead, and goes
//   departures        trees on their way out; go
//   temporary links and records   go: their owner held the lock that we hold now
//   partial downloads stay: the artifact's hash decides about every byte, and the next request adopts them
//   operation.json    says who died, for the message and the history

package import CUDACatalog
import CUDAFiles

/// What an interrupted run left, and what became of it.
package struct Recovery: Equatable, Sendable {
  /// The run that did not finish.
  package var interrupted: Operation?
  /// Staging directories removed.
  package var clearedCount = 0
  /// Bytes of downloads that are kept to be continued.
  package var keptByteCount: Int64 = 0

  package var isNeeded: Bool { interrupted != nil || clearedCount > 0 }

  static func run(
    prefix: borrowing Directory, bookkeeping: borrowing Directory, trees: borrowing Directory,
    partials: borrowing Directory, died: Operation?, now: VisibleState
  ) throws(SystemCallError) -> Recovery {
    var recovery = Recovery(interrupted: died)
    for name in try trees.names() {
      if Layout.isStaging(name) {
        guard try sweep(name, in: trees) else { continue }
        recovery.clearedCount += 1
      } else if Layout.isDeparture(name) {
        try trees.removeTree(name)
      }
    }
    for name in try prefix.names() where Layout.isTemporary(name) {
      if try prefix.status(name)?.kind == .link { try prefix.unlink(name) }
    }
    for name in try bookkeeping.names() where Layout.isTemporary(name) {
      try bookkeeping.unlink(name)
    }
    for name in try partials.names() {
      recovery.keptByteCount += try partials.status(name)?.byteCount ?? 0
    }
    if let died {
      let record = RunRecord(died: died, after: now)
      try bookkeeping.appendLine(JSONRecord.encode(record), to: Layout.history)
      try bookkeeping.unlink(Layout.operation)
    }
    return recovery
  }

  /// Whether the staging directory was dead and is gone.
  private static func sweep(
    _ name: String, in trees: borrowing Directory
  ) throws(SystemCallError) -> Bool {
    let staging = try trees.directory(name)
    // I5: delete only what can be locked.
    guard try staging.tryLock() else { return false }
    try trees.removeTree(name)
    return true
  }
}
