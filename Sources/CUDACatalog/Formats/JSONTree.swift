import FoundationEssentials

/// A JSON value of any shape, for documents whose keys are not known beforehand.
enum JSONTree: Equatable, Sendable {
  case object([String: JSONTree])
  case array([JSONTree])
  case string(String)
  case integer(Int64)
  case boolean(Bool)
  case null
  /// A number that is no 64-bit integer: nothing a manifest needs.
  case other

  /// The tree that strict JSON (`JSONText`) spells.
  static func decode(_ bytes: [UInt8], document: String) throws(CatalogError) -> [String: JSONTree]
  {
    try JSONText.check(bytes, document: document)
    let tree: JSONTree
    do {
      tree = try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
    } catch {
      throw CatalogError(error, document: document)
    }
    guard case .object(let members) = tree else {
      throw .notJSON(document: document, line: 1, reason: "it does not begin with an object")
    }
    return members
  }
}

extension JSONTree: Decodable {
  init(from decoder: any Decoder) throws {
    // Each `try?` asks "is it one of these?", the commonest first; the text is known to be JSON.
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let container = try? decoder.container(keyedBy: AnyKey.self) {
      var members: [String: JSONTree] = [:]
      for key in container.allKeys {
        members[key.stringValue] = try container.decode(JSONTree.self, forKey: key)
      }
      self = .object(members)
    } else if var container = try? decoder.unkeyedContainer() {
      var elements: [JSONTree] = []
      while !container.isAtEnd { elements.append(try container.decode(JSONTree.self)) }
      self = .array(elements)
    } else if let number = try? value.decode(Int64.self) {
      self = .integer(number)
    } else if let flag = try? value.decode(Bool.self) {
      self = .boolean(flag)
    } else {
      self = value.decodeNil() ? .null : .other
    }
  }
}

extension JSONTree: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let members): try container.encode(members)
    case .array(let elements): try container.encode(elements)
    case .string(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .boolean(let flag): try container.encode(flag)
    case .null, .other: try container.encodeNil()
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension CatalogError {
  /// What a decoder had to say, with the place in the document.
  init(_ error: any Error, document: String) {
    guard let error = error as? DecodingError else {
      self = .unacceptable(document: document, place: Place(), reason: "it cannot be decoded")
      return
    }
    let (path, reason): ([any CodingKey], String) =
      switch error {
      case .typeMismatch(_, let context): (context.codingPath, "it has another type")
      case .valueNotFound(_, let context): (context.codingPath, "it is null")
      case .keyNotFound(let key, let context): (context.codingPath + [key], "it is missing")
      case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
      @unknown default: ([], "it cannot be decoded")
      }
    let key = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    self = .unacceptable(
      document: document, place: Place(key: key.isEmpty ? nil : key), reason: reason)
  }
}
