import Glibc
import TestSupport
import Testing

@Suite struct `Installing again` {
  @Test func `I2: what is installed already is not fetched again`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13").status == 0)
    let (fetched, before) = (bench.fetched, bench.disk)
    let run = bench.run("install", "13")
    #expect(run.status == 0)
    #expect(run.output == "CUDA 13.0.2 (devel) is already installed in \(bench.prefix)/13.0.2\n")
    let json = bench.run("install", "13", "nvcc", "--json")
    #expect(try json.events.last?.changed == false)
    #expect(bench.fetched == fetched)
    #expect(bench.disk == before)
    #expect(try bench.record("last.json", as: Run.self).changed == false)
  }

  @Test func `I7 I8: a component is added in a new tree, and only it is fetched`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let first = listing("\(bench.prefix)/.cuda-install/trees/13.0.2-1")
    let run = bench.run("install", "13", "nvcc")
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
    #expect(linkTarget("\(bench.prefix)/13.0.2") == ".cuda-install/trees/13.0.2-2")
    #expect(listing("\(bench.prefix)/.cuda-install/trees/13.0.2-1") == first)
    for component in Mirror.components("13.0.88") { try expectInstalled(component, in: bench) }
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `a tree made in two steps has the files of one made at once`() throws {
    let (stepwise, whole) = (try Bench(), try Bench())
    for words in [["curand"], ["nvcc"]] {
      #expect(stepwise.run("install", "13", words[0]).status == 0)
    }
    #expect(whole.run("install", "13", "curand", "nvcc").status == 0)
    var trees = [
      listing("\(stepwise.prefix)/.cuda-install/trees/13.0.2-2"),
      listing("\(whole.prefix)/.cuda-install/trees/13.0.2-1"),
    ]
    for index in trees.indices { trees[index]["receipt.json"] = nil }
    #expect(trees[0] == trees[1])
  }

  @Test(arguments: [
    "printf x >> \"$1\"", "rm \"$1\"",
    // Of the same size, mode and time.
    "touch -r \"$1\" \"$SCRATCH/t\"; tr 1 2 <\"$1\" >\"$SCRATCH/b\"; cat \"$SCRATCH/b\" >\"$1\"; touch -r \"$SCRATCH/t\" \"$1\"",
  ])
  func `I6: a damaged file of the old tree is not taken over`(damage: String) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let path = "\(bench.prefix)/current/include/libcurand.h"
    let script = "set -- \"\(path)\"; \(damage)"
    #expect(bench.inShell(script).status == 0)
    let run = bench.run("install", "13", "nvcc")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("libcurand: what is installed is damaged; fetching it"))
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand", "libcurand"])
    for component in Mirror.components("13.0.88") { try expectInstalled(component, in: bench) }
  }

  @Test
  func `I7: a file of the old tree with another mode is copied, and the old tree is not touched`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let path = "\(bench.prefix)/.cuda-install/trees/13.0.2-1/include/libcurand.h"
    #expect(chmod(path, 0o777) == 0)
    let before = listing("\(bench.prefix)/.cuda-install/trees/13.0.2-1")
    #expect(bench.run("install", "13", "nvcc").status == 0)
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
    try expectInstalled(component("libcurand"), in: bench)
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    #expect(listing("\(bench.prefix)/.cuda-install/trees/13.0.2-1") == before)
  }

  @Test func `--force fetches and unpacks all again`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let run = bench.run("install", "13", "curand", "--force")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("installed in"))
    #expect(bench.fetched == ["libcurand", "libcurand"])
    #expect(linkTarget("\(bench.prefix)/13.0.2") == ".cuda-install/trees/13.0.2-2")
  }

  @Test func `an artifact that two releases share is fetched once`() throws {
    var mirror = Mirror()
    mirror.add("13.0.1", [component("libcurand")])
    mirror.add("13.0.2", [component("libcurand"), component("libcufft")])
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13.0.1").status == 0)
    #expect(bench.run("install", "13.0.2").status == 0)
    #expect(bench.fetched.sorted() == ["libcufft", "libcurand"])
    try expectInstalled(component("libcurand"), in: bench, at: "13.0.2")
  }

  @Test func `I8: a later release is current only when asked for`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.1")
    #expect(bench.text("13.0.2/include/libcurand.h") == "#define VERSION \"13.0.88\"\n")
    let run = bench.run("install", "13.0.2", "curand", "--use")
    #expect(run.output == "current: 13.0.2\n")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(bench.run("install", "12", "curand", "--use").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "12.9.1")
  }
}
