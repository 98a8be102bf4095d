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
    let died = store.operation()
    do {
      try prefix.ensureDirectory(Layout.bookkeeping)
      let bookkeeping = try prefix.directory(Layout.bookkeeping)
      try bookkeeping.ensureDirectory(Layout.trees)
      try bookkeeping.ensureDirectory(Layout.partials)
      let trees = try bookkeeping.directory(Layout.trees)
      let partials = try bookkeeping.directory(Layout.partials)
      // A run that is on record had ended; only its last step was missing.
      let recovery = try Recovery.run(
        prefix: prefix, bookkeeping: bookkeeping, trees: trees, partials: partials,
        died: died.flatMap { store.record(ofRun: $0.op) == nil ? $0 : nil }, now: before)
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

  /// Writes down, on disk, what is left to do should the process die between two links.
  mutating func announce(next release: Version) throws(SystemCallError) {
    operation.next = release.text
    try bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .bytesAndName)
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
    let line = JSONRecord.encode(record)
    let isWorthKeeping = record.changed || error != nil
    try? bookkeeping.replace(Layout.last, with: line, isWorthKeeping ? .bytes : .none)
    try? bookkeeping.appendLine(line, to: Layout.history, isWorthKeeping ? .bytes : .none)
    if isWorthKeeping { try? bookkeeping.sync() }
    try? bookkeeping.unlink(Layout.operation)
    return record
  }

  /// Not synced: it is only true while this process lives.
  private func publishOperation() {
    // A full disk must not stop work that may be there to make room.
    try? bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .none)
  }
}

extension Directory {
  /// Adds a line to a file that is kept below 1 MiB by forgetting its older half.
  func appendLine(
    _ line: [UInt8], to name: String, _ durability: Durability
  ) throws(SystemCallError) {
    var line = line
    if line.last != UInt8(ascii: "\n") { line.append(UInt8(ascii: "\n")) }
    let size = try status(name)?.byteCount ?? 0
    guard size > 0 else { return try replace(name, with: line, durability) }
    guard size <= 1 << 20 else {
      return try replace(name, with: newerHalf(of: name) + line, durability)
    }
    let file = try open(name, writable: true)
    // A second name of somebody's secret is not written into.
    guard try file.status().linkCount == 1 else {
      return try replace(name, with: line, durability)
    }
    // A line that a full disk cut off must not spoil this one.
    var last: UInt8 = 0
    let isRead = try withUnsafeMutableBytes(of: &last) { bytes throws(SystemCallError) in
      try file.read(into: bytes, at: size - 1)
    }
    if isRead == 1, last != UInt8(ascii: "\n") { line.insert(UInt8(ascii: "\n"), at: 0) }
    try file.write(line, at: size)
    if durability != .none { try file.sync() }
  }

  private func newerHalf(of name: String) throws(SystemCallError) -> [UInt8] {
    do {
      let lines = try contents(of: name, limit: 4 << 20) ?? []
      let half = lines[(lines.count / 2)...]
      return Array(half.drop { $0 != UInt8(ascii: "\n") }.dropFirst())
    } catch {
      // A history beyond the limit is not ours and starts anew; a call that failed is no reason to forget.
      guard error.isTooLarge else { throw error }
      return []
    }
  }
}
