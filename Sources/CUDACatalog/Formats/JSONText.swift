// Whether bytes are JSON without a second reading: strict UTF-8, no byte order mark, no key twice in
// one object, no comma too many, no deeper and no larger than any real document.
//
// Values are decoded by Foundation. This scanner exists because both of Foundation's readers accept
// duplicate keys (and keep different ones: JSONDecoder the first, JSONSerialization the last), a byte
// order mark, UTF-16 and trailing commas (tried with 6.3.1), and because it knows the line.

enum JSONText {
  static let byteLimit = 16 << 20
  private static let depthLimit = 32
  /// Decoding takes a few hundred bytes of memory for each value; real manifests have about 2,000.
  private static let valueLimit = 200_000

  /// Throws unless `bytes` are one strict JSON object.
  static func check(_ bytes: [UInt8], document: String) throws(CatalogError) {
    guard bytes.count <= byteLimit else {
      throw .tooLarge(document: document, limit: byteLimit)
    }
    var scanner = JSONScanner(
      bytes: bytes, document: document, depthLimit: depthLimit, valueLimit: valueLimit)
    try scanner.scanDocument()
  }
}
