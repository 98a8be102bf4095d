import CUDAArchive
import CUDAFiles
import Glibc
import Synchronization
import TestSupport
import Testing

/// A tar whose .xz is made of blocks that several threads can decode, as `xz -T2` makes it.
@Suite struct `An xz archive in blocks` {
  private let scratch = Scratch()
  /// 6 MiB that do not compress to nothing, so that the blocks take their time.
  private let content: [UInt8] = {
    var state: UInt64 = 7
    return (0..<(6 << 20)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 60)
    }
  }()

  private func packed(_ options: [String]) throws -> [UInt8] {
    scratch.write("tar", ArchiveMaker.tar([Member("top/lib/file", .file, content)]))
    let run = runProgram(["xz", "--keep", "--force"] + options + [scratch.file("tar")])
    try #require(run.status == 0, "\(run.errors)")
    return try #require(readFile(scratch.file("tar.xz")))
  }

  private func unpack(_ archive: [UInt8], threadCount: Int = 2) -> Unpack {
    var unpack = Unpack(archive: archive)
    unpack.format = .tarXz
    unpack.threadCount = threadCount
    return unpack
  }

  @Test func `becomes the same files, whether one thread decodes it or several`() throws {
    let archive = try packed(["-1", "-T2", "--block-size=1MiB"])
    for threadCount in [1, 2, 5] {
      let unpack = unpack(archive, threadCount: threadCount)
      let unpacked = try unpack.run()
      #expect(unpack.bytes("lib/file") == content)
      #expect(unpacked.entries.count == 1)
    }
  }

  @Test(arguments: [(["-T2", "--block-size=1MiB"], true), (["-T1"], false)])
  func `is decoded by several threads, and one without blocks by the one that has it`(
    options: [String], isSplit: Bool
  ) throws {
    var unpack = unpack(try packed(["-1"] + options))
    // Threads have the name of the one that starts them.
    let name = "blocks-\(getpid())"
    let counts = Mutex<Set<Int>>([])
    unpack.progress = { _ in
      let tasks = namesIn("/proc/self/task").count {
        readFile("/proc/self/task/\($0)/comm").map { String(decoding: $0, as: UTF8.self) }
          == "\(name)\n"
      }
      counts.withLock { _ = $0.insert(tasks) }
    }
    let ready = unpack
    let error: ArchiveError? = try Thread.result {
      writeFile("/proc/thread-self/comm", Array(name.utf8))
      return ready.error
    }
    #expect(error == nil)
    let most = try #require(counts.withLock { $0.max() })
    #expect(isSplit ? most > 1 : most == 1, "\(most)")
  }

  @Test(.enabled(if: Sandbox.objection == nil, "there is no sandbox here"))
  func `is decoded where it may open no file and start no process`() throws {
    let archive = try packed(["-1", "-T2", "--block-size=1MiB"])
    scratch.write("archive", archive)
    let root = SharedDirectory(try Directory.makePath(scratch.file("root")))
    try Unpacking.prepare(for: .tarXz)
    let byteCount = Int64(archive.count)
    let opened = Opened(file: try File.open(scratch.file("archive")))
    let error: ArchiveError? = try Thread.confined(
      beneath: root, orNot: { Issue.record("\($0.message)") }
    ) {
      var unpacking = Unpacking(
        archive: "archive.tar.xz", format: .tarXz, archiveByteCount: byteCount,
        destination: { .tree($0) }, claims: { _ in true }, progress: { _ in },
        isCancelled: { false })
      unpacking.threadCount = 2
      do throws(ArchiveError) { _ = try unpacking.run(opened.file, into: root) } catch {
        return error
      }
      return nil
    }
    #expect(error == nil)
    #expect(readFile(scratch.file("root/lib/file")) == content)
  }

  @Test func `is refused when a block of it is wrong, or it breaks off`() throws {
    let archive = try packed(["-1", "-T2", "--block-size=1MiB"])
    for place in stride(from: 20, to: archive.count, by: archive.count / 40) {
      var wrong = archive
      wrong[place] ^= 0x10
      #expect(unpack(wrong).error?.isOfArchive == true, "changed at \(place)")
      #expect(unpack(Array(archive[..<place])).error?.isOfArchive == true, "up to \(place)")
    }
  }
}
