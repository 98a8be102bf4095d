/// A tree by the list of what is in it: whether everything lies in real directories, and no link leads out.
///
/// Each archive's entries are checked as they are unpacked; this is about all of them together, and about the
/// installer's own, before the tree can be seen (I11).
package struct TreeShape {
  package enum Fault: Error, Equatable, Sendable {
    /// `path` lies below `above`, which is not a directory.
    case belowNoDirectory(path: String, above: String)
    /// The link leads out of the tree.
    case leavesTree(link: String)
  }

  private let entries: [String: TreeEntry]

  /// `entries`: everything, its directories too.
  package init(_ entries: [String: TreeEntry]) { self.entries = entries }

  package func check() throws(Fault) {
    for (path, entry) in entries.sorted(by: { $0.key < $1.key }) {
      if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
        let above = String(path[..<slash])
        guard case .directory? = entries[above]?.kind else {
          throw .belowNoDirectory(path: path, above: above)
        }
      }
      if case .link(let target) = entry.kind, !TreeEntry.stays(target, in: path) {
        throw .leavesTree(link: path)
      }
    }
  }
}
