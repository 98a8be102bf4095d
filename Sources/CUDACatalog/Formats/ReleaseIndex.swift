/// A page that lists a directory of manifests: NVIDIA's own, nginx's, Apache's, an object store's.
package enum ReleaseIndex {
  private static let byteLimit = 4 << 20

  /// The releases whose manifests `page` names, oldest first.
  ///
  /// A name counts wherever it stands by itself, be it in an `href` with any quotes or none, or in
  /// an element: the servers agree on nothing else. Pages that shorten a name in the text of its
  /// link (nginx) hold it whole in the `href`.
  package static func labels(
    in page: [UInt8], document: String
  ) throws(CatalogError) -> [Version] {
    guard page.count <= byteLimit else { throw .tooLarge(document: document, limit: byteLimit) }
    let names = page.split { separators.contains($0) }
      // What is longer than any label allows is not copied.
      .filter { $0.count <= 96 && $0.starts(with: "redistrib_".utf8) }
      .map { String(decoding: $0, as: UTF8.self) }
    return labels(ofFileNames: names)
  }

  /// The releases whose manifests are called so, oldest first; other names are passed over.
  package static func labels(ofFileNames names: [String]) -> [Version] {
    Set(names.compactMap { Redistrib.label(ofFileName: $0) }).sorted()
  }

  /// What surrounds a file's name in markup, a URL or plain text.
  private static let separators = Set("<>\"'=/?#& \t\r\n".utf8)
}
