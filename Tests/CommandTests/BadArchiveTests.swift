import TestSupport
import Testing

@Suite struct `Archives that are not what they should be` {
  /// A mirror with a good 12.9.1, and `bad` in 13.0.2.
  private func mirror(_ bad: [Mirror.Component]) -> Mirror {
    var mirror = Mirror()
    mirror.add("12.9.1", [Mirror.component("libcurand", "12.9.79")])
    mirror.add("13.0.2", bad)
    return mirror
  }

  /// 13.0.2 is refused as wrong data, before and after 12.9.1 is installed, and leaves nothing.
  private func expectRefusal(
    _ bad: Mirror.Component..., code: String, status: Int32 = 65, because reason: String
  ) throws {
    let bench = try Bench(mirror(bad))
    for isInstalled in [false, true] {
      if isInstalled { #expect(bench.run("install", "12").status == 0) }
      let before = visible(bench)
      let run = bench.run("install", "13", "--profile", "full")
      #expect(run.status == status, "\(run.errors)")
      #expect(run.errorLines.count == 1)
      #expect(run.errorLines.first?.contains(reason) == true, "\(run.errors)")
      #expect(visible(bench) == before)
      #expect(bench.leftovers == [])
      #expect(namesIn(bench.scratch.path).allSatisfy { !$0.hasPrefix("escaped") })
      let last = try bench.record("last.json", as: Run.self)
      #expect(last.exit == status && last.error?.code == code)
    }
    #expect(bench.run("install", "12", "curand").status == 0)
  }

  /// Links and trees. On a fresh prefix a failed run leaves a record and what it fetched, no more.
  private func visible(_ bench: Bench) -> [String: String] {
    bench.disk.filter { path, entry in
      path.contains("/trees/") || entry.hasPrefix("link")
    }
  }

  @Test func `I6 I9: an archive with another hash is not opened, and is told with both hashes`()
    throws
  {
    var wrong = component("libcurand")
    let (claimed, found) = (String(repeating: "ab", count: 32), sha256(wrong.archive))
    wrong.claimedDigest = claimed
    let bench = try Bench(mirror([wrong]))
    #expect(bench.run("install", "12").status == 0)
    let before = bench.disk
    let run = bench.run("install", "13", "--use")
    #expect(run.status == 65)
    #expect(
      run.errorLines == [
        "cuda-install: error: libcurand from \(bench.server.url(Mirror.path(wrong))) has the wrong hash: "
          + "expected \(claimed), found \(found)"
      ])
    #expect(run.errors.contains("hint: the mirror and its manifest do not agree"))
    #expect(bench.disk == before)
    #expect(try bench.record("last.json", as: Run.self).error?.code == "hash_mismatch")
    var right = wrong
    right.claimedDigest = nil
    let path = "\(Mirror.base)redistrib_13.0.2.json"
    bench.server.publish(path, Mirror.one(right).files[path])
    #expect(bench.run("install", "13", "--use").status == 0)
    try expectInstalled(right, in: bench)
  }

  @Test func `I6: the same from a directory`() throws {
    var wrong = component("libcurand")
    wrong.claimedDigest = String(repeating: "ab", count: 32)
    let bench = try Bench()
    let path = mirror([wrong]).write(to: bench.scratch.file("mirror"))
    let run = bench.run("install", "13", mirror: path)
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(
      run.errors.contains("libcurand from \(path)\(wrong.path) has the wrong hash: expected abab"))
    #expect(bench.partials == [] && bench.trees == [] && bench.leftovers == [])
    #expect(bench.run("install", "12", mirror: path).status == 0)
  }

  @Test func `I6 I8: one wrong archive of three, and none is installed`() throws {
    var wrong = component("cuda_nvcc")
    wrong.claimedDigest = String(repeating: "ab", count: 32)
    let good = [component("cuda_cudart"), component("libcurand")]
    let bench = try Bench(mirror([good[0], wrong, good[1]]))
    #expect(bench.run("install", "13").status == 65)
    #expect(namesIn(bench.prefix) == [".cuda-install", ".cuda-install.lock"])
    #expect(bench.trees == [] && bench.leftovers == [])
  }

  @Test(arguments: [-1, 1])
  func `I6: an archive of another size is refused before it is read`(difference: Int) throws {
    var wrong = component("libcurand")
    let claimed = wrong.archive.count + difference
    wrong.claimedByteCount = claimed
    try expectRefusal(
      wrong, code: "not_in_sync", status: 69,
      because: "the server has \(wrong.archive.count) bytes of it, not \(claimed)")
  }

  @Test func `an archive that breaks off is refused though its hash is right`() throws {
    let whole = component("libcurand")
    var short = whole
    let bytes = Array(whole.archive.dropLast(1500))
    short.claimedDigest = sha256(bytes)
    short.claimedByteCount = bytes.count
    let bench = try Bench(mirror([short]))
    bench.server.publish(Mirror.path(short), bytes)
    let run = bench.run("install", "13")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("libcurand: libcurand-linux-x86_64-13.0.88-archive.tar.gz is "))
    #expect(run.errors.contains("damaged: it breaks off"))
    #expect(bench.trees == [] && bench.leftovers == [])
    #expect(bench.run("install", "12").status == 0)
  }

  @Test(arguments: [
    (Member("../../escaped", .file, [1]), "climbs with .."),
    (Member("include/../../../escaped", .file, [1]), "climbs with .."),
    (Member("dev", .type(UInt8(ascii: "3"))), "neither a file, a directory nor a link"),
    (Member("fifo", .type(UInt8(ascii: "6"))), "neither a file, a directory nor a link"),
    (Member("lib/out", .link("../../../escaped")), "outside"),
    (Member("lib/out", .link("/etc/passwd")), "absolute"),
    (Member("lib/out", .link("a/../../../escaped")), "has .. behind a name"),
    (Member("lib/out", .hardLink("../escaped")), "climbs with .."),
    (Member.file("include/libcurand.h", "again"), "the archive has it twice"),
    (Member.file("receipt.json", "{}"), "one of cuda-install's own"),
    (Member.file("receipt.ndjson", "{}"), "one of cuda-install's own"),
    (Member.file(".cuda-install/x", "{}"), "one of cuda-install's own"),
    (Member.file("bin/\u{1B}[31mred", ""), "control character"),
    (Member.file("include/libcurand.h/x", ""), "taken by something else"),
  ])
  func `I11: a member that must not be written is refused`(member: Member, reason: String) throws {
    var bad = component("libcurand")
    bad.members.append(member)
    try expectRefusal(bad, code: "bad_archive", because: reason)
  }

  @Test func `I11: an absolute name is refused`() throws {
    let bad = component("libcurand")
    let outside = Scratch()
    let bytes = ArchiveMaker.tarGz([.file(outside.file("escaped"), "x")])
    var claimed = bad
    claimed.claimedDigest = sha256(bytes)
    claimed.claimedByteCount = bytes.count
    let bench = try Bench(mirror([claimed]))
    bench.server.publish(Mirror.path(bad), bytes)
    let run = bench.run("install", "13")
    #expect(run.status == 65)
    #expect(run.errorLines.first?.contains("the name is absolute") == true, "\(run.errors)")
    #expect(namesIn(outside.path) == [])
    #expect(bench.run("install", "12").status == 0)
  }

  @Test func `two components that bring different files for one path are both named`() throws {
    var (one, other) = (component("libcufft"), component("libcurand"))
    one.members.append(.file("include/shared.h", "one"))
    other.members.append(.file("include/shared.h", "other"))
    try expectRefusal(
      one, other, code: "bad_archive",
      because: "libcufft and libcurand both bring include/shared.h, and not the same")
  }

  @Test func `two components may bring the same file`() throws {
    var (one, other) = (component("libcufft"), component("libcurand"))
    one.members.append(.file("include/shared.h", "same"))
    other.members.append(.file("include/shared.h", "same"))
    let bench = try Bench(.one(one, other))
    #expect(bench.run("install", "13", "--profile", "full").status == 0)
    #expect(bench.text("current/include/shared.h") == "same")
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `I11: set-id bits and write permission for others are not taken over`() throws {
    var odd = component("libcurand")
    odd.members.append(.file("bin/setuid", "x", mode: 0o6777))
    let bench = try Bench(.one(odd))
    #expect(bench.run("install", "13").status == 0)
    #expect(modeOf("\(bench.prefix)/current/bin/setuid") == 0o555)
  }
}
