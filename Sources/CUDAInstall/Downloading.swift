// A directory that is a source of its own: the input of an install, verified and complete, for machines without a
// network. It is laid out as NVIDIA's server is, whatever the artifacts came from:
//
//   DIR/compute/cuda/redist/redistrib_13.0.2.json          cut to what is there; written last
//   DIR/compute/cuda/redist/cuda_nvcc/linux-x86_64/...     archives
//   DIR/.cuda-install.lock .cuda-install/                  as in a prefix: one writer, downloads that are continued

import CUDACatalog
import CUDADigest
import CUDAFiles
public import CUDAPlanning
import CUDAStore

extension Installer {
  /// Puts what an install of `request` would fetch into this installer's directory, instead of installing it.
  ///
  /// - Parameter path: of a pin file, which says exactly what.
  public func download(
    _ request: Request, pinnedBy path: String? = nil
  ) throws(InstallError) -> Outcome {
    let run = begin("download")
    let file = try path.map { path throws(InstallError) in try PinFile(path) }
    if let file, file.pins == nil {
      throw InstallError(
        .usage("\(cleaned(file.path)) is not there: what is only downloaded is not pinned"))
    }
    // What cannot be met must not leave a directory behind.
    let offers = try offers(for: request, pinnedBy: file, in: InstalledState())
    let plan = try makePlan(offers, InstalledState())
    guard let tree = plan.tree else { preconditionFailure("nothing is installed there") }
    return try underLock(run) { (locked, seen) throws(InstallError) in
      let places = try Places(in: prefix, of: plan)
      try sweep(tree.items.map { places.path(of: $0, plan) }, in: locked)
      var missing: [Plan.Item] = []
      for item in tree.items {
        if try !isPlaced(item, plan, places) { missing.append(item) }
      }
      let isComplete = missing.isEmpty ? try isListed(plan, offers, places) : false
      let isChanged = !isComplete
      if isChanged {
        try fetch(missing, plan, tree, offers, places, in: &locked)
        try placeManifests(plan, offers, places, in: locked)
      }
      // Also those that a run which died had placed.
      locked.discardPartials(of: Set(tree.items.map(\.build.artifact.digest)))
      return Outcome(
        changed: isChanged, product: plan.product, release: plan.release.text,
        doneBy: isChanged ? nil : worker(among: seen) { $0.command == run.command }, plan: plan,
        additions: offers.additions)
    }
  }

  private func fetch(
    _ items: [Plan.Item], _ plan: Plan, _ tree: Plan.NewTree, _ offers: Offers,
    _ places: Places, in store: inout LockedStore
  ) throws(InstallError) {
    var partials: [PartialDownload] = []
    do throws(InstallError) {
      var jobs: [Job] = []
      for item in items { jobs.append(try fetchJob(item, offers, &partials, in: store)) }
      let space = try storing { () throws(StoreError) in try store.space() }
      let missing = jobs.reduce(0) { $0 + $1.missingByteCount }
      let needed = jobs.reduce(missing) { $0 - $1.reservedByteCount }
      observe(
        .planned(
          PlanSummary(
            plan: plan, freeByteCount: space.freeByteCount, fetchByteCount: missing,
            keptByteCount: jobs.reduce(0) { $0 + $1.keptByteCount }, unpacks: false)))
      guard space.freeByteCount >= needed else {
        throw InstallError(.noSpace(needed: needed, free: space.freeByteCount, prefix: prefix))
      }
      _ = try run(jobs, of: tree, offers, into: nil, &partials, reportingTo: &store)
      store.report(.init(phase: .commit, updated: Timestamp.now.rfc3339))
      for (item, partial) in zip(items, partials) {
        do { try store.place(partial, at: places.path(of: item, plan)) } catch {
          throw InstallError(.store(.files(error)))
        }
        // At once: where it had to be copied, there may be no room for both.
        store.discard(partial)
      }
    } catch {
      discard(partials, after: error, of: tree, in: store)
      throw error
    }
  }

  private func sweep(_ places: [[String]], in store: borrowing LockedStore) throws(InstallError) {
    // Manifests are two levels above the archives, where a product's directory is.
    let directories = places.map { Array($0.dropLast()) } + places.map { Array($0.prefix(3)) }
    do {
      for directory in Set(directories) { try store.sweep(directory) }
    } catch {
      throw InstallError(.store(.files(error)))
    }
  }

  /// Whether the archive is there, byte by byte.
  private func isPlaced(
    _ item: Plan.Item, _ plan: Plan, _ places: Places
  ) throws(InstallError) -> Bool {
    let names = places.path(of: item, plan)
    let path = ([prefix] + names.dropLast()).joined(separator: "/")
    do throws(SystemCallError) {
      let file = try Directory.open(path).open(names.last ?? "")
      guard try file.status().byteCount == item.build.artifact.byteCount else { return false }
      var hash = SHA256()
      try file.forEachPiece(upTo: item.build.artifact.byteCount, mapping: { $0 }) {
        (piece) throws(SystemCallError) in hash.update(piece)
      }
      return hash.finish() == item.build.artifact.digest
    } catch {
      guard error.isMissing || error.isNameTaken else { throw InstallError(.store(.files(error))) }
      return false
    }
  }

  // Manifests

  private func isListed(
    _ plan: Plan, _ offers: Offers, _ places: Places
  ) throws(InstallError) -> Bool {
    for release in cut(plan, offers, places) {
      guard let listed = try places.listed(release), listed == release.merging(listed) else {
        return false
      }
    }
    return true
  }

  private func placeManifests(
    _ plan: Plan, _ offers: Offers, _ places: Places, in store: borrowing LockedStore
  ) throws(InstallError) {
    for release in cut(plan, offers, places) {
      let known = try places.listed(release)
      let bytes = Redistrib.write(known.map { release.merging($0) } ?? release)
      let path = Places.manifest(of: release)
      do { try store.place(bytes, at: path) } catch { throw InstallError(.store(.files(error))) }
    }
  }

  /// The releases with what is in the directory alone, under the paths that it has there.
  private func cut(_ plan: Plan, _ offers: Offers, _ places: Places) -> [Release] {
    let items = plan.tree?.items ?? []
    return ([offers.release] + offers.additions.map(\.release)).map { release in
      release.with(
        items.filter { ($0.product ?? plan.product) == release.product }.map { item in
          let artifact = item.build.artifact
          let path = places.path(of: item, plan).dropFirst(Places.depth).joined(separator: "/")
          guard let path = ArtifactPath(path) else {
            preconditionFailure("the path's segments are plain")
          }
          return item.component.with([
            Build(
              platform: item.build.platform, variant: item.build.variant,
              artifact: Artifact(
                path: path, digest: artifact.digest, byteCount: artifact.byteCount,
                layout: artifact.layout))
          ])
        })
    }
  }
}
