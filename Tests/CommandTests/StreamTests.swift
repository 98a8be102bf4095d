import Glibc
import TestSupport
import Testing

@Suite struct `Signals and streams` {
  /// A run that stands inside the lock, in the middle of its only download.
  private func holder(_ bench: Bench) throws -> (run: Program, hold: Hold) {
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(run.waitForOutput("\"all_done\":1000,"))
    return (run, hold)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP], [[], ["--json"]])
  func `I3 I12: a signal ends the waiting, with a result, and the other run goes on`(
    signal: Int32, options: [String]
  ) throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let before = bench.disk
    // timeout(1) passes the signal on.
    let second = bench.started(withinMinute(bench.command(["install", "13", "curand"] + options)))
    if options.isEmpty {
      #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    } else {
      #expect(second.waitForOutput("\"waiting\""))
    }
    second.kill(signal)
    // The other run is held all the time.
    let ended = Ended(second)
    #expect(ended.status == 128 + signal)
    if options.isEmpty {
      #expect(ended.errorLines.count == 1, "\(ended.errors)")
      #expect(ended.errorLines.first?.hasPrefix("cuda-install: error: stopped by SIG") == true)
    } else {
      #expect(try ended.events.last?.error?.code == "interrupted")
    }
    #expect(bench.disk == before && !first.hasEnded)
    hold.release()
    #expect(first.wait() == 0)
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test(.enabled(if: Rights.toCompile, Rights.noCompiler))
  func `I9: a second Ctrl-C ends even a run whose disk does not answer`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    let before = bench.links
    let shim = Shim.environment(["SYNCFS": "stuck"], in: bench.scratch)
    let run = bench.start("install", "13", "curand", "--use", environment: shim)
    #expect(run.waitForErrors("stuck"))
    // What comes within 150 ms of the first counts as the same one; the next kills.
    while !run.hasEnded { run.kill(SIGINT) }
    #expect(run.wait() == 128 + SIGINT)
    #expect(bench.links == before)
    let next = bench.run("install", "13", "curand", "--use")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.fetched.count == 2, "what was fetched is used")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test(arguments: [">\"$SCRATCH/pipe\"", ">\"$SCRATCH/pipe\" 2>\"$SCRATCH/pipe\""])
  func `I12: a full pipe that nobody reads delays neither the work nor the next run`(
    redirection: String
  ) throws {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let script = """
      mkfifo "$SCRATCH/pipe"; exec 3<>"$SCRATCH/pipe"
      timeout 1 cat /dev/zero >&3
      exec "$@" \(redirection)
      """
    let run = bench.startShell(script, "install", "13", "curand")
    try #require(hold.waitUntilReached(by: run))
    let follower = bench.started(withinMinute(bench.command(["status", "--follow"])))
    #expect(follower.waitForErrors("pid \(run.pid)"))
    hold.release()
    #expect(follower.wait() == 0)
    #expect(follower.output.hasPrefix("install done, "), "\(follower.output)")
    try expectInstalled(component("libcurand"), in: bench)
    // Its answer is still to be read; the lock is not its any more.
    let next = bench.run("install", "12", "curand", "--no-wait")
    #expect(next.status == 0, "\(next.errors)")
    #expect(!run.hasEnded)
    run.kill(SIGTERM)
    #expect([0, 128 + SIGTERM].contains(run.wait()))
    #expect(bench.text(".cuda-install.lock") == "")
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }
}
