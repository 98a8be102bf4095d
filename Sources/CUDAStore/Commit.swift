// The way from a finished staging to what everybody sees. The power may fail between any two lines:
//
//   0  receipts/R-n.json        a copy of the receipt
//   1  sync the file system     the staging's files and directories are on disk, and that receipt   I7
//   2  trees/.new.X -> trees/R-n   a rename within one directory; nothing names the tree yet   I7
//   3  sync trees/              the name is on disk before anything points at it            I7
//      is the lock file there? without it another process may be here, and nothing is made visible   I3
//      if two links are to be replaced, the announcement is on disk: operation.json says what is wanted
//   4  R -> trees/R-n           one rename: all components are visible, or none             I8
//   5  sync the prefix          from here on the install has happened
//   6  current -> R             only when asked for, or when there is no current yet        I8
//
// After 2, the tree is complete but unseen: the next run finds it and links its files instead of fetching.
// Between 4 and 6 the record of this run says what is to follow, and recovery does it, whether the process died
// or a call failed. What cannot be synced after 4 fails nothing any more: it is a warning.

package import CUDACatalog
package import CUDAFiles

extension LockedStore {
  /// Makes the staging the tree of `release`, and visible as by `makeVisible`. If it throws, a tree that nobody sees may
  /// be there.
  package mutating func commit(
    _ staging: consuming Staging, as release: Version, makesCurrent: Bool
  ) throws(StoreError) -> SystemCallError? {
    let name = staging.name
    do {
      // Not even a name in trees/, if another process is at work there.
      try confirmLock()
    } catch {
      try? trees.removeTree(name)
      throw error
    }
    let tree: String
    do throws(SystemCallError) {
      tree = Layout.tree(of: release, serial: try nextSerial())
      try publish(staging, as: tree)
    } catch {
      // It can be gigabytes, and the disk may be full.
      try? trees.removeTree(name)
      throw .files(error)
    }
    do { try trees.sync() } catch { throw .files(error) }
    var wanted = try store.visible()
    wanted.releases[release.text] = tree
    if makesCurrent { wanted.current = release.text }
    return try makeVisible(wanted)
  }

  /// The staging is on disk under the tree's name, and a copy of its receipt elsewhere: what happens to the tree does not
  /// happen to the copy, so what was asked for is known even if the tree is gone.
  private func publish(
    _ staging: borrowing Staging, as tree: String
  ) throws(SystemCallError) {
    let copy = Layout.receiptCopy(ofTree: tree)
    do throws(SystemCallError) {
      let receipt = try staging.root.directory.contents(of: Layout.receipt, limit: 64 << 20)
      if let receipt { try receipts.replace(copy, with: receipt, .none, mode: TreeMode.file) }
      try staging.root.directory.syncFileSystem()
      try trees.renameNew(staging.name, to: tree)
    } catch {
      try? receipts.unlink(copy)
      throw error
    }
  }

  /// Makes an installed release the current one; what went wrong once it was.
  package mutating func use(_ release: Version) throws(StoreError) -> SystemCallError? {
    var wanted = try store.visible()
    guard wanted.releases[release.text] != nil else { throw .notInstalled(release) }
    wanted.current = release.text
    return try makeVisible(wanted)
  }

  /// One more than the highest serial number that this prefix remembers, so that a path that somebody still
  /// holds does not come to mean another tree. The numbers of trees that were removed are in the history.
  private func nextSerial() throws(SystemCallError) -> Int {
    let present = try trees.names().compactMap { Layout.parseTree($0)?.serial }
    let past = try store.readableHistory().compactMap(\.highestSerial)
    return 1 + max(present.max() ?? 0, past.max() ?? 0)
  }
}
