package import CUDACatalog

/// What is to be done, decided and not yet begun: a pure value of request, release and state.
package struct Plan: Sendable, Equatable {
  package let release: Version
  /// The tree to build, or `nil` if the one there is holds everything.
  package private(set) var tree: NewTree?
  package let makesCurrent: Bool

  package var changesNothing: Bool { tree == nil && !makesCurrent }

  package struct NewTree: Sendable, Equatable {
    /// What the receipt will say was asked for: the wider of this request's track and the one before, so
    /// that adding a component to an exact release does not stop its updates.
    package let track: Track
    /// The larger of this request's profile and the one before; `nil` if neither has one.
    package let profile: Profile?
    /// Whether static archives that CMake and nvcc do not need are in it.
    package let hasStatic: Bool
    /// What was removed by name, and has not been selected since: sorted.
    package let without: [ComponentName]
    /// The largest artifact first, so that the longest work begins first.
    package fileprivate(set) var items: [Item]
  }

  package struct Item: Sendable, Equatable {
    package let component: Component
    package let build: Build
    package let reason: Reason
    package fileprivate(set) var source: Source
    /// Whether it was asked for by name, now or when it was installed.
    package let asked: Bool
    /// Unpacked; see `diskByteCount`.
    package let diskByteCount: Int64
  }

  package enum Source: Sendable, Equatable {
    case fetch
    /// A published tree has the very artifact: its files are linked, and nothing is fetched.
    case reuse(tree: String)
  }

  /// The same where these components are fetched, whatever there seemed to be of them.
  package func fetching(_ names: Set<ComponentName>) -> Plan {
    var plan = self
    plan.tree?.items = (tree?.items ?? []).map { item in
      var item = item
      if names.contains(item.component.name) { item.source = .fetch }
      return item
    }
    return plan
  }

  init(release: Version, tree: NewTree) {
    self.release = release
    self.tree = tree
    makesCurrent = false
  }

  /// The plan that brings `state` to what `request` wants of `release`.
  ///
  /// What the release has installed stays. A component whose artifact changed under its name (NVIDIA
  /// has changed manifests in place) is replaced.
  package init(
    request: Request, release: Release, state: InstalledState
  ) throws(PlanningError) {
    let resolution = try Resolution(request: request, release: release)
    let installed = state.knownReleases.first {
      $0.release == release.label && $0.receipt.product == request.product
    }
    let isDamaged = state.damaged.contains { $0.release == release.label }
    let wanted = resolution.items + Self.kept(of: installed, beside: resolution, in: release)
    self.release = release.label
    makesCurrent = state.current == nil || request.makesCurrent && state.current != release.label
    let before = installed.flatMap { Track($0.receipt.track) }
    let track = before.map { $0.isWider(than: request.track) ? $0 : request.track } ?? request.track
    // The larger one: two callers of which one wants less must not undo each other's words for ever.
    let profile = [
      request.effectiveProfile, installed?.receipt.profile.flatMap { Profile(rawValue: $0) },
    ].compactMap(\.self).max()
    let hasStatic = request.wantsStatic(beside: installed?.receipt)
    if let installed, !isDamaged, !request.reinstalls, !request.rebuilds, before == track,
      installed.receipt.profile == profile?.rawValue, installed.receipt.hasStatic == hasStatic,
      wanted.allSatisfy({ installed.receipt.holds($0.component.name, $0.build.artifact) })
    {
      tree = nil
    } else {
      let selected = Renaming.allNames(of: wanted.map(\.component.name))
      let without = (installed?.receipt.without ?? []) + request.without
      tree = NewTree(
        track: track, profile: profile, hasStatic: hasStatic,
        without: Set(without.filter { !selected.contains($0.text) }).sorted(),
        items: wanted.map { selection in
          Item(
            selection, installed: installed, state: state, hasStatic: hasStatic,
            reinstalls: request.reinstalls
              || request.refetched.contains(selection.component.name))
        }.sorted(by: Item.goesFirst))
    }
  }

  /// What `installed` has beyond `resolution`: as `release` offers it, or, if it no longer does, as
  /// the receipt says.
  private static func kept(
    of installed: InstalledRelease?, beside resolution: Resolution, in release: Release
  ) -> [Resolution.Selection] {
    guard let receipt = installed?.receipt else { return [] }
    let selected = Set(resolution.items.map(\.component.name))
    return receipt.components.filter { !selected.contains($0.name) }.map { old in
      let offered = release[old.name]
      let build = offered?.builds.first {
        $0.platform == receipt.platform && $0.variant == old.variant
      }
      if let offered, let build {
        return Resolution.Selection(component: offered, build: build, reason: .installed)
      }
      let component = Component(old, for: receipt.platform)
      return Resolution.Selection(
        component: component, build: component.builds[0], reason: .installed)
    }
  }
}

extension Plan.Item {
  init(
    _ selection: Resolution.Selection, installed: InstalledRelease?, state: InstalledState,
    hasStatic: Bool, reinstalls: Bool
  ) {
    let name = selection.component.name
    let artifact = selection.build.artifact
    let candidates = state.sources(for: installed).compactMap { tree in
      tree.receipt.components.first { $0.artifact.digest == artifact.digest }
        .map { (tree: tree.tree, component: $0) }
    }
    let whole = candidates.first { !hasStatic || $0.component.omitted == nil }
    component = selection.component
    build = selection.build
    reason = selection.reason
    if let whole, !reinstalls {
      source = .reuse(tree: whole.tree)
    } else {
      source = .fetch
    }
    asked =
      selection.reason == .asked
      || installed?.receipt.components.contains { $0.name == name && $0.asked } == true
    diskByteCount =
      (whole ?? candidates.first).map {
        $0.component.byteCount + (hasStatic ? $0.component.omitted?.byteCount ?? 0 : 0)
      } ?? 3 * artifact.byteCount
  }

  static func goesFirst(_ left: Self, _ right: Self) -> Bool {
    let (one, other) = (left.build.artifact.byteCount, right.build.artifact.byteCount)
    return one == other ? left.component.name < right.component.name : one > other
  }
}

extension Receipt {
  fileprivate func holds(_ name: ComponentName, _ artifact: Artifact) -> Bool {
    components.contains { $0.name == name && $0.artifact.digest == artifact.digest }
  }
}
