/// The extra fields of an entry or of a header (APPNOTE.TXT 6.3.10, §4.5), as far as they are read.
struct ZipExtra {
  /// The numbers of the zip64 field; `nil` without one.
  private var long: [Int64]?
  /// When the file was modified, in seconds since 1970, where its maker knew what time it was (0x5455, of Info-ZIP).
  private(set) var modified: Int64?

  /// Reads those in `range`. No field may give the entry another name.
  init(_ bytes: ZipBytes, _ range: Range<Int>) throws(ZipFault) {
    var place = range.lowerBound
    while place < range.upperBound {
      guard place + 4 <= range.upperBound else { throw ZipFault("its extra fields break off") }
      let content = place + 4
      let next = content + bytes.short(place + 2)
      guard next <= range.upperBound else { throw ZipFault("its extra fields break off") }
      switch bytes.short(place) {
      case 0x0001:
        guard long == nil, (next - content) % 8 == 0 else {
          throw ZipFault("its zip64 field is not one")
        }
        long = stride(from: content, to: next, by: 8).map { bytes.long($0) }
      case 0x5455 where next - content >= 5 && bytes.bytes[content] & 1 != 0:
        modified = bytes.word(content + 1)
      case 0x7075: throw ZipFault("an extra field gives it another name")
      default: break
      }
      place = next
    }
  }

  /// The numbers themselves: those that are full are in the zip64 field, in this order and no others. A header
  /// in front of a member may have both of its sizes there as well, if they are the same.
  func numbers(_ short: [Int64], isHeader: Bool = false) throws(ZipFault) -> [Int64] {
    let fault = ZipFault("its zip64 field and its sizes do not agree")
    let places = short.indices.filter { short[$0] == ZipBytes.full }
    guard let long else {
      guard places.isEmpty else { throw fault }
      return short
    }
    if isHeader, long.count == short.count {
      guard zip(short, long).allSatisfy({ $0 == ZipBytes.full || $0 == $1 }) else { throw fault }
      return long
    }
    guard long.count == places.count else { throw fault }
    var numbers = short
    for (place, number) in zip(places, long) { numbers[place] = number }
    return numbers
  }
}
