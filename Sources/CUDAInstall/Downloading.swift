// A directory that is a source of its own: the input of an install, verified and complete, for machines without a
// network. It is laid out as NVIDIA's server is, whatever the artifacts came from:
//
//   DIR/compute/cuda/redist/redistrib_13.0.2.json          cut to what is there; written last
//   DIR/compute/cuda/redist/cuda_nvcc/linux-x86_64/...     archives, or what they became when compressed anew
//   DIR/.cuda-install.lock .cuda-install/                  as in a prefix: one writer, downloads that are continued

import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
public import CUDAPlanning
import CUDAStore

extension Installer {
  /// Puts what an install of `request` would fetch into this installer's directory, instead of installing it.
  ///
  /// - Parameters:
  ///   - path: of a pin file, which says exactly what.
  ///   - recompresses: whether archives of tar are compressed anew with zstd, which is unpacked several times as fast.
  public func download(
    _ request: Request, pinnedBy path: String? = nil, recompresses: Bool = false
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
      var places = try Places(in: prefix, of: plan)
      do throws(SystemCallError) { try locked.sweep(below: Places.root) } catch {
        throw InstallError(.store(.files(error)))
      }
      var placed = try present(tree.items, &places, recompresses: recompresses)
      let missing = tree.items.filter { placed[$0.component.name] == nil }
      let isComplete =
        missing.isEmpty ? try isListed(cut(plan, offers, placed), places) : false
      let isChanged = !isComplete
      if isChanged {
        let fetched = try fetch(
          missing, plan, tree, offers, &places, recompresses: recompresses, in: &locked)
        placed.merge(fetched) { $1 }
        try placeManifests(cut(plan, offers, placed), places, in: locked)
      }
      // Also those that a run which died had placed. Of what was compressed anew they stay until it is listed: only then
      // does anybody know what it is.
      locked.discardPartials(of: Set(tree.items.map(\.build.artifact.digest)))
      return Outcome(
        changed: isChanged, product: plan.product, release: plan.release.text,
        doneBy: isChanged ? nil : worker(among: seen) { $0.command == run.command }, plan: plan,
        additions: offers.additions)
    }
  }

  private func fetch(
    _ items: [Plan.Item], _ plan: Plan, _ tree: Plan.NewTree, _ offers: Offers,
    _ places: inout Places, recompresses: Bool, in store: inout LockedStore
  ) throws(InstallError) -> [ComponentName: Artifact] {
    var partials: [PartialDownload] = []
    var drafts: [Draft] = []
    do throws(InstallError) {
      var jobs: [Job] = []
      for item in items {
        // I9: what an interrupted run has fetched of it is not given up for a copy that is damaged.
        var copy: Location?
        if recompresses, try isPlaced(places.artifact(of: item), item, places) {
          copy = places.copy(of: item)
        }
        jobs.append(try fetchJob(item, offers, &partials, in: store, orCopying: copy))
      }
      try checkSpace(for: jobs, plan, recompresses: recompresses, in: store)
      if recompresses { try addDrafts(to: &jobs, &drafts, places, in: store) }
      let results = try run(jobs, of: tree, offers, into: nil, &partials, reportingTo: &store)
      store.report(.init(phase: .commit, updated: Timestamp.now.rfc3339))
      return try place(jobs, results, &places, in: store)
    } catch {
      for draft in drafts { store.discard(draft) }
      discard(partials, after: error, of: tree, in: store)
      throw error
    }
  }

  private func checkSpace(
    for jobs: [Job], _ plan: Plan, recompresses: Bool, in store: borrowing LockedStore
  ) throws(InstallError) {
    let space = try storing { () throws(StoreError) in try store.space() }
    let missing = jobs.reduce(0) { $0 + $1.missingByteCount }
    // Both are there for a while, what is fetched and what becomes of it.
    let needed = jobs.reduce(missing) {
      $0 - $1.reservedByteCount + (recompresses ? $1.item.recompressedByteCount : 0)
    }
    observe(
      .planned(
        PlanSummary(
          plan: plan, freeByteCount: space.freeByteCount, fetchByteCount: missing,
          keptByteCount: jobs.reduce(0) { $0 + $1.keptByteCount }, unpacks: false)))
    guard space.freeByteCount >= needed else {
      throw InstallError(.noSpace(needed: needed, free: space.freeByteCount, prefix: prefix))
    }
  }

  private func addDrafts(
    to jobs: inout [Job], _ drafts: inout [Draft], _ places: Places,
    in store: borrowing LockedStore
  ) throws(InstallError) {
    for index in jobs.indices where jobs[index].item.recompressedName != nil {
      let item = jobs[index].item
      do {
        let draft = try store.makeDraft(
          in: places.path(of: places.artifact(of: item), item).dropLast())
        drafts.append(draft)
        jobs[index].draft = draft
      } catch {
        throw InstallError(.store(.files(error)))
      }
    }
    let others = jobs.count - drafts.count
    if others > 0 {
      observe(
        .notice("\(others) of \(jobs.count) archives stay what they are: no tar of xz or gzip"))
    }
  }

  /// Gives all archives their names; what is there then.
  private func place(
    _ jobs: [Job], _ results: [ComponentName: Unpacked], _ places: inout Places,
    in store: borrowing LockedStore
  ) throws(InstallError) -> [ComponentName: Artifact] {
    var placed: [ComponentName: Artifact] = [:]
    // What has a name of its own first: others give way to it.
    for job in jobs.filter({ $0.draft == nil }) + jobs.filter({ $0.draft != nil }) {
      let name = job.item.component.name
      do {
        if let draft = job.draft, let recompressed = results[name]?.recompressed {
          let artifact = places.take(job.item, recompressed)
          try store.place(draft, as: artifact.path.name)
          // I9: until a manifest says what this is, the next run would begin with that.
          if let partial = job.partial { store.leave(partial) }
          placed[name] = artifact
        } else if let partial = job.partial {
          let artifact = places.artifact(of: job.item)
          places.take(artifact, of: job.item)
          try store.place(partial, at: places.path(of: artifact, job.item))
          // At once: where it had to be copied, there may be no room for both.
          store.discard(partial)
          placed[name] = artifact
        }
      } catch {
        throw InstallError(.store(.files(error)))
      }
    }
    return placed
  }

  /// Of each item the archive that is there, byte by byte.
  private func present(
    _ items: [Plan.Item], _ places: inout Places, recompresses: Bool
  ) throws(InstallError) -> [ComponentName: Artifact] {
    var present: [ComponentName: Artifact] = [:]
    for item in items {
      for artifact in places.known(item, recompresses: recompresses) {
        guard try isPlaced(artifact, item, places) else { continue }
        present[item.component.name] = artifact
        places.take(artifact, of: item)
        break
      }
    }
    return present
  }

  private func isPlaced(
    _ artifact: Artifact, _ item: Plan.Item, _ places: Places
  ) throws(InstallError) -> Bool {
    let names = places.path(of: artifact, item)
    let path = ([prefix] + names.dropLast()).joined(separator: "/")
    do throws(SystemCallError) {
      let file = try Directory.open(path).open(names.last ?? "")
      guard try file.status().byteCount == artifact.byteCount else { return false }
      var hash = SHA256()
      try file.forEachPiece(upTo: artifact.byteCount, mapping: { $0 }) {
        (piece) throws(SystemCallError) in hash.update(piece)
      }
      return hash.finish() == artifact.digest
    } catch {
      guard error.isMissing || error.isNameTaken else { throw InstallError(.store(.files(error))) }
      return false
    }
  }

  // Manifests

  private func isListed(_ releases: [Release], _ places: Places) throws(InstallError) -> Bool {
    for release in releases {
      guard let listed = try places.listed(release), listed == release.merging(listed) else {
        return false
      }
    }
    return true
  }

  private func placeManifests(
    _ releases: [Release], _ places: Places, in store: borrowing LockedStore
  ) throws(InstallError) {
    for release in releases {
      let known = try places.listed(release)
      let bytes = Redistrib.write(known.map { release.merging($0) } ?? release)
      let path = Places.manifest(of: release)
      do { try store.place(bytes, at: path) } catch { throw InstallError(.store(.files(error))) }
    }
  }

  /// The releases with what is in the directory alone, under the paths that it has there.
  private func cut(
    _ plan: Plan, _ offers: Offers, _ placed: [ComponentName: Artifact]
  ) -> [Release] {
    let items = plan.tree?.items ?? []
    return ([offers.release] + offers.additions.map(\.release)).map { release in
      release.with(
        items.filter { ($0.product ?? plan.product) == release.product }.map { item in
          guard let artifact = placed[item.component.name] else {
            preconditionFailure("all of it is there")
          }
          return item.component.with([
            Build(platform: item.build.platform, variant: item.build.variant, artifact: artifact)
          ])
        })
    }
  }
}
