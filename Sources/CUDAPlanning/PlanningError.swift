package import CUDACatalog

/// Why a request cannot be fulfilled with what there is.
package enum PlanningError: Error, Equatable, Sendable {
  /// The source has no release on the track.
  case noSuchRelease(Track, available: [Version])
  /// The release has no component called so; near misses, best first.
  case noSuchComponent(String, release: Version, suggestions: [String])
  /// The component is not built for the platform.
  case noBuild(ComponentName, platform: Platform, has: [Platform])
  /// The component has variants, and not the one that is wanted, or several and none is wanted.
  case noVariant(ComponentName, wanted: String?, has: [String])
  /// The release has none of the wanted components for the platform.
  case nothingToInstall(product: String, release: Version, platform: Platform, has: [Platform])
  /// The release has none of the components that are wanted, by name or by profile.
  case nothingSelected(product: String, release: Version)
  /// There is no such installed release.
  case notInstalled(String, installed: [Version])
  /// The installed release has no such component; near misses, best first.
  case noComponentInstalled(String, release: Version, suggestions: [String])
  /// All components of the release are to be removed.
  case nothingLeft(Version)

  package var message: String {
    switch self {
    case .noSuchRelease(let track, _):
      "the source has no release \(track)"
    case .noSuchComponent(let name, let release, _):
      "release \(release) has no component \(cleaned(name))"
    case .noBuild(let name, let platform, let platforms):
      "component \(name) has no build for \(platform), only for \(list(platforms))"
    case .noVariant(let name, let wanted?, let variants):
      "component \(name) has no variant \(cleaned(wanted)), only \(list(variants))"
    case .noVariant(let name, nil, let variants):
      "component \(name) has several variants: \(list(variants))"
    case .nothingToInstall(let product, let release, let platform, let platforms):
      "\(cleaned(product)) \(release) has nothing to install for \(platform), "
        + "only for \(list(platforms))"
    case .nothingSelected(let product, let release):
      "\(cleaned(product)) \(release) has none of the components that are wanted"
    case .notInstalled(let text, _):
      "release \(cleaned(text)) is not installed"
    case .noComponentInstalled(let text, let release, _):
      "component \(cleaned(text)) is not installed in CUDA \(release)"
    case .nothingLeft(let release):
      "that is all there is of CUDA \(release)"
    }
  }

  package var hint: String? {
    switch self {
    case .noSuchRelease(_, let available):
      available.isEmpty
        ? "check the source: it lists no release at all"
        : "there are \(list(available.suffix(5).reversed()))" + (available.count > 5 ? ", ..." : "")
    case .noSuchComponent(_, _, let suggestions), .noComponentInstalled(_, _, let suggestions):
      suggestions.isEmpty ? nil : "did you mean \(suggestions.joined(separator: " or "))?"
    case .noVariant(_, _, let variants):
      variants.first.map { "choose a variant, such as \(cleaned($0))" }
    case .notInstalled(_, let installed):
      installed.isEmpty ? "nothing is installed" : "installed are \(list(installed))"
    case .nothingLeft(let release): "'cuda-install remove \(release)' removes the release"
    case .nothingSelected(_, let release):
      "'cuda-install list --available --components \(release)' shows what it has"
    case .noBuild, .nothingToInstall: nil
    }
  }

  private func list(_ elements: [some CustomStringConvertible]) -> String {
    elements.isEmpty
      ? "nothing" : elements.map { cleaned($0.description) }.joined(separator: ", ")
  }
}
