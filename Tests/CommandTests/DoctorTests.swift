import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `What the doctor says` {
  @Test func `I1 I3 I8: a second process proves the lock and the links, and nothing is changed`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = listing(bench.prefix)
    let run = bench.run("doctor")
    #expect(run.status == 0, "\(run.output)")
    let said = run.output.split(separator: " ").joined(separator: " ")
    for line in [
      "lock a second process is refused while one has the lock",
      "kill SIGKILL of the holder frees the lock",
      "rename a link was replaced 200 times, and a second process never missed it",
      "publish a rename onto an existing name is refused",
      "releases 13.0.2", "leftovers none", "run nobody is at work",
    ] {
      #expect(said.contains("ok \(line)"), "\(line) is not in \(run.output)")
    }
    #expect(!run.output.contains("fail"))
    // The directory in which it tried is gone; only the time of its parent tells.
    var after = listing(bench.prefix)
    after[".cuda-install/trees"] = before[".cuda-install/trees"]
    #expect(after == before)
    #expect(bench.run("install", "13", "nvcc").status == 0)
  }

  @Test(
    .enabled(if: Rights.toCompile, Rights.noCompiler),
    arguments: [
      ("granted=1", "a second process got the lock while one had it"),
      ("error=\(ENOLCK)", "cannot be locked: its file system ("),
    ])
  func `I1: a file system that cannot lock is found out, and is status 71`(
    lie: String, text: String
  ) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let run = bench.run(
      "doctor", environment: Shim.environment(["FLOCK": lie], in: bench.scratch))
    #expect(run.status == 71, "\(run.output)")
    #expect(run.output.contains(text), "\(run.output)")
    #expect(bench.leftovers == [])
  }

  @Test func `I11: says whether unpacking is confined, and if not, why`() throws {
    let bench = try Bench()
    func said(_ environment: [String: String]) -> String {
      let line = bench.run("doctor", environment: environment).output.split(separator: "\n")
        .first { $0.contains("  sandbox ") }
      return (line ?? "").split(separator: " ").joined(separator: " ")
    }
    let here = "ok sandbox this kernel has Landlock, which archives are unpacked under"
    let reason = said([:])
    #expect(reason == here || reason.hasPrefix("ok sandbox off: "))
    #expect(said(["CUDA_INSTALL_SANDBOX": "off"]).hasPrefix("warn sandbox off, as CUDA_INSTALL"))
    #expect(bench.run("doctor", environment: ["CUDA_INSTALL_SANDBOX": "no"]).status == 64)
    #expect(bench.run("install", "13", "curand").status == 0)
    let tried =
      "ok sandbox a thread that unpacks can write into the new tree, and open or reach nothing else"
    #expect(said([:]) == (reason == here ? tried : reason))
  }

  @Test func `what is wrong in and around a prefix is named, with what to do about it`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    #expect(bench.run("install", "12", "curand").status == 0)
    let script = """
      cd "$PREFIX"; chmod 777 .; chmod 666 .cuda-install.lock
      mkdir .cuda-install/trees/.new.12345678.1.0123456789abcdef
      ln -s 13.0.1 .current.12345678.1.0123456789abcdef
      echo > .cuda-install/trees/12.9.1-2/receipt.json
      mkdir "$SCRATCH/bin"; echo > "$SCRATCH/bin/nvcc"; chmod +x "$SCRATCH/bin/nvcc"
      """
    #expect(bench.inShell(script).status == 0)
    let run = bench.run(
      "doctor",
      environment: ["PATH": "\(bench.scratch.path)/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": "/x:"])
    #expect(run.status == 65, "\(run.output)")
    // In a container it may be that the tree is locked by a process outside, so only the link is left over.
    let count = run.output.contains("cannot be named from here") ? 1 : 2
    for line in [
      "anybody may write in \(bench.prefix) (owner root, mode 777)",
      "anybody may open \(bench.prefix)/.cuda-install.lock, and hold the lock for ever",
      "\(count) half made trees or links of runs that died",
      "CUDA 12.9.1 is damaged: its tree or its receipt is not what was installed",
      "'cuda-install verify --repair 12.9.1' makes it whole again",
      "the nvcc that the shell finds is \(bench.scratch.path)/bin/nvcc",
      "it has an empty element: the loader looks in the current directory",
    ] {
      #expect(run.output.contains(line), "\(line) is not in \(run.output)")
    }
    let quiet = bench.run("doctor", "-q")
    #expect(!quiet.output.contains("ok  ") && quiet.output.contains("fail  releases"))
  }

  @Test func `I8: a link that is not as the last change left it is named`() throws {
    let bench = try Bench()
    for words in [["install", "13.0.1", "curand"], ["install", "12", "curand"]] {
      #expect(bench.ended(bench.command(words)).status == 0)
    }
    #expect(bench.inShell("mkdir \"$PREFIX/3rd party\"").status == 0)
    #expect(bench.run("doctor").output.contains("no link is missing, and each leads to a release"))
    for (script, words) in [
      ("rm current", "current is gone"), ("ln -sfn /usr current", "current leads to /usr"),
      ("rm 12.9.1", "12.9.1 is gone"), ("ln -sfn x 12.9.1", "12.9.1 leads to x"),
      ("rm 12.9.1; echo >12.9.1", "12.9.1 is no link"),
    ] {
      #expect(bench.inShell("cd \"$PREFIX\" && \(script)").status == 0)
      #expect(bench.run("doctor").output.contains(words), "\(words)")
    }
  }

  @Test
  func `I9: a copy of a receipt that is damaged is named, and one that is gone is made again`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let copy = "\(bench.prefix)/.cuda-install/receipts/13.0.2-1.json"
    let bytes = readFile(copy)
    #expect(bytes == bench.file("13.0.2/receipt.json"))
    for script in [": >\"$0\"", "rm \"$0\" && mkdir \"$0\""] {
      let damage = Ended(Program(["sh", "-c", script, copy], in: bench.scratch))
      try #require(damage.status == 0)
      let doctor = bench.run("doctor")
      #expect(doctor.output.contains("the copy of CUDA 13.0.2's receipt is damaged or gone"))
      #expect(doctor.output.contains("hint: remove \(copy); "))
      #expect(bench.run("status").status == 0)
    }
    #expect(bench.inShell("rm -r \"$PREFIX/.cuda-install/receipts\"").status == 0)
    #expect(bench.run("use", "13").status == 0)
    #expect(readFile(copy) == bytes)
    #expect(!bench.run("doctor").output.contains("the copy of"))
  }

  @Test func `where nothing is installed doctor makes nothing`() throws {
    let bench = try Bench()
    let run = bench.run("doctor")
    #expect(run.status == 0)
    #expect(run.output.contains("\(bench.prefix) does not exist yet"))
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `I12: JSON has each check with its verdict`() throws {
    struct Report: Decodable {
      struct Check: Decodable { var name: String, verdict: String, text: String }
      var v: Int, ok: Bool, prefix: String, checks: [Check]
    }
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let run = bench.run("doctor", "--json")
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.v == 1 && report.ok && report.prefix == bench.prefix)
    #expect(report.checks.contains { $0.name == "lock" && $0.verdict == "ok" })
  }

  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `I10: a user who may only read is told what could not be tried`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(chmod(bench.scratch.path, 0o755) == 0)
    let run = bench.ended(asNobody(bench.command(["doctor"])))
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("not tried: this user may not write in \(bench.prefix)"))
  }
}
