import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `Updating, verifying and pruning` {
  /// 13.0.1 as the newest of 13.0, and 13.0.2 to be published: one of two components is new in it.
  private static let releases: (before: Mirror, after: Mirror) = {
    let old = [Mirror.component("libcufft", "13.0.48"), Mirror.component("libcurand", "13.0.48")]
    let new = [old[0], Mirror.component("libcurand", "13.0.88")]
    var (before, after) = (Mirror(), Mirror())
    before.add("13.0.1", old)
    after.add("13.0.1", old)
    after.add("13.0.2", new)
    return (before, after)
  }()

  private func publish(_ mirror: Mirror, _ bench: Bench) {
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
  }

  @Test func `I8: update moves a track, fetches what changed, and hands current on`() throws {
    let bench = try Bench(Self.releases.before)
    #expect(bench.run("install", "13.0", "--profile", "full").status == 0)
    #expect(bench.run("update", "--check").status == 0)
    #expect(bench.run("update").output == "everything is up to date\n")
    publish(Self.releases.after, bench)
    let before = listing(bench.prefix)
    let check = bench.run("update", "--check")
    #expect(check.status == 100)
    #expect(check.output == "CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)\n")
    #expect(listing(bench.prefix) == before)
    let run = bench.run("update")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == check.output)
    #expect(bench.fetched.sorted() == ["libcufft", "libcurand", "libcurand"])
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(bench.text("13.0.1/include/libcurand.h") == "#define VERSION \"13.0.48\"\n")
    #expect(bench.text("current/include/libcurand.h") == "#define VERSION \"13.0.88\"\n")
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.run("update", "--check").status == 0)
    #expect(bench.run("rollback").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.1")
  }

  @Test func `update and repair keep every component, whatever selected it once`() throws {
    let cudart = Mirror.component("cuda_cudart", "13.0.48")
    var (before, after) = (Mirror(), Mirror())
    before.add("13.0.1", [cudart, Mirror.component("libcurand", "13.0.48")])
    after.add("13.0.2", [cudart, Mirror.component("libcurand", "13.0.88")])
    let bench = try Bench(before)
    #expect(bench.run("install", "13.0", "--profile", "full").status == 0)
    // Another caller wants less: what is there stays, and stays over an update.
    #expect(bench.run("install", "13.0", "--profile", "base").status == 0)
    publish(after, bench)
    #expect(bench.run("update").status == 0)
    for name in ["cudart", "libcurand"] {
      #expect(bench.text("current/bin/\(name)")?.hasPrefix("#!") == true, "\(name)")
    }
    #expect(bench.inShell("chmod u+w $PREFIX/current/bin; rm $PREFIX/current/bin/*").status == 0)
    let repair = bench.run("verify", "--repair")
    #expect(repair.output == "CUDA 13.0.2 repaired\n", "\(repair.errors)")
    #expect(bench.text("current/bin/libcurand")?.hasPrefix("#!") == true)
  }

  @Test func `an exact release never moves`() throws {
    let bench = try Bench(Self.releases.before)
    #expect(bench.run("install", "13.0.1").status == 0)
    publish(Self.releases.after, bench)
    #expect(bench.run("update", "--check").status == 0)
    #expect(bench.run("update").output == "everything is up to date\n")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.1")
  }

  @Test func `a mirror that was given by a relative path is found from another directory`() throws {
    let bench = try Bench()
    _ = Mirror.three.write(to: bench.scratch.file("mirror"))
    let script = """
      cd "$SCRATCH" && "$CUDA_INSTALL" install 13.0 curand --prefix "$PREFIX" \
        --mirror mirror/compute/cuda/redist || exit
      cd / && exec "$CUDA_INSTALL" update --check --prefix "$PREFIX"
      """
    let run = bench.inShell(script)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func `I9: an update that fails leaves the old release current`() throws {
    let bench = try Bench(Self.releases.before)
    #expect(bench.run("install", "13.0", "--profile", "full").status == 0)
    publish(Self.releases.after, bench)
    let before = bench.disk
    bench.server.fault(Mirror.path(component("libcurand")), .corrupt(at: 500))
    #expect(bench.run("update").status == 65)
    #expect(bench.disk == before)
    #expect(bench.run("update").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
  }

  @Test func `I1: off a terminal an update does not wait`() throws {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let first = bench.start("install", "13", "curand")
    try #require(hold.waitUntilReached(by: first))
    let run = bench.run("update")
    #expect(run.status == 75)
    #expect(run.errors.contains("(pid \(first.pid), install"))
    let patient = bench.start("update", "--wait")
    #expect(patient.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    #expect(first.wait() == 0)
    #expect(patient.wait() == 0)
  }

  @Test(arguments: [
    ("echo >> include/libcurand.h", "changed include/libcurand.h"),
    ("rm bin/libcurand", "missing bin/libcurand"),
    ("chmod 644 bin/libcurand", "mode bin/libcurand"),
    ("ln -sf x lib/liblibcurand.so", "changed lib/liblibcurand.so"),
    ("rm -r include; ln -s lib include", "changed include"),
  ])
  func `I7: verify finds what differs, and --repair makes a new tree of it`(
    damage: String, finding: String
  ) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let intact = bench.run("verify")
    #expect(intact.status == 0)
    #expect(intact.output == "CUDA 13.0.2 is intact\n")
    #expect(bench.run("verify", "--repair").output == "CUDA 13.0.2 is intact\n")
    #expect(bench.inShell("cd \"$PREFIX/current/\" && \(damage)").status == 0)
    let before = listing(bench.prefix)
    let damaged = bench.run("verify")
    #expect(damaged.status == 65)
    #expect(damaged.output.split(separator: "\n").contains { $0 == finding }, "\(damaged.output)")
    #expect(listing(bench.prefix) == before)
    let repaired = bench.run("verify", "--repair")
    #expect(repaired.status == 0, "\(repaired.errors)")
    #expect(repaired.output == "CUDA 13.0.2 repaired\n")
    #expect(bench.run("verify").status == 0)
    try expectInstalled(component("libcurand"), in: bench)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `verify finds what nobody put there`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(bench.inShell("echo > \"$PREFIX/current/lib/extra\"").status == 0)
    let run = bench.run("verify")
    #expect(run.status == 65)
    #expect(run.output == "extra lib/extra\n")
    #expect(bench.run("verify", "--repair").status == 0)
    #expect(bench.run("verify").status == 0)
    #expect(bench.fetched == ["libcurand"])
  }

  @Test func `prune deletes old trees and downloads, and what a program uses stays`() throws {
    let bench = try Bench()
    for name in ["curand", "nvcc"] { #expect(bench.run("install", "13", name).status == 0) }
    #expect(bench.run("install", "13", "curand", "--force").status == 0)
    #expect(bench.trees == ["13.0.2-1", "13.0.2-2", "13.0.2-3"])
    writeFile(
      "\(bench.prefix)/.cuda-install/partial/\(String(repeating: "a", count: 64)).x.1.y", [1])
    let before = listing(bench.prefix)
    let plan = bench.run("prune", "--keep", "0", "--dry-run")
    #expect(plan.status == 0)
    #expect(
      plan.output.contains("would delete tree 13.0.2-1\nwould delete 1 unfinished download\n"))
    #expect(listing(bench.prefix) == before)
    let user = bench.hold("\(bench.prefix)/.cuda-install/trees/13.0.2-1")
    let run = bench.run("prune", "--keep", "0")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains(
        "tree 13.0.2-1 is used by pid \(user.pid) (flock), and stays until nobody uses it"))
    #expect(bench.trees == ["13.0.2-1", "13.0.2-3"])
    #expect(bench.partials == [])
    user.release()
    #expect(bench.run("prune", "--keep", "0").status == 0)
    #expect(bench.trees == ["13.0.2-3"])
    #expect(bench.run("prune", "--keep", "0").output == "nothing to delete\n")
    try expectInstalled(component("libcurand"), in: bench)
    #expect(bench.run("verify").status == 0)
  }

  @Test(arguments: [false, true])
  func `I10 I12: status --follow ends as the run that it watches`(fails: Bool) throws {
    let bench = try Bench()
    if fails { bench.server.fault("*.tar.gz", .corrupt(at: 3000)) }
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand")
    try #require(hold.waitUntilReached(by: run))
    let follower = bench.start("status", "--follow")
    #expect(follower.waitForErrors("pid \(run.pid)"))
    hold.release()
    #expect(run.wait() == (fails ? 65 : 0))
    #expect(follower.wait() == (fails ? 65 : 0), "\(follower.errors)")
    #expect(follower.output.hasPrefix(fails ? "install FAILED, " : "install done, "))
    #expect(bench.run("status", "--follow").output == "nothing is going on\n")
  }

  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `I7: a tree is closed to its owner as well, who can still replace and remove it`() throws {
    let bench = try Bench()
    #expect(chmod(bench.scratch.path, 0o777) == 0)
    for words in [["install", "13", "curand"], ["install", "13", "nvcc"]] {
      let run = bench.ended(asNobody(bench.command(words)))
      #expect(run.status == 0, "\(run.errors)")
    }
    for accident in [
      "echo >> bin/nvcc", "touch include/new.h", "rm include/nvcc.h", "mv lib libs",
      "rm receipt.json",
    ] {
      let script = "cd \"$0\"; \(accident)"
      let run = bench.ended(asNobody(["sh", "-c", script, "\(bench.prefix)/current/."]))
      #expect(run.status != 0, "\(accident)")
    }
    #expect(bench.ended(asNobody(bench.command(["verify"]))).status == 0)
    let prune = bench.ended(asNobody(bench.command(["prune", "--keep", "0"])))
    #expect(prune.status == 0 && bench.trees == ["13.0.2-2"], "\(prune.errors)")
    let remove = bench.ended(asNobody(bench.command(["remove", "13.0.2", "--yes"])))
    #expect(remove.status == 0, "\(remove.errors)")
    #expect(bench.trees == [] && bench.leftovers == [])
  }

  @Test func `I9: a file that flock(1) left where a tree was stops nobody`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
    // What a lease by hand does that comes too late.
    let late = "flock -s \"$PREFIX/.cuda-install/trees/$1\" true"
    #expect(bench.inShell("set -- 13.0.2-9; \(late)").status == 0)
    #expect(bench.inShell("set -- 12.9.1-8; \(late)").status == 0)
    for words in [["status"], ["list"], ["prune"], ["verify"], ["remove", "13.0.2", "--yes"]] {
      let run = Ended(
        Program(bench.command(words), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
    try expectInstalled(component("libcurand"), in: bench)
  }
}
