/// Which part of the whole a 206 brings, or how long the whole is in which a 416 found nothing (RFC 9110 §14.4).
package struct ContentRange: Sendable, Equatable {
  /// The part's place; `nil` in a 416.
  package var bytes: Range<Int64>?
  /// How long the whole is; `nil` if the server does not know.
  package var wholeByteCount: Int64?

  package init(bytes: Range<Int64>?, wholeByteCount: Int64?) {
    self.bytes = bytes
    self.wholeByteCount = wholeByteCount
  }

  /// The value of a header `Content-Range`: `bytes 100-199/500`, `bytes 100-199/*`, `bytes */500`; `nil` for
  /// anything else.
  package init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let sides = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let whole = sides[1] == "*" ? nil : Self.number(sides[1])
    guard whole != nil || sides[1] == "*" else { return nil }
    guard sides[0] != "*" else {
      guard let whole else { return nil }
      self.init(bytes: nil, wholeByteCount: whole)
      return
    }
    let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]),
      first <= last, last < whole ?? .max
    else { return nil }
    self.init(bytes: first..<last + 1, wholeByteCount: whole)
  }

  /// Digits only, and fewer than overflow.
  private static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      return nil
    }
    return Int64(text)
  }
}
