extension JSONScanner {
  /// The string that begins here, without its escapes.
  mutating func scanString() throws(CatalogError) -> String {
    index += 1
    var content: [UInt8] = []
    while let byte = peek() {
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): content += try scanEscape().utf8
      case 0..<0x20: throw failure("a string holds a raw control character")
      default: content.append(byte)
      }
    }
    throw incomplete()
  }

  private mutating func scanEscape() throws(CatalogError) -> String {
    guard let byte = peek() else { throw incomplete() }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return String(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var units = [try scanUnit()]
      if UTF16.isLeadSurrogate(units[0]), take(UInt8(ascii: "\\")) {
        guard take(UInt8(ascii: "u")) else { throw failure("a \\u escape is half a character") }
        units.append(try scanUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw failure("a \\u escape is half a character")
      }
      return text
    default: throw failure("a string holds an unknown escape")
    }
  }

  /// The UTF-16 unit that the next four hexadecimal digits spell.
  private mutating func scanUnit() throws(CatalogError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek() else { throw incomplete() }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw failure("a \\u escape lacks hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }
}
