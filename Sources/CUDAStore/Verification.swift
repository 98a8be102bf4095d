package import CUDACatalog
import CUDADigest
import CUDAFiles

extension Store {
  /// How a tree differs from its receipt, by path; empty if it does not.
  ///
  /// `watch` is called on this thread several times a second, with the bytes that are checked and all that are to be.
  package func findings(
    inTree name: String, watch: (_ checked: Int64, _ total: Int64) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(StoreError) -> [Finding] {
    var own: [Finding] = []
    do throws(StoreError) {
      if try receipt(ofTree: name) == nil {
        own = [Finding(kind: .missing, path: Layout.receipt)]
      }
    } catch {
      switch error {
      case .damaged: break
      case .files(let error) where error.isNameTaken || error.isTooLarge || error.isUnreadable:
        break
      case .files(let error) where error.isPermission:
        // Who cannot read this cannot read the rest as a rule.
        guard try receiptCopy(ofTree: name) != nil else { throw .files(error) }
        return [Finding(kind: .mode, path: Layout.receipt)]
      default: throw error
      }
      own = [Finding(kind: .changed, path: Layout.receipt)]
    }
    guard let receipt = try knownReceipt(ofTree: name) else { return own }
    let entries: [TreeEntry]
    do {
      guard let listed = try self.list(ofTree: name) else {
        return own + [Finding(kind: .missing, path: Layout.fileList)]
      }
      guard listed.digest == receipt.files.digest else {
        return own + [Finding(kind: .changed, path: Layout.fileList)]
      }
      entries = listed.entries
    } catch {
      switch error {
      case .damaged: return own + [Finding(kind: .changed, path: Layout.fileList)]
      case .files(let error) where error.isPermission:
        return own + [Finding(kind: .mode, path: Layout.fileList)]
      case .files(let error) where error.isNameTaken || error.isTooLarge || error.isUnreadable:
        return own + [Finding(kind: .changed, path: Layout.fileList)]
      default: throw error
      }
    }
    let root: SharedDirectory
    do { root = SharedDirectory(try directory(ofTree: name)) } catch {
      throw .files(error)
    }
    let board = Monitor(VerificationBoard(order: entries.largestFirst))
    do {
      let threads = try Thread.each(ofAtMost: entries.count) {
        defer { board.change { $0.ended += 1 } }
        var cursor = DirectoryCursor(root: root)
        while !isCancelled(), let index = board.update({ $0.next() }) {
          do throws(SystemCallError) {
            if let finding = try entries[index].finding(
              &cursor,
              checked: { count in
                board.update { $0.checked += count }
              })
            {
              board.update { $0.findings.append(finding) }
            }
          } catch {
            board.update { $0.note(error) }
          }
        }
      }
      let total = receipt.files.byteCount
      while board.wait(milliseconds: 100, for: { $0.ended == threads.count ? () : nil }) == nil {
        watch(min(total, board.update { $0.checked }), total)
      }
      for thread in threads { thread.join() }
    } catch {
      throw .files(error)
    }
    let (findings, failure, refusal) = board.update { ($0.findings, $0.failure, $0.refusal) }
    if let failure { throw .files(failure) }
    let known = Set(entries.map(\.path) + [Layout.receipt, Layout.fileList])
    var others: [Finding] = []
    do {
      others = try root.directory.findModes()
      try root.directory.findExtra(beside: known, below: "", &others)
    } catch {
      throw .files(error)
    }
    // What is below a directory that is closed is not looked at, and the directory is a finding. If none is, nobody knows
    // why it was refused, nor what is there.
    if let refusal, !(findings + others).contains(where: { $0.kind == .mode }) {
      throw .files(refusal)
    }
    others.removeAll { finding in own.contains { $0.path == finding.path } }
    return (own + findings + others).sorted { $0.path < $1.path }
  }
}

private struct VerificationBoard {
  /// Indices of entries that are still to be looked at.
  private var left: ArraySlice<Int>
  /// Threads that have nothing left to do.
  var ended = 0
  /// Bytes of files that are hashed.
  var checked: Int64 = 0
  var findings: [Finding] = []
  private(set) var failure: SystemCallError?
  /// What this user may not look at.
  private(set) var refusal: SystemCallError?

  init(order: [Int]) { left = order[...] }

  mutating func note(_ error: SystemCallError) {
    if error.isPermission { refusal = refusal ?? error } else { failure = failure ?? error }
  }

  mutating func next() -> Int? { left.popFirst() }
}

extension [TreeEntry] {
  /// The large ones first, so that no core waits in the end for one that has just begun such a one; the others as they
  /// are listed, by directory.
  fileprivate var largestFirst: [Int] {
    let counts = map { entry in
      if case .file(let byteCount, _, _) = entry.kind { byteCount } else { 0 as Int64 }
    }
    let large = indices.filter { counts[$0] >= 1 << 20 }.sorted { counts[$0] > counts[$1] }
    return large + indices.filter { counts[$0] < 1 << 20 }
  }
}

extension TreeEntry {
  /// How the entry differs from what is on disk; `nil` if it does not.
  ///
  /// `checked` is called with the bytes hashed since the last call.
  fileprivate func finding(
    _ cursor: inout DirectoryCursor, checked: (Int64) -> Void
  ) throws(SystemCallError) -> Finding? {
    let names = path.split(separator: "/").map(String.init)
    let name = names.last ?? "."
    let directory: SharedDirectory
    let found: FileStatus?
    do {
      directory = try cursor.find(names.dropLast())
      found = try directory.directory.status(name)
    } catch {
      guard error.isMissing || error.isNameTaken else { throw error }
      return Finding(kind: .missing, path: path)
    }
    guard let status = found else { return Finding(kind: .missing, path: path) }
    let changed = Finding(kind: .changed, path: path)
    switch kind {
    case .directory(let mode):
      guard status.kind == .directory else { return changed }
      return status.mode == mode ? nil : Finding(kind: .mode, path: path)
    case .link(let target):
      return try directory.directory.readLink(name) == target ? nil : changed
    case .file(let byteCount, let mode, let digest):
      guard status.kind == .file, status.byteCount == byteCount else { return changed }
      let otherMode = status.mode == mode ? nil : Finding(kind: .mode, path: path)
      do {
        let file = try directory.directory.open(name)
        var hash = SHA256()
        var untold: Int64 = 0
        try file.forEachPiece(mapping: { $0 }) { (piece) throws(SystemCallError) in
          hash.update(piece)
          untold += Int64(piece.count)
          // Not each piece: all threads tell it to one board.
          guard untold >= 1 << 20 else { return }
          checked(untold)
          untold = 0
        }
        checked(untold)
        return hash.finish() == digest ? otherMode : changed
      } catch {
        // Closed to its owner, or on a sector that cannot be read: a finding, and no reason to find nothing else.
        if error.isPermission, let otherMode { return otherMode }
        guard error.isUnreadable else { throw error }
        return changed
      }
    }
  }
}

extension Directory {
  /// What the list cannot have: the tree itself, the receipt, and the list.
  fileprivate func findModes() throws(SystemCallError) -> [Finding] {
    var findings: [Finding] = []
    for (name, mode) in [
      (".", TreeMode.directory), (Layout.receipt, TreeMode.file), (Layout.fileList, TreeMode.file),
    ] where try status(name)?.mode != mode {
      findings.append(Finding(kind: .mode, path: name))
    }
    return findings
  }

  /// Adds what is here or deeper, and not known.
  fileprivate func findExtra(
    beside known: Set<String>, below path: String, _ findings: inout [Finding]
  ) throws(SystemCallError) {
    for name in try names() {
      let full = path.isEmpty ? name : "\(path)/\(name)"
      guard known.contains(full) else {
        findings.append(Finding(kind: .extra, path: full))
        continue
      }
      do {
        guard try status(name)?.kind == .directory else { continue }
        try directory(name).findExtra(beside: known, below: full, &findings)
      } catch {
        // Closed, which is found at the directory itself.
        guard error.isPermission else { throw error }
      }
    }
  }
}
