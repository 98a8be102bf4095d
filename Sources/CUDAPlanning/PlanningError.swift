package import CUDACatalog

/// Why a request cannot be fulfilled with what there is.
package enum PlanningError: Error, Equatable, Sendable {
  /// The source has no release on the track.
  case noSuchRelease(ProductName, Track, available: [Version])
  /// The source has no product called so, and NVIDIA publishes none.
  case noSuchProduct(String)
  /// The driver is not known to support the release that is asked for, or any on the track. With the oldest driver
  /// that would do, if that is known.
  case driverTooOld(Version, Track, oldest: Version?)
  /// The release has no component called so; near misses, best first.
  case noSuchComponent(
    String, product: ProductName, release: Version, suggestions: [String])
  /// The component is not built for the platform.
  case noBuild(ComponentName, platform: Platform, has: [Platform])
  /// The component has variants, and not the one that is wanted, or several and none is wanted.
  case noVariant(ComponentName, wanted: String?, has: [String])
  /// The release has none of the wanted components for the platform.
  case nothingToInstall(product: ProductName, release: Version, platform: Platform, has: [Platform])
  /// The release has none of the components that are wanted, by name or by profile.
  case nothingSelected(product: ProductName, release: Version)
  /// Another product has a release of that name here.
  case labelTaken(Version, by: ProductName)
  /// Two products bring a component of one name.
  case sameComponent(ComponentName)
  /// There is no such installed release.
  case notInstalled(String, installed: [Version])
  /// The installed release, `CUDA 13.0.2`, has no such component; near misses, best first.
  case noComponentInstalled(String, release: String, suggestions: [String])
  /// All components of the release are to be removed.
  case nothingLeft(InstalledRelease)

  package var message: String {
    switch self {
    case .noSuchRelease(let product, let track, _):
      product.isCUDA
        ? "the source has no release \(track)" : "the source has no release \(track) of \(product)"
    case .noSuchProduct(let name): "the source has no product \(cleaned(name))"
    case .driverTooOld(let driver, .exact(let label), let oldest?):
      "driver \(driver) does not support CUDA \(label), which needs \(oldest) or newer"
    case .driverTooOld(let driver, .exact(let label), nil):
      "driver \(driver) is not known to support CUDA \(label)"
    case .driverTooOld(let driver, .within(let line), let oldest):
      "driver \(driver) supports no release \(line)"
        + (oldest.map { ", which needs \($0) or newer" } ?? " that is known")
    case .driverTooOld(let driver, .latest, let oldest):
      "driver \(driver) supports no release that the source has"
        + (oldest.map { "; the oldest needs \($0) or newer" } ?? "")
    case .noSuchComponent(let name, let product, let release, _):
      "\(product.title) \(release) has no component \(cleaned(name))"
    case .noBuild(let name, let platform, let platforms):
      "component \(name) has no build for \(platform), only for \(list(platforms))"
    case .noVariant(let name, let wanted?, let variants):
      "component \(name) has no variant \(cleaned(wanted)), only \(list(variants))"
    case .noVariant(let name, nil, let variants):
      "component \(name) has several variants: \(list(variants))"
    case .nothingToInstall(let product, let release, let platform, let platforms):
      "\(product.title) \(release) has nothing to install for \(platform), "
        + "only for \(list(platforms))"
    case .nothingSelected(let product, let release):
      "\(product.title) \(release) has none of the components that are wanted"
    case .labelTaken(let label, let product):
      "there is a release \(label) of \(product) here already"
    case .sameComponent(let name):
      "two of these products have a component \(name)"
    case .notInstalled(let text, _):
      "release \(cleaned(text)) is not installed"
    case .noComponentInstalled(let text, let release, _):
      "component \(cleaned(text)) is not installed in \(release)"
    case .nothingLeft(let release):
      "that is all there is of \(release.title)"
    }
  }

  package var hint: String? {
    switch self {
    case .noSuchRelease(_, _, let available) where available.isEmpty:
      "check the source: it lists no release at all"
    case .noSuchRelease(_, _, let available) where available.count == 1:
      "there is only \(list(available))"
    case .noSuchRelease(_, let track, let available):
      "there are \(list(Array(track.nearest(of: available).prefix(5))))"
        + (available.count > 5 ? ", ..." : "")
    case .noSuchProduct(let name):
      guess(NameSearch.products(near: name))
        ?? "name another that NVIDIA publishes: \(ProductName.published.sorted().joined(separator: ", "))"
    case .driverTooOld(_, .latest, _): "update the driver"
    case .driverTooOld:
      "update the driver, or leave the version out to get the newest that it supports"
    case .noSuchComponent(_, let product, let release, let suggestions):
      guess(suggestions) ?? listing(of: product, release)
    case .noComponentInstalled(_, _, let suggestions): guess(suggestions)
    case .noVariant(_, _, let variants):
      variants.last.map { "choose one, as in --variant \(cleaned($0))" }
    case .notInstalled(_, let installed):
      installed.isEmpty ? "nothing is installed" : "installed are \(list(installed))"
    case .nothingLeft(let release): "'cuda-install remove \(release.release)' removes the release"
    case .nothingSelected(_, let release):
      "'cuda-install list --available --components \(release)' shows what it has"
    case .labelTaken: "choose another directory with --prefix"
    case .noBuild(_, let platform, let platforms),
      .nothingToInstall(_, _, let platform, let platforms):
      guess(platforms.filter { isNear(platform, $0) }.map(\.text))
    case .sameComponent: nil
    }
  }

  private func listing(of product: ProductName, _ release: Version) -> String {
    let list = "'cuda-install list --available --components"
    if product.isCUDA { return "\(list) \(release)' shows what it has" }
    // What others publish is known to its source alone.
    return ProductName.published.contains(product.text)
      ? "\(list) \(product)@\(release)' shows what it has"
      : "\(list)' with the same source shows what it has"
  }

  private func guess(_ names: [String]) -> String? {
    names.isEmpty ? nil : "did you mean \(names.joined(separator: " or "))?"
  }

  /// `linux-x86`, `linux_x86_64` and `x86_64` are near to `linux-x86_64`; known platforms are no misspellings of each
  /// other.
  private func isNear(_ typed: Platform, _ platform: Platform) -> Bool {
    typed.text.utf8.count <= 128
      && (platform.text.hasSuffix("-\(typed)")
        || NameSearch.distance(typed.text, platform.text) <= 3)
  }

  private func list(_ elements: [some CustomStringConvertible]) -> String {
    elements.isEmpty
      ? "nothing" : elements.map { cleaned($0.description) }.joined(separator: ", ")
  }
}
