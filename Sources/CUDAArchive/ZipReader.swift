import CUDAFiles

/// One pass over the members of a zip, of which its directory has said everything beforehand.
struct ZipReader: EntryReader, ~Copyable {
  private let archive: String
  private let source: ZipSource
  private let entries: [ZipEntry]
  private var nextIndex = 0
  /// The current entry's, until somebody asks for its content.
  private var leftByteCount: Int64 = 0
  private let inflater = Inflater()
  private let packed = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 1 << 18, alignment: 4096)
  private let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 19, alignment: 4096)

  init(_ directory: ZipDirectory) {
    archive = directory.archive
    source = directory.source
    entries = directory.entries
  }

  deinit {
    packed.deallocate()
    plain.deallocate()
  }

  mutating func next() throws(ArchiveError) -> Entry? {
    source.advance(by: leftByteCount)
    leftByteCount = 0
    guard nextIndex < entries.count else { return nil }
    let entry = entries[nextIndex]
    nextIndex += 1
    leftByteCount = entry.packedByteCount
    var kind = entry.kind
    if case .link = kind {
      var target: [UInt8] = []
      try forEachBlock { (_, bytes) throws(ArchiveError) in target += bytes }
      kind = .link(target: target)
    }
    return Entry(
      name: entry.name, kind: kind, byteCount: entry.byteCount, isExecutable: entry.isExecutable,
      sparseByteCount: nil, modified: entry.modified)
  }

  mutating func forEachBlock(
    _ body: (Int64, UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    leftByteCount = 0
    try forEachBlock(of: entries[nextIndex - 1], body)
  }

  private func forEachBlock(
    of entry: ZipEntry, _ body: (Int64, UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var check = CRC32()
    var byteCount: Int64 = 0
    try forEachPlainBlock(of: entry) { (bytes) throws(ArchiveError) in
      guard Int64(bytes.count) <= entry.byteCount - byteCount else {
        throw damage(entry, "it is longer than it says")
      }
      check.add(bytes)
      try body(byteCount, bytes)
      byteCount += Int64(bytes.count)
    }
    guard byteCount == entry.byteCount else { throw damage(entry, "it is shorter than it says") }
    guard check.value == entry.check else {
      throw damage(entry, "its check sum is not what it says")
    }
  }

  private func forEachPlainBlock(
    of entry: ZipEntry, _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    guard entry.isDeflated, !entry.content.isEmpty else {
      return try forEachPackedPiece(of: entry, body)
    }
    inflater.start()
    var isEnd = false
    try forEachPackedPiece(of: entry) { (piece) throws(ArchiveError) in
      var input = piece
      var mayHaveMore = true
      while mayHaveMore || !input.isEmpty {
        guard !isEnd else { throw damage(entry, "something else follows its data") }
        guard let step = inflater.inflate(&input, into: plain) else {
          throw damage(entry, "its data is not deflate's")
        }
        isEnd = step.isEnd
        mayHaveMore = step.byteCount == plain.count && !isEnd
        if step.byteCount > 0 {
          try body(UnsafeRawBufferPointer(rebasing: plain[..<step.byteCount]))
        }
      }
    }
    guard isEnd else { throw damage(entry, "its data breaks off") }
    guard inflater.spareByteCount == 0 else {
      throw damage(entry, "something else follows its data")
    }
  }

  private func forEachPackedPiece(
    of entry: ZipEntry, _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var place = entry.content.lowerBound
    while place < entry.content.upperBound {
      let wanted = Int(min(Int64(packed.count), entry.content.upperBound - place))
      let count = try source.read(
        into: UnsafeMutableRawBufferPointer(rebasing: packed[..<wanted]), at: place)
      guard count > 0 else { throw .damaged(archive, reason: "it breaks off") }
      try body(UnsafeRawBufferPointer(rebasing: packed[..<count]))
      place += Int64(count)
      source.advance(by: Int64(count))
    }
  }

  private func damage(_ entry: ZipEntry, _ reason: String) -> ArchiveError {
    .damaged(archive, reason: "\(String(decoding: entry.name, as: UTF8.self)): \(reason)")
  }
}
