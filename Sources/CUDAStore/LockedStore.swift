package import CUDACatalog
package import CUDAFiles

/// The right to change a prefix: all methods that do are here and in the extensions beside it. It ends
/// with the value (I1).
package struct LockedStore: ~Copyable {
  package let store: Store
  /// What the last process left behind, and what became of it.
  package let recovery: Recovery

  let prefix: Directory
  let bookkeeping: Directory
  let trees: Directory
  let partials: Directory
  private let lock: FileLock
  private var operation: Operation

  /// The prefix, with its directories made where they are missing, and recovered.
  static func open(
    _ store: Store, lock: consuming FileLock, prefix: consuming Directory, run: RunName
  ) throws(StoreError) -> LockedStore {
    var before = try store.visible()
    let left = store.operation()
    do {
      try prefix.ensureDirectory(Layout.bookkeeping)
      let bookkeeping = try prefix.directory(Layout.bookkeeping)
      try bookkeeping.ensureDirectory(Layout.trees)
      try bookkeeping.ensureDirectory(Layout.partials)
      let trees = try bookkeeping.directory(Layout.trees)
      let partials = try bookkeeping.directory(Layout.partials)
      let recovery = try Recovery.run(
        in: store, prefix: prefix, bookkeeping: bookkeeping, trees: trees, partials: partials,
        left: left, now: before)
      before = recovery.visible
      let locked = LockedStore(
        store: store, recovery: recovery, prefix: prefix, bookkeeping: bookkeeping, trees: trees,
        partials: partials, lock: lock, operation: .starting(run, before: before))
      locked.publishOperation()
      return locked
    } catch {
      throw error.isPermission ? .cannotCreate(error) : .files(error)
    }
  }

  /// Bytes free on the prefix's file system, and its name.
  package func space() throws(StoreError) -> Space {
    do { return try trees.space() } catch { throw .files(error) }
  }

  /// Throws if somebody removed the lock file under us: then another process may work here as well, and what was
  /// decided before is not what is on disk (I1, I3).
  func confirmLock() throws(StoreError) {
    do {
      if try lock.isStill(Layout.lock, in: prefix) { return }
    } catch {
      throw .files(error)
    }
    throw .lockLost(path: prefix.at(Layout.lock))
  }

  /// Replaces the links that differ from `wanted`, each in one step; a failure to sync what is visible is the
  /// result. Nothing has changed if it throws, unless it throws `halfVisible`: then, as after a death between two
  /// links, the announcement stays, and recovery replaces the rest.
  mutating func makeVisible(_ wanted: VisibleState) throws(StoreError) -> SystemCallError? {
    // The last moment: nobody sees it yet.
    try confirmLock()
    let links = wanted.links(from: try store.visible())
    var warning: SystemCallError?
    var isBegun = false
    do {
      if links.count > 1 {
        operation.next = wanted
        // On disk before the first link is: it says what is to follow.
        try bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .bytesAndName)
      }
      for link in links {
        warning = try prefix.swapLink(link.name, to: link.target) ?? warning
        isBegun = true
      }
    } catch {
      if isBegun { throw .halfVisible(error) }
      operation.next = nil
      throw .files(error)
    }
    operation.next = nil
    return warning
  }

  /// Lets other processes see how far this run is.
  package mutating func report(_ progress: Operation.Progress) {
    operation.progress = progress
    publishOperation()
  }

  /// Writes down how this run ended (I12), and leaves the prefix to the next. What is visible decides whether
  /// something changed, whatever the caller says of the rest.
  package consuming func finish(
    changed: Bool, exit: Int32, error: RunRecord.Failure?
  ) -> RunRecord {
    let after = (try? store.visible()) ?? operation.before
    let record = RunRecord(
      operation, ended: Timestamp.now.rfc3339, changed: changed || after != operation.before,
      exit: exit, error: error, after: after)
    // The work is done or has failed already; a record that cannot be written changes nothing about it. Bytes
    // before names, and both before the announcement goes: if a power cut brought that back without the record,
    // recovery would finish what was finished, and undo what others have done since.
    let isWorthKeeping = record.changed || error != nil
    let durability: Directory.Durability = isWorthKeeping ? .bytes : .none
    try? bookkeeping.replace(Layout.last, with: JSONRecord.encode(record), durability)
    try? bookkeeping.append(record, to: Layout.history, durability)
    if isWorthKeeping { try? bookkeeping.sync() }
    // Between two links it stays, for recovery to replace the second. And who lost the lock has no say: what is
    // there may be another's.
    if operation.next == nil, store.operation()?.op == operation.op {
      try? bookkeeping.unlink(Layout.operation)
    }
    return record
  }

  /// Not synced: it is only true while this process lives.
  private func publishOperation() {
    // A full disk must not stop work that may be there to make room.
    try? bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .none)
  }
}
