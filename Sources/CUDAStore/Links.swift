// How links are replaced: the only moments at which anything becomes visible (I8).

import CUDACatalog
import CUDAFiles

extension LockedStore {
  /// Replaces the links that differ from `wanted`, each in one step; a failure to sync what is visible is the
  /// result. Nothing has changed if it throws, unless it throws `halfVisible`: then, as after a death between two
  /// links, the announcement stays, and recovery replaces the rest.
  mutating func makeVisible(_ wanted: VisibleState) throws(StoreError) -> SystemCallError? {
    let links = wanted.links(from: try store.visible())
    try checkPlace(of: links.map(\.name))
    var ready: [ReadyLink] = []
    var doneCount = 0
    var warning: SystemCallError?
    defer { prefix.discard(ready[doneCount...]) }
    do {
      // What needs room comes first: a full disk is met before anything is visible.
      for link in links { ready.append(try prefix.prepare(link)) }
    } catch {
      throw .files(error)
    }
    // The last moment: nobody sees it yet.
    try confirmLock()
    do {
      if links.count > 1 {
        operation.wanted = wanted
        // On disk before the first link is: it says what is to follow.
        try bookkeeping.replace(Layout.operation, with: JSONRecord.encode(operation), .bytesAndName)
      }
      for link in ready {
        warning = try prefix.replace(link) ?? warning
        doneCount += 1
      }
    } catch {
      if doneCount > 0 { throw .halfVisible(error) }
      operation.wanted = nil
      throw .files(error)
    }
    operation.wanted = nil
    return warning
  }
}

extension LockedStore {
  /// Throws if something that is no link stands where one of these links belongs: it is somebody's.
  package func checkPlace(of names: [String]) throws(StoreError) {
    for name in names {
      let status: FileStatus?
      do { status = try prefix.status(name) } catch { throw .files(error) }
      guard status == nil || status?.kind == .link else {
        throw .inTheWay(path: prefix.at(name))
      }
    }
  }
}

/// A link of the prefix, and what it is to say.
struct Link {
  var name: String
  var target: String
}

/// A link that says what it is to say, under a name of its own.
struct ReadyLink {
  var name: String
  var temporary: String
}

extension VisibleState {
  /// The links in which this differs from `now`, in an order in which what `current` leads to changes once (I8): a
  /// release that becomes current has its tree before, one that was current gets its tree behind.
  func links(from now: VisibleState) -> [Link] {
    let moves = current != nil && current != now.current
    var links: [Link] = []
    var last: [Link] = []
    for (release, tree) in releases.sorted(by: { $0.key < $1.key })
    where now.releases[release] != tree {
      let link = Link(name: release, target: Layout.target(ofTree: tree))
      if moves, release == now.current { last.append(link) } else { links.append(link) }
    }
    if moves, let current { links.append(Link(name: Layout.current, target: current)) }
    return links + last
  }

  /// Whether each link is as in one of them.
  func isBetween(_ one: VisibleState, _ other: VisibleState) -> Bool {
    let names = Set(releases.keys).union(one.releases.keys).union(other.releases.keys)
    return [one.current, other.current].contains(current)
      && names.allSatisfy { [one.releases[$0], other.releases[$0]].contains(releases[$0]) }
  }
}

extension Directory {
  func prepare(_ link: Link) throws(SystemCallError) -> ReadyLink {
    let temporary = ".\(link.name).\(UniqueName.next())"
    try makeLink(temporary, to: link.target)
    return ReadyLink(name: link.name, temporary: temporary)
  }

  /// Replaces the link in one step: readers see the old target or the new one (I8).
  ///
  /// Throws if it did not; a failure to sync the directory after it is the result.
  func replace(_ link: ReadyLink) throws(SystemCallError) -> SystemCallError? {
    // I8: symlink(2) cannot replace a link, but rename(2) can, in one step.
    try rename(link.temporary, to: link.name)
    do { try sync() } catch { return error }
    return nil
  }

  /// Makes the link say that, in one step; as `replace`.
  func swap(_ link: Link) throws(SystemCallError) -> SystemCallError? {
    let ready = try prepare(link)
    do { return try replace(ready) } catch {
      discard([ready])
      throw error
    }
  }

  /// What this cannot remove, the sweep takes.
  func discard(_ links: ArraySlice<ReadyLink>) {
    for link in links { try? unlink(link.temporary) }
  }
}
