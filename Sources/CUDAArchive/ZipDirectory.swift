// A zip says everything twice: in a directory at its end, and in a header in front of each member. libarchive lists by
// the one and unpacks by the other, takes the second's name, warns at most where they differ, and passes over what is
// in neither. So both are compared before it reads, and each name that it returns is compared with the directory's:
//
//   member member ... directory [zip64 records] end
//
// without anything before, between or behind. A file of which another reader would see something else is refused.

import CUDAFiles

/// What a zip holds by its directory, with which everything else in it agrees.
struct ZipDirectory {
  private let archive: String
  private var bytes: ZipBytes
  /// Where in `bytes` the names are, in the order of the members, which is libarchive's.
  private var names: [Range<Int>] = []
  private var returnedCount = 0

  /// Bytes of a zip: `count` from `offset` on, fewer only where it ends.
  typealias Read = (_ offset: Int64, _ count: Int) throws(ArchiveError) -> [UInt8]

  init(_ file: borrowing File, archive: String) throws(ArchiveError) {
    let byteCount: Int64
    do { byteCount = try file.status().byteCount } catch { throw .files(error) }
    try self.init(archive: archive, byteCount: byteCount) { (offset, count) throws(ArchiveError) in
      do throws(SystemCallError) {
        return try file.bytes(from: offset, count)
      } catch {
        throw .files(error)
      }
    }
  }

  init(zip: UnsafeRawBufferPointer, archive: String) throws(ArchiveError) {
    try self.init(archive: archive, byteCount: Int64(zip.count)) {
      (offset, count) throws(ArchiveError) in
      [UInt8](UnsafeRawBufferPointer(rebasing: zip.dropFirst(Int(offset)).prefix(count)))
    }
  }

  private init(archive: String, byteCount: Int64, read: Read) throws(ArchiveError) {
    self.archive = archive
    let tailByteCount = min(byteCount, Int64(ZipEnd.tailByteCount))
    let tail = try read(byteCount - tailByteCount, Int(tailByteCount))
    bytes = ZipBytes([])
    let end = try reading { () throws(ZipFault) in try ZipEnd(tail: tail, ofByteCount: byteCount) }
    guard end.entryCount > 0 else { throw .notAnArchive(archive, reason: "it has no entries") }
    bytes = ZipBytes(try read(end.directory.lowerBound, end.directory.count))
    guard bytes.bytes.count == end.directory.count else {
      throw .damaged(archive, reason: "it breaks off")
    }
    let entries = try entries(end.entryCount, archiveByteCount: byteCount)
    try checkMembers(entries, upTo: end.directory.lowerBound, read)
    names = entries.map(\.name)
  }

  /// The entries in the order of their members.
  private func entries(
    _ count: Int, archiveByteCount: Int64
  ) throws(ArchiveError) -> [ZipEntry] {
    var entries: [ZipEntry] = []
    var paths: Set<String> = []
    let limit = UnpackingLimit.byteCount(ofArchive: archiveByteCount)
    var sum: Int64 = 0
    var place = 0
    for _ in 0..<count {
      let entry = try reading { () throws(ZipFault) in try ZipEntry(bytes, at: place) }
      place = entry.end
      entries.append(entry)
      let path: EntryPath
      do { path = try EntryPath(member: Array(bytes.bytes[entry.name])) } catch {
        throw refusal(entry, error.reason)
      }
      guard paths.insert("\(path)").inserted else {
        throw refusal(entry, "the archive has it twice")
      }
      try reading(entry) { () throws(ZipFault) in
        try entry.checkKind(isDirectory: bytes.bytes[entry.name].last == UInt8(ascii: "/"))
      }
      guard entry.byteCount <= limit - sum else {
        throw .tooMuch(archive, reason: "more than \(limit) bytes")
      }
      sum += entry.byteCount
    }
    guard place == bytes.bytes.count else {
      throw .notAnArchive(archive, reason: "its directory has more entries than are counted")
    }
    return entries.sorted { $0.offset < $1.offset }
  }

  /// The members fill the file up to its directory, and are what that says.
  private func checkMembers(
    _ entries: [ZipEntry], upTo end: Int64, _ read: Read
  ) throws(ArchiveError) {
    guard entries.first?.offset ?? end == 0 else {
      throw .notAnArchive(archive, reason: "there is something in front of its first member")
    }
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].offset : end
      let start = try read(entry.offset, entry.likelyHeaderByteCount)
      let headerByteCount = try reading(entry) { () throws(ZipFault) in
        try ZipEntry.headerByteCount(ZipBytes(start))
      }
      let content = entry.offset + Int64(headerByteCount)
      guard next <= end, content <= next, entry.packedByteCount <= next - content else {
        throw refusal(entry, "it runs into what follows it")
      }
      let rest = next - content - entry.packedByteCount
      guard rest <= ZipEntry.descriptorMaximumByteCount else {
        throw refusal(entry, "there is a gap behind it")
      }
      let header =
        headerByteCount > start.count ? try read(entry.offset, headerByteCount) : start
      let descriptor = rest > 0 ? try read(content + entry.packedByteCount, Int(rest)) : []
      guard header.count >= headerByteCount, descriptor.count == rest else {
        throw .damaged(archive, reason: "it breaks off")
      }
      try reading(entry) { () throws(ZipFault) in
        try entry.compare(ZipBytes(header), nameIn: bytes)
        try entry.compare(descriptor: ZipBytes(descriptor))
      }
    }
  }

  /// Runs what finds fault with an entry, or with the directory.
  private func reading<Value>(
    _ entry: ZipEntry? = nil, _ body: () throws(ZipFault) -> Value
  ) throws(ArchiveError) -> Value {
    do {
      return try body()
    } catch {
      if let entry { throw refusal(entry, error.reason) }
      throw error.isTooMuch
        ? .tooMuch(archive, reason: error.reason) : .notAnArchive(archive, reason: error.reason)
    }
  }

  private func refusal(_ entry: ZipEntry, _ reason: String) -> ArchiveError {
    .refused(
      archive, entry: String(decoding: bytes.bytes[entry.name], as: UTF8.self), reason: reason)
  }

  // While it is read

  /// The next name that libarchive returned is the directory's next one, or its other spelling: names that say that
  /// they are UTF-8 are composed on the way.
  mutating func check(_ name: [UInt8]) throws(ArchiveError) {
    let found = String(decoding: name, as: UTF8.self)
    guard returnedCount < names.count,
      found == String(decoding: bytes.bytes[names[returnedCount]], as: UTF8.self)
    else {
      throw .refused(archive, entry: found, reason: "its directory has another name in this place")
    }
    returnedCount += 1
  }

  /// Nothing was passed over.
  func checkEnd() throws(ArchiveError) {
    guard returnedCount == names.count else {
      throw .damaged(archive, reason: "it ends before all that its directory names")
    }
  }
}

extension File {
  /// Fewer than `count` where the file ends.
  fileprivate borrowing func bytes(
    from offset: Int64, _ count: Int
  ) throws(SystemCallError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        return Result { () throws(SystemCallError) in try read(into: rest, at: offset + Int64(done))
        }
      }
      let readByteCount = try result.get()
      guard readByteCount > 0 else { break }
      done += readByteCount
    }
    bytes.removeLast(count - done)
    return bytes
  }
}
