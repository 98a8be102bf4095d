import CUDACatalog
import TestSupport
import Testing

/// Releases whose components bring a file and a link together, each with a time of its own.
private let mirror: Mirror = {
  var mirror = Mirror()
  for (label, version) in [("13.0.1", "13.0.48"), ("13.0.2", "13.0.88")] {
    let components = Mirror.components(version, byteCount: 40_000)
    mirror.add(
      label,
      components.enumerated().map { index, component in
        var component = component
        let time = 1_750_000_000 + 1000 * (index * 7 % 3)
        component.members += [
          Member("share/common/text", .file, Array("one\n".utf8), modified: time),
          .file(
            "pkg-config/part\(index)-13.0.pc",
            "cudaroot=/usr/local/cuda-13.0\nlibdir=${cudaroot}/targets/x86_64-linux/lib\n"
              + "Name: part\nDescription: a part\nVersion: 13.0\n"),
          Member("share/common/own-\(index)", .hardLink("LICENSE"), modified: time),
          // Of its own time, though it may come as another name for what another component brought.
          Member("share/common/again-\(index)", .hardLink("share/common/text"), modified: time),
          Member("share/common/link", .link("text"), modified: time),
        ]
        return component
      })
  }
  return mirror
}()

private func tree(_ bench: Bench) -> [String: String] { listing("\(bench.prefix)/current/.") }

/// The paths in which two trees differ.
private func differences(_ one: [String: String], _ other: [String: String]) -> [String] {
  Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}

@Suite struct `One request and the same artifacts` {
  /// All benches fetch from one server, whose address is in the receipts.
  private let origin: Bench
  private let expected: [String: String]

  init() throws {
    origin = try Bench(mirror)
    #expect(origin.run("install", "13.0", "nvcc", "curand").status == 0)
    expected = tree(origin)
    #expect(expected.count > 30)
  }

  private func bench(_ steps: [String]...) throws -> Bench {
    let bench = try Bench(Mirror())
    for words in steps {
      let run = bench.ended(bench.command(words, mirror: origin.mirror))
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
    return bench
  }

  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func `I7: give the same tree in whatever order they arrive`(order: [Int]) throws {
    let components = Mirror.components("13.0.88", byteCount: 40_000)
    let paths = components.map { Mirror.path($0) }
    let holds = paths.map { origin.server.hold($0, afterBytes: 1) }
    let bench = try Bench(Mirror())
    let run = bench.start("install", "13.0", "nvcc", "curand", "--json", mirror: origin.mirror)
    for hold in holds { try #require(hold.waitUntilReached(by: run)) }
    var arrived = 0
    for index in order {
      holds[index].release()
      arrived +=
        origin.server.requests(for: paths[index]).isEmpty ? 0 : mirror.files[paths[index]]!.count
      // The next one comes only when this one is unpacked.
      guard index != order.last else { continue }
      try #require(run.waitForOutput("\"all_unpacked\":\(arrived),"), "\(run.output)")
    }
    #expect(run.wait() == 0, "\(run.errors)")
    #expect(differences(tree(bench), expected) == [])
  }

  @Test func `I7: give the same tree in one step and in two, either way round`() throws {
    for names in [["nvcc", "curand"], ["curand", "nvcc"]] {
      let bench = try bench(["install", "13.0", names[0]])
      let first = "\(bench.prefix)/.cuda-install/trees/13.0.2-1"
      let published = listing(first)
      let run = bench.run("install", "13.0", names[1], mirror: origin.mirror)
      #expect(run.status == 0, "\(run.errors)")
      #expect(differences(tree(bench), expected) == [])
      #expect(differences(listing(first), published) == [])
    }
  }

  @Test func `I7: give the same tree to who added, updated, removed, repaired and rolled back`()
    throws
  {
    let bench = try bench(["install", "13.0.1", "curand"], ["install", "13.0.1", "nvcc"])
    // As if there had been no 13.0.2 yet.
    try bench.editReceipt(of: "13.0.1") { $0.track = "13.0" }
    for words in [
      ["update"], ["rollback"], ["use", "13.0"], ["remove", "curand"], ["rollback"],
      ["install", "13.0", "--no-static", "curand"], ["install", "13.0", "--static", "curand"],
    ] {
      let run = bench.ended(bench.command(words, mirror: origin.mirror))
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(differences(tree(bench), expected) == [])
    #expect(bench.inShell("rm \"$PREFIX/current/bin/nvcc\"").status == 0)
    #expect(bench.run("verify", "--repair", mirror: origin.mirror).status == 0)
    #expect(differences(tree(bench), expected) == [])
    let diff = bench.inShell(
      "diff -r --no-dereference \"$PREFIX/current/\" \"$OTHER/current/\"",
      environment: ["OTHER": origin.prefix])
    #expect(diff.status == 0 && diff.output == "", "\(diff.output)")
  }
}

@Suite struct `A prefix that is moved` {
  @Test(arguments: ["mv \"$PREFIX\" \"$TO\"", "cp -a \"$PREFIX\" \"$TO\" && rm -rf \"$PREFIX\""])
  func `or copied works where it is then, with all it remembers`(move: String) throws {
    let bench = try Bench(mirror)
    for words in [
      ["install", "13.0.1", "nvcc"], ["install", "13.0.1", "curand"],
      ["install", "13.0.2", "nvcc", "--use"],
    ] { #expect(bench.ended(bench.command(words)).status == 0) }
    let moved = bench.scratch.file("else where")
    #expect(bench.inShell(move, environment: ["TO": moved]).status == 0)
    func run(_ words: String...) -> Ended {
      bench.ended(bench.command(words, prefix: moved))
    }
    #expect(run("status").output.contains("Current  13.0.2"))
    #expect(run("verify").output == "CUDA 13.0.2 is intact\n")
    #expect(run("env").output.contains("'\(moved)/.cuda-install/trees/13.0.2-3'"))
    #expect(run("exec", "--", "nvcc").output == "cuda_nvcc 13.0.88\n")
    let package = bench.inShell(
      "PKG_CONFIG_PATH=\"$TO/current/lib/pkgconfig\" pkg-config --variable=libdir part1",
      environment: ["TO": moved])
    #expect(
      package.status == 127
        || package.output.replacing("\\ ", with: " ").hasPrefix(
          "\(moved)/current/lib/pkgconfig/../../"),
      "\(package.output) \(package.errors)")
    #expect(run("rollback").output == "rolled back: 13.0.2 -> 13.0.1\n")
    #expect(run("exec", "--", "libcurand").output == "libcurand 13.0.48\n")
    let fetched = bench.fetched
    #expect(run("install", "13.0.2", "curand").status == 0)
    #expect(Array(bench.fetched.dropFirst(fetched.count)) == ["libcurand"])
    #expect(run("prune", "--keep", "0").status == 0)
    #expect(run("verify", "13.0.2").output == "CUDA 13.0.2 is intact\n")
    #expect(listing(bench.prefix) == [:])
  }
}
