/// One difference between a tree and its receipt.
package struct Finding: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// Not there.
    case missing
    /// Another size, content, link target, or kind of thing.
    case changed
    /// Other permissions.
    case mode
    /// In no receipt.
    case extra
  }

  package var kind: Kind
  /// Relative to the tree.
  package var path: String

  package init(kind: Kind, path: String) {
    self.kind = kind
    self.path = path
  }
}
