package import CUDACatalog
import CUDAFiles
package import CUDAPlanning
import CUDAStore

extension Track {
  /// The track that a person typed.
  package init(typed text: String) throws(InstallError) {
    guard let track = Track(text) else {
      throw InstallError(
        .usage("\(cleaned(text)) is not a version: write 13.0.2, 13.0, 13 or latest"))
    }
    self = track
  }
}

extension Installer {
  /// Makes an installed release the current one: `13.0.2`, the newest of a track as in `13`, or `-` for the
  /// one that was current before.
  public func use(_ text: String) throws(InstallError) -> (outcome: Outcome, was: String?) {
    var was: String?
    let run = begin("use")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      was = try storing { () throws(StoreError) in try store.visible().current }
      // As in `rollBack`: the previous one of two that ask at once is the same one.
      if text == "-", let now = was,
        let worker = try lastWorker(
          among: seen, { $0.command == run.command && $0.before.current != now })
      {
        return Outcome(changed: false, release: now, doneBy: worker)
      }
      let release = try text == "-" ? previousRelease() : installedRelease(text).release
      guard release.text != was else {
        return Outcome(
          changed: false, release: release.text,
          doneBy: worker(among: seen) {
            $0.after.current == release.text && $0.before.current != release.text
          })
      }
      warn(of: try storing { () throws(StoreError) in try locked.use(release) })
      return Outcome(changed: true, release: release.text)
    }
    return (outcome, was)
  }

  /// Goes back to what was visible before the last change.
  public func rollBack() throws(InstallError) -> (outcome: Outcome, from: String, to: String) {
    var change = (from: "", to: "")
    let run = begin("rollback")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      // Who asked twice at once wanted one step back, not to come out where it began; nor did who asked again because
      // the first run died.
      let worker = try lastWorker(among: seen) { $0.command == run.command }
      let dead = try storing { () throws(StoreError) in try store.untold(run.command) }
      if let worker = worker ?? dead {
        let current = try storing { () throws(StoreError) in try store.visible().current }
        return Outcome(changed: false, release: current ?? "", doneBy: worker)
      }
      let (from, to, warning) = try storing { () throws(StoreError) in try locked.rollBack() }
      warn(of: warning)
      change = (Self.describe(from, beside: to), Self.describe(to, beside: from))
      let label = from.current == to.current ? to.changedReleases(since: from).first : to.current
      return Outcome(changed: true, release: label ?? "")
    }
    return (outcome, change.from, change.to)
  }

  /// Takes releases away. The current one only if `removesCurrent`.
  public func remove(
    _ texts: [String], removesCurrent: Bool
  ) throws(InstallError) -> (
    outcome: Outcome, removed: [(title: String, byteCount: Int64?)], notices: [String]
  ) {
    var removed: [(title: String, byteCount: Int64?)] = []
    var notices: [String] = []
    let run = begin("remove")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      let state = try installed()
      // Who asks again because a run died asks for what that run did.
      let seen = seen + locked.recovered
      let gone = texts.filter { text in
        seen.contains { $0.before.releases[text] != nil && $0.after.releases[text] == nil }
          && !state.releases.contains { $0.release.text == text }
      }
      guard gone.count < texts.count else {
        return Outcome(
          changed: false, release: gone.joined(separator: " "),
          doneBy: worker(among: seen) { record in
            gone.contains {
              record.before.releases[$0] != nil && record.after.releases[$0] == nil
            }
          })
      }
      let texts = texts.filter { !gone.contains($0) }
      let removal: Removal
      do throws(PlanningError) {
        removal = try Removal(texts, state: state)
      } catch {
        throw InstallError(.planning(error))
      }
      if removal.removesCurrent, !removesCurrent, let current = state.current {
        throw InstallError(.removesCurrent(state.title(of: current)))
      }
      for release in removal.releases {
        let known = state.knownReleases.first { $0.release == release }
        let removal = try storing { () throws(StoreError) in try locked.remove(release) }
        warn(of: removal.warning)
        notices += removal.inUse.map(\.message)
        removed.append((state.title(of: release), known?.receipt.files.byteCount))
      }
      return Outcome(
        changed: true, release: removal.releases.map(\.text).joined(separator: " "))
    }
    return (outcome, removed, notices)
  }

  /// The installed release that a label or a track names; without a text the current one.
  package func installedRelease(_ text: String?) throws(InstallError) -> InstalledRelease {
    let state = try installed()
    let found = try knownRelease(text, in: state)
    // What it was is known; what it is now may be anything.
    if let damage = state.damaged.first(where: { $0.known == found }) {
      throw InstallError(.damaged(damage))
    }
    return found
  }

  /// The same, and also one whose tree is damaged, as long as it is known what it was.
  func knownRelease(
    _ text: String?, in state: InstalledState
  ) throws(InstallError) -> InstalledRelease {
    let releases = state.knownReleases
    let label: Version?
    if let text {
      label = try Track(typed: text)
        .newest(of: (releases.map(\.release) + state.damaged.map(\.release)))
    } else {
      label = state.current
    }
    if let lost = state.damaged.first(where: {
      $0.known == nil && $0.release == label
    }) {
      throw InstallError(.damaged(lost))
    }
    guard let found = releases.first(where: { $0.release == label }) else {
      guard let text else {
        throw InstallError(
          .nothingCurrent(prefix: store.prefix, installed: releases.map(\.release)))
      }
      throw InstallError(.planning(.notInstalled(text, installed: releases.map(\.release))))
    }
    return found
  }

  private func previousRelease() throws(InstallError) -> Version {
    let now = try storing { () throws(StoreError) in try store.visible() }
    for record in store.history().reversed() where record.after.current == now.current {
      guard let before = record.before.current, before != now.current else { continue }
      guard now.releases[before] != nil else { break }
      return try installedRelease(before).release
    }
    throw InstallError(.store(.nothingToRollBack(prefix: store.prefix)))
  }

  /// Changing what is installed where nothing is must not make a prefix.
  func requirePrefix() throws(InstallError) {
    switch try storing({ () throws(StoreError) in try store.presence() }) {
    case .ours: return
    case .absent: throw InstallError(.nothingCurrent(prefix: store.prefix, installed: []))
    case .foreign: throw InstallError(.store(.notOurs(prefix: store.prefix)))
    }
  }

  /// `13.0.2`; where `current` stays, the releases whose trees differ: `13.0.2 (13.0.2-1)`.
  private static func describe(_ state: VisibleState, beside other: VisibleState) -> String {
    guard state.current == other.current else { return state.current ?? "nothing" }
    return state.changedReleases(since: other).map { "\($0) (\(state.releases[$0] ?? "nothing"))" }
      .joined(separator: ", ")
  }
}

extension VisibleState {
  /// The releases that have another tree than in `other`.
  fileprivate func changedReleases(since other: VisibleState) -> [String] {
    releases.keys.filter { releases[$0] != other.releases[$0] }.sorted()
  }
}
