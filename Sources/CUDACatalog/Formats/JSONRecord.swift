import FoundationEssentials

/// JSON of the program's own records and events: sorted keys, one object a line.
package enum JSONRecord {
  /// The value as one line, with a newline at its end.
  package static func encode(_ value: some Encodable) -> [UInt8] {
    bytes(of: value, formatting: [.sortedKeys, .withoutEscapingSlashes])
  }

  /// The value for people to read, with a newline at its end.
  package static func encodePretty(_ value: some Encodable) -> [UInt8] {
    bytes(of: value, formatting: [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
  }

  /// The value, or `nil` if these bytes are not one.
  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
    // A record that cannot be read is as good as none; callers that must know why parse it themselves.
    try? JSONDecoder().decode(type, from: Data(bytes))
  }

  private static func bytes(
    of value: some Encodable, formatting: JSONEncoder.OutputFormatting
  ) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    do {
      return try Array(encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      preconditionFailure("records hold nothing that JSON cannot: \(error)")
    }
  }
}
