// A prefix holds complete, immutable trees, and links that say which of them is in use.
//
// Invariants (DESIGN.md has them all). The code that keeps one cites it by number, and so does the
// test that attacks it.
//
//   I1  Only the holder of the prefix's lock changes anything under the prefix.
//   I7  A tree under its final name is complete, is on disk, and does not change until it is pruned.
//   I8  `current` is absent, or names a tree that exists. It is replaced, never rewritten.
//   I5  What is in staging and not locked was left by a process that died, and may go.
//
// Hence a prefix may be read without the lock, and the power may fail at any moment.

package import CUDACatalog
package import CUDADigest
package import CUDAFiles

/// A prefix as readers see it. Reading takes no lock and writes nothing (I10).
package struct Store: Sendable {
  /// Absolute; symbolic links resolved where it exists.
  package let prefix: String
  /// The same as it was named, absolute.
  let named: String

  package init(prefix: String) {
    named = prefix.hasPrefix("/") ? prefix : "\(Machine.workingDirectory)/\(prefix)"
    self.prefix = Self.resolved(named)
  }

  /// One path for one directory: links resolved as far as the path exists, no slash at its end.
  private static func resolved(_ path: String) -> String {
    if let resolved = Machine.resolved(path) { return resolved }
    let names = path.split(separator: "/")
    guard let last = names.last else { return "/" }
    let parent = resolved("/" + names.dropLast().joined(separator: "/"))
    return parent == "/" ? "/\(last)" : "\(parent)/\(last)"
  }

  /// What is at the prefix's path.
  package enum Presence: Sendable, Equatable {
    /// Nothing, or an empty directory.
    case absent
    case ours
    /// Files of somebody else.
    case foreign
  }

  /// Whose the prefix is.
  ///
  /// Throws for a path inside the bookkeeping of another prefix, as `current` leads to: what is published does not
  /// change (I7).
  package func presence() throws(StoreError) -> Presence {
    if let outer { throw .insidePrefix(prefix, outer: outer) }
    do {
      let directory = try Directory.open(prefix)
      let names = try directory.names()
      if names.contains(Layout.bookkeeping) { return .ours }
      // A lock file alone: somebody is just starting. lost+found: a fresh file system.
      return names.allSatisfy { $0 == Layout.lock || $0 == "lost+found" } ? .absent : .foreign
    } catch {
      if error.isMissing { return .absent }
      // A file is where the prefix, or a directory above it, would be.
      throw error.isNameTaken ? .cannotCreate(error) : .files(error)
    }
  }

  /// The prefix in whose bookkeeping this one would be.
  private var outer: String? {
    let names = prefix.split(separator: "/")
    for index in names.indices where names[index] == Layout.bookkeeping {
      let outer = "/" + names[..<index].joined(separator: "/")
      // A prefix may be called so itself.
      if (try? Directory.open("\(outer)/\(Layout.bookkeeping)/\(Layout.trees)")) != nil {
        return outer
      }
    }
    return nil
  }

  /// What is installed. `current`, releases and trees are read one after the other, each whole (I8).
  package func installed() throws(StoreError) -> InstalledState {
    guard try presence() == .ours else { return InstalledState() }
    let visible = try visible()
    var releases: [InstalledRelease] = []
    var damaged: [DamagedRelease] = []
    for (label, tree) in visible.releases {
      guard let release = Version(label) else { continue }
      // One of another release is not what the link says.
      if let receipt = try readableReceipt(ofTree: tree), receipt.release == release {
        releases.append(InstalledRelease(release: release, tree: tree, receipt: receipt))
      } else if try self.visible().releases[label] == tree {
        // Not where the link leads to another release's tree.
        let copy = try receiptCopy(ofTree: tree).flatMap { $0.release == release ? $0 : nil }
        damaged.append(
          DamagedRelease(
            release: release,
            known: copy.map { InstalledRelease(release: release, tree: tree, receipt: $0) },
            hasTree: try treeNames().contains(tree)))
      } else {
        // Replaced or removed while we looked.
        return try installed()
      }
    }
    let linked = Set(visible.releases.values)
    var others: [InstalledRelease] = []
    for tree in try treeNames() where !linked.contains(tree) {
      // Nobody sees these trees; one that is damaged is just no source for reuse.
      guard let (release, _) = Layout.parseTree(tree),
        let receipt = (try? readableReceipt(ofTree: tree)) ?? nil
      else { continue }
      others.append(InstalledRelease(release: release, tree: tree, receipt: receipt))
    }
    return InstalledState(
      current: visible.current.flatMap { Version($0) },
      releases: releases.sorted { $0.release > $1.release }, otherTrees: others,
      damaged: damaged.sorted { $0.release < $1.release })
  }

  /// Damage is a state to be shown and mended, not a reason to stop (I9).
  func readableReceipt(ofTree name: String) throws(StoreError) -> Receipt? {
    do {
      return try receipt(ofTree: name)
    } catch {
      switch error {
      case .damaged: return nil
      // Something else in its place. One that is closed is there, and whoever changes the release needs all of it.
      case .files(let error) where error.isNameTaken || error.isTooLarge: return nil
      // On a sector that cannot be read, or closed to its owner: the copy says what it was, or else nobody does. What is
      // closed to others is not damaged.
      case .files(let error) where error.isUnreadable || error.isPermission && isOwned(name):
        if try receiptCopy(ofTree: name) != nil { return nil }
        throw .files(error)
      default: throw error
      }
    }
  }

  private func isOwned(_ tree: String) -> Bool {
    let trees = try? bookkeeping(Layout.trees)
    return (try? trees?.status(tree))??.owner == Machine.effectiveUser
  }

  /// What the links say.
  package func visible() throws(StoreError) -> VisibleState {
    do {
      let directory = try Directory.open(prefix)
      var state = VisibleState()
      for name in try directory.names() where Version(name) != nil && name != Layout.current {
        guard let target = try directory.readLink(name), let tree = Layout.tree(inTarget: target)
        else { continue }
        state.releases[name] = tree
      }
      if let current = try directory.readLink(Layout.current), state.releases[current] != nil {
        state.current = current
      }
      return state
    } catch {
      if error.isMissing { return VisibleState() }
      throw .files(error)
    }
  }

  /// The receipt of a tree; `nil` if the tree is gone.
  package func receipt(ofTree name: String) throws(StoreError) -> Receipt? {
    guard let bytes = try contents(Layout.receipt, in: [Layout.trees, name], limit: 16 << 20)
    else { return nil }
    do {
      return try ReceiptJSON.decode(bytes, document: "\(path(ofTree: name))/\(Layout.receipt)")
    } catch {
      throw .damaged(error)
    }
  }

  /// The copy of a tree's receipt; `nil` if it is not there, or not the one that was written.
  package func receiptCopy(ofTree name: String) throws(StoreError) -> Receipt? {
    let path = "\(prefix)/\(Layout.bookkeeping)/\(Layout.receipts)"
    do {
      return try contents(
        Layout.receiptCopy(ofTree: name), in: [Layout.receipts], limit: 16 << 20
      ).flatMap { try? ReceiptJSON.decode($0, document: path) }
    } catch {
      if case .files(let error) = error,
        error.isNameTaken || error.isTooLarge || error.isUnreadable
      {
        return nil
      }
      throw error
    }
  }

  /// The receipt of a tree, damaged or not: its own, or else the copy; `nil` if both are lost.
  package func knownReceipt(ofTree name: String) throws(StoreError) -> Receipt? {
    if let receipt = try readableReceipt(ofTree: name) { return receipt }
    return try receiptCopy(ofTree: name)
  }

  /// The files of a tree; `nil` if the tree is gone.
  package func entries(ofTree name: String) throws(StoreError) -> [TreeEntry]? {
    try list(ofTree: name)?.entries
  }

  /// The same, and the digest of the list's bytes, which a receipt names.
  package func list(
    ofTree name: String
  ) throws(StoreError) -> (entries: [TreeEntry], digest: SHA256Digest)? {
    guard let bytes = try contents(Layout.fileList, in: [Layout.trees, name], limit: 128 << 20)
    else { return nil }
    let document = "\(path(ofTree: name))/\(Layout.fileList)"
    let digest = SHA256.digest(of: bytes)
    do throws(CatalogError) {
      // What is not the list is not read any further, however long it is.
      if let receipt = try? knownReceipt(ofTree: name), digest != receipt.files.digest {
        throw .unacceptable(
          document: document, place: CatalogError.Place(key: nil),
          reason: "it is not the list that the receipt names")
      }
      return (try ReceiptJSON.decodeEntries(bytes, document: document), digest)
    } catch {
      throw .damaged(error)
    }
  }

  /// A directory of the bookkeeping. A link in its place is none: whoever may write in the prefix leads no reader
  /// elsewhere, nor a doctor who tries things out.
  func bookkeeping(_ names: String...) throws(SystemCallError) -> Directory {
    try bookkeeping(names)
  }

  private func bookkeeping(_ names: [String]) throws(SystemCallError) -> Directory {
    var directory = try Directory.open(prefix)
    for name in [Layout.bookkeeping] + names { directory = try directory.directory(name) }
    return directory
  }

  /// The root of a published tree.
  package func directory(ofTree name: String) throws(SystemCallError) -> Directory {
    try bookkeeping(Layout.trees, name)
  }

  /// `/opt/cuda/.cuda-install/trees/13.0.2-2`
  package func path(ofTree name: String) -> String { "\(prefix)/\(Layout.target(ofTree: name))" }

  /// The run that holds the lock or died with it, by its own record; `nil` if there is none.
  package func operation() -> Operation? { record(Layout.operation) }

  /// The same for whom it is more than information: throws where it may be there, and the machine does not say.
  func announced() throws(StoreError) -> Operation? {
    do {
      return try bookkeeping()
        .contents(of: Layout.operation, limit: 1 << 20)
        .flatMap { JSONRecord.decode(Operation.self, from: $0) }
    } catch {
      guard error.isOfMachine else { return nil }
      throw .files(error)
    }
  }

  /// How the last run that held the lock ended.
  package func lastRun() -> RunRecord? { record(Layout.last) }

  /// How a run ended; `nil` if it has not, or nobody remembers.
  package func record(ofRun op: String) -> RunRecord? {
    if let last = lastRun(), last.op == op { return last }
    return history().last { $0.op == op }
  }

  /// How runs ended, oldest first. Lines that cannot be read are left out: history is information.
  package func history() -> [RunRecord] { (try? readableHistory()) ?? [] }

  /// The same for whom it is more than information: throws where it is there and cannot be read.
  func readableHistory() throws(SystemCallError) -> [RunRecord] { records(in: try historyBytes()) }

  /// Where the history ends now.
  package func markHistory() -> HistoryMark {
    let directory = try? bookkeeping()
    let status = (try? directory?.status(Layout.history)) ?? nil
    return HistoryMark(byteCount: Int(status?.byteCount ?? 0))
  }

  /// How runs ended since the mark, and those of that name before it, oldest first; without the mark's half of the
  /// history if it was forgotten meanwhile.
  package func history(since mark: HistoryMark, or ops: Set<String>) -> [RunRecord] {
    let bytes = (try? historyBytes()) ?? []
    let place = min(mark.byteCount, bytes.count)
    return records(in: Array(bytes[..<place])).filter { ops.contains($0.op) }
      + records(in: Array(bytes[place...]))
  }

  private func historyBytes() throws(SystemCallError) -> [UInt8] {
    do {
      return try bookkeeping().contents(of: Layout.history, limit: 4 << 20) ?? []
    } catch {
      // Beyond the limit it is not ours.
      guard error.isMissing || error.isTooLarge else { throw error }
      return []
    }
  }

  private func records(in bytes: [UInt8]) -> [RunRecord] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap {
      JSONRecord.decode(RunRecord.self, from: Array($0))
    }
  }

  func treeNames() throws(StoreError) -> [String] {
    do {
      let trees = try bookkeeping(Layout.trees)
      var names: [String] = []
      for name in try trees.names() where Layout.parseTree(name) != nil {
        // flock(1) makes a file where a tree that it was to lease has gone.
        if try trees.status(name)?.kind == .directory { names.append(name) }
      }
      return names
    } catch {
      if error.isMissing { return [] }
      throw .files(error)
    }
  }

  private func record<Record: Decodable>(_ name: String) -> Record? {
    // A record that cannot be read says nothing; it never stops work.
    let bytes = (try? contents(name, in: [], limit: 1 << 20)) ?? nil
    return bytes.flatMap { JSONRecord.decode(Record.self, from: $0) }
  }

  private func contents(
    _ name: String, in path: [String], limit: Int
  ) throws(StoreError) -> [UInt8]? {
    do {
      return try bookkeeping(path).contents(of: name, limit: limit)
    } catch {
      if error.isMissing { return nil }
      throw .files(error)
    }
  }
}

/// A place in the history.
package struct HistoryMark: Sendable {
  fileprivate let byteCount: Int
}
