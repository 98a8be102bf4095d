package import CUDACatalog

/// Why a component is part of a plan.
package enum Reason: Sendable, Hashable {
  case asked
  case profile(Profile)
  case neededBy(ComponentName)
  /// It is a part of a product that was asked for.
  case product(ProductName)
  /// It is there already, and stays.
  case installed
}

/// Which components of some releases a request selects, and why.
package struct Resolution: Sendable {
  package struct Selection: Sendable, Equatable {
    package let component: Component
    package let build: Build
    package let reason: Reason
    /// Of which addition it is a part; `nil` for the request's own product.
    package let product: ProductName?

    init(
      component: Component, build: Build, reason: Reason, product: ProductName? = nil
    ) {
      self.component = component
      self.build = build
      self.reason = reason
      self.product = product
    }
  }

  /// In the order in which they were found: those asked for, other products', what they need, what is kept, the
  /// profile's.
  package private(set) var items: [Selection] = []
  private let platform: Platform
  private let release: Release
  private let choice: VariantChoice
  /// Selected only if asked for.
  private let without: Set<String>

  /// - Parameter additions: the releases of `request.additions`, in their order.
  package init(
    request: Request, release: Release, additions: [Release] = []
  ) throws(PlanningError) {
    precondition(request.additions.count == additions.count, "a release for each addition")
    platform = request.platform
    self.release = release
    without = Renaming.allNames(of: request.without)
    choice = VariantChoice(
      asked: request.variant, beside: release.product.isCUDA ? release.label : nil)
    try addAsked(request.components, additions, of: request)
    for (addition, other) in zip(request.additions, additions) {
      try add(addition, other)
    }
    try addNeeds()
    for name in request.kept {
      guard let component = NameSearch.component(name.text, in: release) else { continue }
      try addIfBuilt(component, .installed)
    }
    try addNeeds()
    if let profile = request.effectiveProfile {
      for component in profile.components(in: release) {
        try addIfBuilt(component, .profile(profile))
      }
    }
    guard !items.isEmpty else {
      let builds = release.components.flatMap(\.builds)
      guard !builds.contains(where: { platform.runs($0.platform) }) else {
        throw .nothingSelected(product: release.product, release: release.label)
      }
      throw .nothingToInstall(
        product: release.product, release: release.label, platform: platform,
        has: Set(builds.map(\.platform)).sorted())
    }
  }

  /// Each of these names is a component's of the release, or of another product's that is asked for with it.
  private mutating func addAsked(
    _ names: [String], _ additions: [Release], of request: Request
  ) throws(PlanningError) {
    for typed in names {
      if let component = NameSearch.component(typed, in: release) {
        let build = try choice.build(of: component, for: platform, isAsked: true)
        try add(Selection(component: component, build: build, reason: .asked))
      } else if let index = additions.firstIndex(where: {
        NameSearch.component(typed, in: $0) != nil
      }) {
        try addAsked(typed, of: request.additions[index], additions[index])
      } else {
        throw .noSuchComponent(
          typed, product: release.product, release: release.label,
          suggestions: NameSearch.suggestions(for: typed, in: [release] + additions))
      }
    }
  }

  private mutating func addAsked(
    _ typed: String, of addition: Request.Addition, _ other: Release
  ) throws(PlanningError) {
    guard let component = NameSearch.component(typed, in: other) else {
      // Asked for in an earlier release: this one has it no more, which whoever updates says.
      return
    }
    let build = try choice.choosing(addition.variant)
      .build(of: component, for: platform, isAsked: true)
    try add(
      Selection(component: component, build: build, reason: .asked, product: addition.product))
  }

  /// All of another product that there is for the platform.
  private mutating func add(
    _ addition: Request.Addition, _ other: Release
  ) throws(PlanningError) {
    for typed in addition.components { try addAsked(typed, of: addition, other) }
    let components = Profile.full.components(in: other).filter { $0.isBuilt(for: platform) }
    guard !components.isEmpty else {
      throw .nothingToInstall(
        product: other.product, release: other.label, platform: platform,
        has: Set(other.components.flatMap(\.builds).map(\.platform)).sorted())
    }
    for component in components {
      let build = try choice.choosing(addition.variant).build(of: component, for: platform)
      let reason = Reason.product(addition.product)
      try add(
        Selection(component: component, build: build, reason: reason, product: addition.product),
        isWanted: addition.isAsked)
    }
    for alternatives in Edge.needsOfProducts where release.product.isCUDA {
      guard let component = NameSearch.first(of: alternatives, in: release),
        let first = components.first
      else { continue }
      try addIfBuilt(component, .neededBy(first.name))
    }
  }

  /// What those asked for need, and what that needs. Profiles are complete as they are; their
  /// libraries without a compiler's headers are what `runtime` is for.
  private mutating func addNeeds() throws(PlanningError) {
    guard release.product.isCUDA else { return }
    var next = 0
    while next < items.count {
      let name = items[next].component.name
      for alternatives in Edge.needs(of: name, in: release.label) {
        guard let component = NameSearch.first(of: alternatives, in: release) else { continue }
        try addIfBuilt(component, .neededBy(name))
      }
      next += 1
    }
  }

  /// Nobody named it, so that there is no build of it here is no error.
  private mutating func addIfBuilt(
    _ component: Component, _ reason: Reason
  ) throws(PlanningError) {
    guard component.isBuilt(for: platform) else { return }
    let build = try choice.build(of: component, for: platform)
    try add(Selection(component: component, build: build, reason: reason))
  }

  private mutating func add(
    _ selection: Selection, isWanted: Bool = false
  ) throws(PlanningError) {
    let name = selection.component.name
    if let before = items.first(where: { $0.component.name == name }) {
      guard before.product == selection.product else { throw .sameComponent(name) }
      return
    }
    guard selection.reason == .asked || isWanted || !without.contains(name.text) else { return }
    items.append(selection)
  }
}
