package import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

extension Installer {
  /// Compares every file of an installed release with its receipt, on all cores. Takes no lock (I10), and a
  /// lease on the tree.
  package func verify(_ text: String?) throws(InstallError) -> (InstalledRelease, [Finding]) {
    // Without a lease, a tree that is deleted meanwhile would look like a damaged one.
    let release = try leased { () throws(InstallError) in
      try knownRelease(text, in: try installed())
    }
    let findings = try storing { () throws(StoreError) in
      try store.findings(inTree: release.tree, watch: tell) { Interruption.signal != nil }
    }
    if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
    return (release, findings)
  }

  private func tell(checked: Int64, total: Int64) {
    observe(.checking(checked: checked, total: total))
  }

  /// Makes a new tree of the release: what is intact is linked, the components that are not are fetched.
  package func repair(_ text: String?) throws(InstallError) -> Outcome {
    let run = begin(RunRecord.repair)
    try requirePrefix()
    return try underLock(run) { (locked, seen) throws(InstallError) in
      let old = try knownRelease(text, in: try installed())
      let findings = try storing { () throws(StoreError) in
        try locked.store.findings(inTree: old.tree, watch: tell) { Interruption.signal != nil }
      }
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      guard !findings.isEmpty else {
        return Outcome(
          changed: false, product: old.receipt.product, release: old.release.text,
          doneBy: worker(among: seen) {
            $0.command == run.command
              && $0.before.releases[old.release.text] != $0.after.releases[old.release.text]
          })
      }
      var request = Request(updating: old.receipt, makesCurrent: false)
      request.rebuilds = true
      request.refetched = damagedComponents(of: old, findings)
      let state = try installed()
      let offers = try repairOffers(for: request, of: old.receipt, in: state)
      let plan = try makePlan(offers, state)
      if let tree = plan.tree {
        let execution = try execute(plan, tree, offers, in: &locked)
        try commit(execution, plan, in: &locked)
      }
      warn(ofDamage: findings, sharedBy: old)
      return Outcome(
        changed: true, product: plan.product, release: old.release.text, plan: plan)
    }
  }

  /// What the sources have of an installed release. One that cannot be asked is not needed for what is to be done
  /// again as it was.
  private func repairOffers(
    for request: Request, of receipt: Receipt, in state: InstalledState
  ) throws(InstallError) -> Offers {
    do throws(InstallError) {
      return try offers(
        for: request, in: state, following: receipt, exactly: receipt.labels)
    } catch {
      if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
      guard !isSourceChosen else { throw error }
      var offers = try Offers(installed: receipt)
      offers.request = request
      offers.request.additions = []
      return offers
    }
  }

  /// The components of which bytes are damaged or missing: all, if the list is.
  private func damagedComponents(
    of release: InstalledRelease, _ findings: [Finding]
  ) -> Set<ComponentName> {
    let paths = Set(findings.filter { $0.kind != .mode }.map(\.path))
    guard !paths.contains(Layout.fileList),
      let entries = (try? store.entries(ofTree: release.tree)) ?? nil
    else { return Set(release.receipt.components.map(\.name)) }
    return Set(entries.filter { paths.contains($0.path) }.flatMap(\.owners))
  }

  /// Other releases have files of an unchanged component in common with this one, and the damage as well.
  private func warn(ofDamage findings: [Finding], sharedBy release: InstalledRelease) {
    func identity(_ path: String, _ tree: String) -> FileIdentity? {
      let names = path.split(separator: "/").map(String.init)
      guard let root = try? store.directory(ofTree: tree) else { return nil }
      var cursor = DirectoryCursor(root: SharedDirectory(root))
      let parent = try? cursor.find(names.dropLast())
      return (try? parent?.directory.status(names.last ?? "."))??.identity
    }
    let damaged = findings.filter { $0.kind == .changed || $0.kind == .mode }.map(\.path)
    for other in (try? installed().knownReleases) ?? [] where other.tree != release.tree {
      let shares = damaged.contains { path in
        identity(path, release.tree).map { $0 == identity(path, other.tree) } ?? false
      }
      guard shares else { continue }
      observe(
        .warning(
          "\(other.title) has the same damage; "
            + "'cuda-install verify --repair \(other.release)' mends it"))
    }
  }
}
