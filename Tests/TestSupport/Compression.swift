// Containers around a tar, with nothing compressed in them.

/// A gzip member (RFC 1952 §2.3).
package struct GzipMember: Sendable {
  package var flags: UInt8 = 0
  /// What the flags announce.
  package var fields: [UInt8] = []
  package var content: [UInt8]
  package var check: UInt32?
  package var byteCount: Int?

  package init(_ content: [UInt8]) { self.content = content }

  package func with(_ change: (inout GzipMember) -> Void) -> GzipMember {
    var member = self
    change(&member)
    return member
  }

  package var header: [UInt8] { [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255] + fields }

  package var bytes: [UInt8] {
    header + ArchiveMaker.deflate(content)
      + ArchiveMaker.little(Int(check ?? ArchiveMaker.crc32(content)), 4)
      + ArchiveMaker.little(byteCount ?? content.count, 4)
  }
}

/// A stream of xz (The .xz File Format 1.1.0) with one block of LZMA2's stored chunks, checked by CRC32.
package struct XzStream: Sendable {
  /// What is stored.
  package var content: [UInt8]
  /// Identifier and properties of filters before LZMA2.
  package var filters: [(UInt8, [UInt8])] = []
  /// As LZMA2 writes it: 40 is 4 GiB.
  package var dictionary: UInt8 = 0
  package var checkError: UInt32 = 0
  package var isEmpty = false
  /// Of the content before the filters.
  package var plain: [UInt8]

  package init(_ content: [UInt8]) {
    self.content = content
    plain = content
  }

  package func with(_ change: (inout XzStream) -> Void) -> XzStream {
    var stream = self
    change(&stream)
    return stream
  }

  package var bytes: [UInt8] {
    let flags: [UInt8] = [0, 1]
    var bytes: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + Self.checked(flags)
    var index: [UInt8] = [0, 0]
    if !isEmpty {
      var header: [UInt8] = [0, UInt8(filters.count)]
      for (type, properties) in filters { header += [type, UInt8(properties.count)] + properties }
      header += [0x21, 1, dictionary]
      header += [UInt8](repeating: 0, count: (4 - header.count % 4) % 4)
      header[0] = UInt8(header.count / 4)
      var block = Self.checked(header)
      var rest = content[...]
      var isFirst = true
      while !rest.isEmpty {
        let chunk = rest.prefix(1 << 16)
        rest = rest.dropFirst(chunk.count)
        block += [isFirst ? 1 : 2, UInt8((chunk.count - 1) >> 8), UInt8((chunk.count - 1) & 0xFF)]
        block += chunk
        isFirst = false
      }
      block.append(0)
      let unpaddedByteCount = block.count + 4
      block += [UInt8](repeating: 0, count: (4 - block.count % 4) % 4)
      block += ArchiveMaker.little(Int(ArchiveMaker.crc32(plain) ^ checkError), 4)
      bytes += block
      index = [0, 1] + Self.number(unpaddedByteCount) + Self.number(plain.count)
    }
    index += [UInt8](repeating: 0, count: (4 - index.count % 4) % 4)
    index = Self.checked(index)
    bytes += index
    let footer = ArchiveMaker.little(index.count / 4 - 1, 4) + flags
    return bytes + ArchiveMaker.little(Int(ArchiveMaker.crc32(footer)), 4) + footer
      + [0x59, 0x5A]
  }

  private static func checked(_ bytes: [UInt8]) -> [UInt8] {
    bytes + ArchiveMaker.little(Int(ArchiveMaker.crc32(bytes)), 4)
  }

  private static func number(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + number(value >> 7)
  }
}

/// A frame of zstd (RFC 8878 §3.1.1) with raw blocks.
package struct ZstdFrame: Sendable {
  package var content: [UInt8]
  package var windowLog: UInt8 = 20
  package var dictionary: UInt8?
  /// Content of a skippable frame in front.
  package var skipped: [UInt8]?

  package init(_ content: [UInt8]) { self.content = content }

  package func with(_ change: (inout ZstdFrame) -> Void) -> ZstdFrame {
    var frame = self
    change(&frame)
    return frame
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    if let skipped {
      bytes += [0x50, 0x2A, 0x4D, 0x18] + ArchiveMaker.little(skipped.count, 4) + skipped
    }
    bytes += [0x28, 0xB5, 0x2F, 0xFD, dictionary == nil ? 0 : 1, (windowLog - 10) << 3]
    if let dictionary { bytes.append(dictionary) }
    var rest = content[...]
    repeat {
      let block = rest.prefix(1 << 16)
      rest = rest.dropFirst(block.count)
      bytes += ArchiveMaker.little(block.count << 3 | (rest.isEmpty ? 1 : 0), 3) + block
    } while !rest.isEmpty
    return bytes
  }
}
