// The way from a finished staging to what everybody sees. The power may fail between any two lines:
//
//   1  sync the file system     the staging's files and directories are on disk             I7
//   2  trees/.new.X -> trees/R-n   a rename within one directory; nothing names the tree yet   I7
//   3  sync trees/              the name is on disk before anything points at it            I7
//   4  R -> trees/R-n           one rename: all components are visible, or none             I8
//   5  sync the prefix          from here on the install has happened
//   6  current -> R             only when asked for, or when there is no current yet        I8
//
// After 2, the tree is complete but unseen: the next run finds it and links its files instead of fetching.

package import CUDACatalog
import CUDAFiles

extension LockedStore {
  /// Makes the staging the tree of `release`; the name of that tree. Nothing is visible if it throws, but
  /// where only the last step, `current`, failed.
  package func commit(
    _ staging: consuming Staging, as release: Version, makesCurrent: Bool
  ) throws(StoreError) -> String {
    do {
      try staging.root.directory.syncFileSystem()
      let tree = Layout.tree(of: release, serial: try nextSerial())
      try trees.renameNew(staging.name, to: tree)
      try trees.sync()
      try swapLink(release.text, to: Layout.target(ofTree: tree))
      if makesCurrent { try swapLink(Layout.current, to: release.text) }
      return tree
    } catch {
      throw .files(error)
    }
  }

  /// Makes an installed release the current one.
  package func use(_ release: Version) throws(StoreError) {
    guard try store.visible().releases[release.text] != nil else { throw .notInstalled(release) }
    do { try swapLink(Layout.current, to: release.text) } catch { throw .files(error) }
  }

  /// Replaces a link of the prefix in one step: readers see the old target or the new one (I8).
  func swapLink(_ name: String, to target: String) throws(SystemCallError) {
    let temporary = ".\(name).\(UniqueName.next())"
    // I8: symlink(2) cannot replace a link, but rename(2) can, in one step.
    try prefix.makeLink(temporary, to: target)
    do {
      try prefix.rename(temporary, to: name)
    } catch {
      // The rename's failure is the one to report; the sweep takes what this cannot.
      try? prefix.unlink(temporary)
      throw error
    }
    try prefix.sync()
  }

  /// One more than the highest serial number ever used in this prefix, so that a path that somebody still
  /// holds never means another tree. Trees that were removed are in the history.
  private func nextSerial() throws(SystemCallError) -> Int {
    let present = try trees.names().compactMap { Layout.parseTree($0)?.serial }
    let past = store.history().flatMap { [$0.before, $0.after] }.flatMap { $0.releases.values }
      .compactMap { Layout.parseTree($0)?.serial }
    return 1 + max(present.max() ?? 0, past.max() ?? 0)
  }
}
