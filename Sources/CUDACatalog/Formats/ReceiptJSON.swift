import CUDADigest
import FoundationEssentials

/// Receipts and lists of entries as they lie in a tree.
///
/// The same value always gives the same bytes: keys are sorted, and so are entries. A receipt says its own SHA-256,
/// with zeros in that place, so that any other byte than was written is seen.
package enum ReceiptJSON {
  package static func encode(_ receipt: Receipt) -> [UInt8] {
    let open = bytes(of: Sealed(receipt: receipt), by: encoder(pretty: true)) + [newline]
    return replacing(Sealed.zeros, in: open, by: "\(SHA256.digest(of: open))")
  }

  package static func decode(
    _ bytes: [UInt8], document: String
  ) throws(CatalogError) -> Receipt {
    try JSONText.check(bytes, document: document)
    // The number first: a later form need not have the rest of this one.
    let form: Form = try decode(Data(bytes), document: document)
    guard Receipt.knownFormats.contains(form.format) else {
      throw .unacceptable(
        document: document, place: CatalogError.Place(key: "format"),
        reason: "\(form.format) is not the form that this program knows")
    }
    let receipt: Receipt = try decode(Data(bytes), document: document)
    let open = replacing(form.checksum?.description ?? "", in: bytes, by: Sealed.zeros)
    guard SHA256.digest(of: open) == form.checksum else {
      throw .unacceptable(
        document: document, place: CatalogError.Place(key: "checksum"),
        reason: "it is not that of the document")
    }
    return receipt
  }

  /// `bytes` with other digits in the first place that has those.
  private static func replacing(_ digits: String, in bytes: [UInt8], by new: String) -> [UInt8] {
    guard let place = bytes.firstRange(of: Array(digits.utf8)) else { return bytes }
    return Array(bytes[..<place.lowerBound]) + Array(new.utf8) + bytes[place.upperBound...]
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
    let checksum: SHA256Digest?
  }

  /// A receipt as it is written; `checksum` comes first of its keys.
  private struct Sealed: Encodable {
    static let zeros = String(repeating: "0", count: 64)

    let receipt: Receipt

    private enum Key: String, CodingKey {
      case checksum
    }

    func encode(to encoder: any Encoder) throws {
      try receipt.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(Self.zeros, forKey: .checksum)
    }
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
