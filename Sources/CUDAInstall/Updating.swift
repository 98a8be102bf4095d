public import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// A newer release on the track of an installed one.
public struct Update: Sendable, Equatable {
  /// The installed release.
  public var from: Version { installed.release }
  /// The newer one.
  public var to: Version
  package var installed: InstalledRelease
}

extension Installer {
  /// The newer releases on the tracks of what is installed. Takes no lock (I10).
  public func updates(of texts: [String]) throws(InstallError) -> [Update] {
    try updates(among: try chosen(texts), in: try installed())
  }

  /// Installs the newest release of each track, with the same components; a release that was current hands
  /// that on. The old releases stay until they are pruned, for programs that still run from them.
  public func update(
    _ texts: [String]
  ) throws(InstallError) -> (outcome: Outcome, updates: [Update]) {
    var done: [Update] = []
    let run = begin("update")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      for update in try updates(among: try chosen(texts), in: try installed()) {
        try install(update, in: &locked)
        done.append(update)
      }
      // The work is done, and what is said of it may not make it fail.
      try? sayWhatStays(try chosen(texts))
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
    let release = try installer.source.release(of: .exact(update.to))
    let plan = try makePlan(request, release, state)
    if let tree = plan.tree {
      let execution = try installer.execute(plan, tree, release, request, in: &locked)
      try commit(execution, plan, in: &locked)
    }
  }

  private func updates(
    among releases: [InstalledRelease], in state: InstalledState
  ) throws(InstallError) -> [Update] {
    var updates: [Update] = []
    var labels: [String: [Version]] = [:]
    for installed in releases {
      guard let track = Track(installed.receipt.track) else { continue }
      if case .exact = track { continue }
      let source = try from(installed.receipt).source
      let offered: [Version]
      if let known = labels[source.description] {
        offered = known
      } else {
        offered = try source.labels()
        labels[source.description] = offered
      }
      guard let newest = track.newest(of: offered), newest > installed.release else { continue }
      updates.append(Update(to: newest, installed: installed))
    }
    // Two old releases on one track have one successor, which takes over from the newer one.
    updates = updates.filter { update in
      !updates.contains {
        $0.to == update.to && $0.installed.release > update.installed.release
      }
    }
    var due: [Update] = []
    for update in updates where try isDue(update, in: state) { due.append(update) }
    return due
  }

  /// Whether the newer release is not there, or has less: somebody installed a part of it.
  private func isDue(_ update: Update, in state: InstalledState) throws(InstallError) -> Bool {
    guard let there = state.knownReleases.first(where: { $0.release == update.to }) else {
      return true
    }
    if there.receipt.hasAll(of: update.installed.receipt) { return false }
    // It may have all that it can have.
    let release = try from(update.installed.receipt).source.release(of: .exact(update.to))
    return try makePlan(Request(update, in: state), release, state).tree != nil
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
    without += there.receipt.without
    let names = Renaming.allNames(of: there.receipt.without)
    components.removeAll(where: names.contains)
  }
}

extension Receipt {
  /// Whether this has each component of the other, or had it, and it was removed by name.
  fileprivate func hasAll(of other: Receipt) -> Bool {
    let names = Renaming.allNames(of: components.map(\.name) + without)
    return other.components.allSatisfy { names.contains($0.name.text) }
      && (hasStatic || !other.hasStatic)
  }
}
