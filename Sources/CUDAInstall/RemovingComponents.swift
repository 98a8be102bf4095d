import CUDACatalog
import CUDAPlanning
import CUDAStore

/// A component that was removed.
public struct RemovedComponent: Sendable, Equatable {
  /// As in the manifest: `cuda_nvcc`
  public var name: String
  /// Of its files, which stay on disk for `rollback` until `prune`.
  public var byteCount: Int64
}

extension Installer {
  /// Makes a new tree of an installed release, by default the current one, in which some of its components are
  /// not. The others are linked; nothing is fetched, and no manifest asked for.
  public func remove(
    components texts: [String], from text: String?
  ) throws(InstallError) -> (outcome: Outcome, removed: [RemovedComponent]) {
    var removed: [RemovedComponent] = []
    let run = begin("remove")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      let old = try installedRelease(text)
      let label = old.release.text
      // What somebody else has just removed need not be removed again, nor what a run did that died behind it.
      let seen = seen + locked.recovered
      let gone = texts.filter { text in
        !has(text, old.tree) && seen.contains { removes(text, of: label, $0) }
      }
      guard gone.count < texts.count else {
        return Outcome(
          changed: false, product: old.receipt.product, release: label,
          doneBy: worker(among: seen) { record in
            gone.contains { removes($0, of: label, record) }
          })
      }
      let texts = texts.filter { !gone.contains($0) }
      let state = try installed()
      let plan: Plan
      do throws(PlanningError) {
        plan = try Plan(removing: texts, from: old, state: state)
      } catch {
        throw InstallError(.planning(error))
      }
      guard let tree = plan.tree else { preconditionFailure("a removal makes a tree") }
      let kept = Set(tree.items.map(\.component.name))
      let leaving = old.receipt.components.filter { !kept.contains($0.name) }
      // Only if a file that stays is damaged is there anything to fetch.
      let offers = try Offers(installed: old.receipt)
      let execution = try execute(plan, tree, offers, in: &locked)
      try commit(execution, plan, in: &locked)
      removed = leaving.map { RemovedComponent(name: $0.name.text, byteCount: $0.byteCount) }
      for need in plan.needs(of: leaving.map(\.name)) { observe(.warning(need)) }
      return Outcome(changed: true, product: plan.product, release: label, plan: plan)
    }
    return (outcome, removed)
  }

  /// Whether that run took the component out of the release.
  private func removes(_ typed: String, of label: String, _ record: RunRecord) -> Bool {
    guard let before = record.before.releases[label], let after = record.after.releases[label]
    else { return false }
    return has(typed, before) && !has(typed, after)
  }

  private func has(_ typed: String, _ tree: String) -> Bool {
    // A tree that is gone tells nothing; then the component is just not there.
    guard let receipt = (try? store.receipt(ofTree: tree)) ?? nil else { return false }
    return NameSearch.component(typed, in: Release(allOf: receipt)) != nil
      || receipt.additions.contains { $0.product.text == typed }
  }
}
