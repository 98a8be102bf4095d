// Archives that no good publisher makes, of kinds that the corpus in shared/ does not have: what becomes of each is
// decided here, and tried both on the reader alone and on the built command.

/// An archive without a top directory, as an application publishes it, and its verdict.
package struct OddArchive: Sendable, CustomStringConvertible {
  package let description: String
  /// `.tar.gz`
  package let suffix: String
  /// `nil` if it is unpacked, or a word of the reason.
  package let refusal: String?
  /// What there is in the end, by path: a file's text, or `-> ` and a link's target.
  package let files: [String: String]
  package let bytes: @Sendable () -> [UInt8]

  private init(
    _ description: String, _ suffix: String, _ refusal: String?, _ files: [String: String],
    _ bytes: @escaping @Sendable () -> [UInt8]
  ) {
    self.description = "\(description)\(suffix)"
    self.suffix = suffix
    self.refusal = refusal
    self.files = files
    self.bytes = bytes
  }

  static func refused(
    _ description: String, _ suffix: String, because refusal: String,
    _ bytes: @autoclosure @escaping @Sendable () -> [UInt8]
  ) -> OddArchive {
    OddArchive(description, suffix, refusal, [:], bytes)
  }

  static func unpacked(
    _ description: String, _ suffix: String, _ files: [String: String],
    _ bytes: @autoclosure @escaping @Sendable () -> [UInt8]
  ) -> OddArchive {
    OddArchive(description, suffix, nil, files, bytes)
  }

  package static let all = names + links + headers + sparse + compression + zips
}
