public import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// A newer release on the track of an installed one.
public struct Update: Sendable, Equatable {
  /// The installed release.
  public var from: Version { installed.release }
  /// The newer one.
  public var to: Version { release.label }
  package var installed: InstalledRelease
  package var release: Release
}

extension Installer {
  /// The newer releases on the tracks of what is installed, and what must be said of others. Takes no lock (I10).
  public func updates(of texts: [String]) throws(InstallError) -> (
    due: [Update], warnings: [String]
  ) {
    try requirePrefix()
    let found = try findUpdates(of: texts)
    guard let failure = found.failure else { return (found.due, found.warnings) }
    guard !found.due.isEmpty else { throw failure }
    return (found.due, found.warnings + [failure.message])
  }

  /// Installs the newest release of each track, with the same components; a release that was current hands
  /// that on. The old releases stay until they are pruned, for programs that still run from them.
  ///
  /// What cannot be updated keeps nothing else back: a release that has no successor with all that was asked for
  /// stays as it is, which is said; that a source cannot be read is thrown at the end.
  public func update(
    _ texts: [String]
  ) throws(InstallError) -> (outcome: Outcome, updates: [Update]) {
    var done: [Update] = []
    let run = begin("update")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      let found = try findUpdates(of: texts)
      for warning in found.warnings { observe(.warning(warning)) }
      do throws(InstallError) {
        for update in found.due {
          try install(update, in: &locked)
          done.append(update)
        }
        // The work is done, and what is said of it may not make it fail.
        try? sayWhatStays(try chosen(texts))
        if let failure = found.failure { throw failure }
      } catch {
        // There is no other answer then.
        for update in done { observe(.notice("CUDA \(update.from) -> \(update.to) is done")) }
        throw error
      }
      return Outcome(
        changed: !done.isEmpty, release: done.map(\.to.text).joined(separator: " "),
        doneBy: done.isEmpty
          ? worker(among: seen) { $0.command == run.command } : nil)
    }
    return (outcome, done)
  }

  private func install(_ update: Update, in locked: inout LockedStore) throws(InstallError) {
    let state = try installed()
    let installer = try from(update.installed.receipt)
    let request = Request(update, in: state)
    let plan = try makePlan(request, update.release, state)
    guard let tree = plan.tree else { return }
    let names = Renaming.allNames(of: tree.items.map(\.component.name) + tree.without)
    for component in update.installed.receipt.components where !names.contains(component.name.text)
    {
      observe(.warning("CUDA \(update.to) has no \(component.name), which \(update.from) has"))
    }
    let execution = try installer.execute(plan, tree, update.release, request, in: &locked)
    try commit(execution, plan, in: &locked)
  }

  /// What is due, what is to be said of the rest, and why a request or a source fails, if one does.
  private func findUpdates(
    of texts: [String]
  ) throws(InstallError) -> (due: [Update], warnings: [String], failure: InstallError?) {
    let state = try installed()
    var failure: InstallError?
    var due: [Update] = []
    var warnings = state.damaged.filter { $0.known == nil }.map {
      InstallError(.damaged($0)).message
    }
    for (installed, newest) in try successors(of: try chosen(texts), &failure) {
      let there = state.knownReleases.first { $0.release == newest }
      if let there, there.receipt.hasAll(of: installed.receipt) { continue }
      let release: Release
      do throws(InstallError) {
        release = try from(installed.receipt).source.release(of: .exact(newest))
      } catch {
        if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
        failure = failure ?? error
        continue
      }
      let update = Update(installed: installed, release: release)
      do throws(PlanningError) {
        let plan = try Plan(request: Request(update, in: state), release: release, state: state)
        // The newer release may be there, and have less: somebody installed a part of it.
        if plan.adds(to: there) { due.append(update) }
      } catch {
        // If it is there, it has all that it can have.
        guard there == nil else { continue }
        warnings.append(
          "CUDA \(installed.release) stays: \(error.message)\(wayOut(error, installed))")
        // Who names it wants it.
        if !texts.isEmpty { failure = failure ?? InstallError(.planning(error)) }
      }
    }
    return (due, warnings, failure)
  }

  private func wayOut(_ error: PlanningError, _ installed: InstalledRelease) -> String {
    let name: String
    switch error {
    case .noSuchComponent(let typed, _, _): name = typed
    case .noBuild(let component, _, _): name = component.text
    default: return ""
    }
    return "; 'cuda-install remove \(installed.release) \(name)' lets it go on"
  }

  /// The newest release on each track that is newer than what is installed.
  private func successors(
    of releases: [InstalledRelease], _ failure: inout InstallError?
  ) throws(InstallError) -> [(InstalledRelease, Version)] {
    var successors: [(installed: InstalledRelease, newest: Version)] = []
    var labels: [String: [Version]] = [:]
    for installed in releases {
      guard let track = Track(installed.receipt.track) else { continue }
      if case .exact = track { continue }
      let source = try from(installed.receipt).source
      if labels[source.description] == nil {
        do throws(InstallError) {
          let offered = try source.labels()
          labels[source.description] = offered
          // An index without releases is a directory that is not mounted, rather than that there is nothing new.
          guard !offered.isEmpty else {
            throw InstallError(.planning(.noSuchRelease(track, available: [])))
          }
        } catch {
          if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
          labels[source.description] = []
          failure = failure ?? error
        }
      }
      guard let newest = track.newest(of: labels[source.description] ?? []),
        newest > installed.release
      else { continue }
      successors.append((installed, newest))
    }
    // Two old releases on one track have one successor, which takes over from the newer one.
    return successors.filter { one in
      !successors.contains {
        $0.newest == one.newest && $0.installed.release > one.installed.release
      }
    }
  }

  /// Says of releases that are current why they stay it: somebody went back to them.
  private func sayWhatStays(_ releases: [InstalledRelease]) throws(InstallError) {
    let state = try installed()
    for release in releases where release.release == state.current {
      guard let track = Track(release.receipt.track),
        let newest = track.newest(of: state.releases.map(\.release)), newest > release.release
      else { continue }
      observe(
        .notice(
          "current stays \(release.release); 'cuda-install use \(newest)' makes CUDA \(newest) current"
        ))
    }
  }

  private func chosen(_ texts: [String]) throws(InstallError) -> [InstalledRelease] {
    let state = try installed()
    guard !texts.isEmpty else { return state.knownReleases }
    var chosen: [InstalledRelease] = []
    for text in texts {
      let release = try knownRelease(text, in: state)
      if !chosen.contains(release) { chosen.append(release) }
    }
    return chosen
  }

  /// An installer that takes from where the receipt's components came, unless a source was chosen.
  func from(_ receipt: Receipt) throws(InstallError) -> Installer {
    guard !isSourceChosen else { return self }
    var installer = self
    installer.source = try CatalogSource(receipt.source)
    return installer
  }
}

extension Request {
  /// What was asked for when the tree of this receipt was made.
  init(updating receipt: Receipt, makesCurrent: Bool) {
    self.init(
      product: receipt.product, track: Track(receipt.track) ?? .exact(receipt.release),
      components: receipt.components.filter(\.asked).map(\.name.text),
      profile: receipt.profile.flatMap { Profile(rawValue: $0) }, platform: receipt.platform,
      hasStatic: receipt.hasStatic, makesCurrent: makesCurrent)
    // Whatever selected them once: a wider profile, or a need of what was removed since.
    kept = receipt.components.filter { !$0.asked }.map(\.name)
    without = receipt.without
  }
  /// The update to a release of which a part may be there; what was removed from it by name stays away.
  fileprivate init(_ update: Update, in state: InstalledState) {
    self.init(
      updating: update.installed.receipt,
      makesCurrent: update.installed.release == state.current)
    guard let there = state.knownReleases.first(where: { $0.release == update.to }) else { return }
    // Whoever has both has chosen which of them is current.
    makesCurrent = false
    hasStatic = there.receipt.hasStatic
    without += there.receipt.without
    let names = Renaming.allNames(of: there.receipt.without)
    components.removeAll {
      names.contains($0) || NameSearch.component($0, in: update.release) == nil
    }
  }
}

extension Receipt {
  /// Whether this has each component of the other, or had it, and it was removed by name.
  fileprivate func hasAll(of other: Receipt) -> Bool {
    let names = Renaming.allNames(of: components.map(\.name) + without)
    return other.components.allSatisfy { names.contains($0.name.text) }
  }
}

extension Plan {
  /// Whether there is a component that the installed release, if there is one, does not have.
  fileprivate func adds(to installed: InstalledRelease?) -> Bool {
    let names = Set(installed?.receipt.components.map(\.name) ?? [])
    return tree?.items.contains { !names.contains($0.component.name) } ?? false
  }
}
