import CUDAFiles

/// An entry of a zip's directory (APPNOTE.TXT 6.3.10, §4.3.12), and whether the header in front of the member (§4.3.7)
/// says the same. Not compared: the versions that are needed, and the extra fields, which differ in good archives.
struct ZipEntry {
  let name: [UInt8]
  /// Behind it, in the directory's bytes.
  let end: Int
  let offset: Int64
  let packedByteCount: Int64
  let byteCount: Int64
  /// CRC-32 of the content.
  let check: Int64
  /// Seconds since 1970.
  let modified: Int64
  /// Where its content is, as soon as that is known.
  var content: Range<Int64> = 0..<0
  private let mode: Int
  private let flags: Int
  private let method: Int
  private let time: Int64

  static let headerByteCount = 46
  static let memberHeaderByteCount = 30
  static let descriptorMaximumByteCount = 24

  private var hasDescriptor: Bool { flags & 1 << 3 != 0 }

  var isDeflated: Bool { method == 8 }
  var isExecutable: Bool { mode & 0o111 != 0 }

  /// A link's target is its content.
  var kind: Entry.Kind {
    guard name.last != UInt8(ascii: "/") else { return .directory }
    switch mode & 0o170000 {
    // Info-ZIP takes what it reads from a pipe for the pipe.
    case 0, 0o100000, 0o010000: return .file
    case 0o040000: return .directory
    case 0o120000: return .link(target: [])
    default: return .other
    }
  }

  /// Reads the entry at `place` of a directory.
  init(_ directory: ZipBytes, at place: Int) throws(ZipFault) {
    guard place + Self.headerByteCount <= directory.bytes.count,
      directory.starts(.entry, at: place)
    else { throw ZipFault("its directory breaks off") }
    let nameEnd = place + Self.headerByteCount + directory.short(place + 28)
    let extraEnd = nameEnd + directory.short(place + 30)
    end = extraEnd + directory.short(place + 32)
    guard end <= directory.bytes.count else { throw ZipFault("its directory breaks off") }
    name = Array(directory.bytes[place + Self.headerByteCount..<nameEnd])
    flags = directory.short(place + 8)
    method = directory.short(place + 10)
    time = directory.word(place + 12)
    check = directory.word(place + 16)
    guard directory.short(place + 34) == 0 else { throw ZipFault("it lies in another archive") }
    mode = Self.mode(system: Int(directory.bytes[place + 5]), directory.word(place + 38))
    let extra = try ZipExtra(directory, nameEnd..<extraEnd)
    modified = Entry.plausible(
      extra.modified
        ?? Timestamp.seconds(
          dosDate: directory.short(place + 14), time: directory.short(place + 12)))
    let numbers = try extra.numbers(
      [directory.word(place + 24), directory.word(place + 20), directory.word(place + 42)])
    (byteCount, packedByteCount, offset) = (numbers[0], numbers[1], numbers[2])
  }

  /// Whether it is of a kind that is read.
  func checkKind() throws(ZipFault) {
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
    switch kind {
    case .directory:
      guard byteCount == 0 else { throw ZipFault("a directory with content") }
      guard name.last == UInt8(ascii: "/") else {
        throw ZipFault("it is a directory, and its name has no slash behind it")
      }
    case .link:
      guard byteCount <= EntryPath.maximumByteCount else {
        throw ZipFault("its target is too long")
      }
    case .file, .hardLink, .other: break
    }
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
  func compare(_ header: ZipBytes) throws(ZipFault) {
    let nameEnd = Self.memberHeaderByteCount + header.short(26)
    guard header.bytes[Self.memberHeaderByteCount..<nameEnd] == name[...] else {
      throw ZipFault("the header in front of it has another name")
    }
    let extra = try ZipExtra(header, nameEnd..<nameEnd + header.short(28))
    let numbers = try extra.numbers([header.word(22), header.word(18)], isHeader: true)
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

  /// The mode that a file would have: a Unix says so, DOS says only what is a directory.
  private static func mode(system: Int, _ attributes: Int64) -> Int {
    switch system {
    case 3: Int(attributes >> 16)
    case 0: attributes & 0x10 != 0 ? 0o040755 : 0
    default: 0
    }
  }
}
