/// The SHA-256 of some bytes: what an artifact is known by.
///
/// Written and read as 64 lower-case hexadecimal digits, nothing else.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  // Four words and not an array: digests are keys of dictionaries, and an array would be a heap
  // object each.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The digest that exactly 64 of `[0-9a-f]` spell, or `nil`.
  ///
  /// Compares bytes: `Character.isHexDigit` would take full-width digits as well.
  public init?(hexadecimal: String) {
    guard hexadecimal.utf8.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    var high: UInt8?
    for character in hexadecimal.utf8 {
      let nibble: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    self.init(bytes: bytes)
  }

  /// The digest whose 32 bytes are given, most significant first.
  package init(bytes: [UInt8]) {
    precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
    func word(_ index: Int) -> UInt64 {
      bytes[(index * 8)..<(index * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// The 64 lower-case hexadecimal digits.
  public var description: String {
    [words.0, words.1, words.2, words.3].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  /// Whether both are the digest of the same bytes.
  public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  /// Feeds the digest's four words to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension SHA256Digest: Codable {
  /// Reads one string of 64 hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = Self(hexadecimal: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "it is not 64 lower-case hexadecimal digits")
    }
    self = digest
  }

  /// Writes one string of 64 hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
