package import CUDACatalog
package import CUDAFiles

/// The right to change a prefix: all methods that do are here and in the extensions beside it. It ends
/// with the value (I1).
package struct LockedStore: ~Copyable {
  package let store: Store
  /// What the last process left behind, and what became of it.
  package let recovery: Recovery

  /// Whether what this process makes is for its group as well, which shares the prefix.
  let isShared: Bool
  let prefix: Directory
  let bookkeeping: Directory
  let trees: Directory
  let partials: Directory
  let receipts: Directory
  private let lock: FileLock
  var operation: Operation

  /// The prefix, with its directories made where they are missing, and recovered.
  static func open(
    _ store: Store, lock: consuming FileLock, prefix: consuming Directory, run: RunName
  ) throws(StoreError) -> LockedStore {
    var before = try store.visible()
    let left = try store.announced()
    do throws(SystemCallError) {
      // Whoever may take the lock may do what it is for; but what root makes, nobody else writes into.
      let isGroups = try prefix.status().mode & 0o020 != 0
      let isShared = isGroups && !Machine.isRoot
      let mode: UInt16 = isShared ? 0o775 : 0o755
      try prefix.ensureDirectory(Layout.bookkeeping, mode: mode)
      let bookkeeping = try prefix.directory(Layout.bookkeeping)
      try bookkeeping.ensureDirectory(Layout.trees, mode: mode)
      try bookkeeping.ensureDirectory(Layout.partials, mode: mode)
      try bookkeeping.ensureDirectory(Layout.receipts, mode: mode)
      let trees = try bookkeeping.directory(Layout.trees)
      let partials = try bookkeeping.directory(Layout.partials)
      let receipts = try bookkeeping.directory(Layout.receipts)
      let recovery = try Recovery.run(
        in: store, prefix: prefix, bookkeeping: bookkeeping, trees: trees, partials: partials,
        receipts: receipts, left: left, now: before)
      before = recovery.visible
      let locked = LockedStore(
        store: store, recovery: recovery, isShared: isShared, prefix: prefix,
        bookkeeping: bookkeeping, trees: trees,
        partials: partials, receipts: receipts, lock: lock,
        operation: .starting(run, before: before))
      locked.publishOperation()
      return locked
    } catch {
      throw error.isPermission ? .cannotCreate(error) : .files(error)
    }
  }

  /// How the run ended that did not finish; empty if there was none.
  package var recovered: [RunRecord] {
    recovery.interrupted.flatMap { store.record(ofRun: $0.op) }.map { [$0] } ?? []
  }

  /// A further descriptor of a directory in the prefix, for what the kernel tells each of them; `nil` if there can be none.
  package func openOnceMore() -> SharedDirectory? {
    do { return SharedDirectory(try trees.directory(".")) } catch { return nil }
  }

  /// Bytes free on the prefix's file system, and its name.
  package func space() throws(StoreError) -> Space {
    do { return try trees.space() } catch { throw .files(error) }
  }

  /// Whether the lock is still on the file that others find; also where that cannot be told.
  var isOurs: Bool { (try? lock.isStill(Layout.lock, in: prefix)) ?? true }

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
    // Who lost the lock has no say any more: what is there is another's.
    guard isOurs else { return record }
    // The work is done or has failed already; a record that cannot be written changes nothing about it. Bytes
    // before names, and both before the announcement goes: if a power cut brought that back without the record,
    // recovery would finish what was finished, and undo what others have done since.
    let isWorthKeeping = record.changed || error != nil
    let durability: Directory.Durability = isWorthKeeping ? .bytes : .none
    // The history first: it remembers the numbers of trees. Between two links it waits, and the announcement stays:
    // recovery replaces the second link, and then writes the line.
    if operation.wanted == nil { try? bookkeeping.append(record, to: Layout.history, durability) }
    try? bookkeeping.replace(Layout.last, with: JSONRecord.encode(record), durability)
    if isWorthKeeping { try? bookkeeping.sync() }
    if operation.wanted == nil { try? bookkeeping.unlink(Layout.operation) }
    return record
  }

  /// Not synced: it is only true while this process lives.
  private func publishOperation() {
    guard isOurs else { return }
    // A full disk must not stop work that may be there to make room.
    try? bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .none)
  }
}
