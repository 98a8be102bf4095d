import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `What may lie in a prefix` {
  private static let large = Mirror.component("libcurand", "13.0.88", byteCount: 100_000)

  /// A killed run that had received 60 kB of 100: its staging and its download.
  private func dead(_ bench: Bench) throws -> Program {
    let hold = bench.server.hold("*.tar.gz", afterBytes: 60_000)
    let run = bench.start("install", "13", "--json")
    try #require(run.waitForOutput("\"all_done\":60000,"))
    run.kill()
    run.wait()
    hold.release()
    return run
  }

  @Test func `I5 I9: what another boot left is swept, or believed only by its hash`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    #expect(bench.run("install", "13").status == 0)
    #expect(bench.run("remove", "13.0.2", "--yes").status == 0)
    _ = try dead(bench)
    // After a power cut: the names are there, with the pid of somebody who lives, and bytes that are not.
    let script = """
      cd "$PREFIX/.cuda-install"
      rm -r trees/.new.*; mkdir -p trees/.new.12345678.1.0123456789abcdef/bin
      echo '{}' >trees/.new.12345678.1.0123456789abcdef/receipt.json
      for file in partial/*; do
        head -c 60000 /dev/zero >"$file"; mv "$file" "${file%%.*}.12345678.1.0123456789abcdef"
      done
      """
    #expect(bench.inShell(script).status == 0)
    #expect(bench.partials.count == 1)
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.errors.contains("what an earlier run left was wrong; fetching it again"))
    #expect(bench.requests.map { $0.request.range } == [nil, nil, "bytes=60000-", nil])
    try expectInstalled(Self.large, in: bench)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `I5 I6: a download that another process has locked is left to it`() throws {
    let bench = try Bench(.one(Self.large))
    _ = try dead(bench)
    let name = try #require(bench.partials.first)
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    let owner = bench.started([
      "flock", "\(bench.prefix)/.cuda-install/partial/\(name)", "sh", "-c", "echo held; cat \"$0\"",
      bench.scratch.file("fifo"),
    ])
    #expect(owner.waitForOutput("held"))
    let run = bench.run("install", "13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.requests.map { $0.request.range } == [nil, nil])
    try expectInstalled(Self.large, in: bench)
    writeFile(bench.scratch.file("fifo"), [])
    #expect(owner.wait() == 0)
  }

  @Test(arguments: ["000", "077"])
  func `I11: whatever the umask, it stays what it is, and others can write nothing`(
    umask: String
  ) throws {
    let (here, missing) = (component("libcufft"), Self.large)
    let bench = try Bench(.one(here, missing))
    let hold = bench.server.hold(Mirror.path(missing), afterBytes: 1000)
    let run = bench.startShell(
      "umask \(umask); exec \"$@\"", "install", "13", "--profile", "full", "--json")
    let size = here.members.filter { !$0.name.hasPrefix("pkg-config/") }
      .reduce(0) { $0 + $1.bytes.count }
    // One archive is unpacked: libarchive's own writer would have changed the umask by now.
    try #require(run.waitForOutput("\"unpacked\":\(size)}"))
    #expect(run.status("Umask") == "0\(umask)")
    expectOwn(bench)
    hold.release()
    #expect(run.wait() == 0)
    for words in [["install", "13", "curand", "--force"], ["prune"], ["verify", "--repair"]] {
      let ended = bench.ended(
        ["sh", "-c", "umask \(umask); exec \"$@\"", "sh"] + bench.command(words))
      #expect(ended.status == 0, "\(words): \(ended.errors)")
    }
    expectOwn(bench)
  }

  /// Nothing below the prefix can be written by its group or by others.
  private func expectOwn(_ bench: Bench) {
    for (path, entry) in listing(bench.prefix) where !entry.hasPrefix("link") {
      let mode = entry.split(separator: ",").first { $0.hasPrefix(" mode ") }?.dropFirst(6)
      #expect((Int(mode ?? "", radix: 8) ?? 0o777) & 0o6022 == 0, "\(path): \(entry)")
    }
  }

  /// A record as a later version may write it: more fields, of all kinds, and another number.
  private func later(_ record: String) -> String {
    let more = #""v":2,"sandbox":{"kind":"new","list":[1,2.5,null]},"zeal":true,"#
    let rest = record.dropFirst().replacing(#","v":1"#, with: "")
    return "{\(more)\(rest)"
  }

  @Test func `records of a later version are read as far as they are known, and stop nobody`()
    throws
  {
    let bench = try Bench(.one(Self.large, component("libcufft")))
    #expect(bench.run("install", "13", "cufft").status == 0)
    let killed = try dead(bench)
    for name in ["operation.json", "last.json", "history.ndjson"] {
      let text = try #require(bench.text(".cuda-install/\(name)"))
      let lines = text.split(separator: "\n").map { later(String($0)) + "\n" }
      writeFile("\(bench.prefix)/.cuda-install/\(name)", Array(lines.joined().utf8))
    }
    let status = bench.run("status")
    #expect(status.status == 0)
    #expect(status.output.contains("Died     pid \(killed.pid), install"), "\(status.output)")
    #expect(status.output.contains("Last     install done"), "\(status.output)")
    #expect(bench.run("status", "--json").status == 0)
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.errors.contains("note: the run of pid \(killed.pid) (install, since "))
    #expect(bench.requests.last?.request.range == "bytes=60000-")
    #expect(bench.run("rollback").status == 0, "the history is known, and goes on")
    let history = bench.text(".cuda-install/history.ndjson") ?? ""
    #expect(history.split(separator: "\n").count == 4, "\(history)")
  }

  @Test(arguments: [#""phase":""#, #""pid":"#])
  func `a record that a later version writes in another way is as good as none`(part: String) throws
  {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(run.waitForOutput("\"all_done\":1000,"))
    // Stopped, so that it does not write its own again.
    run.kill(SIGSTOP)
    let own = try #require(bench.text(".cuda-install/operation.json"))
    // A phase that nobody knows, or no pid.
    let other = own.replacing(part, with: part == #""phase":""# ? part + "un" : #""who":"#)
    #expect(other != own)
    writeFile("\(bench.prefix)/.cuda-install/operation.json", Array(other.utf8))
    #expect(bench.run("status").status == 0)
    let busy = bench.run("install", "13", "curand", "--no-wait")
    #expect(busy.status == 75 && busy.errorLines.count == 1, "\(busy.errors)")
    run.kill(SIGCONT)
    hold.release()
    #expect(run.wait() == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
  }

  @Test func `I5 I9: times in the future delete nothing, refuse nothing and say nothing absurd`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    let killed = try dead(bench)
    let script = """
      cd "$PREFIX"; find . -exec touch -h -d 2099-01-01 {} +
      cd .cuda-install; sed -i 's/"20[0-9][0-9]-/"2099-/g' *.json
      """
    #expect(bench.inShell(script).status == 0)
    let status = bench.run("status")
    #expect(status.status == 0 && status.output.contains("pid \(killed.pid)"))
    #expect(!status.output.contains("no progress"), "\(status.output)")
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.requests.map { $0.request.range } == [nil, "bytes=60000-"])
    #expect(bench.leftovers == [] && bench.partials == [])
    #expect(bench.inShell("find \"$PREFIX\" -exec touch -h -d 2099-01-01 {} +").status == 0)
    for words in [["verify"], ["update"], ["prune", "--keep", "0"], ["install", "13"]] {
      #expect(bench.ended(bench.command(words)).status == 0, "\(words)")
    }
    #expect(bench.trees == ["13.0.2-1"])
    try expectInstalled(Self.large, in: bench)
  }

  @Test(.enabled(if: Rights.toCompile, Rights.noCompiler))
  func `I3: to a clock that was set back a run is not idle, and keeps its lock`()
    throws
  {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(run.waitForOutput("\"all_done\":1000,"))
    let earlier = Shim.environment(["CLOCK": "-86400"], in: bench.scratch)
    let busy = bench.run("install", "13", "curand", "--no-wait", environment: earlier)
    #expect(busy.status == 75 && busy.errors.contains("(pid \(run.pid), install"))
    #expect(!busy.errors.contains("no progress"), "\(busy.errors)")
    let waiting = bench.start("install", "13", "curand", environment: earlier)
    #expect(waiting.waitForErrors("waiting for pid \(run.pid)"))
    hold.release()
    #expect(run.wait() == 0)
    #expect(waiting.wait() == 0, "\(waiting.errors)")
    #expect(waiting.output.contains("just installed by pid \(run.pid)"))
  }

  @Test func `I10: readers that come and go keep nobody waiting, and prune from their trees only`()
    throws
  {
    var mirror = Mirror()
    mirror.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13.0", "curand").status == 0)
    mirror.add("13.0.2", Mirror.components("13.0.88"))
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    let user = bench.start(
      "exec", "13.0.1", "--", "sh", "-c", "echo ready; cat \"$0\"", bench.scratch.file("fifo"))
    #expect(user.waitForOutput("ready"))
    #expect(bench.run("update").status == 0)
    #expect(bench.run("install", "13.0", "nvcc").status == 0)
    #expect(bench.trees == ["13.0.1-1", "13.0.2-2", "13.0.2-3"])
    let readers = (0..<3).map { _ in
      bench.startShell(
        "while \"$@\" test ! -e \"$SCRATCH/enough\"; do echo read; done", "exec", "13.0.2", "--")
    }
    defer { bench.scratch.write("enough", []) }
    for reader in readers { #expect(reader.waitForOutput("read")) }
    for words in [["prune", "--keep", "0"], ["update", "--wait"], ["install", "12.9.1"]] {
      let run = bench.ended(withinMinute(bench.command(words)))
      #expect(run.status == (words[0] == "install" ? 66 : 0), "\(words): \(run.errors)")
    }
    #expect(bench.trees == ["13.0.1-1", "13.0.2-3"], "what is used stays, the rest is gone")
    bench.scratch.write("enough", [])
    writeFile(bench.scratch.file("fifo"), [])
    for reader in readers { #expect(reader.wait() == 0) }
    #expect(user.wait() == 0)
    #expect(bench.run("prune", "--keep", "0").status == 0)
    #expect(bench.trees == ["13.0.2-3"])
  }
}
