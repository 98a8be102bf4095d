/// Bytes of a zip, in which numbers are little-endian. Places are inside: whoever asks has compared lengths.
struct ZipBytes {
  enum Signature: UInt16 {
    case entry = 0x0201
    case member = 0x0403
    case end = 0x0605
    case zip64 = 0x0606
    case locator = 0x0706
    case descriptor = 0x0807
  }

  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What four bytes hold of a number that needs eight, which are elsewhere then.
  static let full: Int64 = 0xFFFF_FFFF

  func short(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
  func word(_ place: Int) -> Int64 { Int64(short(place)) | Int64(short(place + 2)) << 16 }

  /// A number beyond 2^63 is no number of bytes: the largest in its place is none either.
  func long(_ place: Int) -> Int64 {
    let high = word(place + 4)
    return high > 0x7FFF_FFFF ? .max : high << 32 | word(place)
  }

  func starts(_ signature: Signature, at place: Int) -> Bool {
    place + 4 <= bytes.count && bytes[place] == UInt8(ascii: "P")
      && bytes[place + 1] == UInt8(ascii: "K") && short(place + 2) == Int(signature.rawValue)
  }

  /// Where a signature stands last.
  func last(_ signature: Signature) -> Int? {
    bytes.indices.last { starts(signature, at: $0) }
  }
}
