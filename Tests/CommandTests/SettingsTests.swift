// cuda-install.conf(5): what stands in files, which of them counts, and what is not obeyed.

import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// What `doctor --json` says of settings.
private struct Effective: Decodable {
  struct Setting: Decodable {
    var name: String
    var value: String
    var origin: String
  }

  var settings: [Setting]

  static func of(_ run: Ended) throws -> [String: Setting] {
    let document = try JSONDecoder().decode(Effective.self, from: Data(run.output.utf8))
    return Dictionary(document.settings.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
  }
}

extension Bench {
  /// Where the user's file is.
  fileprivate var userFile: String { scratch.file("home/.config/cuda-install/config") }

  /// The program and nothing that its options say.
  fileprivate func bare(_ words: String..., environment: [String: String] = [:]) -> Ended {
    ended([BuiltBinary.path] + words, environment: environment)
  }
}

@Suite struct `Settings in files` {
  @Test(.enabled(if: Rights.toStackFileSystems, Rights.noStacking))
  func `count behind options and the environment, and the user's before the machine's`() throws {
    let bench = try Bench()
    writeFile(
      bench.userFile, Array("keep = 4\nhttp_retries = 5\nprogress = none\nsandbox =\n".utf8))
    let namespace = try MountNamespace(
      bench,
      """
      mkdir "$SCRATCH/stack"; mount -t tmpfs tmpfs "$SCRATCH/stack"; cd "$SCRATCH/stack"
      mkdir upper work
      mount -t overlay -o "lowerdir=/etc,upperdir=$SCRATCH/stack/upper,workdir=$SCRATCH/stack/work" overlay /etc
      printf 'keep = 3\\nhttp_retries = 3\\nprofile = runtime\\nprogress = plain\\nsandbox = off\\n' \
        >/etc/cuda-install.conf
      """)
    let run = bench.ended(
      namespace.command([BuiltBinary.path, "doctor", "--json", "--progress", "bar"]),
      environment: ["CUDA_INSTALL_HTTP_RETRIES": "6", "CUDA_INSTALL_PROGRESS": "auto"])
    let settings = try Effective.of(run)
    let found = settings.mapValues { "\($0.value) \($0.origin)" }
    #expect(found["progress"] == "bar --progress")
    #expect(found["http_retries"] == "6 CUDA_INSTALL_HTTP_RETRIES")
    #expect(found["keep"] == "4 \(bench.userFile):1")
    #expect(found["profile"] == "runtime /etc/cuda-install.conf:3")
    #expect(found["sandbox"] == "on default")
    #expect(found["http_timeout"] == "30 default")
  }

  @Test func `are obeyed by the commands they are for`() throws {
    let bench = try Bench()
    writeFile(
      bench.userFile,
      Array(
        """
        # of this machine
          prefix=~/else where #1
        mirror = \(bench.mirror)
        profile = runtime
        lock_timeout = 0

        """.utf8))
    let prefix = bench.scratch.file("home/else where #1")
    let run = bench.bare("install", "13.0.2")
    #expect(run.output == "CUDA 13.0.2 (runtime) installed in \(prefix)/13.0.2\n", "\(run.errors)")
    let holding = bench.hold("\(prefix)/.cuda-install.lock")
    #expect(bench.bare("install", "13.0.1").status == 75)
    holding.release()
    let named = bench.bare(
      "status", "--json", environment: ["CUDA_INSTALL_CONFIG": "/dev/null"])
    let own = geteuid() == 0 ? "/opt/cuda" : bench.scratch.file("home/.local/share/cuda")
    #expect(named.output.contains("\"prefix\":\"\(own)\""))
  }

  @Test(arguments: [
    ("keep = 2\nkeep", 2, "no = between a name and a value"),
    ("keep = many", 1, "keep is not a number from 0 to 1000: many"),
    ("\n# keep\nkeep = 1\nkeep = 2", 4, "keep for the second time, behind line 3"),
    ("keep = 1\u{1}", 1, "a control character in the value of keep"),
    ("= 1", 1, "no name before the ="), ("a b = 1", 1, "no name before the ="),
    ("profile = tiny", 1, "profile is not base, runtime, devel or full: tiny"),
    ("progress = yes", 1, "progress is not auto, bar, plain or none: yes"),
    ("sandbox = yes", 1, "sandbox is neither on nor off: yes"),
    ("lock_timeout = 1.5", 1, "lock_timeout is not a number of seconds: 1.5"),
    ("http_timeout = 0", 1, "http_timeout is not a number of seconds from 1 to 86400: 0"),
    ("http_retries = -1", 1, "http_retries is not a number from 0 to 1000: -1"),
    ("prefix = cuda", 1, "prefix is not an absolute path: cuda"),
    ("prefix = /a:b", 1, "which no search path can hold: /a:b"),
    (
      "keep = 1\nmirror = https://example.org/a ftp://x", 2,
      "ftp://x: only http, https and file URLs"
    ),
    ("mirror = example.org", 1, "mirror is neither a URL nor an absolute path: example.org"),
    (String(repeating: "#\n", count: 40_000), 0, "File too large"),
  ])
  func `that cannot be obeyed are an error with their line, and nothing is done`(
    text: String, line: Int, what: String
  ) throws {
    let bench = try Bench()
    writeFile(bench.userFile, Array(text.utf8))
    for words in [["install", "13"], ["status"], ["env"]] {
      let run = bench.ended(bench.command(words))
      #expect(run.status == 78 && run.output == "", "\(words)")
      #expect(run.errorLines.count == 1, "\(run.errors)")
      #expect(run.errors.contains(what), "\(run.errors)")
      if line > 0 { #expect(run.errors.contains("\(bench.userFile):\(line): ")) }
    }
    #expect(bench.server.log.isEmpty && listing(bench.prefix).isEmpty)
    let json = bench.run("install", "13", "--json")
    #expect(try json.events.last?.error?.code == "config" && json.status == 78)
  }

  @Test func `that nobody knows are a warning, and those that are not text an error`() throws {
    let bench = try Bench()
    writeFile(bench.userFile, Array("lock_timout = 3\nkeep = 2\n".utf8))
    let run = bench.run("status")
    #expect(run.status == 0)
    #expect(
      run.errors
        == "cuda-install: warning: \(bench.userFile):1: there is no setting lock_timout; "
        + "did you mean lock_timeout?\n")
    writeFile(bench.userFile, Array("keep = ".utf8) + [0xFF])
    #expect(bench.run("status").errors.contains("config:1: not UTF-8"))
    try? FileManager.default.removeItem(atPath: bench.userFile)
    mkdir(bench.userFile, 0o755)
    #expect(bench.run("status").status == 78)
    let missing = bench.run("status", environment: ["CUDA_INSTALL_CONFIG": "/nowhere/at/all"])
    #expect(missing.status == 78 && missing.errors.contains("/nowhere/at/all"))
  }

  @Test func `of the environment are an error with their variable, of the commands that ask`()
    throws
  {
    let bench = try Bench()
    for (name, value) in [
      ("PROGRESS", "yes"), ("KEEP", "x"), ("PROFILE", "tiny"), ("LOCK_TIMEOUT", "soon"),
    ] {
      let words = name == "KEEP" ? ["prune"] : ["install", "13"]
      let run = bench.ended(
        bench.command(words), environment: ["CUDA_INSTALL_\(name)": value])
      #expect(run.status == 64 && run.errors.contains("CUDA_INSTALL_\(name) is not "), "\(name)")
    }
    #expect(bench.server.log.isEmpty && listing(bench.prefix).isEmpty)
  }

  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `I11: of others are not obeyed`() throws {
    let bench = try Bench()
    let file = bench.userFile
    writeFile(file, Array("keep = 7\n".utf8))
    func origin(_ environment: [String: String] = [:]) throws -> String? {
      let run = bench.run("doctor", "--json", environment: environment)
      return run.status == 78 ? "78" : try Effective.of(run)["keep"]?.origin
    }
    #expect(try origin() == "\(file):1")
    chmod(file, 0o646)
    #expect(try origin() == "78")
    #expect(bench.run("status").errors.contains("is not obeyed: anybody may write there"))
    // A group that is not root's.
    chown(file, 0, nobody)
    chmod(file, 0o664)
    #expect(try origin() == "78")
    chmod(file, 0o644)
    #expect(try origin() == "\(file):1")
    // Of the neighbour's directory, whatever it leads to: a link of his may lead to what only root may read.
    let folder = bench.scratch.file("home/.config/cuda-install")
    let secret = bench.scratch.file("secret")
    writeFile(secret, Array("root:*:secret\nkeep = 8\n".utf8))
    rename(file, "\(folder)/own")
    symlink(secret, file)
    #expect(try origin() == "default")
    unlink(file)
    rename("\(folder)/own", file)
    #expect(try origin() == "\(file):1")
    for owned in [folder, bench.scratch.file("home/.config")] {
      chown(owned, nobody, nobody)
      #expect(try origin() == "default", "\(owned)")
      chown(owned, 0, 0)
    }
    #expect(
      !bench.run("status", environment: ["CUDA_INSTALL_CONFIG": secret]).errors.contains("root:"))
    // sudo leaves root another user's settings; who names them means them, and is told.
    chown(file, nobody, nobody)
    #expect(try origin() == "default")
    #expect(try origin(["CUDA_INSTALL_CONFIG": file]) == "78")
    #expect(
      bench.run("status", environment: ["CUDA_INSTALL_CONFIG": file]).errors
        .contains("is not obeyed: it belongs to nobody"))
  }
}
