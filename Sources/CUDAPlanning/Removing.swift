package import CUDACatalog

extension Plan {
  /// The plan that leaves the components that `typed` names out of an installed release.
  ///
  /// The receipt has all that the new one needs, so no manifest is asked for. That they were removed is part of
  /// what was asked for: no update brings them back, an install that selects them does.
  package init(
    removing typed: [String], from installed: InstalledRelease, state: InstalledState
  ) throws(PlanningError) {
    let release = Release(installed.receipt)
    var names: Set<ComponentName> = []
    for text in typed {
      guard let component = NameSearch.component(text, in: release) else {
        let suggestions = NameSearch.suggestions(for: text, in: release)
        throw .noComponentInstalled(text, release: installed.release, suggestions: suggestions)
      }
      names.insert(component.name)
    }
    let rest = release.components.filter { !names.contains($0.name) }
    guard !rest.isEmpty else { throw .nothingLeft(installed.release) }
    self.init(
      release: installed.release,
      tree: NewTree(
        track: Track(installed.receipt.track) ?? .exact(installed.release),
        profile: installed.receipt.profile.flatMap { Profile(rawValue: $0) },
        hasStatic: installed.receipt.hasStatic,
        without: names.union(installed.receipt.without).sorted(),
        items: rest.flatMap { component in
          component.builds.map { build in
            Item(
              Resolution.Selection(component: component, build: build, reason: .installed),
              installed: installed, state: state, hasStatic: installed.receipt.hasStatic,
              reinstalls: false)
          }
        }.sorted(by: Item.goesFirst)))
  }

  /// The components that stay and need one that `removed` names, each with what it lacks: `cuda_nvcc needs libnvvm`
  package func needs(of removed: [ComponentName]) -> [String] {
    let removed = Set(removed.map(\.text))
    let rest = Set(tree?.items.map(\.component.name.text) ?? [])
    return (tree?.items ?? []).map(\.component.name).sorted().flatMap { name in
      Edge.needs(of: name, in: release)
        .filter { rest.isDisjoint(with: $0) }
        .compactMap { $0.first(where: removed.contains) }
        .map { "\(name) needs \($0)" }
    }
  }
}
