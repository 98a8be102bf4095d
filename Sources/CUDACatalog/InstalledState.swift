/// A published tree with its receipt.
package struct InstalledRelease: Sendable, Equatable {
  package let release: Version
  /// The tree's name: `13.0.2-2`.
  package let tree: String
  package let receipt: Receipt

  /// `CUDA 13.0.2`
  package var title: String { receipt.title }

  package init(release: Version, tree: String, receipt: Receipt) {
    self.release = release
    self.tree = tree
    self.receipt = receipt
  }
}

/// A release whose tree is gone, or has a receipt that is not the one that was written.
package struct DamagedRelease: Sendable, Equatable {
  package let release: Version
  /// What it was, by the copy of its receipt; `nil` if that is lost as well.
  package let known: InstalledRelease?
  /// Whether there is something in the tree's place, of which files may be intact.
  package let hasTree: Bool

  /// `CUDA 13.0.2`, as far as that is known.
  package var title: String { known?.title ?? "release \(release)" }

  package init(release: Version, known: InstalledRelease? = nil, hasTree: Bool = true) {
    self.release = release
    self.known = known
    self.hasTree = hasTree
  }
}

/// What a prefix holds, read under its lock (I2).
package struct InstalledState: Sendable, Equatable {
  /// The release in use.
  package let current: Version?
  /// The trees that a release's link names.
  package let releases: [InstalledRelease]
  /// Published trees that no link names any more: sources for reuse.
  package let otherTrees: [InstalledRelease]
  /// Releases whose tree is gone or has a receipt that is not the one that was written.
  package let damaged: [DamagedRelease]

  package init(
    current: Version? = nil, releases: [InstalledRelease] = [],
    otherTrees: [InstalledRelease] = [], damaged: [DamagedRelease] = []
  ) {
    self.current = current
    self.releases = releases
    self.otherTrees = otherTrees
    self.damaged = damaged
  }

  /// All trees with a receipt, those in use first.
  package var trees: [InstalledRelease] { releases + otherTrees }

  /// The trees from which a new tree of `release` takes files, the best first: most of what changes nothing lies in the
  /// release's own, unless that is damaged.
  package func sources(for release: InstalledRelease?) -> [InstalledRelease] {
    guard let release else { return trees }
    guard let damage = damaged.first(where: { $0.known == release }) else {
      return [release] + trees
    }
    return damage.hasTree ? trees + [release] : trees
  }

  /// `CUDA 13.0.2`, as far as that is known.
  package func title(of release: Version) -> String {
    knownReleases.first { $0.release == release }?.title ?? "release \(release)"
  }

  /// The releases of which it is known what they are, damaged or not.
  package var knownReleases: [InstalledRelease] { releases + damaged.compactMap(\.known) }
}
