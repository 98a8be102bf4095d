package import CUDACatalog
package import CUDAFiles

/// A tree that nothing names any more, and that is not deleted because somebody uses it.
package struct TreeInUse: Sendable, Equatable {
  package var tree: String
  /// Who, as far as that can be seen from here.
  package var users: [RunningProcess]

  /// `tree 13.0.1-1 is used by pid 4711 (python3), and stays until nobody uses it`
  package var message: String {
    let names = users.map { cleaned($0.description) }.joined(separator: ", ")
    return "tree \(tree) is used" + (names.isEmpty ? "" : " by \(names)")
      + ", and stays until nobody uses it"
  }
}

extension LockedStore {
  /// Takes a release's links away, then its trees.
  package func remove(_ release: Version) throws(StoreError) -> TreeRemoval {
    let visible = try store.visible()
    guard visible.releases[release.text] != nil else { throw .notInstalled(release) }
    // Somebody may have made another release's link lead to one of them.
    let others = visible.releases.filter { $0.key != release.text }.values
    let own = try store.treeNames().filter {
      Layout.parseTree($0)?.release == release && !others.contains($0)
    }
    try confirmLock()
    do {
      // I8: first nothing names it, then it goes.
      if visible.current == release.text {
        try prefix.unlink(Layout.current)
        try prefix.sync()
      }
      try prefix.unlink(release.text)
    } catch {
      throw .files(error)
    }
    // The tree may be gone, and its receipt's copy left.
    if let tree = visible.releases[release.text], !own.contains(tree), !others.contains(tree) {
      try? receipts.unlink(Layout.receiptCopy(ofTree: tree))
    }
    do {
      return try removeTrees(own)
    } catch {
      // It is removed. What is left of it costs room, and goes with the next prune.
      return TreeRemoval(warning: error)
    }
  }

  /// The trees are gone, but for those in use: a running program has a lease on them, or runs, has loaded or works
  /// in something of them. Never waits, so that no stream of readers can keep a change from happening.
  func removeTrees(_ names: [String]) throws(SystemCallError) -> TreeRemoval {
    var removal = TreeRemoval()
    // I7: what names them no more does so on disk, whoever changed it; a sync may have failed then.
    try prefix.sync()
    guard !names.isEmpty else { return removal }
    let uses = Machine.uses(ofDirectoriesIn: "/\(Layout.target(ofTree: ""))")
    for name in names {
      let tree = try trees.directory(name)
      let identity = try tree.status().identity
      guard try tree.tryLock() else {
        let users = tree.lockHolders(of: identity) ?? []
        removal.inUse.append(TreeInUse(tree: name, users: users))
        continue
      }
      defer { tree.unlock() }
      // A lease is what keeps a tree for certain; a program without one is spared if it can be seen.
      let users = uses.filter { $0.directory == identity }.map(\.process)
      guard users.isEmpty else {
        removal.inUse.append(TreeInUse(tree: name, users: users))
        continue
      }
      removal.byteCount += try tree.ownByteCount()
      // Under another name first, and on disk: a tree under its own name is whole (I7).
      var departure = Layout.newDeparture()
      do {
        try trees.renameNew(name, to: departure)
        try trees.sync()
      } catch {
        // overlayfs moves no directory of its lower layers. Without its receipt, a tree is none to anybody.
        guard error.forbidsMove else { throw error }
        try trees.setMode(ofDirectory: name, 0o755)
        try tree.unlink(Layout.receipt)
        try tree.sync()
        departure = name
      }
      // It is gone for everybody; what is left of it, the next run sweeps, or prune.
      try? receipts.unlink(Layout.receiptCopy(ofTree: name))
      try? trees.removeTree(departure)
    }
    return removal
  }
}

/// What became of trees that were to go.
package struct TreeRemoval: Sendable, Equatable {
  package var inUse: [TreeInUse] = []
  /// What went wrong once nothing named them any more.
  package var warning: SystemCallError?
  /// Bytes freed: files that other trees share are not counted.
  package var byteCount: Int64 = 0

  package init(warning: SystemCallError? = nil) { self.warning = warning }
}

extension Directory {
  /// Bytes of the files below that have no name elsewhere.
  fileprivate func ownByteCount() throws(SystemCallError) -> Int64 {
    var uses: [FileIdentity: (left: Int, byteCount: Int64)] = [:]
    try countLinks(&uses)
    return uses.values.reduce(0) { $0 + ($1.left == 0 ? $1.byteCount : 0) }
  }
}
