// The way from a finished staging to what everybody sees. The power may fail between any two lines:
//
//   1  sync the file system     the staging's files and directories are on disk             I7
//   2  trees/.new.X -> trees/R-n   a rename within one directory; nothing names the tree yet   I7
//   3  sync trees/              the name is on disk before anything points at it            I7
//      is the lock file there? without it another process may be here, and nothing is made visible   I3
//   4  R -> trees/R-n           one rename: all components are visible, or none             I8
//   5  sync the prefix          from here on the install has happened
//   6  current -> R             only when asked for, or when there is no current yet        I8
//
// After 2, the tree is complete but unseen: the next run finds it and links its files instead of fetching.
// Between 4 and 6 the record of this run says what is to follow, and recovery does it. What cannot be synced
// after 4 fails nothing any more: it is a warning.

package import CUDACatalog
package import CUDAFiles

extension LockedStore {
  /// Makes the staging the tree of `release`. Nothing is visible if it throws, unless it throws `notCurrent`; a
  /// failure to sync what is visible is the result.
  package mutating func commit(
    _ staging: consuming Staging, as release: Version, makesCurrent: Bool
  ) throws(StoreError) -> SystemCallError? {
    let name = staging.name
    let tree: String
    do {
      try staging.root.directory.syncFileSystem()
      tree = Layout.tree(of: release, serial: try nextSerial())
      try trees.renameNew(name, to: tree)
    } catch {
      // It can be gigabytes, and the disk may be full.
      try? trees.removeTree(name)
      throw .files(error)
    }
    do { try trees.sync() } catch { throw .files(error) }
    // The last moment: nobody sees the tree, and the next run links its files.
    try confirmLock()
    let notCurrent: SystemCallError
    do {
      if makesCurrent { try announce(next: release) }
      let warning = try prefix.swapLink(release.text, to: Layout.target(ofTree: tree))
      guard makesCurrent else { return warning }
      do {
        return try prefix.swapLink(Layout.current, to: release.text) ?? warning
      } catch {
        notCurrent = error
      }
    } catch {
      throw .files(error)
    }
    // The release is there, but not all that was asked for is done.
    throw .notCurrent(release, notCurrent)
  }

  /// Makes an installed release the current one; what went wrong once it was.
  package func use(_ release: Version) throws(StoreError) -> SystemCallError? {
    guard try store.visible().releases[release.text] != nil else { throw .notInstalled(release) }
    do { return try prefix.swapLink(Layout.current, to: release.text) } catch {
      throw .files(error)
    }
  }

  /// One more than the highest serial number that this prefix remembers, so that a path that somebody still
  /// holds does not come to mean another tree. The numbers of trees that were removed are in the history.
  private func nextSerial() throws(SystemCallError) -> Int {
    let present = try trees.names().compactMap { Layout.parseTree($0)?.serial }
    let past = try store.readableHistory().flatMap { [$0.before, $0.after] }.flatMap {
      $0.releases.values
    }
    .compactMap { Layout.parseTree($0)?.serial }
    return 1 + max(present.max() ?? 0, past.max() ?? 0)
  }
}

extension Directory {
  /// Replaces a link of the prefix in one step: readers see the old target or the new one (I8).
  ///
  /// Throws if it did not; a failure to sync the directory after it is the result.
  func swapLink(_ name: String, to target: String) throws(SystemCallError) -> SystemCallError? {
    let temporary = ".\(name).\(UniqueName.next())"
    // I8: symlink(2) cannot replace a link, but rename(2) can, in one step.
    try makeLink(temporary, to: target)
    do {
      try rename(temporary, to: name)
    } catch {
      // The rename's failure is the one to report; the sweep takes what this cannot.
      try? unlink(temporary)
      throw error
    }
    do { try sync() } catch { return error }
    return nil
  }
}
