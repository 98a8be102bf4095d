import TestSupport
import Testing

@Suite struct `Switching and removing` {
  /// 12.9.1, 13.0.1 and 13.0.2 with one component each; 12.9.1 is current.
  private func threeReleases() throws -> Bench {
    let bench = try Bench()
    for release in ["12.9.1", "13.0.1", "13.0.2"] {
      try #require(bench.run("install", release, "curand").status == 0)
    }
    return bench
  }

  private func current(_ bench: Bench) -> String? { linkTarget("\(bench.prefix)/current") }

  @Test func `I8: use makes a release current, and - the one before`() throws {
    let bench = try threeReleases()
    let run = bench.run("use", "13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "current: 13.0.2 (was 12.9.1)\n")
    #expect(bench.text("current/include/libcurand.h") == "#define VERSION \"13.0.88\"\n")
    #expect(bench.run("use", "-").output == "current: 12.9.1 (was 13.0.2)\n")
    #expect(bench.run("use", "-").output == "current: 13.0.2 (was 12.9.1)\n")
    #expect(bench.run("use", "13.0.2").output == "current: 13.0.2\n")
    #expect(bench.leftovers == [])
  }

  @Test func `I9: what is not installed cannot be used, and nothing changes`() throws {
    let bench = try threeReleases()
    let before = bench.disk
    let run = bench.run("use", "13.0.9")
    #expect(run.status == 66)
    #expect(run.errorLines == ["cuda-install: error: release 13.0.9 is not installed"])
    #expect(run.errors.contains("hint: installed are 13.0.2, 13.0.1, 12.9.1"))
    #expect(bench.disk == before)
    #expect(bench.run("use", "13.0.1").status == 0)
  }

  @Test func `I8: rollback undoes the last change, and rollback again redoes it`() throws {
    let bench = try threeReleases()
    #expect(bench.run("use", "13.0.2").status == 0)
    let run = bench.run("rollback")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "rolled back: 13.0.2 -> 12.9.1\n")
    #expect(current(bench) == "12.9.1")
    #expect(bench.run("rollback").output == "rolled back: 12.9.1 -> 13.0.2\n")
    #expect(current(bench) == "13.0.2")
    #expect(bench.trees.count == 3)
  }

  @Test func `rollback takes an added component away again`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.run("install", "13", "nvcc").status == 0)
    let run = bench.run("rollback")
    #expect(run.output == "rolled back: 13.0.2 (13.0.2-2) -> 13.0.2 (13.0.2-1)\n")
    #expect(bench.file("current/bin/nvcc") == nil)
    #expect(bench.file("current/bin/libcurand") != nil)
    // The tree that was left still has the component.
    let fetched = bench.fetched
    #expect(bench.run("install", "13", "nvcc").status == 0)
    #expect(bench.fetched == fetched)
  }

  @Test func `rollback goes back behind releases that only came or went meanwhile`() throws {
    let bench = try Bench()
    for words in [
      ["install", "12", "curand"], ["install", "13.0.1", "curand", "--use"],
      ["install", "13", "curand", "--use"], ["remove", "12.9.1"],
    ] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    #expect(bench.run("rollback").output == "rolled back: 13.0.2 -> 13.0.1\n")
    #expect(bench.run("rollback").output == "rolled back: 13.0.1 -> 13.0.2\n")
    #expect(bench.run("install", "12", "curand").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(bench.run("rollback").output == "rolled back: 13.0.2 -> 13.0.1\n")
    #expect(linkTarget("\(bench.prefix)/12.9.1") != nil)
  }

  @Test func `rollback names the release whose tree goes back, also if it is not the current one`()
    throws
  {
    let bench = try Bench()
    for words in [
      ["install", "12", "curand"], ["install", "13", "curand", "--use"], ["install", "12", "nvcc"],
    ] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    let run = bench.run("rollback", "--json")
    #expect(run.output.contains(#""release":"12.9.1""#), "\(run.output)")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(linkTarget("\(bench.prefix)/12.9.1")?.hasSuffix("/12.9.1-1") == true)
    let again = bench.run("rollback")
    #expect(again.output == "rolled back: 12.9.1 (12.9.1-1) -> 12.9.1 (12.9.1-3)\n")
  }

  @Test func `rollback does not go further back where the tree of the last change is gone`() throws
  {
    let bench = try Bench()
    for words in [
      ["install", "12", "curand"], ["install", "13", "curand", "--use"], ["install", "13", "nvcc"],
      ["prune", "--keep", "0"],
    ] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    #expect(bench.run("rollback").status == 66)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
  }

  @Test func `rollback does not bring a damaged tree back that was repaired since`() throws {
    let bench = try Bench()
    for words in [
      ["install", "12", "curand"], ["install", "13", "curand"], ["use", "13"],
    ] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    #expect(bench.inShell("echo >> \"$PREFIX/12.9.1/bin/libcurand\"").status == 0)
    #expect(bench.run("verify", "--repair", "12").output == "CUDA 12.9.1 repaired\n")
    #expect(bench.run("rollback").output == "rolled back: 13.0.2 -> 12.9.1\n")
    #expect(bench.run("verify", "12").output == "CUDA 12.9.1 is intact\n")
    #expect(bench.inShell("echo >> \"$PREFIX/current/bin/libcurand\"").status == 0)
    #expect(bench.run("verify", "--repair").output == "CUDA 12.9.1 repaired\n")
    #expect(bench.run("rollback").output == "rolled back: 12.9.1 -> 13.0.2\n")
    #expect(bench.run("verify", "12").output == "CUDA 12.9.1 is intact\n")
  }

  @Test(arguments: ["current", "13.0.2"])
  func `I9: what is no link where one belongs is left alone, and said before anything is fetched`(
    name: String
  ) throws {
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    let script = "cd \"$PREFIX\" && rm -f \(name) && mkdir \(name) && echo mine >\(name)/file"
    try #require(bench.inShell(script).status == 0)
    let fetched = bench.fetched
    let run = bench.run("install", "13", "curand", "--use")
    #expect(run.status == 73)
    #expect(
      run.errors.contains(
        "error: \(bench.prefix)/\(name) should be a link of cuda-install's, and is none\n"))
    #expect(run.errors.contains("hint: move it away, and start again\n"))
    #expect(bench.fetched == fetched && bench.leftovers == [])
    #expect(bench.text("\(name)/file") == "mine\n")
    #expect(bench.run("doctor").output.contains("\(name) is no link"))
    if name == "current" { #expect(bench.run("use", "12").status == 73) }
    #expect(bench.inShell("rm -r \"$PREFIX/\(name)\"").status == 0)
    #expect(bench.run("install", "13", "curand", "--use").status == 0)
    #expect(bench.run("doctor").output.contains("no link is missing, and each leads to a release"))
  }

  @Test(arguments: ["current/sub", "13.0.2", ".cuda-install/partial", ".cuda-install/trees"])
  func `I7: a prefix is not made inside what is installed`(path: String) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = bench.disk
    for words in [["install", "13", "curand"], ["status"], ["use", "13"]] {
      let run = bench.ended(bench.command(words, prefix: "\(bench.prefix)/\(path)"))
      #expect(run.status == 73, "\(words)")
      #expect(run.errors.contains("is inside what is installed in \(bench.prefix)\n"))
      #expect(run.errors.contains("hint: the prefix is \(bench.prefix)\n"))
    }
    #expect(bench.disk == before)
  }

  @Test func `I8: neither use nor rollback makes a release current whose tree is gone or damaged`()
    throws
  {
    for damage in ["rm -r .cuda-install/trees/12.9.1-1", ": >12.9.1/receipt.json"] {
      let bench = try Bench()
      for words in [
        ["install", "12", "curand"], ["install", "13", "curand"], ["use", "13"],
      ] {
        #expect(bench.ended(bench.command(words)).status == 0)
      }
      try #require(bench.inShell("cd \"$PREFIX\" && \(damage)").status == 0)
      for (words, status) in [(["use", "12"], 65), (["use", "-"], 65), (["rollback"], 66)] {
        #expect(bench.ended(bench.command(words)).status == status, "\(words)")
      }
      #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
      #expect(bench.run("verify", "--repair", "12").status == 0)
      #expect(bench.run("use", "-").output == "current: 12.9.1 (was 13.0.2)\n")
    }
  }

  @Test func `rollback does not bring a damaged tree back that an install has mended`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.inShell("echo >> \"$PREFIX/current/receipt.json\"").status == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.run("rollback").status == 66)
    #expect(bench.run("verify").status == 0)
  }

  @Test func `use - goes back after a use that died behind its work`() throws {
    let bench = try threeReleases()
    #expect(bench.run("use", "13.0.2").status == 0)
    #expect(bench.run("use", "12").status == 0)
    try bench.forgetHowTheLastRunEnded()
    #expect(bench.run("use", "-").output == "current: 13.0.2 (was 12.9.1)\n")
  }

  @Test
  func
    `I7: a release whose link leads to another's tree is damaged, and no removal takes that tree`()
    throws
  {
    let bench = try Bench()
    for words in [["install", "13.0.1", "curand"], ["install", "13", "curand", "--use"]] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    let script = "ln -sfn .cuda-install/trees/13.0.1-1 \"$PREFIX/13.0.2\""
    try #require(bench.inShell(script).status == 0)
    #expect(bench.run("verify", "13.0.2").status == 65)
    #expect(bench.run("status").output.contains("Damaged  13.0.2"))
    #expect(bench.run("remove", "13.0.1").status == 0)
    #expect(bench.trees.contains("13.0.1-1"))
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
  }

  @Test func `there is nothing to roll back to before the first release`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = bench.disk
    let run = bench.run("rollback")
    #expect(run.status == 66)
    #expect(run.errorLines.count == 1)
    #expect(bench.disk == before)
  }

  @Test func `I8: remove takes a release and its trees away, the current one only with --yes`()
    throws
  {
    let bench = try threeReleases()
    #expect(bench.run("remove", "13.0.1").status == 0)
    #expect(bench.trees.map { $0.prefix(6) } == ["12.9.1", "13.0.2"])
    let before = bench.disk
    let refused = bench.run("remove", "12.9.1")
    #expect(refused.status == 64)
    #expect(refused.errorLines == ["cuda-install: error: CUDA 12.9.1 is the current release"])
    #expect(bench.disk == before)
    let removed = bench.run("remove", "12.9.1", "--yes")
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(removed.output.hasPrefix("removed CUDA 12.9.1 ("))
    #expect(namesIn(bench.prefix) == [".cuda-install", ".cuda-install.lock", "13.0.2"])
    #expect(bench.trees.map { $0.prefix(6) } == ["13.0.2"])
    #expect(bench.run("install", "12", "curand").status == 0)
    #expect(current(bench) == "12.9.1")
  }

  @Test func `I9: one wrong name, and none of the releases is removed`() throws {
    let bench = try threeReleases()
    let before = bench.disk
    #expect(bench.run("remove", "13.0.1", "13.0.9").status == 66)
    #expect(bench.disk == before)
    #expect(bench.run("remove", "13.0.1", "13.0.2").status == 0)
  }

  @Test(arguments: [["use", "13"], ["rollback"], ["remove", "13.0.2"]])
  func `where nothing is installed, a change makes no prefix`(words: [String]) throws {
    let bench = try Bench()
    let run = Ended(
      Program(bench.command(words), environment: bench.environment, in: bench.scratch))
    #expect(run.status == 66)
    #expect(run.errorLines == ["cuda-install: error: no CUDA is installed in \(bench.prefix)"])
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `I7: a tree that a program uses is not removed under it`() throws {
    let bench = try threeReleases()
    let root = "\(bench.prefix)/.cuda-install/trees/12.9.1-1"
    let whole = listing(root)
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    let user = bench.start(
      "exec", "12", "--", "sh", "-c",
      "echo ready; cat \"$0\"; cat \"$CUDA_HOME/include/libcurand.h\"",
      bench.scratch.file("fifo"))
    #expect(user.waitForOutput("ready"))
    let run = bench.run("remove", "12.9.1", "--yes")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains(
        "tree 12.9.1-1 is used by pid \(user.pid) (sh), and stays until nobody uses it"))
    #expect(namesIn(bench.prefix).contains("12.9.1") == false)
    #expect(listing(root) == whole)
    writeFile(bench.scratch.file("fifo"), [])
    #expect(user.wait() == 0)
    #expect(user.output.contains("12.9.79"))
    #expect(bench.run("install", "12", "curand").status == 0)
  }
}
