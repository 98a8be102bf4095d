import Synchronization
import TestSupport
import Testing

@Suite struct `Readers while others switch` {
  /// A file of each kind, as a program finds it: by the whole path, each time anew.
  private static let files = ["lib/liblibcurand.so", "include/cudart.h", "bin/nvcc"]

  @Test func `I7 I8 I10: in 200 switches each of 10,000 opens through current finds a whole file`()
    throws
  {
    let bench = try Bench()
    for release in ["13.0.2", "12.9.1"] {
      try #require(bench.run("install", release).status == 0)
    }
    let contents = try Self.files.map { file in
      try ["12.9.1", "13.0.2"].map { try #require(bench.file("\($0)/\(file)")) }
    }
    let reader = Reader(releases: [
      "13.0.2": Mirror.components("13.0.88"), "12.9.1": Mirror.components("12.9.79"),
    ])
    let seen = Mutex<[String: Int]>([:])
    let prefix = bench.prefix
    let bystander = Bystander { () throws(Flaw) in
      for (file, contents) in zip(Self.files, contents) {
        let found = readFile("\(prefix)/current/\(file)")
        guard contents.contains(where: { $0 == found }) else {
          throw Flaw(text: "\(file): \(found.map { "\($0.count) wrong bytes" } ?? "missing")")
        }
      }
      // Resolved once, it is one release: all files agree. No lease, for nobody deletes anything here.
      guard let tree = try OpenTree("current", in: prefix, leased: false) else {
        throw Flaw(text: "nothing is current")
      }
      let release = try reader.check(tree)
      seen.withLock { $0[release, default: 0] += 1 }
    }
    var count = 0
    while count < 200 || bystander.count * Self.files.count < 10_000 {
      let run = bench.run("use", count.isMultiple(of: 2) ? "12.9.1" : "13.0.2")
      // Each is a switch, not a finding that there is nothing to do.
      try #require(run.status == 0 && run.output.contains("(was "), "\(run.output)\(run.errors)")
      count += 1
    }
    let flaws = bystander.stop()
    #expect(flaws.isEmpty, "\(flaws.count) flaws, the first: \(flaws.first ?? "")")
    #expect(seen.withLock { $0.values.filter { $0 > 100 }.count } == 2)
    #expect(bench.leftovers == [])
    #expect(bench.run("verify").status == 0)
  }
}
