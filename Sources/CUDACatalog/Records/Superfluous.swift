/// What a prefix can do without.
package struct Superfluous: Sendable, Equatable {
  /// Releases that a newer one on their track has replaced, oldest first.
  package var releases: [Version] = []
  /// The same, as in `CUDA 13.0.2`.
  package var titles: [String] = []
  /// Trees that no link names, and that are older than those kept to go back to.
  package var trees: [String] = []
  /// Names of downloads that nobody continues.
  package var downloads: [String] = []
  /// Bytes that their removal frees: files that other trees share are not counted.
  package var byteCount: Int64 = 0

  package init() {}

  package var isEmpty: Bool { releases.isEmpty && trees.isEmpty && downloads.isEmpty }
}
