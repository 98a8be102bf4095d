package import CUDACatalog

/// Which releases are to be removed: checked, and not yet begun.
package struct Removal: Sendable, Equatable {
  /// Sorted, each once.
  package let releases: [Version]
  /// Whether the release in use is among them.
  package let removesCurrent: Bool

  /// The removal of the releases that `typed` names. Whole labels only: what is deleted should not
  /// depend on what else is there.
  package init(_ typed: [String], state: InstalledState) throws(PlanningError) {
    let installed = state.releases.map(\.release) + state.damaged.map(\.release)
    var found: Set<Version> = []
    for text in typed {
      guard let version = Version(text), installed.contains(version) else {
        throw .notInstalled(text, installed: Set(installed).sorted())
      }
      found.insert(version)
    }
    releases = found.sorted()
    removesCurrent = state.current.map(found.contains) ?? false
  }
}
