import TestSupport
import Testing

@Suite struct `Pruning releases` {
  /// A release that goes has two trees: one is linked, the other is what its component was added to.
  private func makeBench() throws -> Bench {
    let names = ["libcufft", "libcurand"]
    var (before, after) = (Mirror(), Mirror())
    before.add("13.0.1", names.map { Mirror.component($0, "13.0.48") })
    after.add("13.0.2", names.map { Mirror.component($0, "13.0.88") })
    let bench = try Bench(before)
    for name in ["cufft", "curand"] {
      #expect(bench.run("install", "13", name).status == 0)
    }
    for (path, bytes) in after.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").status == 0)
    #expect(bench.trees == ["13.0.1-1", "13.0.1-2", "13.0.2-3"])
    return bench
  }

  @Test func `I9: prune deletes a replaced release together with the old trees of it`() throws {
    let bench = try makeBench()
    let planned = bench.run("prune", "--keep", "0", "--dry-run")
    let run = bench.run("prune", "--keep", "0")
    #expect(run.status == 0, "\(run.errors)")
    #expect(planned.output.contains("would delete CUDA 13.0.1\n"), "\(planned.output)")
    #expect(run.output.hasPrefix("deleted CUDA 13.0.1\n"), "\(run.output)")
    // Its old tree's bytes count, and it is not named twice.
    #expect(!run.output.contains("deleted tree"), "\(run.output)")
    #expect(bench.trees == ["13.0.2-3"])
    #expect(bench.leftovers == [])
    #expect(bench.run("prune", "--keep", "0").output == "nothing to delete\n")
    #expect(bench.run("verify").status == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
  }

  @Test(arguments: [["--keep", "-1"], ["--keep=-1"], ["--keep", "1001"], ["-n", "--keep", "-1"]])
  func `what cannot be kept is 64, and says what can`(options: [String]) throws {
    let bench = try Bench()
    let run = Ended(Program(bench.command(["prune"] + options), in: bench.scratch))
    #expect(run.status == 64)
    #expect(run.errorLines == ["cuda-install: error: --keep is a number from 0 to 1000"])
  }

  @Test func `prune names a tree in use once, also if its release goes`() throws {
    let bench = try makeBench()
    let user = bench.hold("\(bench.prefix)/.cuda-install/trees/13.0.1-1")
    let run = bench.run("prune", "--keep", "0")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.split(separator: "13.0.1-1 is used by").count == 2, "\(run.errors)")
    #expect(bench.trees == ["13.0.1-1", "13.0.2-3"])
    user.release()
    #expect(bench.run("prune", "--keep", "0").status == 0)
    #expect(bench.trees == ["13.0.2-3"])
  }
}
