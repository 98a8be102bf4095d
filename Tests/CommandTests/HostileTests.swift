// Hostile archives and bad manifests, from a server through the whole install: what is refused leaves nothing, and what is
// odd is installed as it says.

import CUDACatalog
import CUDADigest
import Glibc
import TestSupport
import Testing

/// A prefix deep in a directory with something to lose in each of its parents, and a server.
private final class Sandbox: Sendable {
  let scratch = Scratch()
  let server: LoopbackServer

  var prefix: String { scratch.file("a/b/c/d/cuda") }

  init(_ files: [String: [UInt8]]) throws {
    server = try LoopbackServer(files)
    var folder = "home"
    for name in ["a", "b", "c", "d"] {
      scratch.write("\(folder)/canary", Array("canary".utf8))
      folder = folder == "home" ? name : "\(folder)/\(name)"
    }
    scratch.write("\(folder)/canary", Array("canary".utf8))
  }

  deinit { server.stop() }

  func run(_ words: String..., with command: [String] = []) -> Program {
    let program = Program(
      command + [BuiltBinary.path] + words.prefix(1) + ["--prefix", prefix] + words.dropFirst(),
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": scratch.file("home"), "LC_ALL": "C",
        // ThreadSanitizer makes a file of its own there.
        "TMPDIR": isSanitized ? "/tmp" : scratch.file("home"),
      ], in: scratch)
    program.wait()
    return program
  }

  /// All but the prefix, and the time of the directory that it is made in.
  var outside: [String: String] {
    listing(scratch.file("a")).merging(listing(scratch.file("home"))) { $0 + $1 }
      .filter { !$0.key.hasPrefix("b/c/d/cuda") && $0.key != "b/c/d" }
  }

  /// The prefix after a run that came to nothing.
  func expectNothing(in comment: String) {
    let bookkeeping = "\(prefix)/.cuda-install"
    #expect(
      Set(namesIn(prefix)).isSubset(of: [".cuda-install", ".cuda-install.lock"]), "\(comment)")
    for folder in ["trees", "partial", "receipts", "artifacts"] {
      #expect(namesIn("\(bookkeeping)/\(folder)") == [], "\(comment)")
    }
    #expect(!namesIn(bookkeeping).contains { $0.hasPrefix(".") || $0 == "operation.json" })
  }
}

/// One manifest in NVIDIA's form for one archive of component `demo`.
private func manifest(_ label: String, _ file: String, _ bytes: [UInt8]) -> [UInt8] {
  Array(
    """
    {"release_date": "2024-01-01", "release_label": "\(label)", "release_product": "demo",
     "demo": {"name": "Demo", "license": "demo", "version": "\(label)", "linux-x86_64":
      {"relative_path": "\(file)", "sha256": "\(sha256(bytes))", "md5": "", "size": "\(bytes.count)"}}}
    """.utf8)
}

private let good = Mirror.component("demo", "2.0.0").archive

/// What a server has of an archive, and the words that ask for it.
private func files(_ name: String, _ bytes: [UInt8]) -> [String: [UInt8]] {
  [
    "/v1.0.0/\(name)": bytes, "/v1.0.0/\(name).sha256": Array("\(sha256(bytes))  \(name)\n".utf8),
    "/v1.0.0/redistrib_1.0.0.json": manifest("1.0.0", name, bytes),
    "/redistrib_2.0.0.json": manifest("2.0.0", "good.tar.gz", good), "/good.tar.gz": good,
  ]
}

/// One error, in printable characters.
private func expectClear(_ run: Program, naming words: [String], _ comment: String) {
  let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("cuda-install: error: ") }
  #expect(lines.count == 1, "\(comment): \(run.errors)")
  for word in words { #expect(lines.first?.contains(word) == true, "\(comment): \(run.errors)") }
  expectPrintable(run, comment)
}

private func expectPrintable(_ run: Program, _ comment: String) {
  for scalar in (run.errors + run.output).unicodeScalars where scalar != "\n" && scalar != "\t" {
    let category = scalar.properties.generalCategory
    #expect(category != .control && category != .format && category != .lineSeparator, "\(comment)")
  }
}

@Suite struct `Hostile archives` {
  @Test(
    .enabled(if: !HostileArchive.all.isEmpty, "\(HostileArchive.absence)"),
    arguments: HostileArchive.all)
  func `I9 I11: are refused and leave nothing, or are installed as they should be`(
    archive: HostileArchive
  ) async throws {
    try await onThread { try install(archive) }
  }

  private func install(_ archive: HostileArchive) throws {
    mkdir(HostileArchive.sink, 0o755)
    let bytes = try archive.bytes()
    let sandbox = try Sandbox(files(archive.file, bytes))
    let before = sandbox.outside
    // Zips are what applications publish, and wheels are for a Python that the corpus is not made for.
    let run =
      archive.isZip
      ? sandbox.run("install", "--archive", sandbox.server.url("/v1.0.0/\(archive.file)"))
      : sandbox.run(
        "install", "demo", "--manifest", sandbox.server.url("/v1.0.0/redistrib_1.0.0.json"))
    let isInstalled = run.wait() == 0
    let verdict = isInstalled ? "accept" : "reject"
    #expect([archive.expect, archive.also_ok].contains(verdict), "\(run.errors)")
    #expect(sandbox.outside == before)
    let names = namesBelow(sandbox.scratch.path) + namesIn(HostileArchive.sink)
    #expect(!names.contains { archive.forbids($0) })
    if isInstalled {
      expectPrintable(run, archive.file)
      expectInstalled(archive, in: "\(sandbox.prefix)/current")
      #expect(sandbox.run("verify").wait() == 0)
      return
    }
    #expect(run.wait() == 65, "\(run.errors)")
    // What has no bytes is refused by its manifest.
    expectClear(run, naming: [archive.size == 0 ? "demo" : archive.file], archive.file)
    sandbox.expectNothing(in: archive.file)
    let next = sandbox.run(
      "install", "demo", "--use", "--manifest", sandbox.server.url("/redistrib_2.0.0.json"))
    #expect(next.wait() == 0, "\(next.errors)")
    #expect(linkTarget("\(sandbox.prefix)/current") == "2.0.0")
    #expect(sandbox.outside == before)
  }

  private func expectInstalled(_ archive: HostileArchive, in tree: String) {
    for expected in archive.must_exist ?? [] {
      // Every component's licence has a place of its own.
      let isMoved = expected.path == "LICENSE" && !archive.isZip
      // An archive for an application keeps its top.
      let top = archive.file.hasSuffix(".zip") ? "demo/" : ""
      let path =
        "\(tree)/\(top)\(isMoved ? "share/licenses/cuda/demo/LICENSE" : expected.path)"
      switch expected.type {
      case "symlink": #expect(linkTarget(path) == expected.target, "\(expected.path)")
      case "dir": #expect(modeOf(path) == 0o555, "\(expected.path)")
      default:
        let content = readFile(path)
        #expect(content?.count == expected.size, "\(expected.path)")
        if let digest = expected.sha256 {
          #expect(content.map { sha256($0) } == digest, "\(expected.path)")
        }
        let mode = expected.mode.flatMap { Int($0, radix: 8) } ?? 0o755
        #expect(modeOf(path).map { $0 & ~(mode & 0o555) } == 0, "\(expected.path)")
      }
    }
    for (path, entry) in listing(resolved(tree) ?? tree) {
      #expect(!entry.hasPrefix("special"), "\(path)")
      if !entry.hasPrefix("link") {
        #expect(entry.contains("mode 444") || entry.contains("mode 555"), "\(path): \(entry)")
      }
      #expect(attributeByteCount("\(tree)/\(path)") == 0, "\(path)")
    }
  }

  /// All of them are tried on the reader alone: CUDAArchiveTests.
  static let sample = OddArchive.all.enumerated().filter { $0.offset % 12 == 0 }.map(\.element)

  @Test(arguments: sample)
  func `I9 I11: of our own making end as in the reader alone`(odd: OddArchive) async throws {
    try await onThread {
      let name = "odd\(odd.suffix)"
      let sandbox = try Sandbox(files(name, odd.bytes()))
      let before = sandbox.outside
      let run = sandbox.run("install", "--archive", sandbox.server.url("/v1.0.0/\(name)"))
      #expect(sandbox.outside == before)
      #expect(!namesBelow(sandbox.scratch.path).contains { $0.hasPrefix("ESCAPED") })
      guard let reason = odd.refusal else {
        #expect(run.wait() == 0, "\(run.errors)")
        for (path, content) in odd.files {
          let path = "\(sandbox.prefix)/current/\(path)"
          let found =
            linkTarget(path).map { "-> \($0)" }
            ?? readFile(path).map { String(decoding: $0, as: UTF8.self) }
          #expect(found == content, "\(path)")
        }
        return
      }
      #expect(run.wait() == 65, "\(run.errors)")
      // What has no bytes is not asked for.
      let words = odd.bytes().isEmpty ? [name] : [name, reason].filter { !$0.isEmpty }
      expectClear(run, naming: words, odd.description)
      sandbox.expectNothing(in: odd.description)
    }
  }
}

@Suite struct `Links of several components` {
  private func run(_ components: [Mirror.Component], _ word: String) async throws {
    try await onThread {
      let bench = try Bench(
        {
          var mirror = Mirror()
          mirror.add("12.9.1", [Mirror.component("libcurand", "12.9.79")])
          mirror.add("13.0.2", components)
          return mirror
        }())
      let run = bench.run("install", "13", "--profile", "full")
      #expect(run.status == 65, "\(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains(word), "\(run.errors)")
      #expect(bench.trees == [] && bench.leftovers == [])
      #expect(bench.run("install", "12").status == 0)
    }
  }

  private func pair(_ one: [Member], _ other: [Member]) -> [Mirror.Component] {
    [
      Mirror.Component("libcufft", "13.0.88", one), Mirror.Component("libcurand", "13.0.88", other),
    ]
  }

  @Test func `I11: of which one has a link where another has a directory are refused`() async throws
  {
    let link = [Member("lib64", .link("lib")), .file("lib/a", "a")]
    try await run(pair(link, [.file("lib64/b", "b")]), "lib64")
    try await run(pair([.file("lib64/b", "b")], link), "lib64")
  }

  @Test func `I11: lead nowhere else together than each for itself`() async throws {
    // Together `d/e/../../x` would be outside; `..` behind a name is not taken from either.
    let chain = [Member("d/e", .link("../f")), .file("f/a", "a")]
    try await run(pair(chain, [Member("out", .link("d/e/../../x"))]), "has .. behind a name")
  }

  @Test func `that are in the way of what the installer adds are left, and it adds nothing there`()
    async throws
  {
    try await onThread {
      var component = component("libcurand")
      component.members.append(Member("targets", .link("lib")))
      let bench = try Bench(.one(component))
      let run = bench.run("install", "13")
      #expect(run.status == 0, "\(run.errors)")
      #expect(linkTarget("\(bench.prefix)/current/targets") == "lib")
      try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    }
  }

  @Test func `I11: that lead out of a published tree are not taken over into the next`()
    async throws
  {
    try await onThread {
      let bench = try Bench()
      #expect(bench.run("install", "13", "curand").status == 0)
      // Whoever can change a tree with its list and its receipt.
      let tree = "\(bench.prefix)/13.0.2"
      let (old, new) = ("liblibcurand.so.13.0.88", "../../../../../out")
      let list = (bench.text("13.0.2/receipt.ndjson") ?? "")
        .replacing("\"target\":\"\(old)\"", with: "\"target\":\"\(new)\"")
      let script = "chmod -R u+w \"$1/\"; rm \"$1/$2\" && ln -s \"$3\" \"$1/$2\""
      let link = "lib/liblibcurand.so"
      #expect(runProgram(["sh", "-c", script, "sh", tree, link, new]).status == 0)
      writeFile("\(tree)/receipt.ndjson", Array(list.utf8))
      try bench.editReceipt(of: "13.0.2") { $0.files.digest = SHA256.digest(of: Array(list.utf8)) }
      let run = bench.run("install", "13", "nvcc")
      // Its list is none, so that what it lists is fetched.
      #expect(run.status == 0, "\(run.errors)")
      #expect(linkTarget("\(bench.prefix)/13.0.2/\(link)") == old)
      try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    }
  }

  @Test func `I11: in the way of another's pkg-config file are refused`() async throws {
    try await run(
      pair(
        [Member("lib/pkgconfig", .link("../include")), .file("include/x", "x")],
        [.file("pkg-config/curand-13.0.pc", "Name: curand\n")]),
      "libcufft and libcurand both bring lib/pkgconfig")
  }
}

@Suite struct `Bad manifests` {
  static let all = (try? BadManifests.read()) ?? []

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"), arguments: all)
  func `are refused by field, ask for nothing, and change nothing`(
    manifest: BadManifests.Case
  ) async throws {
    #expect(Self.all.count == 22)
    try await onThread { try install(manifest) }
  }

  private func install(_ bad: BadManifests.Case) throws {
    let bytes = try Shared.bytes("bad-manifests/\(bad.file)")
    let sandbox = try Sandbox([
      "/\(bad.file)": bytes, "/redistrib_2.0.0.json": manifest("2.0.0", "good.tar.gz", good),
      "/good.tar.gz": good,
    ])
    let before = sandbox.outside
    let run = sandbox.run(
      "install", "cuda_cudart", "--manifest", sandbox.server.url("/\(bad.file)"),
      with: Used.words)
    let used = Used(run.errors)
    #expect(used.milliseconds < 2000 && used.byteCount < 300 << 20, "\(bad.file)")
    expectPrintable(run, bad.file)
    let asked = sandbox.server.log.map(\.path)
    guard bad.expect == "error" else {
      // The server has not what it lists.
      #expect(asked.count > 1 && [66, 69].contains(run.wait()), "\(run.errors)")
      return
    }
    // These two are good as documents: there is nothing of this name, or for this machine.
    let isDocument = bad.id == "b19" || bad.id == "b20"
    #expect(run.wait() == (isDocument ? 66 : 65), "\(bad.file): \(run.errors)")
    expectClear(run, naming: bad.field + (isDocument ? [] : [bad.file]), bad.file)
    #expect(Set(asked) == ["/\(bad.file)"], "\(bad.file): \(asked)")
    #expect(sandbox.outside == before)
    #expect(namesIn(sandbox.prefix) == [], "\(bad.file)")
    let next = sandbox.run(
      "install", "demo", "--manifest", sandbox.server.url("/redistrib_2.0.0.json"))
    #expect(next.wait() == 0, "\(next.errors)")
  }
}
