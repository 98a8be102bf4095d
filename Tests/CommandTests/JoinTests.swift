import CUDACatalog
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `Who comes second` {
  /// All three releases, two of them through a track that has moved on.
  static func full() throws -> Bench {
    let bench = try Bench()
    for words in [["install", "12", "curand"], ["install", "13.0.1", "curand", "--use"]] {
      #expect(Ended(Program(bench.command(words), in: bench.scratch)).status == 0)
    }
    return bench
  }

  @Test(arguments: [
    (["use", "12"], "current: 12.9.1, just set by pid PID"),
    (["remove", "12.9.1"], "12.9.1 was just removed by pid PID"),
    (["rollback"], "just rolled back by pid PID"),
    (["install", "12", "nvcc"], "CUDA 12.9.1 (nvcc) was just installed by pid PID"),
    (["update", "--wait"], "everything was just updated by pid PID"),
    (["prune", "--keep", "0"], "nothing is left to delete behind pid PID"),
  ])
  func `I2 I12: of two that wait for the same, one does it and the other names it`(
    words: [String], answer: String
  ) throws {
    let bench = try Self.full()
    if words[0] == "update" { try wants13(bench) }
    if words[0] == "prune" { #expect(bench.run("install", "12", "nvcc").status == 0) }
    let other = bench.hold()
    let callers = (0..<2).map { _ in
      Program(bench.command(words), environment: bench.environment, in: bench.scratch)
    }
    for caller in callers { #expect(caller.waitForErrors("waiting for pid \(other.pid) (flock)")) }
    other.release()
    for caller in callers { #expect(caller.wait() == 0, "\(caller.errors)") }
    let joined = callers.filter { $0.output.contains("just ") || $0.output.contains("behind ") }
    try #require(joined.count == 1, "\(callers.map { $0.output + $0.errors })")
    let worker = try #require(callers.first { $0.pid != joined.first?.pid })
    #expect(
      joined.first?.output
        == answer.replacing("PID", with: "\(worker.pid)") + "\n")
    #expect(bench.leftovers == [])
    #expect(bench.run("verify").status == 0)
  }

  /// The release 13.0.1 counts as asked for by `13`, as if 13.0.2 had come out since.
  private func wants13(_ bench: Bench) throws {
    try bench.editReceipt(of: "13.0.1") { $0.track = "13" }
  }

  @Test func `I9 I12: who waits for a run that fails says so and does its own work`() throws {
    let bench = try Self.full()
    bench.server.fault("*cudart-linux-x86_64-12.9.79-archive.tar.gz", .corrupt(at: 30), times: 3)
    let hold = bench.server.hold("*cudart-linux-x86_64-12.9.79-archive.tar.gz", afterBytes: 20)
    let first = bench.start("install", "12", "cudart")
    try #require(hold.waitUntilReached(by: first))
    let second = bench.start("install", "13.0.2", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    #expect(first.wait() == 65, "\(first.errors)")
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(second.errors.contains("pid \(first.pid) failed ("))
    #expect(second.errors.contains("; taking over"))
    try expectInstalled(component("libcurand"), in: bench, at: "13.0.2")
  }

  @Test func `I12: a follower that comes too late has the run's result from disk`() throws {
    struct Start: Decodable { var op: String }
    let bench = try Bench()
    bench.server.fault("*.tar.gz", .corrupt(at: 3000))
    let run = bench.run("install", "13", "curand", "--json")
    #expect(run.status == 65)
    let first = try #require(run.output.split(separator: "\n").first)
    let op = try JSONDecoder().decode(Start.self, from: Data(first.utf8)).op
    #expect(bench.run("install", "13", "curand").status == 0)
    let late = bench.run("status", "--follow", "--of", op)
    #expect(late.status == 65)
    #expect(late.output.hasPrefix("install FAILED, "), "\(late.output)")
    #expect(bench.run("status", "--of", "20200101T000000Z-1-0").status == 66)
  }

  @Test func `I12: an update that finds another at work skips, and is quiet with -q`() throws {
    let bench = try Self.full()
    let other = bench.hold()
    let run = bench.run("update")
    #expect(run.status == 75)
    #expect(run.errorLines == [] && run.output == "")
    #expect(run.errors.hasPrefix("cuda-install: skipped: \(bench.prefix) is locked by pid "))
    let quiet = bench.run("update", "-q")
    #expect(quiet.status == 75 && quiet.output == "" && quiet.errors == "")
    other.release()
    #expect(bench.run("update").status == 0)
  }

  @Test(arguments: ["flock", "flock -o"])
  func `I4: a call inside of flock(1) fails at once and says why`(flock: String) throws {
    let bench = try Self.full()
    let run = bench.inShell(
      "exec \(flock) \"$PREFIX/.cuda-install.lock\" \"$@\"", "install", "12", "nvcc")
    #expect(run.status == 75, "\(run.errors)")
    #expect(run.errorLines.first?.contains("called from inside a command that holds") == true)
    #expect(bench.run("install", "12", "nvcc").status == 0)
  }

  @Test func `I7: a tree in which a program runs stays, and prune says who`() throws {
    var nvcc = component("cuda_nvcc")
    nvcc.members.append(Member("bin/tool", .file, try #require(readFile("/bin/cat")), mode: 0o755))
    let bench = try Bench(.one(nvcc))
    #expect(bench.run("install", "13", "nvcc").status == 0)
    #expect(bench.run("install", "13", "nvcc", "--force").status == 0)
    #expect(runProgram(["mkfifo", bench.scratch.file("fifo")]).status == 0)
    let tree = "\(bench.prefix)/.cuda-install/trees/13.0.2-1"
    let user = bench.startShell("echo ready; exec \"\(tree)/bin/tool\" \"$SCRATCH/fifo\"")
    #expect(user.waitForOutput("ready"))
    // The shell becomes the tool when it execs, and opens the fifo then.
    let writer = open(bench.scratch.file("fifo"), O_WRONLY)
    let run = bench.run("prune", "--keep", "0")
    #expect(run.status == 0)
    #expect(
      run.errors.contains("tree 13.0.2-1 is used by pid \(user.pid) (tool), and stays"),
      "\(run.errors)")
    #expect(bench.trees == ["13.0.2-1", "13.0.2-2"])
    close(writer)
    #expect(user.wait() == 0)
    #expect(bench.run("prune", "--keep", "0").output.contains("deleted tree 13.0.2-1\n"))
    #expect(bench.trees == ["13.0.2-2"])
  }
}
