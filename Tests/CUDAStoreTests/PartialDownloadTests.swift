import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

/// Larger than several blocks, so that there are bytes in memory, in the file, and in gaps.
private let large = Mirror.noise(3_000_000, of: "partial")
private let largeDigest = SHA256.digest(of: large)
private let size = Int64(large.count)

private func write(_ range: Range<Int>, into partial: PartialDownload) throws {
  // As it comes from a network: in pieces that end anywhere.
  for start in stride(from: range.lowerBound, to: range.upperBound, by: 70_001) {
    let piece = start..<min(start + 70_001, range.upperBound)
    try large[piece].withUnsafeBytes { try partial.write($0, at: Int64(start)) }
  }
}

private final class Count: Sendable {
  private let count = Atomic(0)
  /// 1 at first.
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

@Suite struct `A partial download` {
  @Test(arguments: [
    [0..<3_000_000],
    [0..<10, 10..<3_000_000],
    [1_500_000..<3_000_000, 0..<1_500_000],
    [2_000_000..<2_500_000, 2_500_000..<3_000_000, 1_000_000..<2_000_000, 0..<1_000_000],
    [0..<500_000, 1_000_000..<1_500_000, 500_000..<1_000_000, 1_500_000..<3_000_000],
    [600_001..<600_002, 0..<600_001, 600_002..<3_000_000],
  ])
  func `I6: has the artifact's bytes and hash, in whatever order they arrive`(
    parts: [Range<Int>]
  ) throws {
    let prefix = Prefix()
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    try partial.reserve()
    for part in parts { try write(part, into: partial) }
    try partial.settle()
    #expect(partial.isComplete && partial.missing.isEmpty)
    #expect(partial.finishedDigest() == largeDigest)
    var bytes: [UInt8] = []
    try partial.file.forEachPiece(mapping: { $0 }) { (piece) throws(SystemCallError) in
      bytes += piece
    }
    #expect(SHA256.digest(of: bytes) == largeDigest)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test(arguments: [
    [0..<2_000_000], [0..<7], [0..<600_000, 1_000_000..<2_000_000], [2_000_000..<3_000_000],
    [0..<100, 200..<300, 2_999_999..<3_000_000],
  ])
  func `I9: is continued with its gaps, of which nothing is believed to be there`(
    parts: [Range<Int>]
  ) async throws {
    let prefix = Prefix()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = prefix.path as String, parts = parts as [Range<Int>]] in
      let locked = try Store(prefix: path).lock(for: "install", patience: .zero) { _ in }
      let partial = try locked.partial(of: largeDigest, byteCount: size)
      try partial.reserve()
      partial.note(Origin(url: "https://example.org/a", etag: "\"1\"", lastModified: nil))
      for part in parts { try write(part, into: partial) }
      try partial.settle()
      kill(getpid(), SIGKILL)
    }
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    let here = parts.reduce(0) { $0 + $1.count }
    // Of what is behind a gap a second's worth may not have been noted.
    #expect(partial.receivedByteCount == partial.adoptedByteCount)
    #expect(partial.receivedByteCount <= here)
    if parts.count == 1, parts[0].lowerBound == 0 { #expect(partial.receivedByteCount == here) }
    #expect(
      partial.origin == Origin(url: "https://example.org/a", etag: "\"1\"", lastModified: nil))
    for gap in partial.missing {
      try write(Int(gap.lowerBound)..<Int(gap.upperBound), into: partial)
    }
    try partial.settle()
    #expect(partial.isComplete)
    #expect(partial.finishedDigest() == largeDigest)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test func `counts for what has come of it, not for how long its file is`() throws {
    let prefix = Prefix()
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: 20 << 20)
    let bytes = [UInt8](repeating: 1, count: 1 << 20)
    try bytes.withUnsafeBytes { try partial.write($0, at: 18 << 20) }
    try partial.settle()
    locked.leave(partial)
    #expect(try Store(prefix: prefix.path).downloads().map(\.byteCount) == [1 << 20])
    var superfluous = try Store(prefix: prefix.path).superfluous(keep: 0) { _, _ in false }
    #expect(superfluous.byteCount == 1 << 20)
    _ = try locked.prune(&superfluous)
    #expect(superfluous.byteCount == 1 << 20)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test func `I9: is continued again after a note of gaps that were given up`() async throws {
    let prefix = Prefix()
    _ = try prefix.visit()
    let partials = "\(prefix.bookkeeping)/partial"
    // Its process died when it had said that the rest is not to be believed, or a little later.
    writeFile("\(partials)/\(largeDigest).boot.1.a", Array(large[..<1000]) + [0, 0, 0])
    let isNoted = try Directory.open(partials).open("\(largeDigest).boot.1.a", writable: true)
      .setAttribute(Array("{\"ranges\":[[0,1000]]}".utf8))
    #expect(isNoted)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = prefix.path as String] in
      let locked = try Store(prefix: path).lock(for: "install", patience: .zero) { _ in }
      let partial = try locked.partial(of: largeDigest, byteCount: size)
      try write(1000..<2_000_000, into: partial)
      try partial.settle()
      kill(getpid(), SIGKILL)
    }
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    #expect(partial.adoptedByteCount == 2_000_000)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test func `I9: that dies between two writes claims no byte that is not there`() async throws {
    // 1: before the first block; later: with blocks behind a gap.
    for call in 1...6 {
      let prefix = Prefix()
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = prefix.path as String, call = call as Int] in
        let locked = try Store(prefix: path).lock(for: "install", patience: .zero) { _ in }
        let partial = try locked.partial(of: largeDigest, byteCount: size)
        try partial.reserve()
        let count = Count()
        let dying = Probe { name, _ in
          if name == "pwrite", count.next() == call { kill(getpid(), SIGKILL) }
          return nil
        }
        try Probe.$current.withValue(dying) {
          try write(1_100_000..<2_700_000, into: partial)
          try write(0..<1_100_000, into: partial)
          try write(2_700_000..<3_000_000, into: partial)
          try partial.settle()
        }
        kill(getpid(), SIGKILL)
      }
      let locked = try prefix.lock()
      let partial = try locked.partial(of: largeDigest, byteCount: size)
      for gap in partial.missing {
        try write(Int(gap.lowerBound)..<Int(gap.upperBound), into: partial)
      }
      try partial.settle()
      #expect(partial.finishedDigest() == largeDigest, "died before pwrite \(call)")
      _ = locked.finish(changed: false, exit: 0, error: nil)
    }
  }

  @Test(arguments: [
    "", "{", "[]", "{\"ranges\":[[0]]}", "{\"ranges\":[[5,3]]}", "{\"ranges\":[[-5,3]]}",
    "{\"ranges\":[[0,10],[10,20]]}", "{\"ranges\":[[0,9223372036854775807]]}",
    "{\"ranges\":[[0,3000000]]}", "{\"origin\":{\"url\":7}}",
  ])
  func `a note that makes no sense costs bytes, and never a crash`(note: String) throws {
    let prefix = Prefix()
    let name = "\(prefix.bookkeeping)/partial/\(largeDigest).boot.1.a"
    _ = try prefix.visit()
    writeFile(name, Array(large[..<1000]))
    let isNoted = try Directory.open("\(prefix.bookkeeping)/partial").open(
      "\(largeDigest).boot.1.a", writable: true
    ).setAttribute(Array(note.utf8))
    #expect(isNoted)
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    #expect(partial.receivedByteCount <= 1000)
    try partial.restart()
    try write(0..<large.count, into: partial)
    try partial.settle()
    #expect(partial.finishedDigest() == largeDigest)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test func `is written in whole blocks while bytes keep coming`() throws {
    let prefix = Prefix()
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    let count = Count()
    let counting = Probe { name, _ in
      if name == "pwrite" { _ = count.next() }
      return nil
    }
    try Probe.$current.withValue(counting) {
      try write(0..<large.count, into: partial)
      try partial.settle()
    }
    #expect(count.next() == 7, "five blocks of 512 KiB, and the rest")
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }

  @Test func `takes the disk's room for all of it at once`() throws {
    let prefix = Prefix()
    let locked = try prefix.lock()
    let partial = try locked.partial(of: largeDigest, byteCount: size)
    try partial.reserve()
    var status = stat()
    #expect(fstat(partial.file.descriptor, &status) == 0)
    #expect(status.st_size == 0 && Int64(status.st_blocks) * 512 >= size)
    _ = locked.finish(changed: false, exit: 0, error: nil)
  }
}
