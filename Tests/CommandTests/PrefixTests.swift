import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `Prefixes that cannot be used` {
  @Test(arguments: [
    "echo mine >\"$PREFIX\"",
    "mkdir \"$PREFIX\"; echo mine >\"$PREFIX/mine\"",
    "mkdir -p \"$PREFIX/bin\" \"$PREFIX/lib64\"",
    "ln -s nowhere \"$PREFIX\"",
  ])
  func `a prefix that is somebody else's is left as it is`(make: String) throws {
    let bench = try Bench()
    #expect(bench.inShell(make).status == 0)
    let before = listing(bench.prefix)
    let run = bench.run("install", "13")
    #expect(run.status == 73, "\(run.errors)")
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains(bench.prefix))
    #expect(listing(bench.prefix) == before)
    #expect(bench.fetched == [])
    #expect(bench.inShell("rm -r \"$PREFIX\"").status == 0)
    #expect(bench.run("install", "13").status == 0)
  }

  @Test func `an empty directory, a fresh file system and a link to a directory are prefixes`()
    throws
  {
    for make in [
      "mkdir \"$PREFIX\"", "mkdir -p \"$PREFIX/lost+found\"",
      "mkdir \"$SCRATCH/real\"; ln -s real \"$PREFIX\"",
    ] {
      let bench = try Bench()
      #expect(bench.inShell(make).status == 0)
      let run = bench.run("install", "13", "curand")
      #expect(run.status == 0, "\(make): \(run.errors)")
      try expectInstalled(component("libcurand"), in: bench)
    }
  }

  @Test func `a prefix that the user may not write is 77, and is left as it is`() throws {
    let bench = try Bench()
    let parent = bench.scratch.file("owned")
    // root may write everywhere, but no longer as nobody.
    let script =
      geteuid() == 0
      ? """
      chmod 755 "$SCRATCH"; mkdir -m 755 "$SCRATCH/owned"
      exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
      """ : "mkdir \"$SCRATCH/owned\"; chmod 555 \"$SCRATCH/owned\"; exec \"$@\""
    let words = bench.command(["install", "13"], prefix: "\(parent)/cuda")
    let run = Ended(
      Program(
        ["/bin/sh", "-c", script, "sh"] + words,
        environment: bench.environment.merging(["SCRATCH": bench.scratch.path]) { $1 },
        in: bench.scratch))
    #expect(run.status == 77, "\(run.errors)")
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("\(parent)/cuda"))
    #expect(run.errors.contains("hint: choose a directory of your own with --prefix"))
    #expect(namesIn(parent) == [])
    #expect(bench.fetched == [])
  }

  @Test func `a stranger may look at a prefix and use it, but not change it`() throws {
    guard geteuid() == 0 else { return }
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = bench.disk
    let asNobody = """
      chmod 755 "$SCRATCH"; exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
      """
    #expect(bench.inShell(asNobody, "status").status == 0)
    #expect(bench.inShell(asNobody, "exec", "--", "libcurand").output == "libcurand 13.0.88\n")
    for words in [["install", "12"], ["use", "13"], ["remove", "13.0.2", "--yes"]] {
      let run = bench.inShell(asNobody, words[0], words[1])
      #expect(run.status == 77, "\(words): \(run.errors)")
      #expect(run.errorLines.count == 1)
    }
    #expect(bench.disk == before)
    #expect(bench.run("use", "13").status == 0)
  }

  /// Whether a small file system of one's own can be had, in a mount namespace that ends with its process.
  private static let canMount =
    runProgram(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status
    == 0

  @Test(.enabled(if: canMount, "needs the right to mount a file system"))
  func `a file system that is too small is refused before anything is fetched`() throws {
    let bench = try Bench(.one(Mirror.component("libcurand", "13.0.88", byteCount: 200_000)))
    let script = """
      mkdir -p "$PREFIX"; mount -t tmpfs -o size=512k tmpfs "$PREFIX" || exit 1
      "$@"; status=$?
      ls -A "$PREFIX"; exit $status
      """
    let run = Ended(
      Program(
        ["unshare", "-m", "/bin/sh", "-c", script, "sh"] + bench.command(["install", "13"]),
        environment: bench.environment.merging(["PREFIX": bench.prefix]) { $1 }, in: bench.scratch))
    #expect(run.status == 74, "\(run.errors)")
    #expect(
      run.errorLines == [
        "cuda-install: error: not enough space in \(bench.prefix): "
          + "about 808.1 KiB needed, 512.0 KiB free"
      ])
    #expect(run.output == "")
    #expect(bench.fetched == [])
  }

  @Test(.enabled(if: canMount, "needs the right to mount a file system"))
  func `I9: a disk that is full after all costs nothing that was there`() throws {
    // It is full of names, not of bytes, which no plan foresees.
    let bench = try Bench(.one(component("libcurand")))
    let script = """
      mkdir -p "$PREFIX"; mount -t tmpfs -o nr_inodes=16 tmpfs "$PREFIX" || exit 1
      "$@"; status=$?
      ls -A "$PREFIX" "$PREFIX/.cuda-install/trees"; mount -o remount,nr_inodes=99 "$PREFIX"
      "$@" >&2; echo "then $?"; exit $status
      """
    let run = Ended(
      Program(
        ["unshare", "-m", "/bin/sh", "-c", script, "sh"] + bench.command(["install", "13"]),
        environment: bench.environment.merging(["PREFIX": bench.prefix]) { $1 }, in: bench.scratch))
    #expect(run.status == 74, "\(run.errors)")
    #expect(run.errorLines.count == 1)
    #expect(run.errorLines.first?.contains("No space left on device") == true)
    #expect(run.errors.contains("hint: make room"))
    #expect(
      run.output == """
        \(bench.prefix):
        .cuda-install
        .cuda-install.lock

        \(bench.prefix)/.cuda-install/trees:
        then 0

        """)
    #expect(bench.fetched == ["libcurand"])
  }
}
