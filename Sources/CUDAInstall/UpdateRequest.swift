// What an update asks for, and what sources list of it.

package import CUDACatalog
import CUDAPlanning

/// What sources list, each asked once, and what is strange about them.
struct Listings {
  var known: [String: Listing] = [:]
  private(set) var warnings: [String] = []

  mutating func add(_ warning: String) {
    if !warnings.contains(warning) { warnings.append(warning) }
  }
}

extension Update.Change {
  /// `CUDA 13.0.1 -> 13.0.2`
  package var text: String { "\(product.title) \(from) -> \(to)" }
}

extension Request {
  /// What was asked for when the tree of this receipt was made.
  init(updating receipt: Receipt, makesCurrent: Bool) {
    self.init(
      product: receipt.product, track: receipt.followed,
      components: receipt.components(of: nil).filter(\.asked).map(\.name.text),
      profile: receipt.profile.flatMap { Profile(rawValue: $0) }, platform: receipt.platform,
      hasStatic: receipt.hasStatic, makesCurrent: makesCurrent)
    // Whatever selected them once: a wider profile, or a need of what was removed since.
    kept = receipt.components(of: nil).filter { !$0.asked }.map(\.name)
    without = receipt.without
    // CUDA's own release decides; by itself, a product is what it was asked for as.
    if !product.isCUDA { variant = receipt.components(of: nil).lazy.compactMap(\.variant).first }
    additions = receipt.additions.map { old in
      var addition = Addition(product: old.product, track: old.followed, variant: old.variant)
      addition.components = receipt.components(of: old.product).filter(\.asked).map(\.name.text)
      addition.isAsked = false
      return addition
    }
  }

  /// The update to a release of which a part may be there; what was removed from it by name stays away.
  init(updating receipt: Receipt, to newest: Version, in state: InstalledState) {
    self.init(updating: receipt, makesCurrent: receipt.release == state.current)
    guard newest != receipt.release,
      let there = state.knownReleases.first(where: { $0.release == newest })
    else { return }
    // Whoever has both has chosen which of them is current.
    makesCurrent = false
    hasStatic = there.receipt.hasStatic
    without += there.receipt.without
    let names = Renaming.allNames(of: there.receipt.without)
    components.removeAll { names.contains($0) }
  }
}

extension Receipt {
  /// The releases of all its products.
  package var labels: [ProductName: Version] {
    additions.reduce(into: [product: release]) { $0[$1.product] = $1.release }
  }

  /// Whether this has each component of the other, or had it, and it was removed by name.
  func hasAll(of other: Receipt) -> Bool {
    let names = Renaming.allNames(of: components.map(\.name) + without)
    return other.components.allSatisfy { names.contains($0.name.text) }
  }
}

extension Plan {
  /// Whether there is a component that the installed release, if there is one, does not have.
  func adds(to installed: InstalledRelease?) -> Bool {
    let names = Set(installed?.receipt.components.map(\.name) ?? [])
    return tree?.items.contains { !names.contains($0.component.name) } ?? false
  }
}
