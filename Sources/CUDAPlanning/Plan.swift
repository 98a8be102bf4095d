package import CUDACatalog

/// What is to be done, decided and not yet begun: a pure value of request, release and state.
package struct Plan: Sendable, Equatable {
  /// The product and the release that the tree is named for.
  package let product: ProductName
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
    /// The other products in it, sorted.
    package let additions: [Receipt.Addition]
    /// What was removed by name, and has not been selected since: sorted.
    package let without: [ComponentName]
    /// The largest artifact first, so that the longest work begins first.
    package fileprivate(set) var items: [Item]
  }

  package struct Item: Sendable, Equatable {
    package let component: Component
    package let build: Build
    package let reason: Reason
    /// Of which addition it is a part; `nil` for the plan's own product.
    package let product: ProductName?
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

  init(product: ProductName, release: Version, tree: NewTree) {
    self.product = product
    self.release = release
    self.tree = tree
    makesCurrent = false
  }

  /// The plan that brings `state` to what `request` wants of `release` and of the releases of its additions.
  ///
  /// What the release has installed stays. A component whose artifact changed under its name (NVIDIA
  /// has changed manifests in place) is replaced.
  package init(
    request: Request, release: Release, additions: [Release] = [], state: InstalledState
  ) throws(PlanningError) {
    let resolution = try Resolution(request: request, release: release, additions: additions)
    let known = state.knownReleases.first { $0.release == release.label }
    if let known, known.receipt.product != release.product {
      throw .labelTaken(release.label, by: known.receipt.product)
    }
    let isDamaged = state.damaged.contains { $0.release == release.label }
    let before = known?.receipt.followed
    let wanted =
      resolution.items + Self.kept(of: known, beside: resolution, in: [release] + additions)
    var names: Set<ComponentName> = []
    for item in wanted where !names.insert(item.component.name).inserted {
      throw .sameComponent(item.component.name)
    }
    product = release.product
    self.release = release.label
    makesCurrent = state.current == nil || request.makesCurrent && state.current != release.label
    let track = Self.wider(before, request.track)
    // The larger one: two callers of which one wants less must not undo each other's words for ever.
    let profile = [
      request.effectiveProfile, known?.receipt.profile.flatMap { Profile(rawValue: $0) },
    ].compactMap(\.self).max()
    let hasStatic = request.wantsStatic(beside: known?.receipt)
    let others = Self.additions(of: request, additions, beside: known?.receipt, wanted)
    if let known, !isDamaged, !request.reinstalls, !request.rebuilds, before == track,
      known.receipt.profile == profile?.rawValue, known.receipt.hasStatic == hasStatic,
      known.receipt.additions.map(\.wish) == others.map(\.wish),
      wanted.allSatisfy({ known.receipt.holds($0.component.name, $0.build.artifact) })
    {
      tree = nil
    } else {
      let selected = Renaming.allNames(of: wanted.map(\.component.name))
      let without = (known?.receipt.without ?? []) + request.without
      tree = NewTree(
        track: track, profile: profile, hasStatic: hasStatic, additions: others,
        without: Set(without.filter { !selected.contains($0.text) }).sorted(),
        items: wanted.map { selection in
          Item(
            selection, installed: known, state: state, hasStatic: hasStatic,
            reinstalls: request.reinstalls
              || request.refetched.contains(selection.component.name))
        }.sorted(by: Item.goesFirst))
    }
  }

  private static func wider(_ before: Track?, _ now: Track) -> Track {
    before.map { $0.isWider(than: now) ? $0 : now } ?? now
  }

  /// What the receipt of the new tree will say of other products: of those asked for, and of those that stay.
  private static func additions(
    of request: Request, _ releases: [Release], beside receipt: Receipt?,
    _ wanted: [Resolution.Selection]
  ) -> [Receipt.Addition] {
    let before = receipt?.additions ?? []
    let asked = zip(request.additions, releases).map { addition, release in
      let old = before.first { $0.product == addition.product }
      return Receipt.Addition(
        product: addition.product, release: release.label,
        track: "\(wider(old?.followed, addition.track))",
        variant: addition.variant, source: release.source,
        manifestDigest: release.manifestDigest)
    }
    let stay = before.filter { old in !asked.contains { $0.product == old.product } }
    return (asked + stay)
      .filter { addition in wanted.contains { $0.product == addition.product } }
      .sorted { $0.product < $1.product }
  }

  /// What `installed` has beyond `resolution`: as its release offers it, or, if it no longer does, as
  /// the receipt says.
  private static func kept(
    of installed: InstalledRelease?, beside resolution: Resolution, in releases: [Release]
  ) -> [Resolution.Selection] {
    guard let receipt = installed?.receipt else { return [] }
    let selected = Set(resolution.items.map(\.component.name))
    return receipt.components.filter { !selected.contains($0.name) }.compactMap { old in
      let release = releases.first { $0.product == old.product ?? receipt.product }
      let offered = release?[old.name]
      let build = offered?.builds.first {
        $0.platform == receipt.platform && $0.variant == old.variant
      }
      if let offered, var build {
        // The source was not asked for the size of what nobody selected.
        if build.artifact.digest == old.artifact.digest || build.artifact.byteCount == 0 {
          build = Build(
            platform: build.platform, variant: build.variant, artifact: old.artifact)
        }
        return Resolution.Selection(
          component: offered, build: build, reason: .installed, product: old.product)
      }
      // Of another release of an addition: it goes with the one that it belonged to.
      let label = receipt.additions.first { $0.product == old.product }?.release
      if old.product != nil, let release, release.label != label { return nil }
      let component = Component(old, for: receipt.platform)
      return Resolution.Selection(
        component: component, build: component.builds[0], reason: .installed,
        product: old.product)
    }
  }
}

extension Receipt.Addition {
  /// What of it somebody may have asked for; where it came from is not.
  fileprivate var wish: [String] { [product.text, release.text, track, variant ?? ""] }
}

extension Plan.Item {
  init(
    _ selection: Resolution.Selection, installed: InstalledRelease?, state: InstalledState,
    hasStatic: Bool, reinstalls: Bool
  ) {
    let name = selection.component.name
    let artifact = selection.build.artifact
    precondition(artifact.byteCount > 0, "whoever plans has asked for the size of \(name)")
    let candidates = state.sources(for: installed).compactMap { tree in
      tree.receipt.components.first {
        $0.artifact.digest == artifact.digest && $0.artifact.layout == artifact.layout
      }
      .map { (tree: tree.tree, component: $0) }
    }
    let whole = candidates.first { !hasStatic || $0.component.omitted == nil }
    component = selection.component
    build = selection.build
    reason = selection.reason
    product = selection.product
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
  /// Whether the component is here as the artifact would bring it: made of that, or of the published archive of which
  /// that is the same compressed anew. Not the other way round: what it says of its making is its maker's word, and no
  /// hash of ours.
  fileprivate func holds(_ name: ComponentName, _ artifact: Artifact) -> Bool {
    components.contains {
      $0.name == name
        && [artifact.digest, artifact.published?.digest].contains($0.artifact.digest)
    }
  }
}
