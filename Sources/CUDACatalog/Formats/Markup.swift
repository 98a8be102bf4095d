/// The tags of an HTML page, as far as a list of links needs them: names, attributes, no tree.
///
/// Nothing is an error; what breaks off is no tag.
struct Markup: Sequence, IteratorProtocol {
  struct Tag: Equatable {
    /// In lower case: `a`.
    var name: String
    /// With names in lower case, entities decoded, `""` for those without a value. Of several the first counts.
    var attributes: [String: String]
  }

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> Tag? {
    while let start = find(UInt8(ascii: "<")) {
      index = start + 1
      if bytes[index...].starts(with: "!--".utf8) {
        guard skipComment() else { return nil }
        continue
      }
      let name = take { Grammar.isAlphanumeric($0) }
      // A closing tag, a declaration, or a sign in a text.
      guard !name.isEmpty else { continue }
      guard let attributes = takeAttributes() else { return nil }
      return Tag(name: Self.text(name).lowercased(), attributes: attributes)
    }
    return nil
  }

  private mutating func skipComment() -> Bool {
    while let dash = find(UInt8(ascii: "-")) {
      index = dash + 1
      guard bytes[index...].starts(with: "->".utf8) else { continue }
      index += 2
      return true
    }
    return false
  }

  /// `nil` if the page ends before the tag does.
  private mutating func takeAttributes() -> [String: String]? {
    var attributes: [String: String] = [:]
    while true {
      _ = take { Self.isSpace($0) || $0 == UInt8(ascii: "/") }
      guard index < bytes.count else { return nil }
      if bytes[index] == UInt8(ascii: ">") {
        index += 1
        return attributes
      }
      var name = take { !Self.isSpace($0) && !"=>/".utf8.contains($0) }
      if name.isEmpty {
        // An equals sign that follows nothing.
        name = bytes[index...index]
        index += 1
      }
      _ = take(while: Self.isSpace)
      var value: ArraySlice<UInt8> = []
      if index < bytes.count, bytes[index] == UInt8(ascii: "=") {
        index += 1
        guard let taken = takeValue() else { return nil }
        value = taken
      }
      let key = Self.text(name).lowercased()
      if attributes[key] == nil { attributes[key] = Self.decoded(value) }
    }
  }

  private mutating func takeValue() -> ArraySlice<UInt8>? {
    _ = take(while: Self.isSpace)
    guard index < bytes.count else { return nil }
    let quote = bytes[index]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      return take { !Self.isSpace($0) && $0 != UInt8(ascii: ">") }
    }
    index += 1
    let value = take { $0 != quote }
    guard index < bytes.count else { return nil }
    index += 1
    return value
  }

  private mutating func take(while isPart: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = bytes[index...].prefix(while: isPart)
    index = taken.endIndex
    return taken
  }

  private func find(_ byte: UInt8) -> Int? { bytes[index...].firstIndex(of: byte) }

  private static func isSpace(_ byte: UInt8) -> Bool { " \t\r\n\u{c}".utf8.contains(byte) }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// With what stands for a character by name or number put back; names that URLs do not need stay.
  private static func decoded(_ value: ArraySlice<UInt8>) -> String {
    var result = ""
    var rest = text(value)[...]
    while let sign = rest.firstIndex(of: "&") {
      result += rest[..<sign]
      rest = rest[sign...]
      let body = rest.dropFirst().prefix(10)
      if let end = body.firstIndex(of: ";"), let character = character(body[..<end]) {
        result.append(character)
        rest = rest[end...].dropFirst()
      } else {
        result.append("&")
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static func character(_ name: Substring) -> Character? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let code =
      digits.first == "x" || digits.first == "X"
      ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return code.flatMap(Unicode.Scalar.init).map(Character.init)
  }
}
