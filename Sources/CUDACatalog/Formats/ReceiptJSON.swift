import FoundationEssentials

/// Receipts and lists of entries as they lie in a tree.
///
/// The same value always gives the same bytes: keys are sorted, and so are entries.
package enum ReceiptJSON {
  package static func encode(_ receipt: Receipt) -> [UInt8] {
    bytes(of: receipt, by: encoder(pretty: true)) + [newline]
  }

  package static func decode(
    _ bytes: [UInt8], document: String
  ) throws(CatalogError) -> Receipt {
    try JSONText.check(bytes, document: document)
    // The number first: a later form need not have the rest of this one.
    let form: Form = try decode(Data(bytes), document: document)
    guard form.format == Receipt.currentFormat else {
      throw .unacceptable(
        document: document, place: CatalogError.Place(key: "format"),
        reason: "\(form.format) is not the form that this program knows")
    }
    return try decode(Data(bytes), document: document)
  }

  /// One line of JSON for each entry, in the order of the paths' bytes.
  package static func encodeEntries(_ entries: [TreeEntry]) -> [UInt8] {
    let encoder = encoder(pretty: false)
    return entries.sorted { precedes($0, $1) }.flatMap { bytes(of: $0, by: encoder) + [newline] }
  }

  /// The entries of such lines. A list out of order, or with a path twice, is not one that
  /// `encodeEntries` made.
  package static func decodeEntries(
    _ bytes: [UInt8], document: String
  ) throws(CatalogError) -> [TreeEntry] {
    var entries: [TreeEntry] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let name = "\(document), entry \(entries.count + 1)"
      guard let end = rest.firstIndex(of: newline) else {
        throw .notJSON(document: document, line: entries.count + 1, reason: "it breaks off")
      }
      let line = Array(rest[..<end])
      try JSONText.check(line, document: name)
      let entry: TreeEntry = try decode(Data(line), document: name)
      if let last = entries.last, !precedes(last, entry) {
        throw .unacceptable(
          document: name, place: CatalogError.Place(key: "path"), reason: "it is out of order")
      }
      entries.append(entry)
      rest = rest[(end + 1)...]
    }
    return entries
  }

  private struct Form: Decodable {
    let format: Int
  }

  private static let newline: UInt8 = 0x0A

  private static func precedes(_ left: TreeEntry, _ right: TreeEntry) -> Bool {
    left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
  }

  private static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  private static func bytes(of value: some Encodable, by encoder: JSONEncoder) -> [UInt8] {
    do {
      return Array(try encoder.encode(value))
    } catch {
      // Only a number that is none, or a type that refuses, could fail here; neither is in these.
      preconditionFailure("a receipt cannot be encoded: \(error)")
    }
  }

  private static func decode<Value: Decodable>(
    _ data: Data, document: String
  ) throws(CatalogError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw CatalogError(error, document: document)
    }
  }
}
