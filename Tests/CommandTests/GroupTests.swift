// A prefix that a group shares: each of its members may install, and goes on where another stopped.

import Glibc
import TestSupport
import Testing

@Suite(.enabled(if: geteuid() == 0, "needs root to become several users"))
struct `A prefix of a group` {
  private static let large = Mirror.component("libcurand", "13.0.88", byteCount: 1_000_000)

  /// Runs the command as another member of the group.
  private static func member(_ user: Int, umask: String = "022") -> String {
    "umask \(umask); exec setpriv --reuid=\(user) --regid=\(user) --groups=7777 \"$@\""
  }

  private func bench(_ mirror: Mirror) throws -> Bench {
    let bench = try Bench(mirror)
    #expect(
      runProgram([
        "sh", "-c",
        "chmod 755 \"$0\"; mkdir \"$1\"; chown 7001:7777 \"$1\"; chmod 2775 \"$1\"",
        bench.scratch.path, bench.prefix,
      ]).status == 0)
    return bench
  }

  @Test(arguments: ["022", "077"])
  func `I6 I9: what one member's killed run fetched, another's is not to fetch again`(
    umask: String
  ) throws {
    let bench = try bench(.one(Self.large))
    let size = Self.large.archive.count
    let kept = size * 7 / 10
    let hold = bench.server.hold("*.tar.gz", afterBytes: kept)
    let first = bench.startShell(Self.member(7001, umask: umask), "install", "13", "--json")
    try #require(first.waitForOutput("\"all_done\":\(kept),"), "\(first.errors)")
    first.kill()
    #expect(first.wait() == 128 + SIGKILL)
    hold.release()
    let next = bench.inShell(Self.member(7002, umask: umask), "install", "13")
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.errors.contains("libcurand: resumed at "), "\(next.errors)")
    #expect(bench.requests.last?.request.range == "bytes=\(kept)-")
    #expect(bench.requests.last?.request.bytesSent == size - kept)
    try expectInstalled(Self.large, in: bench)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test(arguments: [7001, 7002])
  func `I9: is recovered by each of its members, whoever's run was killed`(next: Int) throws {
    let bench = try bench(.three)
    #expect(bench.inShell(Self.member(7001), "install", "12.9").status == 0)
    let hold = bench.server.hold("*.tar.gz")
    let first = bench.startShell(Self.member(7001), "install", "13.0.1")
    try #require(hold.waitUntilReached(by: first))
    first.kill()
    #expect(first.wait() == 128 + SIGKILL)
    hold.release()
    let run = bench.inShell(Self.member(next), "install", "13.0.2")
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.text(".cuda-install/history.ndjson")?.split(separator: "\n").count == 3)
    #expect(bench.leftovers == [])
  }

  @Test func `needs no more than its directory, whose owner may be somebody else`() throws {
    let bench = try bench(.three)
    #expect(runProgram(["chown", "0", bench.prefix]).status == 0)
    for (user, release) in [(7001, "13.0.1"), (7002, "13.0.2"), (7001, "12.9")] {
      let run = bench.inShell(Self.member(user), "install", release)
      #expect(run.status == 0, "\(user): \(run.errors)")
    }
  }

  @Test func `serves each of its members, whoever installed what`() throws {
    let bench = try bench(.three)
    for (user, command, release) in [
      (7001, "install", "13.0.1"), (7002, "install", "12.9"), (7002, "use", "12.9.1"),
      (7001, "use", "13.0.1"), (7002, "verify", "13.0.1"), (7001, "install", "13.0.2"),
    ] {
      let run = bench.inShell(Self.member(user), command, release)
      #expect(run.status == 0, "\(user) \(command) \(release): \(run.errors)\(run.output)")
      #expect(bench.leftovers == [] && bench.partials == [], "\(user) \(command)")
    }
    #expect(bench.kept.count > 3, "what the second member's runs were told is kept as well")
    let stranger = "exec setpriv --reuid=7003 --regid=7003 --clear-groups \"$@\""
    #expect(bench.inShell(stranger, "install", "13.0.2").status == 77)
    #expect(bench.inShell(stranger, "status").status == 0)
  }
}
