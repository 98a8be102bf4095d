/// Goes over JSON once, recursive and limited in depth, and keeps nothing but the keys of open objects.
struct JSONScanner {
  let bytes: [UInt8]
  let document: String
  let depthLimit: Int
  let valueLimit: Int
  var index = 0
  private var valueCount = 0

  init(bytes: [UInt8], document: String, depthLimit: Int, valueLimit: Int) {
    self.bytes = bytes
    self.document = document
    self.depthLimit = depthLimit
    self.valueLimit = valueLimit
  }

  mutating func scanDocument() throws(CatalogError) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw failure("it begins with a byte order mark") }
    skipSpace()
    guard peek() == UInt8(ascii: "{") else { throw failure("it does not begin with an object") }
    try scanValue(depth: 1)
    skipSpace()
    guard peek() == nil else { throw failure("something follows the end of the object") }
  }

  private mutating func scanValue(depth: Int) throws(CatalogError) {
    valueCount += 1
    guard valueCount <= valueLimit else { throw failure("it has more than \(valueLimit) values") }
    guard depth <= depthLimit else { throw failure("it is nested more than \(depthLimit) deep") }
    switch peek() {
    case UInt8(ascii: "{"): try scanObject(depth: depth)
    case UInt8(ascii: "["): try scanArray(depth: depth)
    case UInt8(ascii: "\""): _ = try scanString()
    case UInt8(ascii: "t"): try scanWord("true")
    case UInt8(ascii: "f"): try scanWord("false")
    case UInt8(ascii: "n"): try scanWord("null")
    case .some(let byte) where byte == UInt8(ascii: "-") || Grammar.isDigit(byte): try scanNumber()
    case .some: throw failure("a value is expected")
    case nil: throw incomplete()
    }
  }

  private mutating func scanObject(depth: Int) throws(CatalogError) {
    index += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return }
    // As `String`s: the decoder, too, takes canonically equivalent keys for one.
    var keys: Set<String> = []
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes is expected") }
      let key = try scanString()
      guard keys.insert(key).inserted else {
        throw .duplicateKey(document: document, line: line, key: key)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("a colon is expected") }
      skipSpace()
      try scanValue(depth: depth + 1)
      skipSpace()
      if take(UInt8(ascii: "}")) { return }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or } is expected") }
      skipSpace()
    }
  }

  private mutating func scanArray(depth: Int) throws(CatalogError) {
    index += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return }
    while true {
      try scanValue(depth: depth + 1)
      skipSpace()
      if take(UInt8(ascii: "]")) { return }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or ] is expected") }
      skipSpace()
    }
  }

  private mutating func scanWord(_ word: String) throws(CatalogError) {
    for byte in word.utf8 {
      guard take(byte) else { throw unexpected("\(word) is expected") }
    }
  }

  /// RFC 8259 §6: no plus sign, no leading zero, a digit on both sides of the point.
  private mutating func scanNumber() throws(CatalogError) {
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try scanDigits() }
    if take(UInt8(ascii: ".")) { try scanDigits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try scanDigits()
    }
  }

  private mutating func scanDigits() throws(CatalogError) {
    let start = index
    while let byte = peek(), Grammar.isDigit(byte) { index += 1 }
    guard index > start else { throw unexpected("a digit is expected") }
  }
}

extension JSONScanner {
  func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  /// Counted only when something is wrong.
  private var line: Int { 1 + bytes[..<index].count { $0 == 0x0A } }

  func failure(_ reason: String) -> CatalogError {
    .notJSON(document: document, line: line, reason: reason)
  }

  func incomplete() -> CatalogError { failure("it breaks off") }

  private func unexpected(_ reason: String) -> CatalogError {
    peek() == nil ? incomplete() : failure(reason)
  }
}
