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
  /// As the kernel: longer ways are ELOOP, and lead nowhere.
  private static let maximumLinkCount = 40

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
      guard case .link(let target) = entry.kind, leavesTree(path, target) else { continue }
      throw .leavesTree(link: path)
    }
  }

  /// Follows a link along the tree's own entries, as path_resolution(7) does.
  private func leavesTree(_ link: String, _ target: String) -> Bool {
    guard !target.hasPrefix("/") else { return true }
    var place = link.split(separator: "/").dropLast()
    var rest = Array(target.split(separator: "/").reversed())
    var linkCount = 1
    while let step = rest.popLast() {
      switch step {
      case ".": continue
      case "..":
        guard place.popLast() != nil else { return true }
      default:
        place.append(step)
        guard case .link(let next)? = entries[place.joined(separator: "/")]?.kind else { continue }
        linkCount += 1
        guard linkCount <= Self.maximumLinkCount else { return false }
        guard !next.hasPrefix("/") else { return true }
        place.removeLast()
        rest += next.split(separator: "/").reversed()
      }
    }
    return false
  }
}
