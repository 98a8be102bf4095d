/// An entry of a zip's directory (APPNOTE.TXT 6.3.10, §4.3.12), and whether the header in front of the member (§4.3.7)
/// says the same. Not compared: the versions that are needed, and the extra fields, which differ in good archives.
struct ZipEntry {
  /// In the directory's bytes.
  let name: Range<Int>
  /// Behind it.
  let end: Int
  let offset: Int64
  let packedByteCount: Int64
  let byteCount: Int64
  private let check: Int64
  private let flags: Int
  private let method: Int
  private let time: Int64

  static let headerByteCount = 46
  static let memberHeaderByteCount = 30
  static let descriptorMaximumByteCount = 24

  var hasDescriptor: Bool { flags & 1 << 3 != 0 }

  /// Reads the entry at `place` of a directory.
  init(_ directory: ZipBytes, at place: Int) throws(ZipFault) {
    guard place + Self.headerByteCount <= directory.bytes.count,
      directory.starts(.entry, at: place)
    else { throw ZipFault("its directory breaks off") }
    let nameEnd = place + Self.headerByteCount + directory.short(place + 28)
    let extraEnd = nameEnd + directory.short(place + 30)
    end = extraEnd + directory.short(place + 32)
    guard end <= directory.bytes.count else { throw ZipFault("its directory breaks off") }
    name = place + Self.headerByteCount..<nameEnd
    flags = directory.short(place + 8)
    method = directory.short(place + 10)
    time = directory.word(place + 12)
    check = directory.word(place + 16)
    guard directory.short(place + 34) == 0 else { throw ZipFault("it lies in another archive") }
    let numbers = try Self.numbers(
      [directory.word(place + 24), directory.word(place + 20), directory.word(place + 42)],
      try Self.zip64(directory, nameEnd..<extraEnd))
    (byteCount, packedByteCount, offset) = (numbers[0], numbers[1], numbers[2])
  }

  /// Whether it is of a kind that is read.
  func checkKind(isDirectory: Bool) throws(ZipFault) {
    // 1 and 2: how well it is compressed; 3: a data descriptor; 11: its name is UTF-8.
    guard flags & 1 == 0 else { throw ZipFault("it is encrypted") }
    guard flags & ~(1 << 1 | 1 << 2 | 1 << 3 | 1 << 11) == 0 else {
      throw ZipFault("it needs what is not known here: flags \(String(flags, radix: 16))")
    }
    guard method == 0 || method == 8 else {
      throw ZipFault("it is compressed by method \(method), and not by deflate")
    }
    guard method == 8 || byteCount == packedByteCount else {
      throw ZipFault("it is not compressed, and has two sizes")
    }
    guard !isDirectory || byteCount == 0 else { throw ZipFault("a directory with content") }
  }

  /// How much of the file to read at `offset`; the header may be longer.
  var likelyHeaderByteCount: Int { Self.memberHeaderByteCount + name.count + 64 }

  /// The length of the header that `bytes` begin with; `nil` if they break off in its middle.
  static func headerByteCount(_ bytes: ZipBytes) throws(ZipFault) -> Int {
    guard bytes.bytes.count >= memberHeaderByteCount, bytes.starts(.member, at: 0) else {
      throw ZipFault("there is no member where the directory says")
    }
    return memberHeaderByteCount + bytes.short(26) + bytes.short(28)
  }

  /// Compares with the header that stands in front of the member.
  func compare(_ header: ZipBytes, nameIn directory: ZipBytes) throws(ZipFault) {
    let nameEnd = Self.memberHeaderByteCount + header.short(26)
    guard header.bytes[Self.memberHeaderByteCount..<nameEnd] == directory.bytes[name] else {
      throw ZipFault("the header in front of it has another name")
    }
    let numbers = try Self.numbers(
      [header.word(22), header.word(18)],
      try Self.zip64(header, nameEnd..<nameEnd + header.short(28)), isHeader: true)
    guard header.short(6) == flags, header.short(8) == method, header.word(10) == time,
      isSame(numbers[0], byteCount), isSame(numbers[1], packedByteCount),
      isSame(header.word(14), check)
    else { throw ZipFault("the header in front of it and the directory do not agree") }
  }

  /// What comes later in a data descriptor may be left out in front.
  private func isSame(_ given: Int64, _ known: Int64) -> Bool {
    given == known || hasDescriptor && given == 0
  }

  /// Compares with the `bytes` that follow the content: a data descriptor, with a signature or without, with sizes of
  /// four bytes or eight (§4.3.9), and else nothing.
  func compare(descriptor bytes: ZipBytes) throws(ZipFault) {
    let count = bytes.bytes.count
    guard hasDescriptor else {
      guard count == 0 else { throw ZipFault("there is a gap behind it") }
      return
    }
    let isLong = count == 20 || count == 24
    let isSigned = count == 16 || count == 24
    guard isLong || isSigned || count == 12, !isSigned || bytes.starts(.descriptor, at: 0) else {
      throw ZipFault("there is no data descriptor behind it")
    }
    let start = isSigned ? 4 : 0
    let packed = isLong ? bytes.long(start + 4) : bytes.word(start + 4)
    let plain = isLong ? bytes.long(start + 12) : bytes.word(start + 8)
    guard bytes.word(start) == check, packed == packedByteCount, plain == byteCount else {
      throw ZipFault("its data descriptor and the directory do not agree")
    }
  }

  // Extra fields

  /// The numbers of the zip64 field among the extra fields in `range`; `nil` without one. No field may give the entry
  /// another name.
  private static func zip64(_ bytes: ZipBytes, _ range: Range<Int>) throws(ZipFault) -> [Int64]? {
    var numbers: [Int64]?
    var place = range.lowerBound
    while place < range.upperBound {
      guard place + 4 <= range.upperBound else { throw ZipFault("its extra fields break off") }
      let next = place + 4 + bytes.short(place + 2)
      guard next <= range.upperBound else { throw ZipFault("its extra fields break off") }
      switch bytes.short(place) {
      case 0x0001:
        guard numbers == nil, (next - place - 4) % 8 == 0 else {
          throw ZipFault("its zip64 field is not one")
        }
        numbers = stride(from: place + 4, to: next, by: 8).map { bytes.long($0) }
      case 0x7075: throw ZipFault("an extra field gives it another name")
      default: break
      }
      place = next
    }
    return numbers
  }

  /// The numbers themselves: those that are full are in the zip64 field, in this order and no others. A header
  /// in front of a member may have both of its sizes there as well, if they are the same.
  private static func numbers(
    _ short: [Int64], _ long: [Int64]?, isHeader: Bool = false
  ) throws(ZipFault) -> [Int64] {
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
