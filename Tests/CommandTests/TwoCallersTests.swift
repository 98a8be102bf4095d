import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `Two callers` {
  /// A run that stands inside the lock, in the middle of its only download.
  private func holder(_ bench: Bench) throws -> (run: Program, hold: Hold) {
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(run.waitForOutput("\"all_done\":1000,"))
    return (run, hold)
  }

  @Test func `I1 I2: who waits finds the work done, and says by whom`() throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let second = bench.start("install", "13", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid), install, user "))
    hold.release()
    #expect(first.wait() == 0)
    #expect(second.wait() == 0)
    #expect(
      second.output == "CUDA 13.0.2 (curand) was just installed by pid \(first.pid)\n",
      "\(second.errors)")
    #expect(bench.fetched == ["libcurand"])
    #expect(bench.trees == ["13.0.2-1"])
    #expect(bench.leftovers == [])
  }

  @Test func `I1 I2: who waits and wants more adds it to what the first installed`() throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let second = bench.start("install", "13", "nvcc")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    #expect(first.wait() == 0)
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
    for component in Mirror.components("13.0.88") { try expectInstalled(component, in: bench) }
  }

  @Test(arguments: [
    (["--no-wait"], [:]), (["--wait=0"], [:]), ([], ["CUDA_INSTALL_LOCK_TIMEOUT": "0"]),
    ([], ["DPKG_MAINTSCRIPT_NAME": "postinst"]),
  ])
  func `I1 I12: who does not wait leaves with 75 and the holder's name, and changes nothing`(
    options: [String], environment: [String: String]
  ) throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let before = bench.disk
    for words in [
      ["install", "13", "curand"], ["use", "13"], ["remove", "13.0.2"], ["rollback"],
    ] {
      let run = Ended(
        Program(
          bench.command(words + options),
          environment: bench.environment.merging(environment) { $1 }, in: bench.scratch))
      #expect(run.status == 75, "\(words): \(run.errors)")
      #expect(run.errorLines.count == 1)
      #expect(
        run.errorLines.first?.hasPrefix(
          "cuda-install: error: another cuda-install is at work in \(bench.prefix) "
            + "(pid \(first.pid), install, ") == true, "\(run.errors)")
    }
    #expect(bench.disk == before)
    hold.release()
    #expect(first.wait() == 0, "\(first.errors)")
    #expect(bench.run("install", "13", "curand", "--no-wait").status == 0)
  }

  @Test func `I12: JSON names the holder of the lock`() throws {
    let bench = try Bench()
    let (first, hold) = try holder(bench)
    let run = bench.run("install", "13", "curand", "--no-wait", "--json")
    let result = try #require(try run.events.last)
    #expect(result.exit == 75 && run.status == 75)
    #expect(result.error?.code == "locked")
    #expect(result.error?.holder?.pid == first.pid)
    hold.release()
    #expect(first.wait() == 0)
  }

  @Test func `I1 I2: eight callers at once make one tree of one fetch`() throws {
    let bench = try Bench()
    let runs = (0..<8).map { _ in bench.start("install", "13") }
    for run in runs { #expect(run.wait() == 0, "\(run.errors)") }
    #expect(runs.filter { $0.output.contains("installed in \(bench.prefix)") }.count >= 1)
    #expect(runs.filter { $0.output.contains("(devel) installed in") }.count == 1)
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
    #expect(bench.trees == ["13.0.2-1"])
    #expect(bench.leftovers == [])
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `I1: eight callers with eight wishes all get them`() throws {
    var mirror = Mirror()
    let names = (1...8).map { "lib\($0)" }
    mirror.add("13.0.2", names.map(component))
    let bench = try Bench(mirror)
    // A name that begins with a digit would be a version.
    let runs = names.map { bench.start("install", "13", $0) }
    for run in runs { #expect(run.wait() == 0, "\(run.errors)") }
    #expect(bench.fetched.sorted() == names)
    for name in names { try expectInstalled(component(name), in: bench) }
    #expect(bench.trees.count == 8)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `I3: the lock file is never removed`() throws {
    let bench = try Bench()
    func number() -> UInt? {
      var status = stat()
      return stat("\(bench.prefix)/.cuda-install.lock", &status) == 0 ? status.st_ino : nil
    }
    #expect(bench.run("install", "13", "curand").status == 0)
    let first = try #require(number())
    #expect(bench.run("install", "12", "curand").status == 0)
    #expect(bench.run("remove", "13.0.2", "12.9.1", "--yes").status == 0)
    #expect(bench.run("install", "13.0.9").status == 66)
    #expect(number() == first)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let killed = bench.start("install", "13", "curand", "--force")
    try #require(hold.waitUntilReached(by: killed))
    killed.kill()
    killed.wait()
    hold.release()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(number() == first)
  }

  @Test func `I3: a lock that flock(1) holds is a lock, though nobody is on record`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let other = bench.hold()
    let before = bench.disk
    let impatient = bench.run("install", "12", "curand", "--no-wait")
    #expect(impatient.status == 75)
    let who = "pid \(other.pid) (flock), which left no record"
    #expect(
      impatient.errorLines == ["cuda-install: error: \(bench.prefix) is locked by \(who)"])
    #expect(bench.run("status").output.contains("Busy     \(who)\n"))
    let patient = bench.start("install", "12", "curand")
    #expect(patient.waitForErrors("waiting for \(who); at most 600 s\n"))
    let program = bench.start("install", "12", "curand", "--json")
    #expect(program.waitForOutput("waiting"))
    #expect(bench.disk == before)
    other.release()
    #expect(patient.wait() == 0, "\(patient.errors)")
    // Who has no record is, as a rule, about to write it: nobody hears of it in the first second.
    let events = try Ended(program).events.filter { $0.state == "waiting" }
    #expect(events.allSatisfy { $0.waited_ms ?? 0 >= 1000 })
  }

  @Test(arguments: [
    ("ln -s elsewhere", "a symbolic link"), ("mkdir", "a directory"),
    ("mkfifo", "not a regular file"), ("echo > x; ln x", "a file with a second name"),
  ])
  func `I3: what is not a lock file is not locked`(make: String, what: String) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let script =
      "cd \"$SCRATCH\"; lock=\"$PREFIX/.cuda-install.lock\"; rm \"$lock\"; \(make) \"$lock\""
    #expect(bench.inShell(script).status == 0)
    let damaged = bench.disk
    let run = bench.run("install", "12", "curand")
    #expect(run.status == 73)
    #expect(
      run.errorLines == [
        "cuda-install: error: \(bench.prefix)/.cuda-install.lock should be the lock file, but is \(what)"
      ])
    #expect(bench.disk == damaged)
    #expect(bench.inShell("rm -r \"$PREFIX/.cuda-install.lock\"").status == 0)
    #expect(bench.run("install", "12", "curand").status == 0)
  }

  @Test func `I10: status tells of a run that is under way`() throws {
    struct Status: Decodable {
      struct Holder: Decodable { var pid: Int32 }
      struct Lock: Decodable {
        var held: Bool
        var holder: Holder?
      }
      struct Operation: Decodable {
        var phase: String
        var component: String?
        var done: Int64
        var total: Int64
      }
      var lock: Lock
      var operation: Operation?
    }
    func status(_ bench: Bench) throws -> Status {
      let run = bench.run("status", "--json")
      #expect(run.status == 0)
      return try JSONDecoder().decode(Status.self, from: Data(run.output.utf8))
    }
    let bench = try Bench()
    let size = component("libcurand").archive.count
    let hold = bench.server.hold("*.tar.gz", afterBytes: size / 2)
    let run = bench.start("install", "13", "curand", "--json")
    try #require(hold.waitUntilReached(by: run))
    #expect(run.waitForOutput("\"all_done\":\(size / 2),"))
    // The next record is written at most a quarter of a second later.
    while try status(bench).operation?.done != Int64(size / 2) {}
    let seen = try status(bench)
    #expect(seen.lock.held && seen.lock.holder?.pid == run.pid)
    #expect(seen.operation?.phase == "download")
    #expect(seen.operation?.component == "libcurand")
    #expect(seen.operation?.total == Int64(size))
    let text = bench.run("status").output
    #expect(text.contains("Current  none"))
    #expect(text.contains("pid \(run.pid), install, user "))
    #expect(text.contains(", 49% fetched") || text.contains(", 50% fetched"), "\(text)")
    hold.release()
    #expect(run.wait() == 0)
    #expect(try !status(bench).lock.held)
  }
}
