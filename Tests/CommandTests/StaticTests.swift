import FoundationEssentials
import TestSupport
import Testing

/// Releases 13.0.1 and 13.0.2: a runtime with the two archives that everybody needs, a library with one that few
/// link, newer than all else, under two more names.
private let mirror: Mirror = {
  var mirror = Mirror()
  for (label, version) in [("13.0.1", "13.0.48"), ("13.0.2", "13.0.88")] {
    var runtime = Mirror.component("cuda_cudart", version)
    runtime.members += [
      .file("lib/libcudart_static.a", "static \(version)"), .file("lib/libcudadevrt.a", "device"),
    ]
    var library = Mirror.component("libcurand", version)
    library.members += [
      Member(
        "lib/libcurand_static.a", .file, [UInt8](repeating: 7, count: 3000),
        modified: 1_760_000_000),
      Member("lib/libcurand.a", .link("libcurand_static.a")),
      Member("lib/libcurand_device.a", .hardLink("lib/libcurand_static.a")),
      .file("lib/stubs/libstub.a", "stub"),
    ]
    mirror.add(label, [runtime, library])
  }
  return mirror
}()

@Suite struct `Static archives` {
  private func archives(_ bench: Bench) -> [String] {
    namesIn("\(bench.prefix)/current/lib").filter { $0.hasSuffix(".a") }
  }

  private let needed = ["libcudadevrt.a", "libcudart_static.a"]
  private let all = [
    "libcudadevrt.a", "libcudart_static.a", "libcurand.a", "libcurand_device.a",
    "libcurand_static.a",
  ]

  private func bytes(_ bench: Bench) throws -> Int64 {
    struct Listed: Decodable {
      struct Release: Decodable { var bytes: Int64 }
      var releases: [Release]
    }
    let output = bench.run("list", "--json").output
    return try #require(JSONDecoder().decode(Listed.self, from: Data(output.utf8)).releases.first)
      .bytes
  }

  @Test func `are left out with --no-static, but for the two that CMake and nvcc need`() throws {
    let bench = try Bench(mirror)
    let run = bench.run("install", "13", "--no-static")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("5.8 KiB of static archives are left out\n"))
    #expect(archives(bench) == needed)
    #expect(bench.text("current/lib/stubs/libstub.a") == "stub")
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.run("list").output.contains("devel, no static"))
    let without = try bytes(bench)
    // Whoever says nothing about it leaves it as it is.
    #expect(bench.run("install", "13").output.contains("already installed"))
    #expect(bench.run("install", "13", "--static").status == 0)
    // The archive and its hard link.
    #expect(try bytes(bench) == without + 6000)
  }

  @Test func `are not left out from under another name that stays, and the refusal says so`() throws
  {
    var linked = Mirror()
    var library = Mirror.component("libcurand", "13.0.88")
    library.members += [
      .file("lib/libcurand_static.a", "static"),
      Member("lib/libcurand_device.a", .hardLink("lib/libcurand_static.a")),
      Member("lib/libcurand_again.a", .hardLink("lib/libcurand_device.a")),
      Member("lib/libcurand.lib", .hardLink("lib/libcurand_again.a")),
    ]
    linked.add("13.0.2", [library])
    let bench = try Bench(linked)
    let run = bench.run("install", "13", "--no-static")
    #expect(run.status == 65)
    #expect(
      run.errors.contains(
        "lib/libcurand.lib: a hard link to a file that is left out"),
      "\(run.errors)")
    #expect(bench.run("install", "13").status == 0)
    #expect(archives(bench).count == 3)
    #expect(bench.text("current/lib/libcurand.lib") == "static")
  }

  @Test func `stay out over an update, a repair, a removal and a further component`() throws {
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13.0.1", "cudart", "--no-static").status == 0)
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    #expect(archives(bench) == needed)
    #expect(bench.inShell("rm \"$PREFIX/current/lib/libcudadevrt.a\"").status == 0)
    #expect(bench.run("verify", "--repair").output == "CUDA 13.0.1 repaired\n")
    #expect(archives(bench) == needed)
    #expect(bench.run("remove", "cudart").status == 0)
    #expect(archives(bench) == [])
    #expect(bench.run("verify").status == 0)
  }

  @Test func `stay out over an update`() throws {
    var before = Mirror()
    before.add("13.0.1", [Mirror.component("libcurand", "13.0.48")])
    let bench = try Bench(before)
    #expect(bench.run("install", "13", "curand", "--no-static").status == 0)
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    #expect(bench.run("update").status == 0)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(archives(bench) == [])
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
  }

  @Test func `go without a fetch, and come back by fetching the components that lack some`() throws
  {
    let (bench, fresh) = (try Bench(mirror), try Bench(mirror))
    #expect(fresh.run("install", "13", "--no-static", mirror: bench.mirror).status == 0)
    #expect(bench.run("install", "13").status == 0)
    #expect(archives(bench) == all)
    let whole = listing("\(bench.prefix)/current/.")
    let fetched = bench.fetched.count
    let run = bench.run("install", "13", "--no-static")
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.fetched.count == fetched)
    // As if they had never been there, to the receipt's last byte.
    #expect(listing("\(bench.prefix)/current/.") == listing("\(fresh.prefix)/current/."))
    #expect(bench.run("install", "13", "--no-static").output.contains("already installed"))
    #expect(bench.run("prune", "--keep", "0").status == 0)
    #expect(bench.run("install", "13", "curand", "--static").status == 0)
    #expect(Array(bench.fetched.dropFirst(fetched)) == ["libcurand"])
    #expect(archives(bench) == all)
    #expect(bench.run("install", "13").output.contains("already installed"))
    var back = listing("\(bench.prefix)/current/.")
    // That was asked for by name.
    for path in ["receipt.json"] { back[path] = whole[path] }
    #expect(back == whole)
  }

  @Test func `are wanted or not: who says both is told`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "curand", "--static", "--no-static")
    #expect(run.status == 64, "\(run.errors)")
    #expect(listing(bench.prefix) == [:])
  }
}
