// The characters that names from a manifest may consist of. They become path and URL segments and
// are printed, so each grammar is a short list of ASCII that means nothing to a shell, a URL or a
// terminal. Bytes are compared: `Character.isNumber` and its like know far more than ASCII.

enum Grammar {
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Whether `text` is `[A-Za-z0-9][A-Za-z0-9<marks>]{0,longest-1}`.
  static func isName(_ text: String, marks: String, longest: Int) -> Bool {
    guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= longest else {
      return false
    }
    return text.utf8.allSatisfy { isAlphanumeric($0) || marks.utf8.contains($0) }
  }

  /// Whether `text` may name a component, a platform, a variant or a product.
  static func isName(_ text: String) -> Bool {
    isName(text, marks: "._+-", longest: 128)
  }
}

extension Decoder {
  /// The value that one string of the document spells.
  func decodeText<Value>(as parse: (String) -> Value?, _ expected: String) throws -> Value {
    let container = try singleValueContainer()
    guard let value = parse(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "it is not \(expected)")
    }
    return value
  }
}

extension Encoder {
  func encodeText(_ text: String) throws {
    var container = singleValueContainer()
    try container.encode(text)
  }
}
