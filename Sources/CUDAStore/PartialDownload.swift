// An artifact on its way, from the first byte to the commit. Named by the hash that it must have, so
// whoever wants that artifact next may continue where a killed process stopped (I9); the hash of the
// whole file decides about every byte (I6).
//
// Bytes are collected, and written in blocks at multiples of the block's size; while nothing more arrives, nothing
// stays in memory. They may arrive in several places at once. Then the file is longer than what is in it, and its
// note says which parts are.

import CUDACatalog
package import CUDADigest
package import CUDAFiles

/// The bytes of one artifact as far as they are here. Used by one thread at a time.
package final class PartialDownload: @unchecked Sendable {
  // Sendable because it is handed on, never shared: fetched by one thread, then unpacked by another, with
  // a `Monitor` in between.
  package let digest: SHA256Digest
  /// The size that the artifact must have.
  package let byteCount: Int64
  package let file: File
  let name: String

  /// What is in the file.
  private var written = Coverage()
  /// What is still in memory: runs that grow, none of them longer than a block.
  private var pending: [Run] = []
  private var hash = SHA256()
  /// How far from the first byte on the hash has come.
  private var hashedByteCount: Int64 = 0
  /// Whether its digest has been told: then nothing is left to be hashed.
  private var isFinished = false
  private var note = Note()
  /// What of `written` the note in the file's attribute says, where it has to, and since when.
  private var noted = Coverage()
  private var notedTime = ContinuousClock.now

  /// Bytes of them that an earlier process fetched.
  package private(set) var adoptedByteCount: Int64 = 0

  static let blockByteCount = 512 << 10
  /// Nobody asks for parts of what is shorter.
  static let smallestWithGaps: Int64 = 8 << 20
  /// Where there are gaps, as much may be fetched again because the note does not know it: so many bytes, or what comes
  /// in a second.
  private static let unnotedByteCount: Int64 = 4 << 20
  private static let unnotedTime = Duration.seconds(1)

  private struct Run {
    var start: Int64
    var bytes: [UInt8]
    var end: Int64 { start + Int64(bytes.count) }
  }

  init(digest: SHA256Digest, byteCount: Int64, name: String, file: consuming File) {
    self.digest = digest
    self.byteCount = byteCount
    self.name = name
    self.file = file
  }

  /// Bytes here so far.
  package var receivedByteCount: Int64 {
    pending.reduce(written.byteCount) { $0 + Int64($1.bytes.count) }
  }

  /// Bytes of them that are in the file, whatever becomes of this process.
  package var keptByteCount: Int64 { written.byteCount }

  package var isComplete: Bool { receivedByteCount == byteCount }

  /// What is not here yet, lowest first; empty if all is.
  package var missing: [Range<Int64>] {
    var present = written
    for run in pending { present.add(run.start..<run.end) }
    return present.missing(of: byteCount)
  }

  /// Where the bytes that are here came from; `nil` if nobody noted it.
  package var origin: Origin? { note.origin }

  /// Notes where bytes come from, for whoever continues.
  package func note(_ origin: Origin) {
    isCopy = false
    guard note.origin != origin else { return }
    note.origin = origin
    writeNote()
  }

  /// The room for the whole artifact is taken: a disk that is too small says so now. Where the file system cannot
  /// reserve any, it is as before.
  package func reserve() throws(SystemCallError) {
    guard byteCount > Self.blockByteCount else { return }
    try file.reserve(byteCount)
    isReserved = true
    keepsNotes = file.setAttribute(note.text)
  }

  private var isReserved = false

  /// How much of the disk's room for what is missing is taken already.
  package var reservedByteCount: Int64 {
    let allocated = (try? file.status().allocatedByteCount) ?? 0
    return min(max(0, allocated - written.byteCount), byteCount - written.byteCount)
  }

  /// It is left as it is, for whoever continues: it says all that it has, and takes no more room than that.
  func leave() {
    try? settle()
    if written.hasGaps { writeNote() }
    if isReserved { try? file.truncate(to: written.ranges.last?.upperBound ?? 0) }
    file.unlock()
  }

  /// Whether the bytes are a copy of what is at hand, which need not be kept.
  package var isCopy = false

  /// Whether bytes may arrive in several places at once: whoever continues must be able to tell which have.
  package private(set) var keepsNotes = false

  /// The bytes that follow those that are here without a gap.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    try write(bytes, at: pending.first { $0.start == written.frontier }?.end ?? written.frontier)
  }

  /// Bytes that are not here yet.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemCallError) {
    if offset == hashedByteCount {
      hash.update(bytes)
      hashedByteCount += Int64(bytes.count)
    }
    var rest = bytes
    var run = takeRun(endingAt: offset)
    while !rest.isEmpty {
      let block = Int64(Self.blockByteCount)
      let room = (run.end / block + 1) * block - run.end
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(room)))
      run.bytes += piece
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      guard piece.count == room else { break }
      try write(run)
      run.start = run.end
      run.bytes.removeAll(keepingCapacity: true)
    }
    if run.bytes.isEmpty { spare = run.bytes } else { pending.append(run) }
  }

  /// One run's memory, to be used again.
  private var spare: [UInt8] = []

  private func takeRun(endingAt offset: Int64) -> Run {
    if let index = pending.firstIndex(where: { $0.end == offset }) {
      return pending.remove(at: index)
    }
    var bytes: [UInt8] = []
    swap(&bytes, &spare)
    bytes.reserveCapacity(Self.blockByteCount)
    return Run(start: offset, bytes: bytes)
  }

  /// All bytes are in the file.
  package func settle() throws(SystemCallError) {
    while let run = pending.last {
      try write(run)
      pending.removeLast()
    }
    if written.hasGaps, written != noted, notedTime.duration(to: .now) > Self.unnotedTime {
      writeNote()
    }
    try hashWhatIsWritten()
  }

  private func write(_ run: Run) throws(SystemCallError) {
    guard !run.bytes.isEmpty else { return }
    let hadGaps = written.hasGaps
    // Before the file is longer than what is in it.
    if !hadGaps, run.start != written.frontier { writeNote(hasGaps: true) }
    try file.write(run.bytes, at: run.start)
    written.add(run.start..<run.end)
    if hadGaps, !written.hasGaps {
      writeNote()
    } else if written.hasGaps, written.byteCount - noted.byteCount >= Self.unnotedByteCount {
      writeNote()
    }
    try hashWhatIsWritten()
  }

  /// Bytes that had arrived before those in front of them are read again, out of the cache.
  private func hashWhatIsWritten() throws(SystemCallError) {
    guard !isFinished, hashedByteCount < written.frontier else { return }
    try file.forEachPiece(
      from: hashedByteCount, upTo: written.frontier, mapping: { $0 }
    ) { (bytes) throws(SystemCallError) in
      hash.update(bytes)
      hashedByteCount += Int64(bytes.count)
    }
  }

  /// Forgets all bytes.
  package func restart() throws(SystemCallError) {
    pending = []
    try file.truncate(to: 0)
    hash = SHA256()
    (written, noted) = (Coverage(), Coverage())
    (hashedByteCount, adoptedByteCount) = (0, 0)
    isFinished = false
    note = Note()
    isCopy = false
    _ = file.setAttribute(note.text)
    if isReserved { try file.reserve(byteCount) }
  }

  /// The SHA-256 of the bytes that are here (I6: before anything opens them as an archive).
  ///
  /// Everything is in the file, and is complete.
  package func finishedDigest() -> SHA256Digest {
    precondition(hashedByteCount == byteCount && pending.isEmpty, "not all of it is here")
    var finished = SHA256()
    swap(&finished, &hash)
    hashedByteCount = 0
    isFinished = true
    return finished.finish()
  }

  /// What the file's attribute is to say. Best effort: without it a run starts over, or asks for what it has.
  private func writeNote(hasGaps: Bool = false) {
    (noted, notedTime) = (written, .now)
    note.ranges =
      hasGaps || written.hasGaps ? written.ranges.map { [$0.lowerBound, $0.upperBound] } : nil
    _ = file.setAttribute(note.text)
  }
}

/// Where bytes came from, and what they were part of there.
package struct Origin: Codable, Equatable, Sendable {
  /// Without user, password and query.
  package var url: String
  package var etag: String?
  package var lastModified: String?

  /// What is too long to be kept beside the file is left out.
  package init(url: String, etag: String?, lastModified: String?) {
    func short(_ text: String?) -> String? { text.flatMap { $0.utf8.count > 256 ? nil : $0 } }
    self.url = short(url) ?? ""
    self.etag = short(etag)
    self.lastModified = short(lastModified)
  }
}

extension PartialDownload {
  /// Takes the first `count` bytes of the file for what another process fetched.
  func adopt(upTo count: Int64) throws(SystemCallError) {
    note = file.attribute.flatMap { Note($0) } ?? Note()
    written = Self.coverage(of: file, upTo: count)
    noted = written
    try file.forEachPiece(upTo: written.frontier, mapping: { $0 }) {
      (bytes) throws(SystemCallError) in
      guard Interruption.signal == nil else { throw .interrupted("pread", name) }
      hash.update(bytes)
      hashedByteCount += Int64(bytes.count)
    }
    if hashedByteCount < written.frontier {
      written = Coverage([[0, hashedByteCount]], limit: count)
    }
    adoptedByteCount = written.byteCount
    // I9: a note that there are gaps would hide all that comes from here on without one. What is behind goes first.
    if note.ranges != nil, !written.hasGaps {
      try file.truncate(to: written.frontier)
      writeNote()
    }
  }

  /// Takes over what is in another's file. Copied, because its owner may go on writing into it (I6).
  func adopt(copyOf other: borrowing File, upTo count: Int64) throws(SystemCallError) {
    note.origin = other.attribute.flatMap { Note($0) }?.origin
    for range in Self.coverage(of: other, upTo: count).ranges {
      var offset = range.lowerBound
      try other.forEachPiece(from: offset, upTo: range.upperBound, mapping: { $0 }) {
        (bytes) throws(SystemCallError) in
        guard Interruption.signal == nil else { throw .interrupted("pread", name) }
        try write(bytes, at: offset)
        offset += Int64(bytes.count)
      }
    }
    try settle()
    adoptedByteCount = written.byteCount
    writeNote()
  }

  /// Which bytes are in a download's file of `count` bytes, as its note says.
  static func coverage(of file: borrowing File, upTo count: Int64) -> Coverage {
    guard let ranges = file.attribute.flatMap({ Note($0) })?.ranges else {
      return Coverage([[0, count]], limit: count)
    }
    return Coverage(ranges, limit: count)
  }
}

/// What a download's file says of itself in an attribute, as JSON.
package struct Note: Codable {
  package var origin: Origin?
  /// The parts that are in the file, where it has gaps: `[[0, 8388608], [16777216, 25165824]]`.
  package var ranges: [[Int64]]?

  init() {}

  /// `nil` if it is not one: anybody may have written it.
  package init?(_ text: [UInt8]) {
    guard let note = JSONRecord.decode(Note.self, from: text) else { return nil }
    self = note
  }

  package var text: [UInt8] { JSONRecord.encode(self) }
}
