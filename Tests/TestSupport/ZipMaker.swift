// Zips as Python's zipfile writes them: Unix modes, times of day without a zone, nothing compressed. All that a zip says
// twice can be said differently.

/// What a zip says of a member, in one of two places.
package struct ZipRecord: Sendable {
  package var name: [UInt8]
  /// 11: the name is UTF-8.
  package var flags = 1 << 11
  package var method = 0
  /// 2020-02-02 00:00:00, as in NVIDIA's wheels.
  package var time = ((2020 - 1980) << 9 | 2 << 5 | 2) << 16
  package var check: Int
  package var packedByteCount: Int
  package var byteCount: Int
  package var extra: [UInt8] = []
  // Only in the directory.
  package var system = 3
  package var attributes: Int
  package var offset = 0
  package var comment: [UInt8] = []

  fileprivate var common: [UInt8] {
    var bytes = ArchiveMaker.little(20, 2) + ArchiveMaker.little(flags, 2)
    bytes += ArchiveMaker.little(method, 2) + ArchiveMaker.little(time, 4)
    for number in [check, packedByteCount, byteCount] { bytes += ArchiveMaker.little(number, 4) }
    return bytes + ArchiveMaker.little(name.count, 2) + ArchiveMaker.little(extra.count, 2)
  }

  /// In front of the member.
  fileprivate var header: [UInt8] { [0x50, 0x4B, 3, 4] + common + name + extra }

  fileprivate var entry: [UInt8] {
    var bytes: [UInt8] = [0x50, 0x4B, 1, 2] + ArchiveMaker.little(system << 8 | 20, 2) + common
    bytes += ArchiveMaker.little(comment.count, 2) + ArchiveMaker.little(0, 4)
    bytes += ArchiveMaker.little(attributes, 4) + ArchiveMaker.little(offset, 4)
    return bytes + name + extra + comment
  }

  /// Moves the first `count` of both sizes and the place into a zip64 field.
  fileprivate mutating func moveNumbers(_ count: Int) {
    let numbers = [byteCount, packedByteCount, offset].prefix(count)
    extra += ArchiveMaker.field(0x0001, numbers.flatMap { ArchiveMaker.little($0, 8) })
    (byteCount, packedByteCount) = (0xFFFF_FFFF, 0xFFFF_FFFF)
    if count == 3 { offset = 0xFFFF_FFFF }
  }
}

package struct ZipMember: Sendable {
  package var header: ZipRecord
  package var entry: ZipRecord
  /// What is between the header and what follows.
  package var body: [UInt8]
  /// In front of the header.
  package var gap: [UInt8] = []
  /// Whether its numbers are in zip64 fields.
  package var isZip64 = false

  package init(_ name: String, _ text: String = "", mode: Int = 0o100644) {
    self.init(name, Array(text.utf8), mode: mode)
  }

  package init(_ name: String, _ bytes: [UInt8], mode: Int) {
    entry = ZipRecord(
      name: Array(name.utf8), check: Int(ArchiveMaker.crc32(bytes)), packedByteCount: bytes.count,
      byteCount: bytes.count, attributes: mode << 16)
    header = entry
    body = bytes
  }

  /// The same, changed.
  package func with(_ change: (inout ZipMember) -> Void) -> ZipMember {
    var member = self
    change(&member)
    return member
  }

  /// Changes both records.
  package mutating func changeBoth(_ change: (inout ZipRecord) -> Void) {
    change(&header)
    change(&entry)
  }

  /// With its sizes behind it, as whoever writes to a pipe does it.
  package mutating func stream(signed: Bool = true, width: Int = 4, check: Int? = nil) {
    changeBoth { $0.flags |= 1 << 3 }
    (header.check, header.packedByteCount, header.byteCount) = (0, 0, 0)
    body += signed ? [0x50, 0x4B, 7, 8] : []
    body += ArchiveMaker.little(check ?? entry.check, 4)
    body += ArchiveMaker.little(entry.packedByteCount, width)
    body += ArchiveMaker.little(entry.byteCount, width)
  }

  /// Compressed, after a fashion.
  package mutating func deflate() {
    body = ArchiveMaker.deflate(body)
    let byteCount = body.count
    changeBoth { ($0.method, $0.packedByteCount) = (8, byteCount) }
  }
}

/// A whole zip, and what its end says; `nil` for the truth.
package struct ZipParts: Sendable {
  package var members: [ZipMember]
  package var prefix: [UInt8] = []
  package var gap: [UInt8] = []
  package var count: Int?
  package var offset: Int?
  package var comment: [UInt8] = []
  /// Whether the end is that of a zip64; `zip64Count` is what that says.
  package var isZip64 = false
  package var zip64Count: Int?
  package var tail: [UInt8] = []
  /// Whether offsets are counted from behind the prefix.
  package var offsetsAreRelative = false

  package init(_ members: ZipMember...) { self.members = members }

  package func with(_ change: (inout ZipParts) -> Void) -> ZipParts {
    var parts = self
    change(&parts)
    return parts
  }

  package var bytes: [UInt8] {
    var archive = prefix
    var directory: [UInt8] = []
    for member in members {
      archive += member.gap
      var entry = member.entry
      if entry.offset == 0 {
        entry.offset = archive.count - (offsetsAreRelative ? prefix.count : 0)
      }
      if member.isZip64 { entry.moveNumbers(3) }
      var header = member.header
      if member.isZip64 { header.moveNumbers(2) }
      archive += header.header + member.body
      directory += entry.entry
    }
    archive += gap
    let start = offset ?? archive.count - (offsetsAreRelative ? prefix.count : 0)
    archive += directory
    var (count, size, place) = (count ?? members.count, directory.count, start)
    if isZip64 {
      let record = archive.count
      archive +=
        [0x50, 0x4B, 6, 6] + ArchiveMaker.little(44, 8) + ArchiveMaker.little(0x2D_002D, 4)
      archive += ArchiveMaker.little(0, 8)
      for number in [zip64Count ?? count, count, size, place] {
        archive += ArchiveMaker.little(number, 8)
      }
      archive += [0x50, 0x4B, 6, 7] + ArchiveMaker.little(0, 4) + ArchiveMaker.little(record, 8)
      archive += ArchiveMaker.little(1, 4)
      (count, size, place) = (0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
    }
    archive += [0x50, 0x4B, 5, 6] + ArchiveMaker.little(0, 4)
    archive += ArchiveMaker.little(count, 2) + ArchiveMaker.little(count, 2)
    archive += ArchiveMaker.little(size, 4) + ArchiveMaker.little(place, 4)
    return archive + ArchiveMaker.little(comment.count, 2) + comment + tail
  }
}

extension ArchiveMaker {
  package static func zip(_ members: [Member]) -> [UInt8] {
    var parts = ZipParts()
    parts.members = members.map { member in
      let isFile = if case .file = member.kind { true } else { false }
      return ZipMember(
        member.name, isFile ? member.bytes : [],
        mode: (isFile ? 0o100000 : 0o040000) | member.mode)
    }
    return parts.bytes
  }

  /// An extra field.
  package static func field(_ type: Int, _ bytes: [UInt8]) -> [UInt8] {
    little(type, 2) + little(bytes.count, 2) + bytes
  }
}
