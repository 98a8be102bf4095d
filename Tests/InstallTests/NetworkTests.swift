import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning
import CUDAStore
import CUDATransfer
import Glibc
import Synchronization
import TestSupport
import Testing

/// A prefix, and what installers said that do not wait long for a server.
private final class Trial {
  let scratch = Scratch()
  var prefix: String { scratch.file("prefix") }
  var notices: [String] = []
  var warnings: [String] = []

  func installer(_ source: String? = nil, isOffline: Bool = false) throws -> Installer {
    (notices, warnings) = ([], [])
    return Installer(
      prefix: prefix, source: try source.map { try CatalogSource($0) }, isOffline: isOffline,
      options: TransferOptions(userAgent: "tests", backoffUnit: .milliseconds(1))
    ) { [self] event in
      switch event {
      case .notice(let text): notices.append(text)
      case .warning(let text): warnings.append(text)
      default: break
      }
    }
  }

  var retries: [String] { notices.filter { $0.contains(": retry ") } }
}

private func mirror(_ labels: [String], product: String = "cuda") -> Mirror {
  var mirror = Mirror()
  for label in labels {
    mirror.add(label, [Mirror.component("\(product)_part", label)], product: product)
  }
  return mirror
}

private func serve(_ mirror: Mirror) throws -> LoopbackServer { try LoopbackServer(mirror.files) }

private func publish(_ mirror: Mirror, on server: LoopbackServer) {
  for (path, bytes) in mirror.files { server.publish(path, bytes) }
}

private func product(_ name: String, _ label: String) throws -> Request {
  var request = try request(label)
  request.product = try #require(ProductName(name))
  request.profile = nil
  request.components = ["\(name)_part"]
  return request
}

@Suite struct `A question to a server` {
  @Test func `is asked again if it is busy, and that is said`() throws {
    let server = try serve(mirror(["13.0.1"]))
    defer { server.stop() }
    let trial = Trial()
    server.fault(Mirror.base, .status(503), times: 2)
    _ = try trial.installer(server.url(Mirror.base)).install(product("cuda", "13"))
    #expect(
      trial.retries
        == [2, 3].map {
          "\(server.url(Mirror.base)): retry \($0)/5 after the server answered 503 "
            + "(the server is in trouble)"
        })
    #expect(trial.warnings == [])
  }

  @Test func `is not put to a server that is not there, for each of its documents`() throws {
    var both = mirror(["13.0.1"])
    both.add("9.13.0", [Mirror.component("cudnn", "9.13.0")], product: "cudnn")
    let server = try serve(both)
    let trial = Trial()
    _ = try trial.installer(server.url(Mirror.base)).install(product("cuda", "13"))
    var joining = Request(platform: try #require(Platform("linux-x86_64")))
    joining.additions = [Request.Addition(product: try #require(ProductName("cudnn")))]
    joining.joinsCurrent = true
    _ = try trial.installer(server.url(Mirror.base)).install(joining)
    server.stop()
    let installer = try trial.installer()
    let error = failure { _ = try installer.update([]) }
    #expect(error?.code == "not_asked" && error?.isWarning == true)
    #expect(trial.retries.count == 1, "\(trial.retries)")
    #expect(trial.warnings.count == 1, "\(trial.warnings)")
    // Of a run of its own it is asked again.
    _ = failure { _ = try installer.update([]) }
    #expect(trial.retries.count == 2)
    // What was never said is not known.
    unlinkAll("\(trial.prefix)/.cuda-install/catalog")
    let second = failure { _ = try trial.installer().update([]) }
    #expect(second?.code == "not_asked" && second?.isWarning == true, "\(second?.message ?? "")")
    #expect(trial.retries.count == 4)
  }

  @Test func `that cannot be asked keeps no other source's update back`() throws {
    let (up, down) = (
      try serve(mirror(["13.0.1"])), try serve(mirror(["9.13.0"], product: "cudnn"))
    )
    defer { up.stop() }
    let trial = Trial()
    _ = try trial.installer(up.url(Mirror.base)).install(product("cuda", "13"))
    let other = down.url(Mirror.base(of: "cudnn"))
    _ = try trial.installer(other).install(product("cudnn", "9"))
    down.stop()
    // With nothing due it is a failure, not nothing.
    let none = failure { _ = try trial.installer().updates(of: []) }
    #expect(none?.code == "not_asked" && none?.exitStatus == 69)
    publish(mirror(["13.0.1", "13.0.2"]), on: up)
    let (due, warnings) = try trial.installer().updates(of: [])
    #expect(due.map(\.to.text) == ["13.0.2"])
    #expect(warnings.contains { $0.hasPrefix("cannot ask whether there is anything newer: ") })
    let error = try #require(failure { _ = try trial.installer().update([]) })
    #expect(error.code == "not_asked" && error.exitStatus == 69)
    #expect(error.isWarning && error.changed)
    #expect(error.message.hasSuffix("; CUDA 13.0.1 stays in use") == false, "\(error.message)")
    #expect(trial.notices.contains { $0.contains("13.0.1 -> 13.0.2 is done") })
    #expect(
      trial.warnings.contains {
        $0.hasPrefix("cannot ask \(other): ") && $0.contains("; going on with what it said on 20")
      }, "\(trial.warnings)")
    let flaws = try flaws(of: trial.prefix)
    #expect(flaws == [])
  }

  @Test func `for an archive keeps no other source's update back either`() throws {
    let (down, up) = (
      try serve(mirror(["13.0.1"])), try serve(mirror(["9.13.0"], product: "cudnn"))
    )
    defer { [down, up].forEach { $0.stop() } }
    let trial = Trial()
    _ = try trial.installer(down.url(Mirror.base)).install(product("cuda", "13"))
    _ = try trial.installer(up.url(Mirror.base(of: "cudnn"))).install(product("cudnn", "9"))
    publish(mirror(["13.0.1", "13.0.2"]), on: down)
    publish(mirror(["9.13.0", "9.14.0"], product: "cudnn"), on: up)
    down.fault("*.tar.gz", .status(503), times: 5)
    let error = try #require(failure { _ = try trial.installer().update([]) })
    #expect(error.code == "network" && error.changed && !error.isWarning)
    #expect(trial.notices.contains { $0.contains("9.13.0 -> 9.14.0 is done") }, "\(trial.notices)")
    #expect(try trial.installer().update([]).updates.map(\.to.text) == ["13.0.2"])
  }

  @Test func `is no failure of what is installed, and one of what is not`() throws {
    let server = try serve(mirror(["13.0.1"]))
    let trial = Trial()
    let source = server.url(Mirror.base)
    _ = try trial.installer(source).install(product("cuda", "13"))
    server.fault("*", .status(503), times: 100)
    #expect(try !trial.installer(source).install(product("cuda", "13")).changed)
    #expect(trial.warnings.count == 1)
    #expect(try trial.installer(source).labels().map(\.text) == ["13.0.1"])
    #expect(trial.warnings.count == 1)
    server.stop()
    // Fetched again it would have to be.
    runProgramWell(["rm", "-rf", "\(trial.prefix)/.cuda-install/trees/13.0.1-1"])
    let error = failure { _ = try trial.installer(source).install(product("cuda", "13")) }
    #expect(error?.exitStatus == 69 && error?.isWarning == false)
    // What is here is not whole, and that nobody can be asked is no mere warning.
    let update = failure { _ = try trial.installer(source).update([]) }
    #expect(update?.code == "not_asked" && update?.isWarning == false)
  }

  @Test func `that is answered by 404 is answered`() throws {
    let server = try serve(mirror(["13.0.1", "13.0.2"]))
    defer { server.stop() }
    let trial = Trial()
    let source = server.url(Mirror.base)
    _ = try trial.installer(source).install(product("cuda", "13.0.2"))
    server.publish("\(Mirror.base)redistrib_13.0.2.json", nil)
    server.publish(Mirror.base, Array("<a href='redistrib_13.0.1.json'>x</a>".utf8))
    let error = failure { _ = try trial.installer(source).install(product("cuda", "13.0.2")) }
    #expect(error?.code == "not_found", "\(error?.message ?? "")")
    #expect(trial.warnings == [] && trial.retries == [])
  }

  @Test func `is not needed for a release that is named exactly, and is there`() throws {
    let server = try serve(mirror(["13.0.1"]))
    let trial = Trial()
    // By its root: the manifest is in a directory below, and what is not there was never asked for.
    let source = server.url("/")
    _ = try trial.installer(source).install(product("cuda", "13"))
    server.stop()
    _ = try trial.installer(source, isOffline: true).install(product("cuda", "13.0.1"))
    #expect(try !trial.installer(source).install(product("cuda", "13.0.1")).changed)
  }

  @Test func `that a portal answers leaves what was said before`() throws {
    let server = try serve(mirror(["13.0.1"]))
    defer { server.stop() }
    let trial = Trial()
    let source = server.url(Mirror.base)
    _ = try trial.installer(source).install(product("cuda", "13"))
    for path in [Mirror.base, "\(Mirror.base)redistrib_13.0.1.json"] {
      server.publish(path, Array("<html>Accept our terms</html>".utf8))
    }
    #expect(failure { _ = try trial.installer(source).install(product("cuda", "13")) } != nil)
    #expect(failure { _ = try trial.installer(source).update([]) } != nil)
    #expect(try !trial.installer(source, isOffline: true).install(product("cuda", "13")).changed)
    // Also where another source saves the run.
    let other = try serve(mirror(["13.0.1", "13.0.2"]))
    defer { other.stop() }
    let installer = Installer(
      prefix: trial.prefix, source: try CatalogSource(mirrors: [source, other.url(Mirror.base)]))
    #expect(try installer.install(product("cuda", "13")).changed)
    #expect(
      try trial.installer(source, isOffline: true).labels(of: .cuda).map(\.text) == ["13.0.1"])
  }
}

private func unlinkAll(_ directory: String) { runProgramWell(["rm", "-r", directory]) }

private func runProgramWell(_ words: [String]) { #expect(runProgram(words).status == 0) }

@Suite struct `Keeping what servers say` {
  /// A run that fetches nothing and has something new to keep.
  private func prepare(_ server: LoopbackServer, _ trial: Trial) throws {
    _ = try trial.installer(server.url(Mirror.base)).install(product("cuda", "13"))
    publish(mirror(["12.9.1", "13.0.1"]), on: server)
    runProgramWell(["cp", "-a", trial.prefix, trial.scratch.file("before")])
  }

  private func reset(_ trial: Trial) {
    runProgramWell(["rm", "-rf", trial.prefix])
    runProgramWell(["cp", "-a", trial.scratch.file("before"), trial.prefix])
  }

  private func offlineLabels(_ trial: Trial) throws -> [String] {
    try trial.installer(isOffline: true).update([]).outcome.changed
      ? [] : try Store(prefix: trial.prefix).visible().releases.keys.sorted()
  }

  @Test func `I1 I5: happens under the lock alone; wherever it stops or fails, nothing is lost`()
    throws
  {
    let server = try serve(mirror(["13.0.1"]))
    defer { server.stop() }
    let trial = Trial()
    try prepare(server, trial)
    let record = Calls(in: trial.prefix)
    try record.during { _ = try trial.installer().update([]) }
    let calls = record.all
    let writing = calls.indices.filter {
      calls[$0].subject.contains("/.cuda-install/catalog/") && calls[$0].changes
    }
    #expect(writing.count >= 2)
    let locked = try #require(calls.firstIndex { $0.name == "flock" })
    let done = try #require(
      calls.lastIndex { $0.name == "unlinkat" && $0.subject.hasSuffix("/operation.json") })
    #expect(writing.allSatisfy { locked < $0 && $0 < done })
    // All have names of their own until they are whole.
    #expect(
      calls.filter { $0.name == "pwrite" && $0.subject.contains("/catalog/") }
        .allSatisfy { $0.subject.hasSuffix(".*") })
    let touching = calls.filter { $0.subject.contains("/.cuda-install/catalog") }
    for call in touching {
      reset(trial)
      let isDead = Atomic(false)
      try? Calls(in: trial.prefix).during({
        if $0 == call { isDead.store(true, ordering: .sequentiallyConsistent) }
        return isDead.load(ordering: .sequentiallyConsistent) ? EIO : nil
      }) { _ = try trial.installer().update([]) }
      let isTried = isDead.load(ordering: .sequentiallyConsistent)
      #expect(isTried, "\(call)")
      #expect(try offlineLabels(trial) == ["13.0.1"], "stopped at \(call)")
      _ = try trial.installer().update([])
      let flaws = try flaws(of: trial.prefix)
      #expect(flaws == [] && debris(in: trial.prefix) == [], "stopped at \(call)")
      for code in [EIO, ENOSPC, EACCES] {
        reset(trial)
        // It is information: whether it can be kept fails nothing.
        let changed = try Calls(in: trial.prefix).during({ $0 == call ? code : nil }) {
          try trial.installer().update([]).outcome.changed
        }
        #expect(!changed)
        _ = try trial.installer().update([])
        #expect(debris(in: trial.prefix) == [], "\(code) from \(call)")
      }
    }
  }

  @Test func `I1 I3: is not for whoever lost the lock`() throws {
    let server = try serve(mirror(["13.0.1"]))
    defer { server.stop() }
    let trial = Trial()
    try prepare(server, trial)
    let before = paths(below: "\(trial.prefix)/.cuda-install/catalog").map {
      readFile("\(trial.prefix)/.cuda-install/catalog/\($0)")
    }
    let isLost = Atomic(false)
    let lock = "\(trial.prefix)/.cuda-install.lock"
    _ = failure {
      try Calls(in: trial.prefix).during({ call in
        // The first look behind the lock at what was said before.
        if call.name == "openat", call.subject.hasPrefix("/.cuda-install/catalog/"),
          isLost.compareExchange(
            expected: false, desired: true, ordering: .sequentiallyConsistent
          ).exchanged
        {
          unlink(lock)
          writeFile(lock, [])
        }
        return nil
      }) { _ = try trial.installer().update([]) }
    }
    let isTried = isLost.load(ordering: .sequentiallyConsistent)
    #expect(isTried)
    let after = paths(below: "\(trial.prefix)/.cuda-install/catalog").map {
      readFile("\(trial.prefix)/.cuda-install/catalog/\($0)")
    }
    #expect(before == after)
  }

  @Test func `leaves out what is longer than 16 MiB, and is of one URL`() throws {
    let trial = Trial()
    let store = Store(prefix: trial.prefix)
    let locked = try store.lock(for: RunName("test"), patience: .zero) { _ in }
    func answer(_ byteCount: Int) -> Answer {
      Answer(
        url: "http://a/", bytes: [UInt8](repeating: 65, count: byteCount),
        effectiveURL: "http://a/",
        fetched: .now)
    }
    locked.keep(["long": answer(16 << 20 + 1), "longest": answer(16 << 20)])
    _ = locked.finish(changed: false, exit: 0, error: nil)
    #expect(store.answer(to: "long", about: "http://a/") == nil)
    #expect(store.answer(to: "longest", about: "http://a/")?.bytes.count == 16 << 20)
    #expect(store.answer(to: "longest", about: "http://b/") == nil)
  }
}
