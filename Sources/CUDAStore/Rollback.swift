package import CUDACatalog
package import CUDAFiles

extension Store {
  /// What is to be visible for the last change to be undone; `nil` if there is none, or what it replaced is gone.
  ///
  /// Of a change that only added releases or took some away nothing is to be seen here: it is the one before that is
  /// undone then. Releases that came since stay, and those that went do not come back. A repair is not undone either: the
  /// tree that it replaced is damaged.
  package func previous() throws(StoreError) -> VisibleState? {
    let now = try visible()
    let present = Set(try treeNames())
    var state = now
    // By the damaged tree, the one that was made of it.
    var repaired: [String: String] = [:]
    for record in history().reversed() where record.before != record.after {
      guard record.after == state else { continue }
      state = record.before
      if record.command == RunRecord.repair {
        for (release, tree) in record.after.releases {
          guard let damaged = record.before.releases[release], damaged != tree else { continue }
          repaired[damaged] = repaired[tree] ?? tree
        }
      }
      var wanted = now
      for (release, past) in state.releases {
        let tree = repaired[past] ?? past
        guard let present = now.releases[release], present != tree else { continue }
        wanted.releases[release] = tree
      }
      if let current = state.current, wanted.releases[current] != nil { wanted.current = current }
      guard wanted != now else { continue }
      // What would be seen then, and is not now.
      for (release, tree) in wanted.releases
      where now.releases[release] != tree
        || release == wanted.current && wanted.current != now.current
      {
        // Damaged, or on its way out where it could not be renamed, it is nothing to go back to.
        guard present.contains(tree), try readableReceipt(ofTree: tree) != nil else { return nil }
      }
      return wanted
    }
    return nil
  }

  /// The process of the last change, if a run of that command made it and did not live to say so.
  package func untold(_ command: String) throws(StoreError) -> Int32? {
    // Whoever asked since, and was told, has done nothing else.
    let last = history().last { $0.changed || $0.command == command && $0.ok }
    guard let last, last.command == command, !last.ok, last.after == (try visible()) else {
      return nil
    }
    return last.pid
  }
}

extension LockedStore {
  /// Makes visible again what was visible before the last change; what that was.
  ///
  /// Releases that the last change added stay installed: only links that had another target go back.
  package mutating func rollBack() throws(StoreError) -> (
    from: VisibleState, to: VisibleState, warning: SystemCallError?
  ) {
    let now = try store.visible()
    guard let wanted = try store.previous() else {
      throw .nothingToRollBack(prefix: store.prefix)
    }
    return (now, wanted, try makeVisible(wanted))
  }
}
