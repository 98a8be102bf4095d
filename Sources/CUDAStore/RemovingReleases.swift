package import CUDACatalog
import CUDAFiles

extension LockedStore {
  /// Takes a release's links away, then its trees. Trees that a running program holds by a lease stay, and
  /// are named in the result.
  package func remove(_ release: Version) throws(StoreError) -> [String] {
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
      var inUse: [String] = []
      for tree in try trees.names() where Layout.parseTree(tree)?.release == release {
        if try !removeTree(tree) { inUse.append(tree) }
      }
      return inUse
    } catch {
      throw .files(error)
    }
  }

  /// Whether the tree is gone; `false` if somebody has a lease on it.
  func removeTree(_ name: String) throws(SystemCallError) -> Bool {
    let tree = try trees.directory(name)
    guard try tree.tryLock() else { return false }
    // Under another name first, and on disk: a tree under its own name is whole (I7).
    let departure = Layout.newDeparture()
    try trees.renameNew(name, to: departure)
    try trees.sync()
    // It is gone for everybody; what is left of it, the next run sweeps.
    try? trees.removeTree(departure)
    return true
  }
}
