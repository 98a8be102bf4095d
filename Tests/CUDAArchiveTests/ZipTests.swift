import CUDAArchive
import CUDADigest
import CUDAFiles
import Glibc
import Synchronization
import TestSupport
import Testing

/// Content that deflate makes a third of, with long codes and short ones, and matches at all distances.
private func text(byteCount: Int) -> [UInt8] {
  var state: UInt64 = 11
  var bytes: [UInt8] = []
  while bytes.count < byteCount {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let place = Int(state >> 40) % max(bytes.count, 1)
    switch state >> 62 {
    case 0 where !bytes.isEmpty: bytes += bytes[place..<min(place + 40, bytes.count)]
    case 1: bytes += repeatElement(UInt8(truncatingIfNeeded: state >> 32), count: 7)
    default: bytes.append(UInt8(truncatingIfNeeded: state >> 50) & 0x3F)
    }
  }
  return Array(bytes.prefix(byteCount))
}

/// A zip of one member whose packed bytes, sizes and sum are what they are said to be.
private struct Packed {
  var plain: [UInt8]
  var bytes: [UInt8]
  var byteCount: Int
  var check: Int

  /// As gzip deflates it: a header of 10 bytes in front, and 8 bytes behind.
  init(_ plain: [UInt8], level: Int = 6) throws {
    let scratch = Scratch()
    scratch.write("plain", plain)
    let run = runProgram(["gzip", "-n", "-\(level)", scratch.file("plain")])
    try #require(run.status == 0, "\(run.errors)")
    let gzip = try #require(readFile(scratch.file("plain.gz")))
    self.init(plain, as: Array(gzip.dropFirst(10).dropLast(8)))
  }

  init(_ plain: [UInt8], as bytes: [UInt8]) {
    self.plain = plain
    self.bytes = bytes
    byteCount = plain.count
    check = Int(ArchiveMaker.crc32(plain))
  }

  func with(_ change: (inout Packed) -> Void) -> Packed {
    var packed = self
    change(&packed)
    return packed
  }

  var zip: [UInt8] {
    var member = ZipMember("a", bytes, mode: 0o100644)
    member.changeBoth {
      ($0.method, $0.check, $0.packedByteCount, $0.byteCount) = (8, check, bytes.count, byteCount)
    }
    return ZipParts(member, ZipMember("b", "behind it")).bytes
  }

  var unpack: Unpack { unpacking(zip) }
}

private func unpacking(_ zip: [UInt8]) -> Unpack {
  var unpack = Unpack(archive: zip)
  unpack.format = .wheel
  unpack.hasTop = false
  return unpack
}

@Suite struct `A member of a zip` {
  @Test(arguments: [0, 1, 5, 70_000, 3 << 20], [1, 6, 9])
  func `is what was deflated, of whatever size and however well`(byteCount: Int, level: Int) throws
  {
    let packed = try Packed(text(byteCount: byteCount), level: level)
    let unpack = packed.unpack
    let unpacked = try unpack.run()
    #expect(unpack.bytes("a") == packed.plain)
    #expect(unpack.text("b") == "behind it")
    #expect(
      unpacked.entries.first?.kind
        == .file(byteCount: Int64(byteCount), mode: 0o444, digest: SHA256.digest(of: packed.plain)))
  }

  /// Of nothing but zeros, 4000 bytes are in the last 8 that are read, and wait until there is room for them.
  @Test func `is whole where more comes out of its last bytes than there is room for`() throws {
    for byteCount in stride(from: 2 << 19, through: 2 << 19 + 8000, by: 500) {
      let packed = try Packed([UInt8](repeating: 0, count: byteCount), level: 9)
      let unpack = packed.unpack
      #expect(unpack.error == nil, "\(byteCount)")
      #expect(unpack.bytes("a")?.count == byteCount)
    }
  }

  /// Blocks of the longest kind there is, whose end is anywhere around the end of a piece that is read.
  @Test func `is what was deflated wherever its data ends, and damaged if something follows it`()
    throws
  {
    for byteCount in (1 << 18) - 40...(1 << 18) + 10 {
      let plain = text(byteCount: byteCount)
      let packed = Packed(plain, as: ArchiveMaker.deflate(plain))
      #expect(try packed.unpack.run().entries.count == 2)
      let longer = packed.with { $0.bytes += [0] }
      #expect(longer.unpack.error?.message.contains("something else follows") == true)
    }
  }

  @Test func `is damaged if its data goes on behind its end, or its end is missing`() throws {
    let packed = try Packed(text(byteCount: 40_000))
    for count in 1...40 {
      let longer = packed.with { $0.bytes += [UInt8](repeating: 0, count: count) }
      #expect(longer.unpack.error?.message.contains("something else follows") == true, "\(count)")
    }
    for count in Array(stride(from: 1, to: packed.bytes.count, by: 97)) + [2, 3, 4, 5, 6, 7, 8, 9] {
      let error = packed.with { $0.bytes.removeLast(count) }.unpack.error
      #expect(
        error?.message.contains("breaks off") == true, "\(count): \(String(describing: error))")
    }
  }

  @Test func `is damaged if it is longer or shorter than it says, or has another sum`() throws {
    let packed = try Packed(text(byteCount: 700_000))
    for (change, reason) in [(-1, "longer"), (-600_000, "longer"), (1, "shorter")] {
      let error = packed.with { $0.byteCount += change }.unpack.error
      #expect(error?.message.contains("is \(reason) than it says") == true, "\(change)")
    }
    #expect(packed.with { $0.check ^= 1 }.unpack.error?.message.contains("check sum") == true)
  }

  @Test func `of nothing takes no bytes, or those of an empty block, and has no sum`() throws {
    for bytes in [[], [3, 0], [1, 0, 0, 0xFF, 0xFF]] as [[UInt8]] {
      let unpack = Packed([], as: bytes).unpack
      _ = try unpack.run()
      #expect(unpack.bytes("a") == [])
    }
    for packed in [
      Packed([], as: []).with { $0.check = 1 }, Packed([1], as: []), Packed([], as: [1]),
    ] {
      guard case .damaged = packed.unpack.error else {
        Issue.record("\(packed)")
        continue
      }
    }
  }

  @Test func `has the content that its sum says, or is damaged, whichever byte is another one`()
    throws
  {
    let packed = try Packed(text(byteCount: 1500), level: 9)
    let zip = packed.zip
    for place in zip.indices {
      for bit in [0, 3, 7] {
        var wrong = zip
        wrong[place] ^= 1 << bit
        let unpack = unpacking(wrong)
        guard let error = unpack.error else {
          #expect(namesIn(unpack.root).allSatisfy { $0 == "b" || unpack.bytes($0) == packed.plain })
          continue
        }
        #expect(error.isOfArchive, "\(place): \(error)")
      }
      guard let error = unpacking(Array(zip[..<place])).error else {
        Issue.record("up to \(place)")
        continue
      }
      #expect(error.isOfArchive)
    }
  }

  @Test func `is of the time that its maker's clock showed, or of the moment that he knew`() throws
  {
    func modified(_ change: (inout ZipRecord) -> Void) throws -> Int64? {
      var member = ZipMember("a", "x")
      member.changeBoth(change)
      return try unpacking(ZipParts(member).bytes).run().entries.first?.modified
    }
    // 2025-08-15 03:07:58, in steps of two seconds.
    let time = (45 << 9 | 8 << 5 | 15) << 16 | 3 << 11 | 7 << 5 | 29
    #expect(try modified { $0.time = time } == 1_755_227_278)
    let known = ArchiveMaker.field(0x5455, [1] + ArchiveMaker.little(1_700_000_001, 4))
    #expect(try modified { ($0.time, $0.extra) = (time, known) } == 1_700_000_001)
    let late = ArchiveMaker.field(0x5455, [1] + ArchiveMaker.little(0xFFFF_FFFF, 4))
    #expect(try modified { $0.extra = late } == 0)
    for field in [
      ArchiveMaker.field(0x5455, [2] + ArchiveMaker.little(5, 4)),
      ArchiveMaker.field(0x5455, [1, 2]),
    ] {
      #expect(try modified { ($0.time, $0.extra) = (time, field) } == 1_755_227_278)
    }
    #expect(try modified { $0.time = 0 } == 312_768_000)
  }

  @Test(arguments: [
    (3, 0o100755 << 16, 0o555), (3, 0o100644 << 16, 0o444), (3, 0o100001 << 16, 0o555),
    (3, 0, 0o444), (0, 0o100755 << 16, 0o444), (19, 0o100755 << 16, 0o444),
    (3, 0o010644 << 16, 0o444),
  ])
  func `I11: is a program where a Unix says so`(system: Int, attributes: Int, mode: Int) throws {
    let member = ZipMember("a", "x").with {
      ($0.entry.system, $0.entry.attributes) = (system, attributes)
    }
    let unpack = unpacking(ZipParts(member).bytes)
    _ = try unpack.run()
    #expect(unpack.mode("a") == mode_t(mode))
    #expect(unpack.text("a") == "x")
  }

  @Test func `I11: that is a link has a target that is short and right, deflated or not`() throws {
    func link(_ target: String, _ change: (inout ZipMember) -> Void = { _ in }) -> Unpack {
      unpacking(ZipParts(ZipMember("l", target, mode: 0o120777).with(change)).bytes)
    }
    for unpack in [link("a/b"), link("a/b") { $0.deflate() }] {
      _ = try unpack.run()
      #expect(linkTarget("\(unpack.root)/l") == "a/b")
    }
    for (unpack, reason) in [
      (link(""), "empty"), (link(String(repeating: "x", count: 2049)), "too long"),
      (link("a\0b"), "control"), (link("a/b") { $0.changeBoth { $0.check ^= 1 } }, "check sum"),
    ] {
      #expect(unpack.error?.message.contains(reason) == true, "\(reason)")
      #expect(namesIn(unpack.root) == [])
    }
  }

  @Test func `counts as read while it is read, and when it is passed over`() throws {
    let plain = text(byteCount: 900_000)
    let packed = Packed(plain, as: ArchiveMaker.deflate(plain))
    let scratch = Scratch()
    scratch.write("archive", packed.zip)
    let opened = Opened(file: try File.open(scratch.file("archive")))
    let root = SharedDirectory(try Directory.makePath(scratch.file("root")))
    let positions = Mutex<[Int64]>([])
    for isWanted in [true, false] {
      let before = opened.file.readPosition
      let unpacking = Unpacking(
        archive: "archive.whl", format: .wheel, archiveByteCount: Int64(packed.zip.count),
        hasTop: false, destination: { isWanted || $0.names == ["b"] ? .tree($0) : .omitted },
        claims: { $0 == "a" },
        progress: { _ in
          let position = opened.file.readPosition
          positions.withLock { $0.append(position) }
        },
        isCancelled: { false })
      _ = try unpacking.run(opened.file, into: root)
      #expect(opened.file.readPosition - before == Int64(packed.bytes.count + 9))
    }
    let seen = positions.withLock { $0 }
    #expect(seen.count > 1 && seen == seen.sorted() && (seen.first ?? 0) < packed.bytes.count / 2)
  }
}
