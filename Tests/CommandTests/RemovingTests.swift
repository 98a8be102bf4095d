import TestSupport
import Testing

@Suite struct `Removing components` {
  /// 13.0.2 with all of its three components, from a server that has stopped since.
  private func cutOff(_ words: String...) throws -> Bench {
    let bench = try Bench()
    try #require(Ended(Program(bench.command(words), in: bench.scratch)).status == 0)
    bench.server.stop()
    return bench
  }

  @Test func `I8 I9: a new tree without them is linked, with no network, and rollback undoes it`()
    throws
  {
    let bench = try cutOff("install", "13", "--profile", "full")
    let run = bench.run("remove", "13.0.2", "curand")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("removed libcurand from CUDA 13.0.2 ("))
    #expect(bench.trees == ["13.0.2-1", "13.0.2-2"])
    #expect(bench.file("current/bin/libcurand") == nil)
    try expectInstalled(component("cuda_nvcc"), in: bench)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    let trees = "\(bench.prefix)/.cuda-install/trees"
    let same = bench.inShell(
      "[ \(trees)/13.0.2-1/bin/nvcc -ef \(trees)/13.0.2-2/bin/nvcc ] && echo one file")
    #expect(same.output == "one file\n")
    #expect(bench.run("rollback").status == 0)
    #expect(bench.file("current/bin/libcurand") != nil)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `the tree is as if they had never been there, but for what the receipt remembers`()
    throws
  {
    let bench = try Bench()
    for words in [["curand", "nvcc"], ["nvcc"]] {
      let prefix = bench.scratch.file("with\(words.count)")
      let command = bench.command(["install", "13"] + words, prefix: prefix)
      #expect(Ended(Program(command, in: bench.scratch)).status == 0)
    }
    #expect(bench.run("remove", "curand", prefix: bench.scratch.file("with2")).status == 0)
    var trees = ["with2/13.0.2/.", "with1/13.0.2/."].map { listing(bench.scratch.file($0)) }
    for index in trees.indices { trees[index]["receipt.json"] = nil }
    #expect(trees[0] == trees[1] && trees[0].count > 15)
  }

  @Test func `I9: of what is not there, or all there is, nothing is removed`() throws {
    let bench = try cutOff("install", "13", "nvcc")
    let before = bench.disk
    for (words, status, message) in [
      (["curand"], 66, "component curand is not installed in CUDA 13.0.2"),
      (["13.0.2", "nvcc", "bogus"], 66, "component bogus is not installed in CUDA 13.0.2"),
      (["12", "nvcc"], 66, "release 12 is not installed"),
      (["nvcc", "cudart"], 64, "that is all there is of CUDA 13.0.2"),
      (["13.0.2", "12.9.1", "nvcc"], 64, "components are removed from one release at a time"),
      (["nvcc", "12.9.1", "13.0.2"], 64, "components are removed from one release at a time"),
      (["nvcc", "13.0.2"], 64, "the version comes first: cuda-install remove 13.0.2 nvcc"),
      (
        ["nvcc", "latest", "cudart"], 64,
        "the version comes first: cuda-install remove latest nvcc cudart"
      ),
    ] as [([String], Int32, Substring)] {
      let run = Ended(Program(bench.command(["remove"] + words), in: bench.scratch))
      #expect(run.status == status, "\(words)")
      #expect(run.errorLines == ["cuda-install: error: \(message)"])
    }
    #expect(bench.disk == before)
    let run = bench.run("remove", "nvc")
    #expect(run.errors.contains("hint: did you mean cuda_nvcc?"))
    #expect(bench.run("remove", "nvcc").status == 0)
  }

  @Test func `a component that stays and needs one that goes is named`() throws {
    let bench = try cutOff("install", "13", "nvcc", "curand")
    let run = bench.run("remove", "cudart")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("warning: cuda_nvcc needs cuda_cudart\n"))
    #expect(bench.run("remove", "curand", "-q").errors == "")
  }

  @Test func `a warning is one in JSON as well, and its text is nothing but that`() throws {
    let bench = try cutOff("install", "13", "nvcc")
    let run = bench.run("remove", "cudart", "--json")
    #expect(run.status == 0)
    let messages = try run.events.filter { $0.type == "message" }
    #expect(messages.map(\.level) == ["warning"])
    #expect(messages.map(\.text) == ["cuda_nvcc needs cuda_cudart"])
  }

  @Test func `--yes asks for no more than the components`() throws {
    let bench = try cutOff("install", "13", "curand", "nvcc")
    #expect(bench.run("remove", "-y", "curand").status == 0)
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\ncuda_nvcc\n")
  }

  @Test func `an update does not bring them back, and an install that selects them does`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0").status == 0)
    // A part of the profile, and one that another needs.
    #expect(bench.run("remove", "nvcc").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\nlibcurand\n")
    #expect(bench.run("list", "--json").output.contains(#""without":["cuda_nvcc"]"#))
    #expect(!bench.fetched.dropFirst(3).contains("cuda_nvcc"))
    #expect(bench.run("remove", "cudart").status == 0)
    #expect(bench.run("install", "13.0", "curand").output.contains("already installed"))
    #expect(bench.run("install", "13.0", "nvcc").status == 0)
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\ncuda_nvcc\nlibcurand\n")
    #expect(bench.run("remove", "curand").status == 0)
    #expect(bench.run("install", "13.0").status == 0)
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\ncuda_nvcc\nlibcurand\n")
    #expect(bench.text("current/receipt.json")?.contains("\"without\" : [\n\n  ]") == true)
  }

  @Test func `I9: what is damaged is fetched, and the new tree is whole`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13").status == 0)
    #expect(bench.inShell("echo >> \"$PREFIX/current/include/nvcc.h\"").status == 0)
    let fetched = bench.fetched.count
    let run = bench.run("remove", "curand")
    #expect(run.status == 0, "\(run.errors)")
    #expect(Array(bench.fetched.dropFirst(fetched)) == ["cuda_nvcc"])
    #expect(bench.run("verify").status == 0)
    // The plan says so, where nothing of the tree can be taken.
    #expect(bench.inShell("rm -f \"$PREFIX/current/receipt.ndjson\"").status == 0)
    let rest = bench.run("remove", "cudart")
    #expect(rest.errors.contains("1 component, "))
    #expect(!rest.errors.contains(" reused"), "\(rest.errors)")
  }

  @Test func `I2 I12: of two that wait to remove the same, one does it and the other names it`()
    throws
  {
    let bench = try cutOff("install", "13", "--profile", "full")
    let other = bench.hold()
    let callers = [["curand"], ["13", "libcurand"], ["curand", "nvcc"]].map {
      Program(bench.command(["remove"] + $0), in: bench.scratch)
    }
    for caller in callers { #expect(caller.waitForErrors("waiting for pid \(other.pid) (flock)")) }
    other.release()
    for caller in callers { #expect(caller.wait() == 0, "\(caller.errors)") }
    let did = callers.filter { $0.output.contains("removed libcurand from") }
    try #require(did.count == 1)
    for caller in callers.prefix(2) where caller.pid != did[0].pid {
      #expect(
        caller.output.hasSuffix(
          "curand was just removed from CUDA 13.0.2 by pid \(did[0].pid)\n"))
    }
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\n")
    #expect(bench.run("remove", "curand").status == 66)
  }
}
