import TestSupport
import Testing

@Suite struct `Pruning what has a past` {
  /// 13.0.1 with an old tree, replaced by 13.0.2.
  private func replacedRelease() throws -> Bench {
    var mirror = Mirror()
    mirror.add("13.0.1", Mirror.components("13.0.48"))
    let bench = try Bench(mirror)
    for component in ["curand", "nvcc"] {
      try #require(bench.run("install", "13", component).status == 0)
    }
    mirror.add("13.0.2", Mirror.components("13.0.88"))
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    try #require(bench.run("update").status == 0)
    #expect(bench.trees == ["13.0.1-1", "13.0.1-2", "13.0.2-3"])
    return bench
  }

  @Test func `I9: prune deletes a replaced release together with the old trees of it`() throws {
    let bench = try replacedRelease()
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
    #expect(bench.run("install", "13", "curand").status == 0)
  }
}
