import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// How often `status` runs beside as many runs that do not wait. All of the issue's thousand:
/// `CUDA_INSTALL_STATUS_RUNS=1000 swift test --filter "status never"`
private let statusCount =
  getenv("CUDA_INSTALL_STATUS_RUNS").flatMap { Int(String(cString: $0)) } ?? 100

@Suite struct `Many callers` {
  @Test func `I1 I10: status never makes a run that does not wait find the lock taken`() throws {
    let bench = try Bench()
    try #require(bench.run("install", "13", "curand").status == 0)
    let bystander = Bystander { () throws(Flaw) in
      for words in [["status"], ["status", "--json"]] {
        let run = Ended(
          Program(bench.command(words), environment: bench.environment, in: bench.scratch))
        guard run.status == 0 else {
          throw Flaw(text: "\(words): \(run.status), \(run.errors)")
        }
      }
    }
    // One writer at a time: the lock is free whenever the next one comes.
    var refusals: [String] = []
    var count = 0
    while count < statusCount || bystander.count * 2 < statusCount {
      let run = bench.run("use", "13", "--no-wait")
      if run.status != 0 { refusals.append("\(run.status): \(run.errors)") }
      count += 1
    }
    #expect(bystander.stop() == [])
    #expect(refusals.isEmpty, "\(refusals.count) of \(count), the first: \(refusals.first ?? "")")
    #expect(bench.leftovers == [])
  }

  @Test func `I3: a lock is not broken because the process on record is dead`() throws {
    let bench = try Bench()
    try #require(bench.run("install", "13", "curand").status == 0)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let killed = bench.start("install", "12", "curand")
    try #require(hold.waitUntilReached(by: killed))
    killed.kill()
    killed.wait()
    hold.release()
    // Its record is there, and the lock is another's, who has none: a process that has just taken it.
    #expect(bench.text(".cuda-install/operation.json")?.contains("\(killed.pid)") == true)
    let other = bench.hold()
    let before = bench.disk
    for _ in 1...3 { #expect(bench.run("install", "12", "curand", "--no-wait").status == 75) }
    let patient = bench.start("install", "12", "curand")
    #expect(patient.waitForErrors("waiting for pid \(other.pid) (flock), which left no record"))
    #expect(bench.disk == before)
    other.release()
    #expect(patient.wait() == 0, "\(patient.errors)")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `I1 I2: thirty-two that wait for one lock all get their turn and what they want`()
    throws
  {
    let names = (0..<32).map { "lib\($0)x" }
    var mirror = Mirror()
    mirror.add("13.0.2", names.map(component) + [component("cuda_first")])
    let bench = try Bench(mirror)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let holder = bench.start("install", "13", "cuda_first")
    try #require(hold.waitUntilReached(by: holder))
    // Who waits for ever fails here: with 75, after a limit that is the product's own.
    let waiting = names.map { bench.start("install", "13", $0, "--wait=300") }
    for run in waiting { #expect(run.waitForErrors("waiting for pid \(holder.pid)")) }
    hold.release()
    #expect(holder.wait() == 0)
    for (name, run) in zip(names, waiting) {
      #expect(run.wait() == 0, "\(name): \(run.errors)")
      #expect(run.output.contains("(\(name)) installed in"), "\(run.output)")
    }
    #expect(bench.fetched.sorted() == (names + ["cuda_first"]).sorted())
    for name in names { try expectInstalled(component(name), in: bench) }
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test func `I1 I8: thirty-two that wait to switch all get their turn, in one chain of switches`()
    throws
  {
    let bench = try Bench()
    for release in ["12.9.1", "13.0.1", "13.0.2"] {
      try #require(bench.run("install", release, "curand").status == 0)
    }
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let holder = bench.start("install", "13", "nvcc")
    try #require(hold.waitUntilReached(by: holder))
    let releases = (0..<32).map { ["12.9.1", "13.0.1", "13.0.2"][$0 % 3] }
    let waiting = releases.map { bench.start("use", $0, "--wait=300") }
    for run in waiting { #expect(run.waitForErrors("waiting for pid \(holder.pid)")) }
    hold.release()
    #expect(holder.wait() == 0)
    for (release, run) in zip(releases, waiting) {
      #expect(run.wait() == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("current: \(release)"), "\(run.output)")
    }
    // The switches are one chain: each began where the one before it had ended.
    let history = (bench.text(".cuda-install/history.ndjson") ?? "").split(separator: "\n")
    let runs = try history.map { try JSONDecoder().decode(Switch.self, from: Data($0.utf8)) }
    for (earlier, later) in zip(runs, runs.dropFirst()) {
      #expect(earlier.after == later.before, "\(earlier) \(later)")
    }
    #expect(runs.last?.after.current == linkTarget("\(bench.prefix)/current"))
    let switched = waiting.filter { $0.output.contains("(was ") }.count
    #expect(runs.filter { $0.command == "use" && $0.before != $0.after }.count == switched)
    #expect(bench.leftovers == [])
  }
}

/// What a line of the history says of a change.
private struct Switch: Decodable {
  struct Visible: Decodable, Equatable {
    var current: String?
    var releases: [String: String]
  }
  var command: String
  var before: Visible
  var after: Visible
}
