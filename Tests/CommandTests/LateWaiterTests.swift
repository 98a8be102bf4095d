import Glibc
import TestSupport
import Testing

/// A process that waits, and is stopped while others work: what it finds then is not what it left.
@Suite struct `Who wakes up late` {
  /// The waiter, stopped; the lock is free.
  private func stopped(
    _ bench: Bench, _ words: [String], meanwhile: [[String]]
  ) throws -> (waiter: Program, pids: [Int32]) {
    let other = bench.hold()
    let waiter = Program(
      bench.command(words), environment: bench.environment, in: bench.scratch)
    #expect(waiter.waitForErrors("waiting for pid \(other.pid) (flock)"))
    waiter.kill(SIGSTOP)
    other.release()
    let pids = meanwhile.map { words in
      let run = Program(bench.command(words), environment: bench.environment, in: bench.scratch)
      #expect(run.wait() == 0, "\(words): \(run.errors)")
      return run.pid
    }
    return (waiter, pids)
  }

  @Test(arguments: [
    (["rollback"], [["rollback"], ["use", "13.0.1"]], "rolled back: 13.0.1 -> 12.9.1\n"),
    (
      ["install", "12", "curand"], [["install", "12", "nvcc"]],
      "CUDA 12.9.1 (curand) is already installed in "
    ),
    (["update", "--wait"], [["install", "13.0.2", "curand"]], "everything is up to date\n"),
    (
      ["verify", "--repair"], [["install", "13.0.1", "curand", "--force"]],
      "CUDA 13.0.1 is intact\n"
    ),
    (
      ["remove", "12.9.1"], [["remove", "12.9.1"], ["remove", "13.0.1", "--yes"]],
      "12.9.1 was just removed by pid FIRST\n"
    ),
    (["use", "-"], [["use", "-"]], "current: 12.9.1, just set by pid FIRST\n"),
    (
      ["use", "-"], [["use", "12"], ["install", "12", "nvcc"]], "current: 13.0.1 (was 12.9.1)\n"
    ),
  ])
  func `I2 I12: it claims for others only what they did, and does the rest itself`(
    words: [String], meanwhile: [[String]], answer: String
  ) throws {
    let bench = try `Who comes second`.full()
    let (waiter, pids) = try stopped(bench, words, meanwhile: meanwhile)
    waiter.kill(SIGCONT)
    #expect(waiter.wait() == 0, "\(waiter.errors)")
    let expected = answer.replacing("FIRST", with: "\(pids[0])")
    #expect(waiter.output.hasPrefix(expected), "\(waiter.output)\(waiter.errors)")
    #expect(bench.leftovers == [])
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `I1: it does not begin if it was told to stop while it waited`(signal: Int32) throws {
    let bench = try `Who comes second`.full()
    let before = bench.disk
    let (waiter, _) = try stopped(bench, ["use", "12"], meanwhile: [])
    waiter.kill(signal)
    waiter.kill(SIGCONT)
    #expect(waiter.wait() == 128 + signal, "\(waiter.output)")
    #expect(waiter.output == "" && bench.disk == before)
    #expect(bench.run("use", "12").status == 0)
  }

  @Test func `I4: an inherited descriptor that holds no lock makes no call a nested one`() throws {
    let bench = try `Who comes second`.full()
    let other = bench.hold()
    let run = bench.inShell(
      "exec 9>>\"$PREFIX/.cuda-install.lock\"; exec \"$@\"", "use", "12", "--no-wait")
    #expect(run.status == 75)
    #expect(run.errorLines.first?.contains("is locked by pid \(other.pid) (flock)") == true)
    other.release()
    #expect(bench.run("use", "12").status == 0)
  }

  @Test func `prune counts what it freed, not what it had to leave`() throws {
    let bench = try Bench()
    for _ in 0..<4 {
      #expect(bench.run("install", "13", "curand", "--force").status == 0)
    }
    let user = bench.hold("\(bench.prefix)/.cuda-install/trees/13.0.2-1")
    let planned = bench.run("prune", "--keep", "0", "--dry-run").output
    #expect(planned.contains("would delete tree 13.0.2-1\n"), "\(planned)")
    let run = bench.run("prune", "--keep", "0")
    #expect(bench.trees == ["13.0.2-1", "13.0.2-4"])
    user.release()
    let rest = bench.run("prune", "--keep", "0")
    func freed(_ text: String) -> Double? {
      text.split(separator: "\n").last.flatMap { Double($0.prefix { $0 != " " }) }
    }
    let (two, one) = (try #require(freed(run.output)), try #require(freed(rest.output)))
    #expect(abs(two - 2 * one) < 0.2, "\(run.output)\(rest.output)")
  }

  @Test(.enabled(if: Rights.toMakePIDNamespaces, Rights.noPIDNamespaces))
  func `I3: the run of a container that was killed is not at work any more`() throws {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let run = bench.started(
      [
        "unshare", "-pfu", "--mount-proc", "--kill-child", "sh", "-c", "hostname c1; exec \"$@\"",
        "sh",
      ]
        + bench.command(["install", "13", "curand", "--json"]))
    try #require(run.waitForOutput("\"all_done\":1000,"))
    let busy = bench.run("status")
    #expect(busy.output.contains("\nBusy     pid 1, install, "), "\(busy.output)")
    run.kill()
    run.wait()
    hold.release()
    let after = bench.run("status")
    #expect(after.output.contains("\nDied     pid 1, install, "), "\(after.output)")
    #expect(bench.run("status", "--follow").status == 75)
    #expect(bench.run("install", "13", "curand").status == 0)
  }
}
