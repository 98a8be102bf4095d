/// The name of a component as the manifest writes it: `cuda_nvcc`.
public struct ComponentName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was written.
  public let text: String

  /// The name that `text` spells, or `nil`: 1 to 128 of `[A-Za-z0-9._+-]`, the first a letter or
  /// digit. Hence it is one path segment, and never `.` or `..`.
  public init?(_ text: String) {
    guard Grammar.isName(text) else { return nil }
    self.text = text
  }

  /// The name as it was written.
  public var description: String { text }

  /// The name as people say it: `nvcc`.
  package var withoutPrefix: String {
    guard text.hasPrefix("cuda_"), text != "cuda_" else { return text }
    return String(text.dropFirst("cuda_".count))
  }
}

extension ComponentName: Comparable {
  /// The order of the names' bytes.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension ComponentName: Codable {
  /// Reads one string.
  public init(from decoder: any Decoder) throws {
    self = try decoder.decodeText(as: Self.init, "a component's name")
  }

  /// Writes one string.
  public func encode(to encoder: any Encoder) throws { try encoder.encodeText(text) }
}
