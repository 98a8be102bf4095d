/// Why a document of a catalog, or a receipt, cannot be used.
package enum CatalogError: Error, Equatable, Sendable {
  /// Longer than any real one.
  case tooLarge(document: String, limit: Int)
  /// Not strict JSON; lines are counted from 1.
  case notJSON(document: String, line: Int, reason: String)
  /// A release description, or a list of hashes, that is none; lines are counted from 1.
  case notDescription(document: String, line: Int, reason: String)
  /// One object has a key twice, and which one counts would depend on the reader.
  case duplicateKey(document: String, line: Int, key: String)
  /// A value is missing, or is not what it must be.
  case unacceptable(document: String, place: Place, reason: String)
  /// One path with two digests: at most one of the two can be right.
  case contradiction(document: String, path: String, components: [String])
  /// Something is said to be where nothing can be, or where the document's author has no say.
  case badReference(document: String, String)
  /// Neither the document nor its name says which release it is.
  case unlabeled(document: String)

  /// Where in a document: as far down as is known.
  package struct Place: Equatable, Sendable {
    package var component: String?
    package var platform: String?
    package var variant: String?
    package var key: String?

    package init(
      component: String? = nil, platform: String? = nil, variant: String? = nil, key: String? = nil
    ) {
      self.component = component
      self.platform = platform
      self.variant = variant
      self.key = key
    }
  }

  package var message: String {
    switch self {
    case .tooLarge(let document, let limit):
      "\(cleaned(document)) is longer than \(limit) bytes"
    case .notJSON(let document, let line, let reason):
      "\(cleaned(document)) is not JSON, line \(line): \(cleaned(reason))"
    case .notDescription(let document, let line, let reason):
      "\(cleaned(document)) cannot be used, line \(line): \(cleaned(reason))"
    case .duplicateKey(let document, let line, let key):
      "\(cleaned(document)) has the key \(cleaned(key)) twice in one object, line \(line)"
    case .unacceptable(let document, let place, let reason):
      "\(cleaned(document)) cannot be used, \(place): \(cleaned(reason))"
    case .contradiction(let document, let path, let components):
      "\(cleaned(document)) gives \(cleaned(path)) two different sha256, in components "
        + components.map { cleaned($0) }.joined(separator: " and ")
    case .badReference(let document, let reference):
      "\(cleaned(document)) leads to \(cleaned(reference)), where nothing of a release can be"
    case .unlabeled(let document):
      "\(cleaned(document)) does not say which release it is: no release_label, "
        + "and its name is not redistrib_<label>.json"
    }
  }

  package var hint: String? {
    switch self {
    case .notDescription: "cuda-install-sources(7) shows what a release description consists of"
    case .tooLarge, .notJSON:
      "check that the source's address is right and that no proxy answers in its place"
    case .duplicateKey, .unacceptable, .contradiction, .badReference:
      "try again later or from another source; what is installed is not affected"
    case .unlabeled: "name the file redistrib_<label>.json, as its publisher does"
    }
  }
}

extension CatalogError.Place: CustomStringConvertible {
  package var description: String {
    let known = [
      component.map { "component \(cleaned($0))" },
      platform.map { "platform \(cleaned($0))" },
      variant.map { "variant \(cleaned($0))" },
      key.map { "key \(cleaned($0))" },
    ].compactMap { $0 }
    return known.isEmpty ? "top level" : known.joined(separator: ", ")
  }
}
