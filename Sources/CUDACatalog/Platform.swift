/// What an artifact was built for, as the manifest writes it: `linux-x86_64`.
public struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was written.
  public let text: String

  /// The platform that `text` spells, or `nil`: 1 to 128 of `[A-Za-z0-9._+-]`, the first a letter or
  /// digit. New platforms appear (`windows-arm64` in 13.4), so any such name is one.
  public init?(_ text: String) {
    guard Grammar.isName(text) else { return nil }
    self.text = text
  }

  private init(known text: String) { self.text = text }

  /// What is built for no platform: to be compiled, or read.
  package static let source = Self(known: "source")
  /// What every Linux runs.
  package static let anyLinux = Self(known: "linux-all")

  /// What runs here, the closest first.
  package var alternatives: [Platform] { text.hasPrefix("linux-") ? [self, .anyLinux] : [self] }

  /// Whether what was built for `other` runs here.
  package func runs(_ other: Platform) -> Bool { alternatives.contains(other) }

  /// The name as it was written.
  public var description: String { text }

  /// The platform of a Linux machine that `uname -m` calls `machine`, or `nil` if NVIDIA never
  /// built for it.
  ///
  /// `aarch64` does not decide: servers are `linux-sbsa`, and only Tegra (Jetson) is `linux-aarch64`.
  package static func of(machine: String, isTegra: Bool) -> Self? {
    switch machine {
    case "x86_64": Self("linux-x86_64")
    case "aarch64": Self(isTegra ? "linux-aarch64" : "linux-sbsa")
    case "ppc64le": Self("linux-ppc64le")
    default: nil
    }
  }
}

extension Platform: Comparable {
  /// The order of the names' bytes.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension Platform: Codable {
  /// Reads one string.
  public init(from decoder: any Decoder) throws {
    self = try decoder.decodeText(as: Self.init, "a platform's name")
  }

  /// Writes one string.
  public func encode(to encoder: any Encoder) throws { try encoder.encodeText(text) }
}
