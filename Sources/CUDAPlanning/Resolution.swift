package import CUDACatalog

/// Why a component is part of a plan.
package enum Reason: Sendable, Hashable {
  case asked
  case profile(Profile)
  case neededBy(ComponentName)
  /// It is there already, and stays.
  case installed
}

/// Which components of a release a request selects, and why.
package struct Resolution: Sendable, Equatable {
  package struct Selection: Sendable, Equatable {
    package let component: Component
    package let build: Build
    package let reason: Reason
  }

  /// In the order in which they were found: those asked for, what they need, what is kept, the profile's.
  package private(set) var items: [Selection] = []

  /// Selected only if asked for.
  private let without: Set<String>

  package init(request: Request, release: Release) throws(PlanningError) {
    without = Renaming.allNames(of: request.without)
    let choice = VariantChoice(request: request, release: release)
    for typed in request.components {
      guard let component = NameSearch.component(typed, in: release) else {
        let suggestions = NameSearch.suggestions(for: typed, in: release)
        throw .noSuchComponent(typed, release: release.label, suggestions: suggestions)
      }
      add(component, try choice.build(of: component, for: request.platform), .asked)
    }
    try addNeeds(in: release, for: request.platform, choice)
    for name in request.kept {
      guard let component = NameSearch.component(name.text, in: release) else { continue }
      try addIfBuilt(component, for: request.platform, choice, .installed)
    }
    try addNeeds(in: release, for: request.platform, choice)
    if let profile = request.effectiveProfile {
      for component in Self.components(of: profile, in: release, product: request.product) {
        try addIfBuilt(component, for: request.platform, choice, .profile(profile))
      }
    }
    guard !items.isEmpty else {
      let builds = release.components.flatMap(\.builds)
      guard !builds.contains(where: { $0.platform == request.platform }) else {
        throw .nothingSelected(product: request.product, release: release.label)
      }
      throw .nothingToInstall(
        product: request.product, release: release.label, platform: request.platform,
        has: Set(builds.map(\.platform)).sorted())
    }
  }

  /// What those asked for need, and what that needs. Profiles are complete as they are; their
  /// libraries without a compiler's headers are what `runtime` is for.
  private mutating func addNeeds(
    in release: Release, for platform: Platform, _ choice: VariantChoice
  ) throws(PlanningError) {
    var next = 0
    while next < items.count {
      let name = items[next].component.name
      for alternatives in Edge.needs(of: name, in: release.label) {
        guard let component = NameSearch.first(of: alternatives, in: release) else { continue }
        try addIfBuilt(component, for: platform, choice, .neededBy(name))
      }
      next += 1
    }
  }

  /// Nobody named it, so that there is no build of it here is no error.
  private mutating func addIfBuilt(
    _ component: Component, for platform: Platform, _ choice: VariantChoice, _ reason: Reason
  ) throws(PlanningError) {
    guard component.builds.contains(where: { $0.platform == platform }) else { return }
    add(component, try choice.build(of: component, for: platform), reason)
  }

  private mutating func add(_ component: Component, _ build: Build, _ reason: Reason) {
    guard !items.contains(where: { $0.component.name == component.name }),
      reason == .asked || !without.contains(component.name.text)
    else { return }
    items.append(Selection(component: component, build: build, reason: reason))
  }

  /// The lists are CUDA's own; of another product every profile is all there is.
  private static func components(
    of profile: Profile, in release: Release, product: String
  ) -> [Component] {
    guard product == "cuda", let entries = profile.entries else {
      return release.components.filter { !$0.isDriverClass(in: product) }
    }
    return entries.compactMap { NameSearch.first(of: $0, in: release) }
  }
}
