// Under the lock, before anything is decided: what did processes leave that died? (I5, I9)
//
//   a half change     one link was replaced, and others were to follow: they follow
//   staging           its owner locked it; what we can lock is dead, and goes
//   departures        trees on their way out; go
//   receipts          copies of the receipts of trees that do not exist go
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
  /// Whether only a part of it is, and stays so: the disk was full.
  package var isHalf = false
  /// Staging directories removed.
  package var clearedCount = 0
  /// Names that should go and could not be deleted.
  package var leftCount = 0
  /// Bytes of downloads that are kept to be continued.
  package var keptByteCount: Int64 = 0
  /// What the links say after the recovery.
  package var visible: VisibleState

  package var isNeeded: Bool { interrupted != nil || clearedCount > 0 || leftCount > 0 }

  /// `left`: what a run announced, and did not take back.
  static func run(
    in store: Store, prefix: borrowing Directory, bookkeeping: borrowing Directory,
    trees: borrowing Directory, partials: borrowing Directory, receipts: borrowing Directory,
    left: Operation?, now: VisibleState
  ) throws(SystemCallError) -> Recovery {
    // How it ended, and which numbers trees had, may not be on disk yet.
    if left != nil { try syncHistory(in: bookkeeping) }
    var interrupted: Operation?
    if let left, try isUnfinished(left, in: store) { interrupted = left }
    var recovery = Recovery(interrupted: interrupted, visible: now)
    // I7: links that it changed are on disk before anything rests on them: before others follow, a tree is
    // deleted that nothing names any more, or somebody is told that what was asked for is there.
    if interrupted != nil { try prefix.sync() }
    // This may be the room that the links need.
    try recovery.sweep(prefix: prefix, bookkeeping: bookkeeping, trees: trees)
    try recovery.tidy(receipts, beside: trees, store)
    if let interrupted {
      try recovery.finishLinks(of: interrupted, in: prefix, store)
      recovery.isVisible = interrupted.before != recovery.visible
      recovery.discardPartials(of: interrupted, in: partials, store)
    }
    for name in try partials.names() {
      recovery.keptByteCount += try partials.byteCount(ofPartial: name)
    }
    if let interrupted {
      // I7 I12: on record, for good, before the announcement goes; and that, before anybody changes anything more. If
      // a power cut brought it back, it would be finished again, over what others have done.
      var record =
        store.record(ofRun: interrupted.op)
        ?? RunRecord(died: interrupted, after: recovery.visible)
      record.after = recovery.visible
      record.changed = recovery.isVisible
      try onFullDiskToo { () throws(SystemCallError) in
        try bookkeeping.append(record, to: Layout.history, .bytes)
        try bookkeeping.sync()
      }
    }
    try? bookkeeping.unlink(Layout.operation)
    if interrupted != nil {
      try onFullDiskToo { () throws(SystemCallError) in try bookkeeping.sync() }
    }
    return recovery
  }

  /// Whether the run is not on record: it died, or failed between two links and left the second to us.
  private static func isUnfinished(
    _ left: Operation, in store: Store
  ) throws(SystemCallError) -> Bool {
    do {
      if try store.readableHistory().contains(where: { $0.op == left.op }) { return false }
    } catch {
      if error.isOfMachine { throw error }
    }
    // A full disk may have kept it out of the history.
    guard let last = store.lastRun(), last.op == left.op else { return true }
    return !last.ok && left.wanted != nil
  }

  /// A history that is not ours to write is no reason to stop. A disk that fails is.
  private static func syncHistory(in bookkeeping: borrowing Directory) throws(SystemCallError) {
    do { try bookkeeping.sync(Layout.history) } catch {
      if error.isOfMachine { throw error }
    }
  }

  /// A disk without a free byte must not keep a run from making room.
  private static func onFullDiskToo(
    _ body: () throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    do { try body() } catch {
      guard error.isNoSpace else { throw error }
    }
  }

  /// Two links are two renames. Who did not get beyond the first had announced what was wanted.
  private mutating func finishLinks(
    of interrupted: Operation, in prefix: borrowing Directory, _ store: Store
  ) throws(SystemCallError) {
    guard let wanted = interrupted.wanted, visible != interrupted.before,
      visible.isBetween(interrupted.before, wanted)
    else { return }
    for (release, tree) in wanted.releases where visible.releases[release] != tree {
      guard (try? store.receipt(ofTree: tree)) ?? nil != nil else { return }
    }
    do {
      for link in wanted.links(from: visible) {
        // What this links to is on disk; if this is not, the old link is, and leads to a whole release.
        _ = try prefix.swap(link)
      }
      visible = wanted
    } catch {
      guard error.isNoSpace else { throw error }
      // Half of it stays, each link whole by itself, rather than that nobody can make room.
      visible = (try? store.visible()) ?? visible
      isHalf = true
    }
  }

  /// A run that got to its commit, and made its tree visible, needs no download any more.
  private func discardPartials(
    of interrupted: Operation, in partials: borrowing Directory, _ store: Store
  ) {
    guard isVisible, interrupted.progress.phase == .commit else { return }
    var digests: Set<SHA256Digest> = []
    for (release, tree) in visible.releases where interrupted.before.releases[release] != tree {
      // Without a receipt to read, a download more is kept.
      let receipt = (try? store.receipt(ofTree: tree)) ?? nil
      digests.formUnion(receipt?.components.map(\.artifact.digest) ?? [])
    }
    partials.removePartials(of: digests)
  }

  private mutating func sweep(
    prefix: borrowing Directory, bookkeeping: borrowing Directory, trees: borrowing Directory
  ) throws(SystemCallError) {
    let unfinished = try trees.names().filter { Layout.isUnfinished($0) }
    // I7: a departure's old name, under which it would not be whole, is gone for good before its files go.
    if unfinished.contains(where: { Layout.isDeparture($0) }) { try trees.sync() }
    for name in unfinished { sweep(name, in: trees) }
    for name in try prefix.names() where Layout.isTemporary(name) {
      if try prefix.status(name)?.kind == .link { try? prefix.unlink(name) }
    }
    for name in try bookkeeping.names() {
      if Layout.isTemporary(name) { try? bookkeeping.unlink(name) }
      if name == Layout.catalog { try? sweepCatalog(in: bookkeeping) }
    }
  }

  private func sweepCatalog(in bookkeeping: borrowing Directory) throws(SystemCallError) {
    let catalog = try bookkeeping.directory(Layout.catalog)
    for name in try catalog.names() where Layout.isTemporary(name) { try? catalog.unlink(name) }
  }

  /// Each tree that can be seen has a copy of its receipt, and nothing else is there but copies of trees that exist.
  private func tidy(
    _ receipts: borrowing Directory, beside trees: borrowing Directory, _ store: Store
  ) throws(SystemCallError) {
    let copies = try receipts.names()
    for tree in visible.releases.values
    where !copies.contains(Layout.receiptCopy(ofTree: tree)) {
      // Somebody removed it, or brought the prefix back without.
      guard let receipt = (try? store.receipt(ofTree: tree)) ?? nil else { continue }
      try? receipts.replace(
        Layout.receiptCopy(ofTree: tree), with: ReceiptJSON.encode(receipt), .bytes,
        mode: TreeMode.file)
    }
    for name in copies {
      // That of a tree that a link names stays: somebody removed the tree by hand, and it is to be repaired.
      let tree = Layout.tree(ofReceiptCopy: name) ?? ""
      guard !visible.releases.values.contains(tree), try trees.status(tree) == nil else { continue }
      try? receipts.unlink(name)
    }
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
      let trees = try bookkeeping(Layout.trees)
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
