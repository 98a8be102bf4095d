// Every name on disk, and nowhere else. DESIGN.md draws the picture:
//
//   PREFIX/.cuda-install.lock            never unlinked (I3)
//   PREFIX/current -> 13.0.2             replaced by one rename (I8)
//   PREFIX/13.0.2 -> .cuda-install/trees/13.0.2-2
//   PREFIX/.cuda-install/trees/13.0.2-2/ immutable, with its receipt (I7)
//                        trees/.new.<unique>/     staging, flocked by its owner (I5)
//                        trees/.old.<unique>/     a tree on its way out
//                        trees/.try.<unique>/     a doctor's scratch directory, flocked by its owner
//                        receipts/13.0.2-2.json           a copy of the tree's receipt
//                        partial/<sha256>.<unique>
//                        catalog/<sha256>                 what a server answered to a question; may go at any time
//                        operation.json last.json history.ndjson

package import CUDACatalog
import CUDADigest
import CUDAFiles

package enum Layout {
  package static let lock = ".cuda-install.lock"
  package static let bookkeeping = ".cuda-install"
  package static let current = "current"
  package static let trees = "trees"
  package static let partials = "partial"
  package static let receipts = "receipts"
  package static let catalog = "catalog"
  package static let operation = "operation.json"
  package static let last = "last.json"
  package static let history = "history.ndjson"

  /// The record of a tree, in its root: what it was made of.
  package static let receipt = "receipt.json"
  /// The list of a tree's files, in its root, one JSON object a line.
  package static let fileList = "receipt.ndjson"

  /// The names at a tree's root that no archive may bring.
  package static func isReserved(_ name: String) -> Bool {
    name == receipt || name == fileList || name.hasPrefix(bookkeeping)
  }

  static func newStaging() -> String { ".new.\(UniqueName.next())" }
  static func newDeparture() -> String { ".old.\(UniqueName.next())" }
  static func newDraft() -> String { ".draft.\(UniqueName.next())" }
  static func newTrial() -> String { ".try.\(UniqueName.next())" }
  /// Staging, departures and trials: what nobody has locked, its owner has left behind.
  static func isUnfinished(_ name: String) -> Bool {
    isStaging(name) || isDeparture(name) || name.hasPrefix(".try.")
  }
  static func isStaging(_ name: String) -> Bool { name.hasPrefix(".new.") }
  static func isDeparture(_ name: String) -> Bool { name.hasPrefix(".old.") }
  /// Left by a link or a record that was being replaced: `.<name>.<boot>.<pid>.<random>`.
  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".") && name.split(separator: ".").count >= 4
      && name.split(separator: ".").last?.count == 16
  }

  static func newPartial(of digest: SHA256Digest) -> String { "\(digest).\(UniqueName.next())" }
  static func isPartial(_ name: String, of digest: SHA256Digest) -> Bool {
    name.hasPrefix("\(digest).")
  }

  /// The file with what a server answered to a question.
  package static func answer(to question: String) -> String {
    "\(SHA256.digest(of: Array(question.utf8)))"
  }

  /// `13.0.2-7`: the seventh tree of its prefix.
  static func tree(of release: Version, serial: Int) -> String { "\(release)-\(serial)" }

  /// The copy of a tree's receipt.
  package static func receiptCopy(ofTree name: String) -> String { "\(name).json" }

  /// The tree of whose receipt that is the copy; `nil` for other names.
  static func tree(ofReceiptCopy name: String) -> String? {
    guard name.hasSuffix(".json") else { return nil }
    let tree = String(name.dropLast(".json".count))
    return parseTree(tree) == nil ? nil : tree
  }

  /// The release and serial number of a published tree's name; `nil` for other names.
  package static func parseTree(_ name: String) -> (release: Version, serial: Int)? {
    guard let dash = name.lastIndex(of: "-"), let release = Version(String(name[..<dash])),
      let serial = Int32(name[name.index(after: dash)...]), serial > 0, !name.hasPrefix(".")
    else { return nil }
    return (release, Int(serial))
  }

  /// What a release's link says: the tree, relative to the prefix, so that the prefix can be moved.
  static func target(ofTree name: String) -> String { "\(bookkeeping)/\(trees)/\(name)" }

  /// The tree that a release's link names; `nil` if it is not a link of ours.
  static func tree(inTarget target: String) -> String? {
    let stem = "\(bookkeeping)/\(trees)/"
    guard target.hasPrefix(stem) else { return nil }
    let name = String(target.dropFirst(stem.count))
    return parseTree(name) == nil ? nil : name
  }
}
