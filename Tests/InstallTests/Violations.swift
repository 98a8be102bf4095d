import CUDACatalog
import CUDAInstall
import CUDAStore
import Synchronization
import TestSupport

extension Template {
  /// What is wrong in a prefix in which the change was cut short, and behind the run that tries it again; the request
  /// must be fulfilled then. `reader` looks all the while.
  ///
  /// - Parameters:
  ///   - isTold: whether the run said that it had done it.
  ///   - mayStayHalf: recovery met a full disk, on which it gives up what a dead run left undone.
  ///   - prunes: where a download could not be deleted, `prune` does it.
  func violations(
    in prefix: String, _ reader: Reader, isTold: Bool = false, prunes: Bool = false,
    mayStayHalf: Bool = false
  ) -> [String] {
    var found: [String] = []
    var visible = VisibleState()
    do {
      found += try flaws(of: prefix, but: change.damagedTrees)
      visible = try Store(prefix: prefix).visible()
      if !mayBeVisible(visible) { found.append("visible: \(visible)") }
    } catch {
      found.append("cannot be read: \(error)")
    }
    do {
      // What is over is not asked for again: not installed any more, or one further back.
      let isOver =
        switch change {
        case .reduction, .remove, .removeCurrent: visible == after
        case .rollback: isTold || isOnRecord("rollback", Store(prefix: prefix))
        default: false
        }
      // An update that finds nothing newer changes nothing: only recovery can have something to do.
      for next in (isOver ? [] : [change]) + [.update] {
        try reader.during { try next.run(prefix, mirror: mirror.path) }
      }
      found += reader.finish().strange
      let visible = try Store(prefix: prefix).visible()
      let isHalf = mayStayHalf && visible != after
      if !isHalf, visible.current != after.current {
        found.append("current is \(visible.current ?? "-")")
      }
      let components = try InstallTests.components(of: prefix)
      if !isHalf, components != self.components { found.append("installed: \(components)") }
      // And the next install succeeds.
      let next: Change = change == .component ? .second : .component
      try next.run(prefix, mirror: mirror.path)
      if prunes { try Change.prune.run(prefix, mirror: mirror.path) }
      found += try flaws(of: prefix, but: change.damagedTrees)
    } catch {
      found.append("the next run failed: \(error)")
    }
    return found + debris(in: prefix).map { "left: \($0)" }
  }

  private func isOnRecord(_ command: String, _ store: Store) -> Bool {
    [store.lastRun(), store.history().last].contains { $0?.command == command && $0?.ok == true }
  }

  /// Before or after, or between the two links of a change.
  private func mayBeVisible(_ state: VisibleState) -> Bool {
    let isSplit = before.current != after.current && before.releases != after.releases
    guard isSplit else { return [before, after].contains(state) }
    // A link that leads to nothing is told by `flaws`.
    return [before.current, after.current].contains(state.current)
      && [before.releases, after.releases].contains(state.releases)
  }
}
