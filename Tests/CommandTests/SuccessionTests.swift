import Glibc
import TestSupport
import Testing

@Suite struct `Who comes after whom` {
  private static let large = Mirror.component("libcurand", "13.0.88", byteCount: 100_000)

  /// A run that has received 60 kB of 100.
  private func halfway(
    _ bench: Bench, environment: [String: String] = [:]
  ) throws -> (run: Program, hold: Hold) {
    let hold = bench.server.hold("*.tar.gz", afterBytes: 60_000)
    let run = bench.start("install", "13", "--json", environment: environment)
    try #require(run.waitForOutput("\"all_done\":60000,"))
    return (run, hold)
  }

  @Test
  func `I1 I9: of three that wait for a run that is killed, one takes over and fetches the rest`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    let (first, hold) = try halfway(bench)
    let waiting = (0..<3).map { _ in bench.start("install", "13") }
    for run in waiting { #expect(run.waitForErrors("waiting for pid \(first.pid)")) }
    first.kill()
    first.wait()
    hold.release()
    let ended = waiting.map { Ended($0) }
    for run in ended { #expect(run.status == 0, "\(run.errors)") }
    let workers = ended.indices.filter { ended[$0].output.contains("(devel) installed in") }
    #expect(workers.count == 1)
    for index in ended.indices where !workers.contains(index) {
      let output = ended[index].output
      #expect(
        output.contains("just installed by pid \(waiting[workers.first ?? 0].pid)\n")
          || output.contains("is already installed in"), "\(output)")
    }
    #expect(bench.requests.map { $0.request.range } == [nil, "bytes=60000-"])
    #expect(bench.requests.last?.request.bytesSent == Self.large.archive.count - 60_000)
    #expect(bench.trees == ["13.0.2-1"])
    #expect(bench.leftovers == [] && bench.partials == [])
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  /// Why a run fails, and its status.
  enum Cause: String, CaseIterable {
    case hash, missing, full

    var status: Int32 { [.hash: 65, .missing: 69, .full: 74][self] ?? 0 }
  }

  @Test(arguments: Cause.allCases)
  func `I2 I9: who waits for a run that fails does the work itself`(cause: Cause) throws {
    let bench = try Bench()
    var environment: [String: String] = [:]
    switch cause {
    case .hash: bench.server.fault("*.tar.gz", .corrupt(at: 500))
    case .missing: bench.server.fault("*.tar.gz", .status(404), times: 2)
    case .full:
      guard Rights.toCompile else { try Test.cancel(Rights.noCompiler) }
      environment = Shim.environment(["WRITE": "\(ENOSPC)"], in: bench.scratch)
    }
    let hold = bench.server.hold("*.tar.gz")
    let first = bench.start("install", "13", "curand", environment: environment)
    try #require(hold.waitUntilReached(by: first))
    let second = bench.start("install", "13", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    let failed = Ended(first)
    #expect(failed.status == cause.status, "\(failed.errors)")
    let ended = Ended(second)
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output == "CUDA 13.0.2 (curand) installed in \(bench.prefix)/13.0.2\n")
    // What is missing is asked for once more, past caches.
    #expect(bench.fetched == Array(repeating: "libcurand", count: cause == .missing ? 3 : 2))
    try expectInstalled(component("libcurand"), in: bench)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test(arguments: [Cause.hash, .missing])
  func `I2 I12: who waits for a run that fails, and fails as well, says so`(cause: Cause) throws {
    let bench = try Bench()
    bench.server.fault(
      "*.tar.gz", cause == .hash ? .corrupt(at: 500) : .status(404), times: cause == .hash ? 2 : 4)
    let hold = bench.server.hold("*.tar.gz")
    let first = bench.start("install", "13", "curand")
    try #require(hold.waitUntilReached(by: first))
    let second = bench.start("install", "13", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    #expect(first.wait() == cause.status)
    let ended = Ended(second)
    #expect(ended.status == cause.status, "\(ended.errors)")
    #expect(ended.output == "" && ended.errorLines.count == 1)
    #expect(linkTarget("\(bench.prefix)/current") == nil && bench.trees == [])
    #expect(bench.run("install", "13", "curand").status == 0)
  }

  @Test(.enabled(if: Rights.toCompile, Rights.noCompiler))
  func `I3: a holder that is stopped is told as one without progress, and keeps its lock`()
    throws
  {
    let bench = try Bench(.one(Self.large))
    let (first, hold) = try halfway(bench)
    first.kill(SIGSTOP)
    hold.release()
    // To whoever's clock is an hour ahead, an hour has passed.
    let later = Shim.environment(["CLOCK": "3600"], in: bench.scratch)
    let before = bench.disk
    let second = bench.start("install", "13", environment: later)
    #expect(second.waitForErrors("no progress for 36"), "\(second.errors)")
    #expect(second.errors.contains("waiting for pid \(first.pid), install"))
    #expect(bench.run("status", environment: later).output.contains("no progress for 36"))
    #expect(bench.run("install", "13", "--no-wait", environment: later).status == 75)
    #expect(bench.disk == before && !second.hasEnded && !first.hasEnded)
    first.kill(SIGCONT)
    #expect(first.wait() == 0, "\(first.errors)")
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(second.output.contains("was just installed by pid \(first.pid)"), "\(second.output)")
    #expect(bench.requests.count == 1)
  }

  @Test func `I1: two that want the same in opposite order both get it`() throws {
    let bench = try Bench()
    let orders = [["curand", "nvcc"], ["nvcc", "curand"]]
    for version in ["12", "13.0.1", "13"] {
      let runs = orders.map { order in
        bench.started(withinMinute(bench.command(["install", version] + order)))
      }
      for run in runs { #expect(run.wait() == 0, "\(run.errors)") }
    }
    let removals = [["12.9.1", "13.0.2"], ["13.0.2", "12.9.1"]].map { order in
      bench.started(withinMinute(bench.command(["remove", "--yes"] + order)))
    }
    for removal in removals { #expect(removal.wait() == 0, "\(removal.errors)") }
    #expect(bench.trees.count == 1 && bench.leftovers == [])
    #expect(bench.fetched.count == 9)
  }

  @Test func `I1 I8 I9: eight at once, each with another wish, leave a prefix that is whole`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    for round in 0..<4 {
      let wishes = [
        ["install", "13.0.1", "curand"], ["install", "13", "nvcc", "--use"], ["update", "--wait"],
        ["remove", "13.0.1", "--yes"], ["prune", "--keep", "0"], ["verify"], ["status", "--json"],
        ["rollback"],
      ]
      // Another order each round; who is first finds the prefix as the round before left it.
      let runs = (wishes[round...] + wishes[..<round]).map {
        ($0, bench.started(withinMinute(bench.command($0))))
      }
      for (words, run) in runs {
        // What is not there, or was taken away in between, is no mistake of theirs.
        #expect([0, 66].contains(run.wait()), "\(words): \(run.errors)")
      }
      if linkTarget("\(bench.prefix)/current") != nil {
        try expectTrueReceipt("\(bench.prefix)/current/")
        #expect(bench.run("verify").status == 0)
      }
      #expect(bench.leftovers == [] && bench.partials == [])
    }
    #expect(bench.run("install", "13", "nvcc", "curand", "--no-wait").status == 0)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }
}
