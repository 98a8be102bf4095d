import Glibc
import TestSupport
import Testing

@Suite struct `The lock file under attack` {
  /// A run that stands inside the lock, in the middle of its only download.
  private func holder(_ bench: Bench) throws -> (run: Program, hold: Hold) {
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(run.waitForOutput("\"all_done\":1000,"))
    return (run, hold)
  }

  @Test(arguments: ["rm \"$lock\"", "rm \"$lock\"; : >\"$lock\"", "mv \"$lock\" \"$lock.old\""])
  func `I1 I3: of two that hold the lock, its file removed under one, only one publishes`(
    removal: String
  ) throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    #expect(bench.inShell("lock=\"$PREFIX/.cuda-install.lock\"; \(removal)").status == 0)
    let second = bench.run("install", "13", "nvcc", "--no-wait")
    #expect(second.status == 0, "\(second.errors)")
    let published = bench.links
    hold.release()
    let ended = Ended(first)
    #expect(ended.status == 75, "\(ended.output)")
    #expect(try ended.events.last?.error?.code == "lock_lost")
    #expect(bench.links == published)
    #expect(bench.leftovers == [])
    let next = bench.run("install", "13", "curand")
    #expect(next.status == 0, "\(next.errors)")
    for component in Mirror.components("13.0.88") { try expectInstalled(component, in: bench) }
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
  }

  @Test func `I3: who waits for a lock whose file is made anew waits for the new one`()
    throws
  {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let second = bench.start("install", "13", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    // Made and locked beside it, then moved there: at no moment is there a free lock at the path.
    let other = bench.startShell(
      """
      : >"$SCRATCH/new"; chmod 600 "$SCRATCH/new"
      exec flock "$SCRATCH/new" \
        sh -c 'mv "$SCRATCH/new" "$PREFIX/.cuda-install.lock"; echo held; cat "$SCRATCH/fifo"'
      """)
    #expect(other.waitForOutput("held"))
    hold.release()
    #expect(first.wait() == 75)
    #expect(bench.run("install", "13", "curand", "--no-wait").status == 75)
    #expect(linkTarget("\(bench.prefix)/13.0.2") == nil && !second.hasEnded)
    writeFile(bench.scratch.file("fifo"), [])
    #expect(other.wait() == 0)
    #expect(second.wait() == 0, "\(second.errors)")
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `I3: a lock file of another owner is not believed, and one without rights excludes`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    let lock = "\(bench.prefix)/.cuda-install.lock"
    #expect(chown(lock, nobody, nobody) == 0)
    let before = bench.disk
    let strange = bench.run("install", "12", "curand")
    #expect(strange.status == 73)
    #expect(
      strange.errorLines
        == ["cuda-install: error: \(lock) should be the lock file, but is a file of user 65534"])
    #expect(bench.disk == before)
    // To root no file is closed.
    #expect(chown(lock, 0, 0) == 0 && chmod(lock, 0) == 0)
    let (first, hold) = try holder(bench)
    #expect(bench.run("install", "12", "curand", "--no-wait").status == 75)
    hold.release()
    #expect(first.wait() == 0)
    // To its owner it is.
    #expect(bench.inShell("chmod 755 \"$SCRATCH\"; chown -R 65534 \"$PREFIX\"").status == 0)
    let installed = bench.disk
    let words = bench.command(["install", "12", "curand"])
    let refused = bench.ended(asNobody(words))
    #expect(refused.status == 77, "\(refused.errors)")
    #expect(refused.errors.contains("\(lock): Permission denied"), "\(refused.errors)")
    #expect(bench.disk == installed)
    #expect(chmod(lock, 0o600) == 0)
    #expect(bench.ended(asNobody(words)).status == 0)
  }

  @Test func `I4: a daemon that exec started keeps its tree, but not the lock`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    // The script's shell ends; what it started has all that it inherited.
    let started = bench.run(
      "exec", "--", "sh", "-c", "tail -f /dev/null >/dev/null 2>&1 & echo $!")
    let daemon = try #require(Int32(started.output.dropLast()), "\(started.errors)")
    defer { kill(daemon, SIGKILL) }
    let run = bench.run("install", "12", "curand", "--no-wait")
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.run("remove", "13.0.2", "--yes", "--no-wait").status == 0)
    #expect(bench.trees == ["12.9.1-2", "13.0.2-1"], "the daemon's tree stays")
    #expect(kill(daemon, 0) == 0)
    kill(daemon, SIGKILL)
  }

  @Test func `I4: whatever a run has open below the prefix is closed in what it might start`()
    throws
  {
    let bench = try Bench()
    // A lock file that is there is opened, not made.
    #expect(bench.run("install", "12", "curand").status == 0)
    let (run, hold) = try holder(bench)
    defer { hold.release() }
    var open: [String] = []
    for number in namesIn("/proc/\(run.pid)/fd").compactMap({ Int32($0) }) where number > 2 {
      let text = String(
        decoding: readFile("/proc/\(run.pid)/fdinfo/\(number)") ?? [], as: UTF8.self)
      guard let name = linkTarget("/proc/\(run.pid)/fd/\(number)"), name.hasPrefix(bench.prefix),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
        let flags = Int32(line.split(separator: "\t").last ?? "", radix: 8)
      else { continue }
      open.append(String(name.dropFirst(bench.prefix.count)))
      #expect(flags & O_CLOEXEC != 0, "\(number): \(name)")
    }
    for name in ["", "/.cuda-install.lock", "/.cuda-install", "/.cuda-install/trees"] {
      #expect(open.contains(name))
    }
    for start in ["/.cuda-install/trees/.new.", "/.cuda-install/partial/"] {
      #expect(open.contains { $0.hasPrefix(start) })
    }
  }
}

@Suite(.enabled(if: Rights.toCompile, Rights.noCompiler))
struct `Locks that file systems do not have` {
  @Test(arguments: [ENOLCK, ENOSYS, EBADF, EIO, EOPNOTSUPP])
  func `I1: a file system that cannot lock is 71, by its name, and nothing is changed`(
    code: Int32
  ) throws {
    let bench = try Bench()
    let shim = Shim.environment(["FLOCK": "error=\(code)"], in: bench.scratch)
    let reason = String(cString: strerror(code))
    let first = bench.run("install", "13", "curand", environment: shim)
    #expect(first.status == 71, "\(first.errors)")
    #expect(first.errorLines.count == 1)
    #expect(namesIn(bench.prefix).allSatisfy { $0 == ".cuda-install.lock" })
    #expect(bench.fetched == [])
    #expect(bench.run("install", "13", "curand").status == 0)
    let (before, fetched) = (bench.disk, bench.fetched)
    for words in [
      ["install", "12"], ["update"], ["use", "13"], ["remove", "13.0.2", "--yes"], ["rollback"],
      ["prune"], ["verify", "--repair"],
    ] {
      let run = bench.ended(bench.command(words), environment: shim)
      #expect(run.status == 71, "\(words): \(run.errors)")
      #expect(
        run.errorLines.first?.hasPrefix(
          "cuda-install: error: \(bench.prefix) cannot be locked: its file system (") == true)
      #expect(run.errorLines.first?.hasSuffix(") answers \(reason)") == true, "\(run.errors)")
    }
    #expect(bench.disk == before && bench.fetched == fetched)
    for words in [["status"], ["list"], ["env"], ["verify"], ["exec", "--", "libcurand"]] {
      #expect(bench.ended(bench.command(words), environment: shim).status == 0, "\(words)")
    }
  }

  @Test func `I1: fifty signals in a row interrupt the lock, and it is taken all the same`() throws
  {
    let bench = try Bench()
    let shim = Shim.environment(["FLOCK": "storm=50"], in: bench.scratch)
    let run = bench.run("install", "13", "curand", environment: shim)
    #expect(run.status == 0, "\(run.errors)")
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test func `I3: a lock file that is removed in the moment of locking is made anew and locked`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let shim = Shim.environment(["FLOCK": "remove=1"], in: bench.scratch)
    let first = bench.start("install", "13", "curand", environment: shim)
    try #require(hold.waitUntilReached(by: first))
    let second = bench.run("install", "13", "curand", "--no-wait")
    #expect(second.status == 75 && second.errors.contains("pid \(first.pid)"), "\(second.errors)")
    hold.release()
    #expect(first.wait() == 0, "\(first.errors)")
    #expect(bench.run("install", "13", "nvcc").status == 0)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP], [0, 2])
  func `I3 I12: a signal ends the wait for a lock that never answers, at once`(
    signal: Int32, afterCalls: Int
  ) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let before = bench.disk
    let shim = Shim.environment(["FLOCK": "busy=\(afterCalls)"], in: bench.scratch)
    let run = bench.started(
      ["timeout", "--foreground", "-s", "KILL", "10"] + bench.command(["install", "12", "curand"]),
      environment: shim)
    #expect(run.waitForErrors("stuck"))
    // timeout(1) passes it on.
    run.kill(signal)
    #expect(run.wait() == 128 + signal)
    #expect(bench.disk == before)
    #expect(bench.run("install", "12", "curand").status == 0)
  }
}
