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
  /// Takes a release's links away, then its trees. Trees that are in use stay, and are named in the result.
  package func remove(_ release: Version) throws(StoreError) -> [TreeInUse] {
    let visible = try store.visible()
    guard visible.releases[release.text] != nil else { throw .notInstalled(release) }
    do {
      // I8: first nothing names it, then it goes.
      if visible.current == release.text {
        try prefix.unlink(Layout.current)
        try prefix.sync()
      }
      try prefix.unlink(release.text)
      try prefix.sync()
      var inUse: [TreeInUse] = []
      for tree in try trees.names() where Layout.parseTree(tree)?.release == release {
        if let stays = try removeTree(tree) { inUse.append(stays) }
      }
      return inUse
    } catch {
      throw .files(error)
    }
  }

  /// The tree is gone, or in use: a running program has a lease on it, or runs, has loaded or works in something
  /// of it. Never waits, so that no stream of readers can keep a change from happening.
  func removeTree(_ name: String) throws(SystemCallError) -> TreeInUse? {
    let tree = try trees.directory(name)
    guard try tree.tryLock() else {
      return TreeInUse(tree: name, users: Machine.holders(of: try tree.status().identity))
    }
    // A lease is what keeps a tree for certain; a program without one is spared if it can be seen.
    let users = Machine.processes(using: store.path(ofTree: name))
    guard users.isEmpty else { return TreeInUse(tree: name, users: users) }
    // Under another name first, and on disk: a tree under its own name is whole (I7).
    let departure = Layout.newDeparture()
    try trees.renameNew(name, to: departure)
    try trees.sync()
    // It is gone for everybody; what is left of it, the next run sweeps.
    try? trees.removeTree(departure)
    return nil
  }
}
