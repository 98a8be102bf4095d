import CUDACatalog
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `What was asked for` {
  /// Of 13.0.2 by its line: nvcc and curand by name, cudart taken away.
  private func installed() throws -> Bench {
    let bench = try Bench()
    for words in [
      ["install", "13", "nvcc", "curand", "--no-static"], ["remove", "cudart"],
    ] {
      try #require(bench.ended(bench.command(words)).status == 0)
    }
    return bench
  }

  /// 13.0.1 with a component that no later release has.
  private static var withNvprof: Mirror {
    var mirror = Mirror()
    mirror.add(
      "13.0.1", Mirror.components("13.0.48") + [Mirror.component("cuda_nvprof", "13.0.48")])
    return mirror
  }

  private static let damages = [
    "rm current/receipt.json", "echo '{' >current/receipt.json", ": >current/receipt.json",
    "sed -i '/\"track\"/ s/13/12/' current/receipt.json",
    "sed -i '/\"static\"/ s/false/true/' current/receipt.json", "rm -r current/*",
    "rm -r .cuda-install/trees/13.0.2-2",
    "rm -r .cuda-install/trees/13.0.2-2; echo >.cuda-install/trees/13.0.2-2",
  ]

  @Test(arguments: damages, [["verify", "--repair"], ["install", "13", "curand"]])
  func `I9: is known where a tree is damaged or gone, and is made again`(
    damage: String, mend: [String]
  ) throws {
    let bench = try installed()
    let tree = listing("\(bench.prefix)/current/.")
    let script = "cd \"$PREFIX\" && \(damage)"
    try #require(bench.inShell(script).status == 0)
    #expect(bench.run("verify").status == 65)
    #expect(bench.run("env").status == 65)
    let run = bench.ended(bench.command(mend))
    #expect(run.status == 0, "\(run.errors)")
    #expect(listing("\(bench.prefix)/current/.") == tree)
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    #expect(bench.run("list", "--json").output.contains(#""without":["cuda_cudart"]"#))
    // The second copy of the lost tree's receipt goes with the next run.
    #expect(bench.run("use", "13").status == 0)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `I9: is lost only with both receipts, which is said`() throws {
    let bench = try installed()
    #expect(
      bench.inShell("cd \"$PREFIX\" && rm current/receipt.json .cuda-install/receipts/*").status
        == 0)
    let run = bench.run("verify", "--repair")
    #expect(run.status == 65)
    #expect(run.errors.contains("hint: 'cuda-install install 13.0.2' makes it whole again"))
    #expect(bench.run("update", "13").status == 65)
    #expect(bench.run("update").errors.contains("warning: release 13.0.2 is damaged"))
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.run("verify").status == 0)
  }

  @Test func `I9: a release whose tree is damaged is updated, by what was asked for`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "nvcc", "curand").status == 0)
    #expect(bench.inShell("rm -r \"$PREFIX/current/\"*").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\ncuda_nvcc\nlibcurand\n")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
  }

  @Test func `I9: receipts of trees that are gone go as well`() throws {
    let bench = try installed()
    let receipts = "\(bench.prefix)/.cuda-install/receipts"
    #expect(namesIn(receipts) == ["13.0.2-1.json", "13.0.2-2.json"])
    #expect(bench.run("prune", "--keep", "0").status == 0)
    #expect(namesIn(receipts) == ["13.0.2-2.json"])
    // As a run leaves them that is killed before its tree has its name.
    #expect(
      bench.inShell(
        "cd \"$PREFIX/.cuda-install/receipts\" && : >.13.0.2-3.json.1.1.0123456789abcdef && : >13.0.2-3.json"
      ).status == 0)
    #expect(bench.run("use", "13").status == 0)
    #expect(namesIn(receipts) == ["13.0.2-2.json"])
    #expect(bench.run("remove", "13.0.2", "--yes").status == 0)
    #expect(namesIn(receipts) == [])
  }

  @Test func `is the larger profile, so that two who want different ones make one tree`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "--profile", "devel").status == 0)
    for profile in ["base", "runtime", "devel"] {
      let run = bench.run("install", "13", "--profile", profile)
      #expect(run.output.contains("already installed"), "\(run.output)")
    }
    #expect(bench.run("install", "13", "--profile", "full").status == 0)
    #expect(bench.run("install", "13").output.contains("already installed"))
    #expect(bench.trees == ["13.0.2-1", "13.0.2-2"])
    #expect(bench.run("list").output.contains("full"))
  }

  @Test func `is taken over by a newer release of which only a part is there`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "nvcc", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("install", "13.0.2", "cudart").status == 0)
    #expect(bench.run("update", "--check").status == 100)
    #expect(bench.run("update").output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\ncuda_nvcc\nlibcurand\n")
    #expect(bench.run("update", "--check").status == 0)
    // What is taken away from the new release stays away, though the old one has it.
    #expect(bench.run("remove", "nvcc").status == 0)
    #expect(bench.run("update").output == "everything is up to date\n")
    #expect(bench.run("list", "--components", "-q").output == "cuda_cudart\nlibcurand\n")
  }

  @Test func `of the part that is there of a newer release stays as it was chosen`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "nvcc", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("install", "13.0.2", "cudart", "nvcc", "--no-static").status == 0)
    #expect(bench.run("remove", "13.0.2", "nvcc").status == 0)
    #expect(bench.run("update").output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(
      bench.run("list", "--components", "13.0.2", "-q").output == "cuda_cudart\nlibcurand\n")
    #expect(bench.run("list", "13.0.2").output.contains("no static"))
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.1")
    #expect(bench.run("update").output == "everything is up to date\n")
    // A release that is current is not pruned, though it is replaced.
    #expect(bench.run("prune", "--keep", "0").output.contains("13.0.1") == false)
    #expect(bench.run("verify").output == "CUDA 13.0.1 is intact\n")
  }

  @Test func `is not what a newer release cannot have, nor what was said of it since`() throws {
    let bench = try Bench(Self.withNvprof)
    #expect(bench.run("install", "13.0", "nvprof", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    let stays = bench.run("update", "--check")
    #expect(stays.status == 0)
    #expect(
      stays.errors.contains(
        "warning: CUDA 13.0.1 stays: CUDA 13.0.2 has no component cuda_nvprof; "
          + "'cuda-install remove 13.0.1 cuda_nvprof' lets it go on\n"))
    #expect(bench.run("update", "13").status == 66)
    #expect(
      bench.run("update", "--check", "--json").output.contains(
        #""updates":[],"v":1,"warnings":["CUDA 13.0.1 stays: "#))
    #expect(bench.run("install", "13.0.2", "curand", "--no-static", "--use").status == 0)
    let before13 = bench.trees
    #expect(bench.run("update").output == "everything is up to date\n")
    #expect(bench.run("update", "--check").status == 0)
    #expect(bench.trees == before13)
    #expect(bench.run("list").output.contains("no static"))
  }

  @Test func `I9: of a tree that is gone is fetched, and planned so`() throws {
    let bench = try installed()
    #expect(bench.inShell("rm -r \"$PREFIX/.cuda-install/trees/13.0.2-2\"").status == 0)
    // The tree before it has them.
    let plan = bench.run("install", "13", "curand", "--dry-run")
    #expect(plan.output.contains(" 0 B to fetch"), "\(plan.output)")
    #expect(bench.inShell("rm -r \"$PREFIX/.cuda-install/trees/13.0.2-1\"").status == 0)
    #expect(!bench.run("install", "13", "curand", "--dry-run").output.contains(" 0 B to fetch"))
    #expect(bench.run("remove", "13.0.2", "--yes").status == 0)
    #expect(namesIn("\(bench.prefix)/.cuda-install/receipts") == [])
  }

  @Test func `I9: what is intact elsewhere is not fetched for a damaged tree`() throws {
    let bench = try installed()
    let fetched = bench.fetched
    #expect(bench.inShell("cd \"$PREFIX/current/\" && rm -r bin receipt.json").status == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.fetched == fetched)
  }

  @Test func `of one release keeps no other from its update`() throws {
    var before = Mirror()
    before.add(
      "13.0.1", Mirror.components("13.0.48") + [Mirror.component("cuda_nvprof", "13.0.48")])
    before.add("12.9.0", Mirror.components("12.9.37"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "nvprof").status == 0)
    #expect(bench.run("install", "12.9", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    let run = bench.run("update")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "CUDA 12.9.0 -> 12.9.1 in \(bench.prefix)\n")
    #expect(run.errors.contains("warning: CUDA 13.0.1 stays: "))
    #expect(bench.run("remove", "12.9.1").status == 0)
    let named = bench.run("update", "13", "12")
    #expect(named.status == 66)
    #expect(named.errors.contains("CUDA 12.9.0 -> 12.9.1 is done\n"))
    #expect(linkTarget("\(bench.prefix)/12.9.1") != nil)
    // What nobody asked for by name is left behind, and named.
    #expect(bench.run("install", "13.0.1", "--profile", "full").status == 0)
    #expect(bench.run("remove", "nvprof", "13.0.1").status == 64)
    #expect(bench.run("remove", "13.0.1", "nvprof").status == 0)
    #expect(bench.run("update").output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
  }

  @Test func `is not pruned for a newer release that follows less`() throws {
    let bench = try Bench()
    for words in [["install", "12", "nvcc", "curand"], ["install", "13.0.1", "curand", "--use"]] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    try bench.editReceipt(of: "12.9.1") { $0.track = "latest" }
    #expect(bench.run("prune", "--keep", "0").output == "nothing to delete\n")
    #expect(linkTarget("\(bench.prefix)/12.9.1") != nil)
  }

  @Test func `that came back is not removed any more`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "nvcc", "curand", "cudart").status == 0)
    #expect(bench.run("remove", "nvcc").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("install", "13.0.2", "nvcc").status == 0)
    #expect(bench.run("update").status == 0)
    #expect(
      bench.run("list", "13.0.2", "--components", "-q").output
        == "cuda_cudart\ncuda_nvcc\nlibcurand\n")
    let json = bench.run("list", "13.0.2", "--json").output
    #expect(json.contains(#""without":[]"#), "\(json)")
  }

  @Test func `that a release does not have any more is named when it is updated`() throws {
    let bench = try Bench(Self.withNvprof)
    #expect(bench.run("install", "13.0", "--profile", "full").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    let run = bench.run("update")
    #expect(run.output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(run.errors.contains("warning: CUDA 13.0.2 has no cuda_nvprof, which 13.0.1 has\n"))
  }

  @Test func `a source without a release is no sign that all is up to date`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let empty = bench.scratch.file("empty")
    #expect(mkdir(empty, 0o755) == 0)
    for words in [["update"], ["update", "--check"]] {
      let run = bench.ended(bench.command(words, mirror: empty))
      #expect(run.status == 66 && run.output == "", "\(run.output)")
      #expect(run.errors.contains("hint: check the source: it lists no release at all\n"))
    }
  }

  @Test func `along a wider track is said, and old releases of the narrower one are pruned`() throws
  {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").status == 0)
    let run = bench.run("install", "nvcc")
    #expect(run.errors.contains("CUDA 13.0.2 follows latest from now on, and not 13\n"))
    #expect(bench.run("prune", "--keep", "0").output.contains("deleted CUDA 13.0.1"))
  }

  @Test func `who went back is told that current stays`() throws {
    var before = Mirror()
    before.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "curand").status == 0)
    for (path, bytes) in Mirror.three.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").errors.contains("current stays") == false)
    #expect(bench.run("rollback").status == 0)
    let run = bench.run("update")
    #expect(run.output == "everything is up to date\n")
    #expect(
      run.errors.contains(
        "current stays 13.0.1; 'cuda-install use 13.0.2' makes CUDA 13.0.2 current\n"))
    #expect(bench.run("update", "-q").errors == "")
  }

  @Test func `of nothing that a release has is said as that`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "--profile", "base", "--platform", "linux-sbsa")
    #expect(run.status == 66)
    #expect(
      run.errors.contains(
        "CUDA 13.0.2 has nothing to install for linux-sbsa, only for linux-x86_64"))
    var mirror = Mirror()
    mirror.add("13.0.2", [Mirror.component("libcurand", "1.0")])
    let other = try Bench(mirror)
    let none = other.run("install", "13", "--profile", "base")
    #expect(none.status == 66)
    #expect(none.errors.contains("error: CUDA 13.0.2 has none of the components that are wanted\n"))
    #expect(listing(other.prefix) == [:])
  }

  @Test func `I9: a repair names other releases that have the same damaged file`() throws {
    var mirror = Mirror()
    for release in ["13.0.1", "13.0.2"] {
      mirror.add(release, [Mirror.component("libcurand", "1.0")])
    }
    let bench = try Bench(mirror)
    for release in ["13.0.1", "13.0.2"] {
      #expect(bench.run("install", release, "curand").status == 0)
    }
    #expect(bench.inShell("echo >> \"$PREFIX/13.0.2/bin/libcurand\"").status == 0)
    let run = bench.run("verify", "--repair", "13.0.2")
    #expect(
      run.errors.contains(
        "warning: CUDA 13.0.1 has the same damage; 'cuda-install verify --repair 13.0.1' mends it\n"
      ))
    #expect(bench.run("verify", "13.0.1").status == 65)
    #expect(bench.run("verify", "--repair", "13.0.1").status == 0)
    for release in ["13.0.1", "13.0.2"] { #expect(bench.run("verify", release).status == 0) }
  }

  @Test(arguments: [["remove", "curand"], ["remove", "12.9.1"]])
  func `I12: is there for who asks again because the first run died behind its work`(
    words: [String]
  ) throws {
    let bench = try Bench()
    for words in [["install", "13"], ["install", "12", "curand"]] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    #expect(bench.ended(bench.command(words)).status == 0)
    try bench.forgetHowTheLastRunEnded()
    let again = bench.ended(bench.command(words))
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.hasSuffix(" already\n"), "\(again.output)")
    #expect(bench.ended(bench.command(words)).status == 66)
  }
}

extension Bench {
  /// As if the last run had been killed when its work was visible: its announcement is there, and no record of it.
  func forgetHowTheLastRunEnded() throws {
    let lines = try #require(text(".cuda-install/history.ndjson")).split(separator: "\n")
    let last = try JSONDecoder().decode(RunRecord.self, from: Data(try #require(lines.last).utf8))
    let operation = CUDACatalog.Operation(
      op: last.op, command: last.command, pid: last.pid, startTicks: 1, bootID: "0",
      pidNamespace: 0, host: "host", user: last.user, context: nil, started: last.started,
      progress: .init(phase: .commit, updated: last.started), before: last.before)
    let directory = "\(prefix)/.cuda-install"
    writeFile("\(directory)/operation.json", JSONRecord.encode(operation))
    let rest = lines.dropLast().map { "\($0)\n" }.joined()
    writeFile("\(directory)/history.ndjson", Array(rest.utf8))
    #expect(inShell("rm \"$PREFIX/.cuda-install/last.json\"").status == 0)
  }
}
