// A zip says everything twice: in a directory at its end, and in a header in front of each member. Some readers list by
// the one and unpack by the other, and pass over what is in neither. So both are compared before anything is unpacked, and
// what is unpacked is the directory's:
//
//   member member ... directory [zip64 records] end
//
// without anything before, between or behind. A file of which another reader would see something else is refused.

/// What a zip holds by its directory, with which everything else in it agrees.
struct ZipDirectory {
  /// In the order of the members.
  private(set) var entries: [ZipEntry] = []
  let archive: String
  let source: ZipSource
  private var bytes = ZipBytes([])

  init(_ source: ZipSource, archive: String) throws(ArchiveError) {
    self.archive = archive
    self.source = source
    let byteCount = source.byteCount
    let tailByteCount = min(byteCount, Int64(ZipEnd.tailByteCount))
    let tail = try source.bytes(from: byteCount - tailByteCount, Int(tailByteCount))
    let end = try reading { () throws(ZipFault) in try ZipEnd(tail: tail, ofByteCount: byteCount) }
    guard end.entryCount > 0 else { throw .notAnArchive(archive, reason: "it has no entries") }
    bytes = ZipBytes(try source.bytes(from: end.directory.lowerBound, end.directory.count))
    guard bytes.bytes.count == end.directory.count else {
      throw .damaged(archive, reason: "it breaks off")
    }
    entries = try entries(end.entryCount, archiveByteCount: byteCount)
    try findContents(upTo: end.directory.lowerBound)
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
      do { path = try EntryPath(member: entry.name) } catch {
        throw refusal(entry, error.reason)
      }
      guard paths.insert("\(path)").inserted else {
        throw refusal(entry, "the archive has it twice")
      }
      try reading(entry) { () throws(ZipFault) in try entry.checkKind() }
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
  private mutating func findContents(upTo end: Int64) throws(ArchiveError) {
    guard entries.first?.offset ?? end == 0 else {
      throw .notAnArchive(archive, reason: "there is something in front of its first member")
    }
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].offset : end
      let beginning = try source.bytes(from: entry.offset, entry.likelyHeaderByteCount)
      let headerByteCount = try reading(entry) { () throws(ZipFault) in
        try ZipEntry.headerByteCount(ZipBytes(beginning))
      }
      let start = entry.offset + Int64(headerByteCount)
      guard next <= end, start <= next, entry.packedByteCount <= next - start else {
        throw refusal(entry, "it runs into what follows it")
      }
      let content = start..<start + entry.packedByteCount
      let rest = next - content.upperBound
      guard rest <= ZipEntry.descriptorMaximumByteCount else {
        throw refusal(entry, "there is a gap behind it")
      }
      let header =
        headerByteCount > beginning.count
        ? try source.bytes(from: entry.offset, headerByteCount) : beginning
      let descriptor = rest > 0 ? try source.bytes(from: content.upperBound, Int(rest)) : []
      guard header.count >= headerByteCount, descriptor.count == rest else {
        throw .damaged(archive, reason: "it breaks off")
      }
      try reading(entry) { () throws(ZipFault) in
        try entry.compare(ZipBytes(header))
        try entry.compare(descriptor: ZipBytes(descriptor))
      }
      entries[index].content = content
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
      archive, entry: String(decoding: entry.name, as: UTF8.self), reason: reason)
  }
}
