import Glibc
import TestSupport
import Testing

@Suite struct `Killed and interrupted runs` {
  private static let large = Mirror.component("libcurand", "13.0.88", byteCount: 100_000)
  private static let half = 60_000

  /// A mirror with one component of 100 kB, and a run that has received 60 kB of it.
  private func halfway(_ words: String..., bench: Bench) throws -> (run: Program, hold: Hold) {
    let hold = bench.server.hold("*.tar.gz", afterBytes: Self.half)
    let run = bench.start("install", "13", "--json")
    try #require(run.waitForOutput("\"all_done\":\(Self.half),"))
    return (run, hold)
  }

  @Test
  func `I5 I9: a run killed in a download leaves nothing to be seen, and the next resumes it`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    let (run, hold) = try halfway(bench: bench)
    run.kill()
    #expect(run.wait() == 128 + SIGKILL)
    hold.release()
    #expect(namesIn(bench.prefix) == [".cuda-install", ".cuda-install.lock"])
    #expect(bench.trees == [])
    let status = bench.run("status")
    #expect(status.output.contains("Current  none"))
    #expect(status.output.contains("Died     pid \(run.pid), install"), "\(status.output)")
    #expect(
      status.output.contains(
        "; nothing of it is visible, 58.5 KiB of downloads are kept, and the next run goes on"))
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.errors.contains("note: the run of pid \(run.pid) (install, since "))
    #expect(
      next.errors.contains(
        "did not finish; nothing of it is visible, 1 half made tree is cleared away, "
          + "58.5 KiB of downloads are kept\n"), "\(next.errors)")
    #expect(bench.requests.last?.request.range == "bytes=\(Self.half)-")
    #expect(bench.requests.last?.request.bytesSent == Self.large.archive.count - Self.half)
    try expectInstalled(Self.large, in: bench)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `I9: whoever waits for a run that is killed takes over`() throws {
    let bench = try Bench(.one(Self.large))
    let (first, hold) = try halfway(bench: bench)
    let second = bench.start("install", "13")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    first.kill()
    hold.release()
    #expect(first.wait() == 128 + SIGKILL)
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(second.output.contains("installed in"))
    #expect(bench.requests.last?.request.range == "bytes=\(Self.half)-")
    try expectInstalled(Self.large, in: bench)
  }

  @Test func `I6 I9: what was damaged on disk between two runs is fetched again in the second`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    let (run, hold) = try halfway(bench: bench)
    run.kill()
    run.wait()
    hold.release()
    let partial = "\(bench.prefix)/.cuda-install/partial/\(bench.partials.first ?? "")"
    var bytes = try #require(readFile(partial))
    #expect(bytes.count == Self.half)
    bytes[1000] ^= 1
    writeFile(partial, bytes)
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(
      next.errors.contains("libcurand: what an earlier run left was wrong; fetching it again"))
    #expect(bench.requests.map { $0.request.range } == [nil, "bytes=\(Self.half)-", nil])
    try expectInstalled(Self.large, in: bench)
    #expect(bench.partials == [])
  }

  @Test
  func `I5 I9: a run killed while it unpacks keeps what it fetched, and its staging is swept`()
    throws
  {
    let (here, missing) = (component("libcufft"), component("libcurand"))
    let bench = try Bench(.one(here, missing))
    let hold = bench.server.hold(Mirror.path(missing))
    let run = bench.start("install", "13", "--profile", "full", "--json")
    let size = here.members.filter { !$0.name.hasPrefix("pkg-config/") }
      .reduce(0) { $0 + $1.bytes.count }
    try #require(run.waitForOutput("\"unpacked\":\(size)}"))
    run.kill()
    run.wait()
    hold.release()
    #expect(bench.leftovers.contains { $0.hasPrefix(".new.") })
    #expect(linkTarget("\(bench.prefix)/current") == nil)
    let next = bench.run("install", "13", "--profile", "full")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.fetched.sorted() == ["libcufft", "libcurand", "libcurand"])
    for component in [here, missing] { try expectInstalled(component, in: bench) }
    #expect(bench.leftovers == [] && bench.partials == [] && bench.trees.count == 1)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `I9 I12: a signal ends a download at once, clears up and keeps what is here`(signal: Int32)
    throws
  {
    let bench = try Bench(.one(Self.large))
    let (run, hold) = try halfway(bench: bench)
    run.kill(signal)
    // The transfer is held all the time.
    let ended = Ended(run)
    #expect(ended.status == 128 + signal)
    #expect(try ended.events.last?.error?.code == "interrupted")
    #expect(bench.leftovers == [] && bench.trees == [])
    let partial = "\(bench.prefix)/.cuda-install/partial/\(bench.partials.first ?? "")"
    #expect(readFile(partial)?.count == Self.half)
    let last = try bench.record("last.json", as: Run.self)
    #expect(last.exit == 128 + signal && !last.ok && last.error?.code == "interrupted")
    hold.release()
    let next = bench.run("install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(!next.errors.contains("did not finish"))
    #expect(bench.requests.last?.request.range == "bytes=\(Self.half)-")
  }

  @Test func `a signal that the caller ignores is ignored`() throws {
    let bench = try Bench(.one(Self.large))
    let hold = bench.server.hold("*.tar.gz", afterBytes: Self.half)
    let run = bench.startShell("trap '' HUP; exec \"$@\"", "install", "13", "--json")
    try #require(run.waitForOutput("\"all_done\":\(Self.half),"))
    run.kill(SIGHUP)
    hold.release()
    #expect(run.wait() == 0)
  }

  @Test func `I3: Ctrl-C ends the waiting, and the other run goes on`() throws {
    let bench = try Bench(.one(Self.large))
    let (first, hold) = try halfway(bench: bench)
    let second = bench.start("install", "13")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    second.kill(SIGINT)
    let ended = Ended(second)
    #expect(ended.status == 128 + SIGINT)
    #expect(ended.errorLines == ["cuda-install: error: stopped by SIGINT"])
    hold.release()
    #expect(first.wait() == 0)
    try expectInstalled(Self.large, in: bench)
  }

  @Test func `a signal while the manifest is fetched makes no prefix`() throws {
    let bench = try Bench()
    let hold = bench.server.hold("\(Mirror.base)redistrib_13.0.2.json", afterBytes: 10)
    let run = bench.start("install", "13")
    try #require(hold.waitUntilReached(by: run))
    run.kill(SIGINT)
    #expect(run.wait() == 128 + SIGINT)
    hold.release()
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `I5: links, records and trees that were being replaced are cleared away`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = bench.disk
    let script = """
      cd "$PREFIX"; unique=12345678.1.0123456789abcdef
      ln -s 13.0.2 .current.$unique; ln -s x .13.0.2.$unique
      echo > .cuda-install/.last.json.$unique
      mkdir -p .cuda-install/trees/.new.$unique/bin .cuda-install/trees/.old.$unique/bin
      """
    #expect(bench.inShell(script).status == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.leftovers == [])
    #expect(bench.disk == before)
  }

  @Test func `I5: a staging that a living process holds is left alone`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let staging = "\(bench.prefix)/.cuda-install/trees/.new.12345678.1.0123456789abcdef"
    #expect(runProgram(["mkdir", "-p", "\(staging)/bin"]).status == 0)
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    let owner = Program(
      ["flock", staging, "sh", "-c", "echo held; cat \"$0\"", bench.scratch.file("fifo")],
      in: bench.scratch)
    #expect(owner.waitForOutput("held"))
    #expect(bench.run("install", "12", "curand").status == 0)
    #expect(namesIn(staging) == ["bin"])
    writeFile(bench.scratch.file("fifo"), [])
    owner.wait()
    #expect(bench.run("install", "13", "nvcc").status == 0)
    #expect(bench.leftovers == [])
  }
}
