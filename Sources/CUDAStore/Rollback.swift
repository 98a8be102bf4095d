package import CUDACatalog
package import CUDAFiles

extension Store {
  /// What was visible before the last change of what is visible now; `nil` if that is unknown or gone.
  package func previous() throws(StoreError) -> VisibleState? {
    let now = try visible()
    let present = Set(try treeNames())
    for record in history().reversed() where record.after == now && record.before != now {
      let before = record.before
      guard before.current != nil, before.releases.values.allSatisfy(present.contains) else {
        return nil
      }
      // One without a receipt is on its way out, and could not be renamed.
      for tree in before.releases.values where try isDeparting(tree) { return nil }
      return before
    }
    return nil
  }
}

extension Store {
  /// The process of the last change, if a run of that command made it and did not live to say so.
  package func untold(_ command: String) throws(StoreError) -> Int32? {
    // Whoever asked since, and was told, has done nothing else.
    let last = history().last { $0.changed || $0.command == command && $0.ok }
    guard let last, last.command == command, !last.ok, last.after == (try visible()) else {
      return nil
    }
    return last.pid
  }

  private func isDeparting(_ tree: String) throws(StoreError) -> Bool {
    do { return try Directory.open(path(ofTree: tree)).status(Layout.receipt) == nil } catch {
      if error.isMissing { return true }
      throw .files(error)
    }
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
    guard let before = try store.previous() else {
      throw .nothingToRollBack(prefix: store.prefix)
    }
    var wanted = before
    wanted.releases.merge(now.releases) { old, _ in old }
    return (now, before, try makeVisible(wanted))
  }
}
