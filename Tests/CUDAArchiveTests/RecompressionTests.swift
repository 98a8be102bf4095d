import CUDAArchive
import CUDADigest
import CUDAFiles
import CZstd
import Glibc
import Synchronization
import TestSupport
import Testing

/// An archive, and what becomes of it.
private struct Trial {
  let scratch = Scratch()
  var archive: [UInt8]
  var format = ArchiveFormat.tarXz
  /// What the archive is said to have.
  var byteCount: Int?
  var workerCount = 1
  var isCancelled: @Sendable () -> Bool = { false }
  var progress: @Sendable (_ target: String) -> Void = { _ in }

  /// The new archive, which is what its making says.
  func run() throws -> [UInt8] {
    scratch.write("archive", archive)
    let directory = try Directory.open(scratch.path)
    let name = UniqueName.next()
    let target = try directory.create(name)
    let recompression = Recompression(
      archive: "test\(format.rawValue)", format: format,
      archiveByteCount: Int64(byteCount ?? archive.count),
      progress: { [progress, scratch] _ in progress(scratch.file(name)) },
      isCancelled: isCancelled)
    let made = try recompression.run(
      directory.open("archive"), into: target, by: ZstdEncoder(workerCount: workerCount))
    let bytes = try target.contents(limit: 1 << 30)
    #expect(made.byteCount == Int64(bytes.count) && made.digest == SHA256.digest(of: bytes))
    return bytes
  }
}

private struct WrongFrame: Error { var reason: String }

/// What a frame of zstd stands for, by libzstd alone.
private func content(of frame: [UInt8]) throws -> [UInt8] {
  let count = ZSTD_getFrameContentSize(frame, frame.count)
  // It was not known when the frame was begun.
  #expect(count == ZSTD_CONTENTSIZE_UNKNOWN || count < 1 << 30)
  var bytes = [UInt8](repeating: 0, count: 50 << 20)
  let found = ZSTD_decompress(&bytes, bytes.count, frame, frame.count)
  guard ZSTD_isError(found) == 0 else {
    throw WrongFrame(reason: String(cString: ZSTD_getErrorName(found)))
  }
  return Array(bytes.prefix(found))
}

@Suite struct `An archive that is compressed anew` {
  @Test func `has the same tar in it, byte for byte, whatever that is`() throws {
    let tar = ArchiveMaker.tar([.file("top/a", "text"), Member("top/l", .link("a"))])
    let odd = tar + [UInt8](repeating: 0, count: 5000) + Mirror.noise(3001, of: "tail")
    for content in [tar, odd, Mirror.noise(1, of: "one"), []] {
      #expect(
        try CUDAArchiveTests.content(of: Trial(archive: XzStream(content).bytes).run()) == content)
      let gzip = Trial(archive: ArchiveMaker.gzip(content), format: .tarGz)
      #expect(try CUDAArchiveTests.content(of: gzip.run()) == content)
    }
  }

  @Test func `is the same on every machine, however many threads it has`() throws {
    // More than one thread has at a time.
    let content = Mirror.noise(36 << 20, of: "tar")
    let archive = XzStream(content).bytes
    let frames = try [1, 3].map { try Trial(archive: archive, workerCount: $0).run() }
    #expect(frames[0] == frames[1])
    #expect(try CUDAArchiveTests.content(of: frames[0]) == content)
  }

  @Test func `carries a check, and refers back no further than xz -6 does`() throws {
    var frame = try Trial(archive: XzStream(Mirror.noise(10_000_000, of: "tar")).bytes).run()
    #expect(header(of: frame).hasCheck)
    #expect(header(of: frame).byteCount == 8 << 20)
    frame[frame.count - 1] ^= 1
    #expect(throws: WrongFrame.self) { try CUDAArchiveTests.content(of: frame) }
  }

  @Test(
    arguments: OddArchive.compression.filter {
      [".tar.xz", ".tar.gz"].contains($0.suffix) && $0.refusal?.isEmpty == false
    })
  func `I6: that is damaged, or takes too much memory, is refused as by an install`(
    archive: OddArchive
  ) throws {
    let format = try #require(ArchiveFormat(fileName: archive.suffix))
    let error = #expect(throws: ArchiveError.self) {
      try Trial(archive: archive.bytes(), format: format).run()
    }
    #expect(error?.isOfArchive == true)
    #expect(error?.message.contains(archive.refusal ?? "") == true)
  }

  @Test func `I6: that becomes more than is plausible is refused, whatever would read it then`()
    throws
  {
    let content = [UInt8](repeating: 0, count: 65 << 20)
    let bomb = Trial(archive: XzStream(content).bytes, byteCount: 1000)
    #expect(throws: ArchiveError.tooMuch("test.tar.xz", reason: "more than 67108864 bytes")) {
      try bomb.run()
    }
    // In its own size it is plausible, and not in that which it would have then.
    #expect(throws: ArchiveError.tooMuch("test.tar.xz", reason: "more than 67108864 bytes")) {
      try Trial(archive: XzStream(content).bytes).run()
    }
  }

  @Test(arguments: [0, 30, 2000, -1])
  func `is read again, and is nothing if that is not what was written`(place: Int) throws {
    let trial = Trial(
      archive: XzStream(Mirror.noise(3000, of: "tar")).bytes,
      progress: { target in
        var bytes = readFile(target) ?? []
        bytes[place < 0 ? bytes.count + place : place] ^= 1
        writeFile(target, bytes)
      })
    let error = #expect(throws: ArchiveError.self) { try trial.run() }
    guard case .files(let error)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.code == ESTALE)
  }

  @Test func `is left undone once nobody wants it`() throws {
    let count = Mutex(0)
    let trial = Trial(
      archive: XzStream(Mirror.noise(40_000_000, of: "tar")).bytes, workerCount: 2,
      isCancelled: {
        count.withLock { count in
          count += 1
          return count > 100
        }
      })
    #expect(throws: ArchiveError.cancelled) { try trial.run() }
    #expect(count.withLock { $0 } < 110)
  }
}

/// What a frame's header says: RFC 8878 §3.1.1.1.
private func header(of frame: [UInt8]) -> (hasCheck: Bool, byteCount: Int) {
  let descriptor = frame[4]
  let window = frame[5]
  #expect(descriptor & 0x20 == 0)
  return (descriptor & 4 != 0, (1 << (10 + Int(window >> 3))) / 8 * (8 + Int(window & 7)))
}
