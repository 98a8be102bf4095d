/// A published tree with its receipt.
package struct InstalledRelease: Sendable, Equatable {
  package let release: Version
  /// The tree's name: `13.0.2-2`.
  package let tree: String
  package let receipt: Receipt

  package init(release: Version, tree: String, receipt: Receipt) {
    self.release = release
    self.tree = tree
    self.receipt = receipt
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
  /// Releases whose tree is gone or has a receipt that cannot be read.
  package let damaged: [Version]

  package init(
    current: Version? = nil, releases: [InstalledRelease] = [],
    otherTrees: [InstalledRelease] = [], damaged: [Version] = []
  ) {
    self.current = current
    self.releases = releases
    self.otherTrees = otherTrees
    self.damaged = damaged
  }

  /// All trees, those in use first.
  package var trees: [InstalledRelease] { releases + otherTrees }
}
