// Under the lock, before anything is decided: what did processes leave that died? (I5, I9)
//
//   a half change     one link was replaced, and others were to follow: they follow
//   staging           its owner locked it; what we can lock is dead, and goes
//   departures        trees on their way out; go
//   temporary links and records   go: their owner held the lock that we hold now
//   partial downloads stay: the artifact's hash decides about every byte, and the next request adopts them;
//                     but those go from which a tree was made that is visible
//   operation.json    says who died, for the message and the history
//
// Sweeping is best effort: what cannot be deleted must not keep anybody from working, nor a full disk from
// being made room on.

package import CUDACatalog
import CUDADigest
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

  /// The process that died at such a command with its work visible; `nil` if none did.
  package func finished(_ command: String) -> Int32? {
    guard let interrupted, isVisible, interrupted.command == command else { return nil }
    return interrupted.pid
  }

  package var isNeeded: Bool { interrupted != nil || clearedCount > 0 || leftCount > 0 }

  /// `left`: what a run announced, and did not take back.
  static func run(
    in store: Store, prefix: borrowing Directory, bookkeeping: borrowing Directory,
    trees: borrowing Directory, partials: borrowing Directory, left: Operation?, now: VisibleState
  ) throws(SystemCallError) -> Recovery {
    // What it wrote down may not be on disk yet: how it ended, and which numbers trees had.
    if left != nil { try bookkeeping.sync(Layout.history) }
    let record = left.flatMap { store.record(ofRun: $0.op) }
    let interrupted = left.flatMap { isUnfinished($0, record, in: store) ? $0 : nil }
    var recovery = Recovery(interrupted: interrupted, visible: now)
    if let interrupted {
      // I7: links that it changed are on disk before anything rests on them: before others follow, a tree is
      // deleted that nothing names any more, or somebody is told that what was asked for is there.
      try prefix.sync()
      try recovery.finishLinks(of: interrupted, in: prefix, trees)
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
    let installed =
      interrupted.map { store.artifacts(of: recovery.visible, since: $0.before) } ?? []
    for name in try partials.names() {
      if installed.contains(where: { Layout.isPartial(name, of: $0) }) {
        try? partials.unlink(name)
      } else {
        recovery.keptByteCount += try partials.status(name)?.byteCount ?? 0
      }
    }
    if let interrupted {
      recovery.isVisible = interrupted.before != recovery.visible
      var ended = record ?? RunRecord(died: interrupted, after: recovery.visible)
      ended.after = recovery.visible
      ended.changed = recovery.isVisible
      // A disk without a free byte must not keep a run from making room.
      try? bookkeeping.append(ended, to: Layout.history, .bytes)
    }
    try? bookkeeping.unlink(Layout.operation)
    return recovery
  }

  private static func isUnfinished(
    _ left: Operation, _ record: RunRecord?, in store: Store
  ) -> Bool {
    // Who is on record had ended, and only its last step was missing.
    guard let record else { return true }
    // But one that failed between two links left the second to us, if nobody has come since.
    return !record.ok && left.next != nil
      && [store.lastRun()?.op, store.history().last?.op].contains(left.op)
  }

  /// Two links are two renames. Who did not get beyond the first had announced the second.
  private mutating func finishLinks(
    of interrupted: Operation, in prefix: borrowing Directory, _ trees: borrowing Directory
  ) throws(SystemCallError) {
    guard let next = interrupted.next, visible != interrupted.before,
      visible.isBetween(interrupted.before, next)
    else { return }
    for tree in next.releases.values {
      guard try trees.status(tree)?.kind == .directory else { return }
    }
    for link in next.links(from: visible) {
      // What this links to is on disk; if this is not, the old link is, and leads to a whole release.
      _ = try prefix.swapLink(link.name, to: link.target)
    }
    visible = next
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

extension VisibleState {
  /// Whether each link is as in one of them.
  fileprivate func isBetween(_ one: VisibleState, _ other: VisibleState) -> Bool {
    let names = Set(releases.keys).union(one.releases.keys).union(other.releases.keys)
    return [one.current, other.current].contains(current)
      && names.allSatisfy { [one.releases[$0], other.releases[$0]].contains(releases[$0]) }
  }
}

extension Store {
  /// The artifacts of the trees that were not visible before.
  fileprivate func artifacts(
    of now: VisibleState, since before: VisibleState
  ) -> Set<SHA256Digest> {
    var digests: Set<SHA256Digest> = []
    for (release, tree) in now.releases where before.releases[release] != tree {
      // Without a receipt to read, a download more is kept.
      let receipt = (try? receipt(ofTree: tree)) ?? nil
      digests.formUnion(receipt?.components.map(\.artifact.digest) ?? [])
    }
    return digests
  }

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
