import TestSupport
import Testing

@Suite(.enabled(if: Rights.toMount, Rights.noMount)) struct `File systems of their own kind` {
  /// What must work on any file system: two releases, a component more, a switch, and everything away again.
  private func live(_ bench: Bench, _ run: ([String]) -> Ended) {
    for words in [
      ["install", "13.0.1", "curand"], ["install", "13.0", "curand"], ["install", "13", "nvcc"],
      ["update"], ["use", "13.0.2"], ["verify"], ["rollback"], ["use", "13.0.2"],
      ["remove", "13.0.1"], ["prune", "--keep", "0"], ["verify", "--repair"],
      ["remove", "13.0.2", "--yes"], ["install", "12", "curand"],
    ] {
      let ended = run(words)
      #expect(ended.status == 0, "\(words): \(ended.errors)")
    }
  }

  @Test func `I8: a prefix that is a mount point is as good as any`() throws {
    let bench = try Bench()
    let place = try MountNamespace(
      bench, "mkdir \"$PREFIX\"; mount -t tmpfs -o mode=755 tmpfs \"$PREFIX\"")
    live(bench) { bench.ended(place.command(bench.command($0))) }
    #expect(linkTarget(place.path("\(bench.prefix)/current")) == "12.9.1")
    #expect(namesIn(place.path("\(bench.prefix)/.cuda-install/trees")).count == 1)
    #expect(namesIn(bench.prefix) == [], "it lies under the mount point")
  }

  @Test(.enabled(if: Rights.toStackFileSystems, Rights.noStacking))
  func `I8 I9: what an image's lower layer holds is updated, switched and removed above it`()
    throws
  {
    let bench = try Bench()
    let layers = bench.scratch.file("layers")
    let place = try MountNamespace(
      bench,
      """
      mkdir "$SCRATCH/layers"; mount -t tmpfs -o mode=755 tmpfs "$SCRATCH/layers"
      cd "$SCRATCH/layers"; mkdir lower upper work merged
      """)
    func run(_ words: [String], in layer: String) -> Ended {
      bench.ended(place.command(bench.command(words, prefix: "\(layers)/\(layer)/cuda")))
    }
    for words in [["install", "13.0.1", "curand"], ["install", "12", "curand", "nvcc"]] {
      #expect(run(words, in: "lower").status == 0)
    }
    let image = listing(place.path("\(layers)/lower"))
    let mount = bench.ended(
      place.command([
        "sh", "-c",
        "cd \(layers) && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged",
      ]))
    #expect(mount.status == 0, "\(mount.errors)")
    let merged = place.path("\(layers)/merged/cuda")
    for words in [
      ["status"], ["verify"], ["install", "13.0.1", "nvcc"], ["install", "13", "curand"],
      ["use", "13.0.2"], ["rollback"], ["remove", "12.9.1", "--yes"],
    ] {
      let ended = run(words, in: "merged")
      #expect(ended.status == 0, "\(words): \(ended.errors)")
    }
    #expect(linkTarget("\(merged)/current") == "13.0.1")
    #expect(
      namesIn("\(merged)/.cuda-install/trees") == ["13.0.1-1", "13.0.1-3", "13.0.2-4"])
    #expect(run(["prune", "--keep", "0"], in: "merged").status == 0)
    #expect(namesIn("\(merged)/.cuda-install/trees") == ["13.0.1-3", "13.0.2-4"])
    let verified = run(["verify"], in: "merged")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(listing(place.path("\(layers)/lower")) == image)
    #expect(bench.fetched.count == 7)
  }

  @Test func `I10: on a read-only file system one can look, and no change asks the network`()
    throws
  {
    let bench = try Bench()
    let place = try MountNamespace(
      bench, "mkdir \"$PREFIX\"; mount -t tmpfs -o mode=755 tmpfs \"$PREFIX\"")
    func run(_ words: String...) -> Ended { bench.ended(place.command(bench.command(words))) }
    #expect(run("install", "13.0.1", "curand").status == 0)
    #expect(run("install", "13", "curand").status == 0)
    #expect(bench.ended(place.command(["mount", "-o", "remount,ro", bench.prefix])).status == 0)
    let before = listing(place.path(bench.prefix))
    for words in [["status"], ["status", "--json"], ["list"], ["verify"], ["env"]] {
      let ended = bench.ended(place.command(bench.command(words)))
      #expect(ended.status == 0, "\(words): \(ended.errors)")
      #expect(ended.output != "")
    }
    #expect(run("exec", "--", "libcurand").output == "libcurand 13.0.48\n")
    let asked = bench.server.log.count
    for words in [
      ["install", "12"], ["update"], ["use", "13.0.2"], ["remove", "13.0.2"], ["rollback"],
      ["prune"], ["verify", "--repair"],
    ] {
      let ended = bench.ended(place.command(bench.command(words)))
      #expect(ended.status == 77, "\(words): \(ended.errors)")
      #expect(ended.errorLines.count == 1)
      #expect(ended.errors.contains("Read-only file system"), "\(ended.errors)")
    }
    #expect(bench.server.log.count == asked)
    #expect(listing(place.path(bench.prefix)) == before)
    #expect(bench.ended(place.command(["mount", "-o", "remount,rw", bench.prefix])).status == 0)
    #expect(run("use", "13.0.2").status == 0)
  }

  @Test func `I9: a disk that fills up costs a download its rest, and can be worked on while full`()
    throws
  {
    var mirror = Mirror()
    mirror.add("13.0.1", [Mirror.component("libcurand", "13.0.48")])
    let large = Mirror.component("libcurand", "13.0.88", byteCount: 300_000)
    mirror.add("13.0.2", [large])
    let bench = try Bench(mirror)
    let place = try MountNamespace(
      bench, "mkdir \"$PREFIX\"; mount -t tmpfs -o mode=755,size=3m tmpfs \"$PREFIX\"")
    func run(_ words: String...) -> Ended { bench.ended(place.command(bench.command(words))) }
    let partial = { namesIn(place.path("\(bench.prefix)/.cuda-install/partial")).first ?? "" }
    #expect(run("install", "13.0.1", "curand").status == 0)
    let old = listing(place.path("\(bench.prefix)/.cuda-install/trees"))
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 100_000)
    let update = bench.started(place.command(bench.command(["install", "13", "curand", "--json"])))
    try #require(update.waitForOutput("\"all_done\":100000,"))
    let fill = place.command(["sh", "-c", "cat /dev/zero >\(bench.prefix)/.cuda-install/filler"])
    #expect(bench.ended(fill).errors.contains("No space left on device"))
    hold.release()
    let failed = Ended(update)
    #expect(failed.status == 74, "\(failed.output)")
    #expect(try failed.events.last?.error?.code == "no_space")
    let kept =
      readFile(place.path("\(bench.prefix)/.cuda-install/partial/\(partial())"))?.count ?? 0
    #expect(kept >= 100_000 && kept < large.archive.count)
    #expect(linkTarget(place.path("\(bench.prefix)/current")) == "13.0.1")
    let trees = listing(place.path("\(bench.prefix)/.cuda-install/trees")).filter { $0.key != "." }
    #expect(trees == old.filter { $0.key != "." })
    // Full to the last byte, as the filler has it.
    _ = bench.ended(fill.dropLast() + ["cat /dev/zero >>\(bench.prefix)/.cuda-install/filler"])
    for words in [["status"], ["verify"], ["list"], ["use", "13.0.1"]] {
      let ended = bench.ended(place.command(bench.command(words)))
      #expect(ended.status == 0, "\(words): \(ended.errors)")
    }
    #expect(run("install", "13", "curand").status == 74)
    let filler = place.path("\(bench.prefix)/.cuda-install/filler")
    #expect(bench.ended(["truncate", "-s", "-2M", filler]).status == 0)
    let next = run("install", "13", "curand", "--use")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.requests.last?.request.range == "bytes=\(kept)-")
    _ = bench.ended(fill.dropLast() + ["cat /dev/zero >>\(bench.prefix)/.cuda-install/filler"])
    for words in [["prune", "--keep", "0"], ["remove", "13.0.1"], ["verify"]] {
      let ended = bench.ended(place.command(bench.command(words)))
      #expect(ended.status == 0, "\(words): \(ended.errors)")
    }
    #expect(namesIn(place.path("\(bench.prefix)/.cuda-install/trees")) == ["13.0.2-2"])
  }
}
