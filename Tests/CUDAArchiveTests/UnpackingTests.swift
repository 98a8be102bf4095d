import CUDAArchive
import CUDADigest
import CUDAFiles
import Glibc
import Synchronization
import TestSupport
import Testing

private func top(_ rest: Member...) -> [Member] { [Member("t/", .directory, mode: 0o755)] + rest }

@Test func `an archive becomes files without its top directory`() throws {
  let unpack = Unpack(
    top(
      .file("t/bin/nvcc", "program", mode: 0o755), .file("t/include/x.h", "header"),
      Member("t/lib/", .directory), Member("t/lib/libx.so", .link("libx.so.1")),
      .file("t/lib/libx.so.1", "library", mode: 0o755), Member("t/empty", .file)))
  let unpacked = try unpack.run()
  #expect(namesIn(unpack.root) == ["bin", "empty", "include", "lib"])
  #expect(unpack.text("bin/nvcc") == "program")
  #expect(linkTarget("\(unpack.root)/lib/libx.so") == "libx.so.1")
  #expect(unpack.bytes("empty") == [])
  #expect(
    unpacked.entries.map(\.path) == [
      "bin/nvcc", "include/x.h", "lib", "lib/libx.so", "lib/libx.so.1", "empty",
    ])
  let program = Array("program".utf8)
  #expect(
    unpacked.entries.first?.kind
      == .file(byteCount: 7, mode: 0o555, digest: SHA256.digest(of: program)))
}

@Test(arguments: [
  (0o644, 0o444), (0o755, 0o555), (0o4755, 0o555), (0o2755, 0o555), (0o1777, 0o555), (0, 0o444),
  (0o666, 0o444), (0o777, 0o555), (0o100, 0o555), (0o001, 0o555), (0o6000, 0o444), (0o444, 0o444),
])
func `I11: no mode bit beyond rwx survives`(given: Int, expected: Int) throws {
  let unpack = Unpack(
    top(
      .file("t/f", "x", mode: given), Member("t/d/", .directory, mode: given), .file("t/d/g", "y")))
  _ = try unpack.run()
  #expect(unpack.mode("f") == mode_t(expected))
  #expect(unpack.mode("d") == 0o755)
  #expect(unpack.status("f")?.st_uid == getuid())
}

@Test(arguments: [
  (0, 0), (1_000_000_000, 1_000_000_000), (4_102_444_799, 4_102_444_799), (4_102_444_800, 0),
  (8_589_934_591, 0),
])
func `files and links keep the time of their archive, unless it is none`(given: Int, expected: Int)
  throws
{
  let unpack = Unpack(
    top(
      Member("t/f", .file, [1], modified: given), Member("t/l", .link("f"), modified: given)))
  let unpacked = try unpack.run()
  #expect(unpack.status("f")?.st_mtim.tv_sec == expected)
  #expect(unpack.status("l")?.st_mtim.tv_sec == expected)
  #expect(unpacked.entries.map(\.modified) == [Int64(expected), Int64(expected)])
}

@Test func `a hard link to an earlier file is one, and listed as a file`() throws {
  let unpack = Unpack(
    top(
      .file("t/bin/a", "x", mode: 0o755), Member("t/lib/b", .hardLink("./t/bin/a")),
      Member("t/c", .hardLink("t/lib/b"))))
  let unpacked = try unpack.run()
  #expect(unpack.status("bin/a")?.st_ino == unpack.status("c")?.st_ino)
  #expect(unpack.status("lib/b")?.st_nlink == 3)
  #expect(unpacked.entries.map(\.path) == ["bin/a", "lib/b", "c"])
  #expect(Set(unpacked.entries.map { "\($0.kind)" }).count == 1)
}

@Test(
  arguments: [
    (Member("t/x", .hardLink("t/later")), "not a file before it"),
    (Member("t/x", .hardLink("/etc/passwd")), ""), (Member("t/x", .hardLink("../t/a")), ""),
    (Member("t/x", .hardLink("t/d")), "not a file before it"),
    (Member("t/x", .hardLink("t/l")), "not a file before it"),
    (Member("t/x", .hardLink("u/a")), "outside"), (Member("t/x", .hardLink("")), ""),
    (Member("t/x", .link("/etc/passwd")), "absolute"), (Member("t/x", .link("../y")), "outside"),
    (Member("t/x", .link("a/../../y")), "behind a name"), (Member("t/x", .link("")), "empty"),
    (Member("t/x", .type(UInt8(ascii: "3"))), "neither"),
    (Member("t/x", .type(UInt8(ascii: "4"))), "neither"),
    (Member("t/x", .type(UInt8(ascii: "6"))), "neither"),
    (.file("t/a", "again"), "twice"), (.file("t//./a", "again"), "twice"),
    (Member("t/a", .link("d")), "twice"), (Member("t/a/", .directory), "twice"),
    (Member("t/l/", .directory), "twice"), (.file("t/d", "x"), "twice"),
    (.file("t/a/x", "below a file"), "taken"), (.file("t/l/x", "through a link"), "taken"),
    (Member("t/l/d/", .directory), "taken"), (.file("u/x", "beside"), "outside"),
    (.file("x", "beside"), "outside"), (.file("../x", "above"), "climbs"),
    (.file("/x", "absolute"), "absolute"), (Member("t", .link("..")), "outside"),
    (Member("./", .link("..")), "its name is ."),
    (.file("t/e\u{1B}[2Jx", "escape"), "control"), (.file("t/a\\b", "backslash"), "backslash"),
    (.file("t/" + String(repeating: "d/", count: 45) + "../x", "climbs"), "climbs"),
  ])
func `I11: an entry that must not be written ends it, and nothing lies outside`(
  member: Member, reason: String
) throws {
  let good = top(
    .file("t/a", "x"), Member("t/d/", .directory), Member("t/l", .link("d")))
  let unpack = Unpack(good + [member, .file("t/later", "y")])
  let error = try #require(unpack.error)
  // libarchive itself will not read some of them.
  guard case .refused(_, _, let text) = error else {
    guard case .damaged = error, reason.isEmpty else {
      Issue.record("\(error)")
      return
    }
    return
  }
  #expect(text.contains(reason), "\(error)")
  #expect(namesIn(unpack.scratch.path) == ["a", "archive"])
  #expect(namesIn(unpack.scratch.file("a/b/c")) == ["root"])
  #expect(Set(namesIn(unpack.root)).isSubset(of: ["a", "d", "l"]))
  #expect(namesIn("\(unpack.root)/d").isEmpty)
}

@Test func `a directory may come twice`() throws {
  let unpack = Unpack(
    top(Member("t/d/", .directory), Member("t/d", .directory), .file("t/d/x", "x")))
  _ = try unpack.run()
  #expect(unpack.text("d/x") == "x")
}

@Test func `what a destination refuses is refused, of whatever kind it is`() {
  let kinds: [Member] = [
    .file("t/receipt.json", "x"), Member("t/receipt.json", .link("a")),
    Member("t/receipt.json", .hardLink("t/a")), Member("t/receipt.json/", .directory),
    .file("t/receipt.json/x", "x"), Member("t/receipt.json/x", .link("a")),
  ]
  for member in kinds {
    var unpack = Unpack(top(.file("t/a", "x"), member))
    unpack.destination = { $0.names[0] == "receipt.json" ? .refused("it is ours") : .tree($0) }
    #expect(unpack.refusal?.contains("it is ours") == true, "\(member.kind) \(member.name)")
    #expect(namesIn(unpack.root) == ["a"])
  }
}

@Test func `a member goes where its destination says`() throws {
  var unpack = Unpack(
    top(.file("t/LICENSE", "licence"), .file("t/x.pc", "held"), Member("t/pc/", .directory)))
  unpack.destination = { path in
    switch path.names[0] {
    case "LICENSE": .tree(path.moved(to: ["share", "licences", "LICENSE"]))
    case "x.pc", "pc": .memory(path)
    default: .tree(path)
    }
  }
  let unpacked = try unpack.run()
  #expect(namesIn(unpack.root) == ["share"])
  #expect(unpack.text("share/licences/LICENSE") == "licence")
  #expect(unpacked.entries.map(\.path) == ["share/licences/LICENSE"])
  #expect(unpacked.held.map(\.bytes) == [Array("held".utf8)])
}

@Test func `what is kept in memory has a limit`() {
  var unpack = Unpack(top(Member("t/x", .file, [UInt8](repeating: 1, count: 1 << 20 + 1))))
  unpack.destination = { .memory($0) }
  #expect(unpack.refusal?.contains("larger than") == true)
}

@Test func `what another archive brought is hashed, not written`() throws {
  var unpack = Unpack(top(.file("t/a", "one"), .file("t/b", "two"), Member("t/l", .link("a"))))
  unpack.claims = { $0 == "b" }
  let unpacked = try unpack.run()
  #expect(namesIn(unpack.root) == ["b"])
  #expect(unpacked.entries.map(\.path) == ["a", "b", "l"])
  #expect(
    unpacked.entries[0].kind
      == .file(byteCount: 3, mode: 0o444, digest: SHA256.digest(of: Array("one".utf8))))
}

@Test func `progress is told in bytes written`() throws {
  let collector = Collector()
  var unpack = Unpack(
    top(Member("t/a", .file, [UInt8](repeating: 1, count: 300_000)), .file("t/b", "xyz")))
  unpack.progress = { collector.add($0) }
  _ = try unpack.run()
  #expect(collector.sum == 300_003)
}

@Test(arguments: [1, 2, 5])
func `unpacking ends when it is cancelled`(after: Int) {
  let collector = Collector()
  var unpack = Unpack(
    top(Member("t/a", .file, [UInt8](repeating: 1, count: 3 << 20)), .file("t/b", "x")))
  unpack.isCancelled = {
    collector.add(1)
    return collector.sum > Int64(after)
  }
  #expect(unpack.error == .cancelled)
  #expect(unpack.bytes("b") == nil)
}

@Test func `an archive that breaks off at any place is no archive`() {
  let whole = ArchiveMaker.tarGz(
    top(.file("t/a", "one"), Member("t/b", .file, [UInt8](repeating: 7, count: 2_000))))
  let places = Array(stride(from: 0, to: whole.count, by: 31)) + (whole.count - 40..<whole.count)
  for count in places {
    switch Unpack(archive: Array(whole[..<count])).error {
    case .damaged, .notAnArchive: break
    case let other: Issue.record("\(count): \(String(describing: other))")
    }
  }
}

@Test(arguments: ArchiveFormat.allCases)
func `what is not an archive of its kind is said to be none`(format: ArchiveFormat) {
  let html = Array("<!DOCTYPE html><html><head><title>404</title></head></html>\n".utf8)
  let tar = ArchiveMaker.tar(top(.file("t/a", "x")))
  let others = [[], html, tar, ArchiveMaker.gzip(html), [UInt8](repeating: 0, count: 2048)]
  let wrong = format == .tarGz ? [] : [ArchiveMaker.gzip(tar)]
  for bytes in others + wrong {
    var unpack = Unpack(archive: bytes)
    unpack.format = format
    switch unpack.error {
    case .notAnArchive, .damaged: #expect(namesIn(unpack.root) == [])
    case let other: Issue.record("\(bytes.count) bytes: \(String(describing: other))")
    }
  }
}

@Test func `an archive without entries installs nothing, and that is an error`() {
  guard case .notAnArchive = Unpack([]).error else {
    Issue.record("accepted")
    return
  }
}

@Test func `a file is written whole or its error is told: no call may fail unseen`() throws {
  let members = top(
    .file("t/a/b", "x"), Member("t/a/l", .link("b")), Member("t/h", .hardLink("t/a/b")))
  let collector = Collector()
  let recording = Probe { _, _ in
    collector.add(1)
    return nil
  }
  _ = try Probe.$current.withValue(recording) { try Unpack(members).run() }
  for n in 1...collector.sum {
    let calls = Collector()
    let failing = Probe { _, _ in
      calls.add(1)
      return calls.sum == n ? ENOSPC : nil
    }
    let error = Probe.$current.withValue(failing) { Unpack(members).error }
    guard case .files(let call) = error else {
      Issue.record("call \(n): \(String(describing: error))")
      continue
    }
    #expect(call.isNoSpace)
  }
}

/// A sum that closures of any thread add to.
private final class Collector: Sendable {
  private let value = Mutex<Int64>(0)
  var sum: Int64 { value.withLock { $0 } }
  func add(_ count: Int64) { value.withLock { $0 += count } }
}
