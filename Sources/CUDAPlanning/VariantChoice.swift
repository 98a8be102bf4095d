package import CUDACatalog

/// Which of a component's builds for a platform is taken.
///
/// Decided by what the platform has: `cuda_variant` lists variants that some platforms lack, and the
/// shape changes from one release of a product to the next.
struct VariantChoice {
  /// As typed, or `nil`.
  let asked: String?
  /// `13.0` in a tree of a release of CUDA, else `nil`.
  let own: String?

  /// - Parameter release: CUDA's, in whose tree the component will be.
  init(asked: String?, beside release: Version?) {
    self.asked = asked
    own = release.map { $0.parts.prefix(2).joined(separator: ".") }
  }

  private init(asked: String?, own: String?) {
    self.asked = asked
    self.own = own
  }

  /// The same choice, by another wish.
  func choosing(_ variant: String?) -> Self { Self(asked: variant, own: own) }

  /// The build of `component` for `platform`; if it was asked for by name, its source will do.
  func build(
    of component: Component, for platform: Platform, isAsked: Bool = false
  ) throws(PlanningError) -> Build {
    let places = platform.alternatives + (isAsked ? [Platform.source] : [])
    guard
      let builds = places.map({ place in component.builds.filter { $0.platform == place } })
        .first(where: { !$0.isEmpty })
    else {
      throw .noBuild(
        component.name, platform: platform, has: Set(component.builds.map(\.platform)).sorted())
    }
    let named = builds.filter { $0.variant != nil }
    // A choice is made only where there is one.
    guard !named.isEmpty else { return builds[0] }
    if let match = match(asked ?? own, in: named) { return match }
    if asked == nil {
      if let bare = builds.first(where: { $0.variant == nil }) { return bare }
      if own == nil, named.count == 1 { return named[0] }
    }
    throw .noVariant(
      component.name, wanted: asked ?? own, has: named.compactMap(\.variant).sorted())
  }

  /// Exactly `wanted`, else its major alone: 13.1 is served by `cuda13.1` and by `cuda13`.
  private func match(_ wanted: String?, in builds: [Build]) -> Build? {
    guard let wanted else { return nil }
    let version = bare(wanted)
    let major = version.split(separator: ".").first.map(String.init) ?? version
    for candidate in [version, major] {
      if let build = builds.first(where: { $0.variant.map(bare) == candidate }) { return build }
    }
    return nil
  }

  private func bare(_ variant: String) -> String {
    variant.hasPrefix("cuda") ? String(variant.dropFirst("cuda".count)) : variant
  }
}

extension Component {
  /// Whether there is a build that runs on the platform.
  package func isBuilt(for platform: Platform) -> Bool {
    builds.contains { platform.runs($0.platform) }
  }
}
