import Glibc
import TestSupport
import Testing

@Suite struct `Several mirrors` {
  private static let large = Mirror.component("libcurand", "13.0.88", byteCount: 1_000_000)

  /// A bench with a directory that has the manifest and, if wanted, the archive.
  private func bench(hasArchive: Bool) throws -> (bench: Bench, directory: String) {
    let bench = try Bench(.one(Self.large))
    let directory = bench.scratch.file("directory")
    for (path, bytes) in Mirror.one(Self.large).files
    where path.hasSuffix(".json") || hasArchive && path.hasSuffix(".gz") {
      writeFile(directory + path, bytes)
    }
    return (bench, directory + Mirror.base)
  }

  private func words(_ mirrors: [String], _ more: String...) -> [String] {
    ["install", "13.0.2"] + mirrors.flatMap { ["--mirror", $0] } + more
  }

  private func run(_ bench: Bench, _ words: [String]) -> Ended {
    Ended(start(bench, words))
  }

  private func start(_ bench: Bench, _ words: [String]) -> Program {
    Program(
      [BuiltBinary.path] + words + ["--prefix", bench.prefix], environment: bench.environment,
      in: bench.scratch)
  }

  @Test func `a directory that lacks an archive is helped out by a server, and not offline`()
    throws
  {
    let (bench, directory) = try bench(hasArchive: false)
    let offline = run(bench, words([directory, bench.mirror], "--offline"))
    #expect(offline.status != 0)
    #expect(bench.server.log.isEmpty, "offline, nobody is asked")
    let online = run(bench, words([directory, bench.mirror]))
    #expect(online.status == 0, "\(online.errors)")
    try expectInstalled(Self.large, in: bench)
  }

  @Test func `offline, a server is passed over for a directory that has all`() throws {
    let (bench, directory) = try bench(hasArchive: true)
    let offline = run(bench, words([bench.mirror, directory], "--offline"))
    #expect(offline.status == 0, "\(offline.errors)")
    #expect(bench.server.log.isEmpty)
    try expectInstalled(Self.large, in: bench)
  }

  @Test func `I9: what the second brought is kept, though the first is a directory`() throws {
    let (bench, directory) = try bench(hasArchive: false)
    let size = Self.large.archive.count
    let hold = bench.server.hold("*.tar.gz", afterBytes: size / 2)
    let first = start(bench, words([directory, bench.mirror], "--json"))
    try #require(first.waitForOutput("\"all_done\":\(size / 2),"), "\(first.errors)")
    first.kill(SIGINT)
    #expect(first.wait() == 128 + SIGINT)
    hold.release()
    let next = run(bench, words([directory, bench.mirror]))
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.requests.last?.request.range == "bytes=\(size / 2)-")
    try expectInstalled(Self.large, in: bench)
  }

  /// Whether a small file system of one's own can be had, in a mount namespace that ends with its process.
  private static let canMount =
    runProgram(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status
    == 0

  @Test(.enabled(if: canMount, "needs the right to mount a file system"))
  func `I9: the room that a dead download has taken is not asked for again`() throws {
    let component = Mirror.component("libcurand", "13.0.88", byteCount: 3_000_000)
    let bench = try Bench(.one(component))
    let archive = component.archive
    let partial = ".cuda-install/partial/\(sha256(archive)).boot.1.a"
    writeFile(bench.scratch.file("part"), Array(archive[..<100_000]))
    // Room for the archive once and what becomes of it, and not for the archive twice.
    let script = """
      mkdir -p "$PREFIX"; mount -t tmpfs -o size=$SIZE tmpfs "$PREFIX" || exit 1
      mkdir -p "$PREFIX/.cuda-install/partial"
      cp "$SCRATCH/part" "$PREFIX/\(partial)" && fallocate -n -l \(archive.count) "$PREFIX/\(partial)"
      exec "$@"
      """
    let size = archive.count * 4 + (1 << 20)
    let ended = Ended(
      Program(
        ["unshare", "-m", "/bin/sh", "-c", script, "sh"] + bench.command(["install", "13"]),
        environment: bench.environment.merging([
          "PREFIX": bench.prefix, "SCRATCH": bench.scratch.path, "SIZE": "\(size)",
        ]) { $1 }, in: bench.scratch))
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(bench.requests.last?.request.range == "bytes=100000-")
  }
}
