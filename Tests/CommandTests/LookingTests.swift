import Glibc
import TestSupport
import Testing

@Suite struct `Looking at a prefix` {
  /// Who opens the lock file may lock it, if only for a moment, in which an attempt that does not wait fails. Two
  /// processes would have to be unlucky to show it; the kernel tells of each open.
  @Test(arguments: [
    ["status"], ["status", "--json"], ["list"], ["list", "--components"], ["verify"], ["env"],
    ["exec", "--", "true"], ["update", "--check"], ["prune", "--dry-run"],
    ["install", "13", "nvcc", "--dry-run"],
  ])
  func `I10: who only looks never opens the lock file`(words: [String]) throws {
    let bench = try Bench()
    try #require(bench.run("install", "13", "curand").status == 0)
    let opens = Changes(in: "\(bench.prefix)/.cuda-install.lock", of: IN_OPEN)
    let run = Ended(
      Program(bench.command(words), environment: bench.environment, in: bench.scratch))
    #expect(run.status == 0, "\(run.errors)")
    #expect(!opens.take())
    // The watch works: who changes something is seen.
    #expect(bench.run("use", "13").status == 0)
    #expect(opens.take())
  }
}
