import Glibc
import TestSupport
import Testing

/// A component with some members more, all of one time.
private func dated(
  _ name: String, _ time: Int, _ more: [Member], version: String = "13.0.88"
) -> Mirror.Component {
  var component = Mirror.component(name, version)
  component.members += more
  for index in component.members.indices { component.members[index].modified = time }
  return component
}

private let shared = [
  Member("share/text", .file, Array("one\n".utf8)), Member("share/link", .link("text")),
  .file("pkg-config/shared-13.0.pc", "prefix=/usr/local/cuda-13.0\nName: shared\n"),
]
private let nvtx = dated("cuda_nvtx", 1_750_003_000, shared)
private let curand = dated("libcurand", 1_750_001_000, shared)
private let nvjpeg = dated("libnvjpeg", 1_750_002_000, shared)

/// What a tree has, with inodes and times. The number of names is left out: the next tree adds some.
private func published(_ bench: Bench, _ tree: String) -> [String] {
  let path = "\(bench.prefix)/.cuda-install/trees/\(tree)"
  let found = bench.inShell(
    "cd \"$TREE\" && find . -printf '%p %i %m %s %T@ %l\\n' | sort", environment: ["TREE": path])
  return found.output.split(separator: "\n").map(String.init)
}

@Suite struct `What several components bring` {
  /// The tree of a prefix of its own, and which paths of the one in use differ from it.
  private func differences(_ bench: Bench, fresh words: [String]) -> [String] {
    let fresh = bench.scratch.file("fresh")
    let run = Ended(
      Program(
        bench.command(words, prefix: fresh), environment: bench.environment, in: bench.scratch))
    #expect(run.status == 0, "\(run.errors)")
    let (one, other) = (listing("\(bench.prefix)/current/."), listing("\(fresh)/current/."))
    #expect(one.count > 10)
    return Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
  }

  @Test(arguments: [["nvtx"], ["nvtx", "curand"]])
  func `I7: is of the next one's time once the first is removed, and the old tree keeps its own`(
    removed: [String]
  ) throws {
    var mirror = Mirror()
    mirror.add("13.0.2", [nvtx, curand, nvjpeg])
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "nvtx", "curand", "nvjpeg").status == 0)
    let before = published(bench, "13.0.2-1")
    for name in removed { #expect(bench.run("remove", name).status == 0) }
    let rest = ["nvtx", "curand", "nvjpeg"].filter { !removed.contains($0) }
    // The receipt remembers the removal.
    #expect(differences(bench, fresh: ["install", "13"] + rest) == ["receipt.json"])
    #expect(published(bench, "13.0.2-1") == before)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `I7: is of the next one's time once the first has it no more`() throws {
    var mirror = Mirror()
    mirror.add("13.0.1", [dated("cuda_nvtx", 1_750_003_000, shared, version: "13.0.48"), curand])
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "nvtx", "curand").status == 0)
    let before = published(bench, "13.0.1-1")
    mirror.add("13.0.2", [dated("cuda_nvtx", 1_750_003_000, []), curand])
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").status == 0)
    #expect(Set(bench.fetched.dropFirst(2)) == ["cuda_nvtx"])
    #expect(differences(bench, fresh: ["install", "13", "nvtx", "curand"]) == [])
    #expect(published(bench, "13.0.1-1") == before)
  }

  @Test func `I7: has a published tree's file as a hard link's original, and does not change it`()
    throws
  {
    let text = Array("one\n".utf8)
    let one = dated(
      "cuda_nvtx", 1_750_003_000,
      [Member("share/x", .file, text), Member("share/y", .hardLink("share/x"))])
    let other = dated("libcurand", 1_750_001_000, [Member("share/x", .file, text)])
    let third = dated("libnvjpeg", 1_750_002_000, [Member("share/y", .file, text)])
    var mirror = Mirror()
    mirror.add("13.0.2", [one, other, third])
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = published(bench, "13.0.2-1")
    // First x is linked from the old tree, then y comes as another name for it, then once more.
    let holds = [one, third].map { bench.server.hold(Mirror.path($0), afterBytes: 1) }
    let run = bench.start("install", "13", "nvtx", "nvjpeg", "--json")
    for hold in holds { try #require(hold.waitUntilReached(by: run)) }
    let trees = "\(bench.prefix)/.cuda-install/trees"
    while !run.hasEnded,
      !namesIn(trees).contains(where: { name in
        name.hasPrefix(".new.") && namesIn("\(trees)/\(name)/share").contains("x")
      })
    { sched_yield() }
    holds[0].release()
    try #require(run.waitForOutput("\"all_unpacked\":\(one.archive.count),"), "\(run.output)")
    holds[1].release()
    #expect(run.wait() == 0, "\(run.errors)")
    #expect(published(bench, "13.0.2-1") == before)
    #expect(differences(bench, fresh: ["install", "13", "nvtx", "curand", "nvjpeg"]) == [])
  }
}
