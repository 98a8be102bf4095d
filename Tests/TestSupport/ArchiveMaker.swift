// Archives for tests, byte by byte: no program is needed, and hostile ones are as easy as good ones.

/// A member of an archive.
package struct Member: Sendable {
  package enum Kind: Sendable { case file, directory, link(String), hardLink(String), type(UInt8) }

  package var name: String
  package var kind: Kind
  package var bytes: [UInt8]
  package var mode: Int
  package var modified: Int

  package init(
    _ name: String, _ kind: Kind = .file, _ bytes: [UInt8] = [], mode: Int = 0o644,
    modified: Int = 1_750_000_000
  ) {
    self.name = name
    self.kind = kind
    self.bytes = bytes
    self.mode = mode
    self.modified = modified
  }

  package static func file(_ name: String, _ text: String, mode: Int = 0o644) -> Member {
    Member(name, .file, Array(text.utf8), mode: mode)
  }
}

package enum ArchiveMaker {
  /// A .tar.gz (gzip of stored blocks).
  package static func tarGz(_ members: [Member]) -> [UInt8] { gzip(tar(members)) }

  /// A ustar archive.
  package static func tar(_ members: [Member]) -> [UInt8] {
    var archive: [UInt8] = []
    for member in members {
      let isFile = if case .file = member.kind { true } else { false }
      archive += header(member, byteCount: isFile ? member.bytes.count : 0)
      guard isFile else { continue }
      archive += member.bytes
      archive += [UInt8](repeating: 0, count: (512 - member.bytes.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
  }

  /// RFC 1952, with RFC 1951's stored blocks.
  package static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflate(bytes)
      + little(Int(crc32(bytes)), 4) + little(bytes.count, 4)
  }

  /// Stored blocks.
  package static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(block.count)
      result.append(rest.isEmpty ? 1 : 0)
      result += little(block.count, 2) + little(~block.count, 2) + block
    } while !rest.isEmpty
    return result
  }

  package static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func header(_ member: Member, byteCount: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, _ width: Int) {
      for (index, byte) in text.utf8.prefix(width).enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, _ width: Int) -> String {
      let digits = String(value, radix: 8)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    var name = member.name
    if name.utf8.count > 100, let cut = name.prefix(150).lastIndex(of: "/") {
      put(String(name[..<cut]), at: 345, 155)
      name = String(name[name.index(after: cut)...])
    }
    put(name, at: 0, 100)
    put(octal(member.mode, 7), at: 100, 7)
    put(octal(0, 7), at: 108, 7)
    put(octal(0, 7), at: 116, 7)
    put(octal(byteCount, 11), at: 124, 11)
    put(octal(member.modified, 11), at: 136, 11)
    put("        ", at: 148, 8)
    switch member.kind {
    case .file: header[156] = UInt8(ascii: "0")
    case .hardLink(let target):
      header[156] = UInt8(ascii: "1")
      put(target, at: 157, 100)
    case .link(let target):
      header[156] = UInt8(ascii: "2")
      put(target, at: 157, 100)
    case .directory: header[156] = UInt8(ascii: "5")
    case .type(let type): header[156] = type
    }
    put("ustar", at: 257, 5)
    put("00", at: 263, 2)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6), at: 148, 6)
    header[154] = 0
    return header
  }

  package static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
    return ~crc
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
  }
}
