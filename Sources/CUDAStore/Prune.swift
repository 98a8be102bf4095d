package import CUDACatalog
import CUDAFiles

extension Store {
  /// What `prune` would delete: releases that more than `keep` newer ones on their track have replaced, and that are
  /// not current; of trees that no link names all but the `keep` newest. Takes no lock.
  ///
  /// `replaces`: whether the first is what updates of the second lead to.
  package func superfluous(
    keep: Int, _ replaces: (_ new: Receipt, _ old: Receipt) -> Bool
  ) throws(StoreError) -> Superfluous {
    let state = try installed()
    var result = Superfluous()
    for old in state.releases where old.release != state.current {
      let newer = state.releases.filter {
        $0.release > old.release && replaces($0.receipt, old.receipt)
      }
      if newer.count > keep { result.releases.append(old.release) }
    }
    result.releases.sort()
    result.titles = result.releases.map { state.title(of: $0) }
    let visible = try visible()
    let linked = Set(visible.releases.values)
    let going = try treeNames().filter { name in
      result.releases.contains { $0 == Layout.parseTree(name)?.release }
    }
    // A release that goes takes its old trees with it.
    let unlinked = try treeNames().filter { !linked.contains($0) && !going.contains($0) }
      .sorted { (Layout.parseTree($0)?.serial ?? 0) > (Layout.parseTree($1)?.serial ?? 0) }
    // A tree whose release was removed while somebody used it is nothing to go back to.
    let (orphans, old) = (
      unlinked.filter { visible.releases[Layout.parseTree($0)?.release.text ?? ""] == nil },
      unlinked.filter { visible.releases[Layout.parseTree($0)?.release.text ?? ""] != nil }
    )
    result.trees = orphans + Array(old.dropFirst(keep))
    do {
      var uses: [FileIdentity: (left: Int, byteCount: Int64)] = [:]
      for tree in result.trees + going { try directory(ofTree: tree).countLinks(&uses) }
      result.byteCount = uses.values.reduce(0) { $0 + ($1.left == 0 ? $1.byteCount : 0) }
    } catch {
      guard error.isMissing else { throw .files(error) }
    }
    for download in try downloads() {
      result.downloads.append(download.name)
      result.byteCount += download.byteCount
    }
    return result
  }

  /// The unfinished downloads, and how far they are.
  package func downloads() throws(StoreError) -> [(name: String, byteCount: Int64)] {
    do {
      let partials = try bookkeeping(Layout.partials)
      var downloads: [(name: String, byteCount: Int64)] = []
      for name in try partials.names() {
        // Adopted or removed while we look, if not there. A directory is somebody's.
        guard let status = try partials.status(name), status.kind != .directory else { continue }
        downloads.append((name, try partials.byteCount(ofPartial: name)))
      }
      return downloads
    } catch {
      if error.isMissing { return [] }
      throw .files(error)
    }
  }
}

extension LockedStore {
  /// Deletes what the prefix can do without. `superfluous` is then what has gone, and the bytes that it freed; what
  /// stays because somebody uses it is the result.
  package func prune(_ superfluous: inout Superfluous) throws(StoreError) -> [TreeInUse] {
    var inUse: [TreeInUse] = []
    superfluous.byteCount = 0
    for release in superfluous.releases {
      let removal = try remove(release)
      if let warning = removal.warning { throw .files(warning) }
      inUse += removal.inUse
      superfluous.byteCount += removal.byteCount
    }
    try confirmLock()
    do {
      let removal = try removeTrees(superfluous.trees)
      superfluous.byteCount += removal.byteCount
      inUse += removal.inUse
      superfluous.trees.removeAll { tree in inUse.contains { $0.tree == tree } }
      // Their owners held the lock that we hold now.
      for name in superfluous.downloads {
        superfluous.byteCount += try partials.byteCount(ofPartial: name)
        try partials.unlink(name)
      }
    } catch {
      throw .files(error)
    }
    return inUse
  }
}

extension Directory {
  /// Notes for each file below how many of its names lie outside what was counted so far.
  func countLinks(
    _ uses: inout [FileIdentity: (left: Int, byteCount: Int64)]
  ) throws(SystemCallError) {
    for name in try names() {
      guard let status = try status(name) else { continue }
      if status.kind == .directory {
        try directory(name).countLinks(&uses)
      } else if status.kind == .file {
        let left = (uses[status.identity]?.left ?? status.linkCount) - 1
        uses[status.identity] = (left, status.byteCount)
      }
    }
  }
}
