import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning
import Glibc
import Synchronization
import TestSupport
import Testing

private func download(_ directory: String, _ mirror: String, recompresses: Bool) throws {
  let wish = try request("13.0.1", "alpha", "beta")
  _ = try Installer(prefix: directory, source: try CatalogSource(mirror), patience: .zero)
    .download(wish, recompresses: recompresses)
}

/// What a manifest in the directory names and is not there as it says.
private func missing(in directory: String) throws -> [String] {
  let base = "\(directory)\(Mirror.base)"
  let manifests = namesIn(base).filter { $0.hasPrefix("redistrib_") }
  return try manifests.flatMap { name in
    try Redistrib.read(readFile(base + name) ?? [], document: name).components
      .flatMap(\.builds).map(\.artifact)
      .filter { sha256(readFile(base + $0.path.text) ?? []) != "\($0.digest)" }
      .map { "\(name): \($0.path)" }
  }
}

@Suite struct `A directory of downloads, wherever its run stops,` {
  @Test(arguments: [false, true])
  func `I5 I7 I9: names nothing that is not there, and the next run completes it`(
    recompresses: Bool
  ) throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let total = Mutex(0)
    try Probe.$current.withValue(
      Probe { _, _ in
        total.withLock { $0 += 1 }
        return nil
      }
    ) { try download(scratch.file("whole"), mirror.path, recompresses: recompresses) }
    let count = total.withLock { $0 }
    #expect(count > 50)
    let whole = listing(scratch.file("whole") + "/compute")
    for stop in 1...count {
      let directory = scratch.file("stop-\(stop)")
      let calls = Mutex(0)
      let probe = Probe { _, _ in
        calls.withLock { calls in
          calls += 1
          return calls >= stop ? EIO : nil
        }
      }
      try? Probe.$current.withValue(probe) {
        try download(directory, mirror.path, recompresses: recompresses)
      }
      #expect(try missing(in: directory) == [], "stopped at \(stop)")
      try download(directory, mirror.path, recompresses: recompresses)
      #expect(listing(directory + "/compute").keys == whole.keys, "stopped at \(stop)")
      #expect(try missing(in: directory) == [], "stopped at \(stop)")
      #expect(namesIn("\(directory)/.cuda-install/partial") == [], "stopped at \(stop)")
      #expect(
        paths(below: "\(directory)/compute").filter { $0.contains("/.") } == [],
        "stopped at \(stop)")
      _ = runProgram(["rm", "-rf", directory])
    }
  }

  @Test
  func `I5 I7 I9: killed at a call that makes a name or its bytes, is completed by the next run`()
    async throws
  {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let directory = scratch.file("stick")
    let record = Calls(in: directory)
    try record.during { try download(directory, mirror.path, recompresses: true) }
    for call in record.all where call.changesPrefix && call.subject.hasPrefix("/compute/") {
      _ = runProgram(["rm", "-rf", directory])
      let end = await #expect(processExitsWith: .failure) {
        [directory = directory as String, mirror = mirror.path as String, call = call as Call] in
        try dying(at: call, in: directory) {
          try download(directory, mirror, recompresses: true)
        }
      }
      #expect(end?.exitStatus == .signal(SIGKILL), "killed at \(call)")
      #expect(try missing(in: directory) == [], "killed at \(call)")
      try download(directory, mirror.path, recompresses: true)
      #expect(try missing(in: directory) == [], "killed at \(call)")
      #expect(paths(below: directory).filter { $0.contains("/.draft") } == [], "killed at \(call)")
    }
  }

  @Test func `I9: fetches nothing again that a run had begun to compress anew`() throws {
    let small = SmallMirror()
    let server = try LoopbackServer(root: small.path.replacing(Mirror.base, with: ""))
    defer { server.stop() }
    let scratch = Scratch()
    let mirror = server.url(Mirror.base)
    let whole = Calls(in: scratch.file("whole"))
    try whole.during { try download(scratch.file("whole"), mirror, recompresses: true) }
    // From the first byte of a draft on, so that what it is made of has been verified.
    let begin = try #require(whole.all.firstIndex { $0.isOfDraft && $0.name == "pwrite" })
    for stop in begin..<whole.all.count {
      let directory = scratch.file("stop-\(stop)")
      let count = Mutex(0)
      let begun = Mutex<Set<String>>([])
      try? Calls(in: directory).during({ call in
        let isDead = count.withLock { count in
          count += 1
          return count > stop
        }
        if !isDead, call.isOfDraft, call.name == "pwrite" {
          begun.withLock {
            $0.formUnion(["alpha", "beta"].filter { call.subject.contains("/\($0)/") })
          }
        }
        return isDead ? EIO : nil
      }) { try download(directory, mirror, recompresses: true) }
      let before = server.log.count
      try download(directory, mirror, recompresses: true)
      let asked = server.log.dropFirst(before).map(\.path).filter { path in
        begun.withLock { $0.contains { path.contains("/\($0)/") } }
      }
      #expect(asked == [], "stopped at \(whole.all[stop])")
      _ = runProgram(["rm", "-rf", directory])
    }
  }

  @Test func `I7: has each archive on disk before its name, and that before a manifest says it`()
    throws
  {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let record = Calls(in: scratch.file("stick"))
    try record.during { try download(scratch.file("stick"), mirror.path, recompresses: true) }
    let calls = record.all
    let names = calls.indices.filter { calls[$0].isOfDraft && calls[$0].name == "renameat" }
    #expect(names.count == 2)
    let manifest = try #require(
      calls.firstIndex { $0.name == "renameat" && $0.subject.contains("redistrib_") })
    for name in names {
      let draft = try #require(calls[name].subject.split(separator: " ").first)
      let directory = draft.split(separator: "/").dropLast().joined(separator: "/")
      let write = try #require(
        calls.lastIndex { $0.name == "pwrite" && $0.subject == draft })
      let sync = try #require(calls.lastIndex { $0.name == "fdatasync" && $0.subject == draft })
      #expect(write < sync && sync < name && name < manifest)
      #expect(calls[name + 1].name == "fsync" && calls[name + 1].subject == "/\(directory)")
    }
  }

  @Test(.enabled(if: Sandbox.objection == nil, "\(Sandbox.objection ?? "")"))
  func `I11: is compressed anew by who can open nothing and has no network`() throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let codes = Mutex<Set<Int32>>([])
    let stick = scratch.file("stick")
    let probe = Probe { call, subject in
      guard call == "pwrite", subject.contains("/.draft.") else { return nil }
      codes.withLock { codes in
        codes.insert(open("/etc/passwd", O_RDONLY) == -1 ? errno : 0)
        codes.insert(open("\(subject).more", O_WRONLY | O_CREAT, 0o644) == -1 ? errno : 0)
        codes.insert(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) == -1 ? errno : 0)
      }
      return nil
    }
    try Probe.$current.withValue(probe) { try download(stick, mirror.path, recompresses: true) }
    #expect(codes.withLock { $0 } == [EACCES, EPERM])
    #expect(try missing(in: stick) == [])
  }
}

extension Call {
  fileprivate var isOfDraft: Bool { subject.contains("/.draft.*") }
}
