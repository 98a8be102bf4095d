import FoundationEssentials
import TestSupport
import Testing

@Suite struct `Installing a release` {
  @Test func `I7 I8: a tree holds the archives' files, the fix-ups and a receipt that is true`()
    throws
  {
    let bench = try Bench()
    let run = bench.run("install", "13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "CUDA 13.0.2 (devel) installed in \(bench.prefix)/13.0.2\n")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(linkTarget("\(bench.prefix)/13.0.2") == ".cuda-install/trees/13.0.2-1")
    #expect(bench.trees == ["13.0.2-1"])
    #expect(bench.leftovers == [])
    #expect(bench.partials == [])
    for component in Mirror.components("13.0.88") {
      try expectInstalled(component, in: bench)
    }
    #expect(linkTarget("\(bench.prefix)/current/lib64") == "lib")
    for name in ["lib", "include"] {
      #expect(
        linkTarget("\(bench.prefix)/current/targets/x86_64-linux/\(name)") == "../../\(name)")
    }
    #expect(namesIn("\(bench.prefix)/current/pkg-config") == [])
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `version.json names the release and each component, version.txt the release`() throws {
    struct Named: Decodable { var version: String }
    let bench = try Bench()
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
    let named = try JSONDecoder().decode(
      [String: Named].self, from: Data(bench.file("current/version.json") ?? []))
    #expect(named.mapValues(\.version) == ["cuda": "13.0.2", "libcurand": "13.0.88"])
    #expect(bench.text("current/version.txt") == "CUDA Version 13.0.2\n")
  }

  @Test func `a pkg-config file follows the tree, and has a name without a version as well`() throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let folder = "\(bench.prefix)/current/lib/pkgconfig"
    #expect(namesIn(folder) == ["libcurand-13.0.pc", "libcurand.pc"])
    #expect(linkTarget("\(folder)/libcurand.pc") == "libcurand-13.0.pc")
    let lines = bench.text("current/lib/pkgconfig/libcurand.pc")?.split(separator: "\n") ?? []
    let root = lines.first { $0.hasPrefix("cudaroot=") }?.dropFirst("cudaroot=".count) ?? ""
    let library = lines.first { $0.hasPrefix("libdir=") }?.dropFirst("libdir=".count) ?? ""
    #expect(root == "${pcfiledir}/../..")
    // As pkg-config(1) reads it; the directory that it names must be there.
    let here = "\(library)".replacing("${cudaroot}", with: root).replacing(
      "${pcfiledir}", with: folder)
    #expect(namesIn(here).contains("liblibcurand.so"))
  }

  @Test func `two installs of one request are the same to the byte, the mode and the second`()
    throws
  {
    let (one, other) = (try Bench(), try Bench())
    #expect(one.run("install", "13").status == 0)
    #expect(other.run("install", "13", mirror: one.mirror).status == 0)
    let tree = ".cuda-install/trees/13.0.2-1"
    let first = listing("\(one.prefix)/\(tree)")
    #expect(first.count > 20)
    #expect(first == listing("\(other.prefix)/\(tree)"))
    // The archives' members' own, and for what has none the newest of these.
    for (path, entry) in first { #expect(entry.hasSuffix("modified 1750000000"), "\(path)") }
  }

  @Test(arguments: ["000", "027", "077"])
  func `modes are 0444 and 0555 whatever the umask`(umask: String) throws {
    let bench = try Bench()
    let run = bench.inShell("umask \(umask); exec \"$@\"", "install", "13")
    #expect(run.status == 0, "\(run.errors)")
    for (path, entry) in listing("\(bench.prefix)/.cuda-install/trees/13.0.2-1") {
      guard !entry.hasPrefix("link") else { continue }
      let isExecutable =
        entry.hasPrefix("directory") || path.hasPrefix("bin/") || path.contains(".so.")
      #expect(entry.contains(isExecutable ? "mode 555" : "mode 444"), "\(path)")
    }
    #expect(modeOf("\(bench.prefix)/.cuda-install.lock") == 0o600)
  }

  @Test(arguments: [
    (["13.0.2"], "13.0.2"), (["13.0"], "13.0.2"), (["13.0.1"], "13.0.1"), (["13"], "13.0.2"),
    (["12"], "12.9.1"), (["latest"], "13.0.2"), ([], "13.0.2"),
  ])
  func `a version is a release, or the newest of a line`(words: [String], release: String) throws {
    let bench = try Bench()
    let run = Ended(
      Program(
        bench.command(["install"] + words + ["curand"]), environment: bench.environment,
        in: bench.scratch))
    #expect(run.status == 0, "\(run.errors)")
    #expect(linkTarget("\(bench.prefix)/current") == release)
  }

  @Test(arguments: ["nvcc", "cuda_nvcc"])
  func `a component is named with its prefix or without, and brings what it needs`(name: String)
    throws
  {
    let bench = try Bench()
    let run = bench.run("install", "13", name)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "CUDA 13.0.2 (\(name)) installed in \(bench.prefix)/13.0.2\n")
    #expect(Set(bench.fetched) == ["cuda_nvcc", "cuda_cudart"])
  }

  @Test func `a profile selects its components`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "--profile", "base").status == 0)
    #expect(bench.fetched == ["cuda_cudart"])
  }

  @Test func `I10: a dry run prints the plan, fetches nothing and makes nothing`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "nvcc", "--dry-run")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("CUDA 13.0.2: 2 components, ") == true, "\(run.output)")
    #expect(lines.contains { $0.hasPrefix("  fetch  cuda_nvcc") && $0.hasSuffix("asked for") })
    #expect(
      lines.contains { $0.hasPrefix("  fetch  cuda_cudart") && $0.hasSuffix("needed by cuda_nvcc") }
    )
    #expect(lines.last == "  current becomes 13.0.2")
    #expect(bench.fetched == [])
    #expect(listing(bench.prefix) == [:])
  }
}

/// Each of the archive's members is where it belongs.
func expectInstalled(
  _ component: Mirror.Component, in bench: Bench, at release: String = "current"
) throws {
  for member in component.members {
    if member.name == "LICENSE" {
      #expect(
        bench.file("\(release)/share/licenses/cuda/\(component.name)/LICENSE") == member.bytes)
      continue
    }
    guard !member.name.hasPrefix("pkg-config/") else { continue }
    let path = "\(bench.prefix)/\(release)/\(member.name)"
    switch member.kind {
    case .link(let target): #expect(linkTarget(path) == target, "\(path)")
    default:
      #expect(readFile(path) == member.bytes, "\(path)")
      #expect(modeOf(path) == (member.mode & 0o111 == 0 ? 0o444 : 0o555), "\(path)")
    }
  }
}

/// The receipt and its list say of each file what is on the disk, and say it of each file.
func expectTrueReceipt(_ tree: String) throws {
  struct Entry: Decodable {
    var path: String
    var type: String
    var mode: String?
    var sha256: String?
    var target: String?
  }
  struct Receipt: Decodable {
    struct Files: Decodable {
      var count: Int
      var digest: String
    }
    var files: Files
  }
  let list = readFile("\(tree)/receipt.ndjson") ?? []
  let receipt = try JSONDecoder().decode(
    Receipt.self, from: Data(readFile("\(tree)/receipt.json") ?? []))
  #expect(receipt.files.digest == sha256(list))
  let entries = try list.split(separator: UInt8(ascii: "\n")).map {
    try JSONDecoder().decode(Entry.self, from: Data($0))
  }
  #expect(receipt.files.count == entries.count)
  var unlisted = listing(tree)
  for name in [".", "receipt.json", "receipt.ndjson"] { unlisted[name] = nil }
  for entry in entries {
    let mode = entry.mode.map { $0.drop { $0 == "0" } } ?? "777"
    let claim =
      switch entry.type {
      case "file": "file \(entry.sha256 ?? ""), mode \(mode),"
      case "link": "link to \(entry.target ?? ""), mode 777,"
      default: "directory, mode \(mode),"
      }
    let found = unlisted.removeValue(forKey: entry.path)
    #expect(found?.hasPrefix(claim) == true, "\(entry.path): \(found ?? "nothing")")
  }
  #expect(unlisted == [:])
}
