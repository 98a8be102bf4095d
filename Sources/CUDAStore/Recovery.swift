// Under the lock, before anything is decided: what did processes leave that died? (I5, I9)
//
//   a half commit     the release has its new tree, `current` was to follow: it follows
//   staging           its owner locked it; what we can lock is dead, and goes
//   departures        trees on their way out; go
//   temporary links and records   go: their owner held the lock that we hold now
//   partial downloads stay: the artifact's hash decides about every byte, and the next request adopts them
//   operation.json    says who died, for the message and the history
//
// Sweeping is best effort: what cannot be deleted must not keep anybody from working, nor a full disk from
// being made room on.

package import CUDACatalog
import CUDAFiles

/// What an interrupted run left, and what became of it.
package struct Recovery: Equatable, Sendable {
  /// The run that did not finish.
  package var interrupted: Operation?
  /// Whether something of its work is visible.
  package var isVisible = false
  /// Staging directories removed.
  package var clearedCount = 0
  /// Names that should go and could not be deleted.
  package var leftCount = 0
  /// Bytes of downloads that are kept to be continued.
  package var keptByteCount: Int64 = 0
  /// What the links say after the recovery.
  package var visible: VisibleState

  package var isNeeded: Bool { interrupted != nil || clearedCount > 0 || leftCount > 0 }

  static func run(
    prefix: borrowing Directory, bookkeeping: borrowing Directory, trees: borrowing Directory,
    partials: borrowing Directory, died: Operation?, now: VisibleState
  ) throws(SystemCallError) -> Recovery {
    var recovery = Recovery(interrupted: died, visible: now)
    if let died {
      // I7: links that it changed are on disk before anything rests on them: before `current` follows, a tree is
      // deleted that nothing names any more, or somebody is told that what was asked for is there.
      try prefix.sync()
      try recovery.finishCommit(of: died, in: prefix)
    }
    let unfinished = try trees.names().filter { Layout.isUnfinished($0) }
    // I7: a departure's old name, under which it would not be whole, is gone for good before its files go.
    if unfinished.contains(where: { Layout.isDeparture($0) }) { try trees.sync() }
    for name in unfinished { recovery.sweep(name, in: trees) }
    for name in try prefix.names() where Layout.isTemporary(name) {
      if try prefix.status(name)?.kind == .link { try? prefix.unlink(name) }
    }
    for name in try bookkeeping.names() where Layout.isTemporary(name) {
      try? bookkeeping.unlink(name)
    }
    for name in try partials.names() {
      recovery.keptByteCount += try partials.status(name)?.byteCount ?? 0
    }
    if let died {
      recovery.isVisible = died.before != recovery.visible
      let record = RunRecord(died: died, after: recovery.visible)
      // A disk without a free byte must not keep a run from making room.
      try? bookkeeping.appendLine(JSONRecord.encode(record), to: Layout.history, .bytes)
    }
    try? bookkeeping.unlink(Layout.operation)
    return recovery
  }

  /// Between a release's new tree and `current` there are two renames. Who died between them had announced the
  /// second.
  private mutating func finishCommit(
    of died: Operation, in prefix: borrowing Directory
  ) throws(SystemCallError) {
    guard let next = died.next, let tree = visible.releases[next],
      tree != died.before.releases[next], visible.current == died.before.current,
      visible.current != next
    else { return }
    // What this links to is on disk; if this is not, the old link is, and leads to a whole release.
    _ = try prefix.swapLink(Layout.current, to: next)
    visible.current = next
  }

  private mutating func sweep(_ name: String, in trees: borrowing Directory) {
    do {
      let tree = try trees.directory(name)
      // I5: delete only what can be locked, and is locked until it is gone.
      guard try tree.tryLock() else { return }
      defer { tree.unlock() }
      try trees.removeTree(name)
      if Layout.isStaging(name) { clearedCount += 1 }
    } catch {
      // A trial is gone when its doctor is done with it.
      if !error.isMissing { leftCount += 1 }
    }
  }
}

extension Store {
  /// The names of what processes left that died, and that the next run sweeps. Takes no lock.
  package func leftovers() throws(StoreError) -> [String] {
    do {
      let trees = try Directory.open("\(prefix)/\(Layout.bookkeeping)/\(Layout.trees)")
      var names = try Directory.open(prefix).names().filter { Layout.isTemporary($0) }
      for name in try trees.names() where Layout.isUnfinished(name) {
        // A look only: locking it for a moment would keep its owner from locking it (I5).
        guard let status = try trees.status(name), trees.lockHolders(of: status.identity) == []
        else { continue }
        names.append(name)
      }
      return names
    } catch {
      if error.isMissing { return [] }
      throw .files(error)
    }
  }
}
