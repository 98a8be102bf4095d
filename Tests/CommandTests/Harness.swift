// The real command in real processes: each test has a prefix and a mirror of its own.

import CUDACatalog
import FoundationEssentials
import TestSupport

/// A prefix, a mirror on a loopback server, and the built command between them.
final class Bench: Sendable {
  let scratch = Scratch()
  let server: LoopbackServer
  /// Not there before the first install.
  let prefix: String

  init(
    _ mirror: Mirror = .three, prefix: String = "cuda", tls: LoopbackServer.TLS? = nil
  ) throws {
    server = try LoopbackServer(mirror.files, tls: tls)
    self.prefix = scratch.file(prefix)
  }

  deinit { server.stop() }

  var mirror: String { server.url(Mirror.base) }

  /// The command as a list of words; the first of `words` is the subcommand.
  func command(_ words: [String], mirror: String? = nil, prefix: String? = nil) -> [String] {
    let options = ["--prefix", prefix ?? self.prefix, "--mirror", mirror ?? self.mirror]
    return [BuiltBinary.path] + words.prefix(1) + options + words.dropFirst()
  }

  /// What a process of a test finds in its environment: nothing of the machine's.
  var environment: [String: String] {
    ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": scratch.file("home")]
  }

  func start(
    _ words: String..., environment: [String: String] = [:], mirror: String? = nil,
    prefix: String? = nil
  ) -> Program {
    Program(
      command(words, mirror: mirror, prefix: prefix),
      environment: self.environment.merging(environment) { $1 }, in: scratch)
  }

  func run(
    _ words: String..., environment: [String: String] = [:], mirror: String? = nil,
    prefix: String? = nil
  ) -> Ended {
    Ended(
      Program(
        command(words, mirror: mirror, prefix: prefix),
        environment: self.environment.merging(environment) { $1 }, in: scratch))
  }

  /// Runs a script of sh(1), in which `"$@"` is the command, `$PREFIX` and `$CUDA_INSTALL` are what they say.
  func inShell(
    _ script: String, _ words: String..., environment: [String: String] = [:]
  ) -> Ended {
    Ended(shell(script, words, environment))
  }

  func startShell(
    _ script: String, _ words: String..., environment: [String: String] = [:]
  ) -> Program {
    shell(script, words, environment)
  }

  private func shell(
    _ script: String, _ words: [String], _ environment: [String: String]
  ) -> Program {
    let own = ["PREFIX": prefix, "CUDA_INSTALL": BuiltBinary.path, "SCRATCH": scratch.path]
    let variables = self.environment.merging(own) { $1 }.merging(environment) { $1 }
    return Program(
      ["/bin/sh", "-c", script, "sh"] + (words.isEmpty ? [] : command(words)),
      environment: variables, in: scratch)
  }

  /// A process of flock(1) that has the lock of the prefix, or the lease of a directory, until `release` is called.
  func hold(_ path: String? = nil) -> Holding {
    let fifo = scratch.file("fifo-\(UInt64.random(in: .min ... .max))")
    precondition(runProgram(["mkfifo", fifo]).status == 0)
    let options = path == nil ? [] : ["-s"]
    let program = Program(
      ["flock"] + options
        + [path ?? "\(prefix)/.cuda-install.lock", "sh", "-c", "echo held; cat \"$0\"", fifo],
      environment: environment, in: scratch)
    precondition(program.waitForOutput("held"), program.errors)
    return Holding(program: program, fifo: fifo)
  }

  // What is there

  func file(_ name: String) -> [UInt8]? { readFile("\(prefix)/\(name)") }
  func text(_ name: String) -> String? { file(name).map { String(decoding: $0, as: UTF8.self) } }
  func record<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(file(".cuda-install/\(name)") ?? []))
  }

  /// Makes a release's receipt say something else, as if it had been written so.
  func editReceipt(of release: String, _ edit: (inout Receipt) -> Void) throws {
    let path = "\(prefix)/\(release)/receipt.json"
    var receipt = try ReceiptJSON.decode(readFile(path) ?? [], document: path)
    edit(&receipt)
    writeFile(path, ReceiptJSON.encode(receipt))
  }

  /// The components whose archives were asked for, in that order.
  var fetched: [String] { requests.map { $0.component } }

  /// The requests for archives, in that order.
  var requests: [(component: String, request: LoopbackServer.Request)] {
    server.log.filter { $0.path.hasSuffix(".tar.gz") }.map {
      (String($0.path.dropFirst(Mirror.base.count).prefix { $0 != "/" }), $0)
    }
  }

  /// All below the prefix but the records of runs and what servers said, which also bad ones leave (I12), and the times
  /// of the directories that these are in.
  var disk: [String: String] {
    var found = listing(prefix)
    for name in ["last.json", "history.ndjson", "operation.json"] {
      found[".cuda-install/\(name)"] = nil
      // A run that is under way replaces its record four times a second.
      found = found.filter { !$0.key.hasPrefix(".cuda-install/.\(name).") }
    }
    found = found.filter { !$0.key.hasPrefix(".cuda-install/catalog") }
    for name in ["", "/trees", "/partial", "/receipts"].map({ ".cuda-install\($0)" }) + ["."]
    where found[name] != nil {
      found[name] = "directory"
    }
    return found
  }

  /// What nobody may find once a run has ended, however it did: staging and links half made.
  var leftovers: [String] {
    let bookkeeping = "\(prefix)/.cuda-install"
    return namesIn(prefix).filter { $0.hasPrefix(".current") || $0.hasPrefix(".1") }
      + namesIn(bookkeeping).filter { $0.hasPrefix(".") || $0 == "operation.json" }
      + namesIn("\(bookkeeping)/trees").filter { $0.hasPrefix(".") }
      + namesIn("\(bookkeeping)/catalog").filter { $0.hasPrefix(".") }
      + Set(namesIn("\(bookkeeping)/receipts")).subtracting(trees.map { "\($0).json" })
  }

  var trees: [String] {
    namesIn("\(prefix)/.cuda-install/trees").filter { !$0.hasPrefix(".") }
  }

  /// What servers said, as it is kept.
  var kept: [String] { namesIn("\(prefix)/.cuda-install/catalog") }

  var partials: [String] { namesIn("\(prefix)/.cuda-install/partial") }
}

/// A lock or a lease in another process's hands.
struct Holding {
  fileprivate let program: Program
  fileprivate let fifo: String

  var pid: Int32 { program.pid }

  func release() {
    writeFile(fifo, [])
    precondition(program.wait() == 0, program.errors)
  }
}

/// A run that has ended.
struct Ended {
  let status: Int32
  let output: String
  let errors: String

  init(_ program: Program) {
    status = program.wait()
    output = program.output
    errors = program.errors
  }

  /// The message and nothing around it; more than one is more than there should be.
  var errorLines: [Substring] {
    errors.split(separator: "\n").filter { $0.hasPrefix("cuda-install: error: ") }
  }

  /// The lines of stdout as the events they are.
  var events: [Event] {
    get throws {
      try output.split(separator: "\n").map {
        try JSONDecoder().decode(Event.self, from: Data($0.utf8))
      }
    }
  }
}

/// A line of `--json`.
struct Event: Decodable {
  struct Failure: Decodable {
    struct Holder: Decodable { var pid: Int32 }
    var code: String
    var message: String
    var holder: Holder?
  }

  var type: String
  var ok: Bool?
  var changed: Bool?
  var exit: Int32?
  var last: Bool?
  var error: Failure?
  /// Of `lock`.
  var state: String?
  var waited_ms: Int64?
  /// Of `message`.
  var level: String?
  var text: String?
}

/// A line of the history, and `last.json`.
struct Run: Decodable {
  var command: String
  var pid: Int32
  var ok: Bool
  var changed: Bool
  var exit: Int32
  var error: Event.Failure?
}

extension Mirror {
  /// Releases 12.9.1, 13.0.1 and 13.0.2, each with a library and a compiler that needs the runtime.
  static let three: Mirror = {
    var mirror = Mirror()
    mirror.add("12.9.1", components("12.9.79"))
    mirror.add("13.0.1", components("13.0.48"))
    mirror.add("13.0.2", components("13.0.88"))
    return mirror
  }()

  static func components(_ version: String, byteCount: Int = 2000) -> [Component] {
    ["cuda_cudart", "cuda_nvcc", "libcurand"].map {
      component($0, version, byteCount: byteCount)
    }
  }

  /// One release, 13.0.2.
  static func one(_ components: Component...) -> Mirror {
    var mirror = Mirror()
    mirror.add("13.0.2", components)
    return mirror
  }

  /// Where an archive is on the server.
  static func path(_ component: Component) -> String { base + component.path }
}

/// The component of a name, in the version of 13.0.2.
func component(_ name: String) -> Mirror.Component { Mirror.component(name, "13.0.88") }
