/// A tar's header, byte by byte; sealed when it is asked for its bytes.
package struct TarHeader: Sendable {
  private var bytes = [UInt8](repeating: 0, count: 512)
  /// What to add to the sum of its bytes.
  package var checkError = 0
  /// Whether the bytes are summed as signed ones, as old programs did.
  package var isSigned = false

  package init(
    _ name: String, _ type: Character = "0", size: Int = 0, link: String = "", mode: Int = 0o644
  ) {
    put(name, at: 0)
    for (number, place, width) in [
      (mode, 100, 7), (0, 108, 7), (0, 116, 7), (size, 124, 11), (1_750_000_000, 136, 11),
    ] {
      let digits = String(number, radix: 8)
      put(String(repeating: "0", count: width - digits.count) + digits, at: place)
    }
    put(String(type), at: 156)
    put(link, at: 157)
    put("ustar\u{0}00", at: 257)
  }

  package mutating func put(_ text: String, at place: Int) { put(Array(text.utf8), at: place) }

  package mutating func put(_ piece: [UInt8], at place: Int) {
    bytes.replaceSubrange(place..<place + piece.count, with: piece)
  }

  package func with(_ change: (inout TarHeader) -> Void) -> TarHeader {
    var header = self
    change(&header)
    return header
  }

  package var sealed: [UInt8] {
    var sealed = bytes
    sealed.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum =
      checkError + sealed.reduce(0) { $0 + (isSigned ? Int(Int8(bitPattern: $1)) : Int($1)) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
    sealed.replaceSubrange(148..<156, with: Array(text.utf8))
    return sealed
  }
}

extension ArchiveMaker {
  package static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }

  /// A file with its header.
  package static func tarFile(_ name: String, _ text: String) -> [UInt8] {
    tarFile(TarHeader(name, size: text.utf8.count), text)
  }

  package static func tarFile(_ header: TarHeader, _ text: String) -> [UInt8] {
    header.sealed + padded(Array(text.utf8))
  }

  /// A pax header of right records (POSIX.1-2017, pax, "Extended Header").
  package static func pax(_ records: KeyValuePairs<String, String>, type: Character = "x")
    -> [UInt8]
  {
    pax(raw: paxRecords(records), type: type)
  }

  package static func paxRecords(_ records: KeyValuePairs<String, String>) -> String {
    records.map { record($0, $1) }.joined()
  }

  package static func pax(raw text: String, type: Character = "x") -> [UInt8] {
    tarFile(TarHeader("PaxHeaders/x", type, size: text.utf8.count), text)
  }

  private static func record(_ key: String, _ value: String) -> String {
    let rest = " \(key)=\(value)\n"
    var count = rest.utf8.count + 1
    while "\(count)\(rest)".utf8.count != count { count += 1 }
    return "\(count)\(rest)"
  }

  /// GNU's long name ("L") or link ("K").
  package static func long(_ text: String, _ type: Character) -> [UInt8] {
    tarFile(TarHeader("././@LongLink", type, size: text.utf8.count + 1), text + "\u{0}")
  }

  package static let tarEnd = [UInt8](repeating: 0, count: 1024)
}
