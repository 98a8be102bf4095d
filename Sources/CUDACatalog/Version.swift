/// A version as its publisher writes it: `13.0.2`, `2025.06.10`, `13.3.4.3.1`.
///
/// Ordered part by part, digits as numbers: `13.0.2` < `13.0.10`. The text is kept as it was, because
/// URLs are made of it; `570.086` and `570.86` are two versions, beside each other in the order.
public struct Version: Hashable, Sendable, CustomStringConvertible {
  /// The version as it was written.
  public let text: String

  /// The version that `text` spells, or `nil`: 1 to 64 of `[0-9A-Za-z._+~-]`, the first a letter or
  /// digit.
  public init?(_ text: String) {
    guard Grammar.isName(text, marks: "._+~-", longest: 64) else { return nil }
    self.text = text
  }

  /// The version as it was written.
  public var description: String { text }

  /// What stands between the dots.
  package var parts: [String] {
    text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// Whether this can be the name of a release, which becomes a name in the prefix beside `current`: a digit first, or
  /// a `v` and a digit.
  package var isLabel: Bool {
    let number = text.hasPrefix("v") ? text.dropFirst() : text[...]
    return number.utf8.first.map(Grammar.isDigit) ?? false
  }

  /// Whether this is the name of a finished release: numbers, perhaps with a `v` before them, as applications have it.
  package var isFinished: Bool {
    isNumeric || text.hasPrefix("v") && Version(String(text.dropFirst()))?.isNumeric == true
  }

  /// Whether each part is a number, as in every release that NVIDIA calls finished.
  package var isNumeric: Bool {
    parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(Grammar.isDigit) }
  }
}

extension Version: Comparable {
  /// Whether `left` is the older of the two. Versions that differ only in leading zeros are ordered
  /// by their text, so that the order is total.
  public static func < (left: Self, right: Self) -> Bool {
    let (leftRuns, rightRuns) = (left.parts.map(runs), right.parts.map(runs))
    for (one, other) in zip(leftRuns, rightRuns) where one != other {
      return one.lexicographicallyPrecedes(other)
    }
    guard leftRuns.count == rightRuns.count else { return leftRuns.count < rightRuns.count }
    return left.text < right.text
  }

  /// `part` cut where digits begin and end: `0-rc10` is 0, `-rc`, 10.
  private static func runs(_ part: String) -> [Run] {
    var result: [Run] = []
    var rest = part.utf8[...]
    while let first = rest.first {
      let isNumber = Grammar.isDigit(first)
      let run = rest.prefix { Grammar.isDigit($0) == isNumber }
      result.append(isNumber ? Run(digits: run) : Run(letters: run))
      rest = rest[run.endIndex...]
    }
    return result
  }
}

/// Digits, or what stands between digits.
private struct Run: Comparable {
  private let isNumber: Bool
  private let bytes: [UInt8]

  /// Without leading zeros, so that numbers of any length compare by length and then by digits.
  init(digits: Substring.UTF8View) {
    isNumber = true
    bytes = Array(digits.drop { $0 == UInt8(ascii: "0") })
  }

  init(letters: Substring.UTF8View) {
    isNumber = false
    bytes = Array(letters)
  }

  static func < (left: Self, right: Self) -> Bool {
    guard left.isNumber == right.isNumber else { return left.isNumber }
    if left.isNumber, left.bytes.count != right.bytes.count {
      return left.bytes.count < right.bytes.count
    }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension Version: Codable {
  /// Reads one string.
  public init(from decoder: any Decoder) throws {
    self = try decoder.decodeText(as: Self.init, "a version")
  }

  /// Writes one string.
  public func encode(to encoder: any Encoder) throws { try encoder.encodeText(text) }
}
