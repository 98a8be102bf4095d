import CUDACatalog

/// Which of a component's builds for a platform is taken.
///
/// Decided by what the platform has: `cuda_variant` lists variants that some platforms lack, and the
/// shape changes from one release of a product to the next.
struct VariantChoice {
  /// As typed, or `nil`.
  let asked: String?
  /// `13.0` for a release of CUDA itself, else `nil`.
  let own: String?

  init(request: Request, release: Release) {
    asked = request.variant
    let isCUDA = request.product == "cuda"
    own = isCUDA ? release.label.parts.prefix(2).joined(separator: ".") : nil
  }

  /// The build of `component` for `platform`.
  func build(
    of component: Component, for platform: Platform
  ) throws(PlanningError) -> Build {
    let builds = component.builds.filter { $0.platform == platform }
    guard let first = builds.first else {
      throw .noBuild(
        component.name, platform: platform, has: Set(component.builds.map(\.platform)).sorted())
    }
    let named = builds.filter { $0.variant != nil }
    // A choice is made only where there is one.
    guard !named.isEmpty else { return first }
    if let match = match(asked ?? own, in: named) { return match }
    if asked == nil {
      if let bare = builds.first(where: { $0.variant == nil }) { return bare }
      if named.count == 1 { return named[0] }
    }
    throw .noVariant(component.name, wanted: asked, has: named.compactMap(\.variant).sorted())
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
