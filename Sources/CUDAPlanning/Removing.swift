package import CUDACatalog

extension Plan {
  /// The plan that leaves the components that `typed` names out of an installed release.
  ///
  /// The receipt has all that the new one needs, so no manifest is asked for. That they were removed is part of
  /// what was asked for: no update brings them back, an install that selects them does.
  package init(
    removing typed: [String], from installed: InstalledRelease, state: InstalledState
  ) throws(PlanningError) {
    let receipt = installed.receipt
    let all = Release(allOf: receipt)
    var names: Set<ComponentName> = []
    for text in typed {
      if let addition = receipt.additions.first(where: { $0.product.text == text }) {
        names.formUnion(receipt.components(of: addition.product).map(\.name))
      } else if let component = NameSearch.component(text, in: all) {
        names.insert(component.name)
      } else {
        throw .noComponentInstalled(
          text, release: installed.title,
          suggestions: NameSearch.suggestions(for: text, in: all))
      }
    }
    let rest = receipt.components.filter { !names.contains($0.name) }
    // A tree that is named for a product has something of it.
    guard rest.contains(where: { $0.product == nil }) else {
      throw .nothingLeft(installed)
    }
    self.init(
      product: receipt.product, release: installed.release,
      tree: NewTree(
        track: receipt.followed,
        profile: receipt.profile.flatMap { Profile(rawValue: $0) },
        hasStatic: receipt.hasStatic,
        additions: receipt.additions.filter { addition in
          rest.contains { $0.product == addition.product }
        },
        without: names.union(receipt.without).sorted(),
        items: rest.flatMap { old in
          let component = Component(old, for: receipt.platform)
          return component.builds.map { build in
            Item(
              Resolution.Selection(
                component: component, build: build, reason: .installed, product: old.product),
              installed: installed, state: state, hasStatic: receipt.hasStatic,
              reinstalls: false)
          }
        }.sorted(by: Item.goesFirst)))
  }

  /// The components that stay and need one that `removed` names, each with what it lacks: `cuda_nvcc needs libnvvm`
  package func needs(of removed: [ComponentName]) -> [String] {
    let removed = Set(removed.map(\.text))
    let rest = Set(tree?.items.map(\.component.name.text) ?? [])
    let items = (tree?.items ?? []).sorted { $0.component.name < $1.component.name }
    return items.flatMap { item in
      let name = item.component.name
      return
        (Edge.needs(of: name, in: release)
        + (item.product == nil ? [] : Edge.needsOfProducts))
        .filter { rest.isDisjoint(with: $0) }
        .compactMap { $0.first(where: removed.contains) }
        .map { "\(name) needs \($0)" }
    }
  }
}
