import FoundationEssentials
import TestSupport
import Testing

@Suite struct `The command line and its streams` {
  private func run(_ words: [String], _ bench: Bench) -> Ended {
    Ended(
      Program([BuiltBinary.path] + words, environment: bench.environment, in: bench.scratch))
  }

  @Test func `without arguments it says what there is`() throws {
    let bench = try Bench()
    for words in [[], ["--help"], ["help"], ["install", "--help"]] {
      let run = run(words, bench)
      #expect(run.status == 0)
      #expect(run.output.contains("USAGE: cuda-install"))
      #expect(run.errors == "")
    }
    #expect(run(["--version"], bench).output == "cuda-install 0.1.0\n")
  }

  @Test(arguments: [
    (["install", "--forse"], "--force"), (["instal"], ""), (["install", "13.x"], "13.x"),
    (["install", "--profile", "everything"], "everything"), (["remove"], "version or component"),
    (["install", "--wait=soon"], "soon"), (["install", "--wait", "--no-wait"], "exclude"),
    (["install", "--prefix", ""], "prefix"), (["install", "--mirror", "ftp://x/"], "ftp://x/"),
    (["exec"], "--"), (["install", "--platform", "/"], "/"),
  ])
  func `a line that cannot be meant is 64, with one message and a hint`(
    words: [String], mention: String
  ) throws {
    let bench = try Bench()
    let run = run(words, bench)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.output == "")
    #expect(run.errorLines.count == 1)
    #expect(run.errorLines.first?.contains(mention) == true, "\(run.errors)")
    #expect(listing(bench.scratch.file("home")) == [:])
  }

  @Test(arguments: [
    (["instal"], "there is no command instal; did you mean install?", "cuda-install --help"),
    (
      ["timer", "enabel"], "there is no command timer enabel; did you mean timer enable?", "timer'"
    ),
    (["help", "instal"], "there is no command instal; did you mean install?", "--help"),
    (
      ["help", "timer", "stats"], "there is no command timer stats; did you mean timer status?",
      "timer'"
    ),
    (["install", "--forse"], "Unknown option '--forse'. Did you mean '--force'?", "help install'"),
    (
      ["timer", "enable", "--usr"], "Unknown option '--usr'. Did you mean '--user'?",
      "timer enable'"
    ),
    (
      ["--prefx", "/x", "list"], "Unknown option '--prefx'. Did you mean '--prefix'?", "help list'"
    ),
    (["xyzzy"], "there is no command xyzzy", "--help"),
  ])
  func `who mistypes a command or an option is told which one may be meant, and where to look`(
    words: [String], message: String, hint: String
  ) throws {
    let bench = try Bench()
    let run = run(words, bench)
    #expect(run.status == 64 && run.output == "")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 2 && lines.first == "cuda-install: error: \(message)", "\(run.errors)")
    #expect(
      lines.last?.hasPrefix("cuda-install: hint: ") == true && lines.last?.contains(hint) == true)
  }

  @Test func `all commands fit a screen of 24 lines and 80 columns, and a prompt below them`()
    throws
  {
    let bench = try Bench()
    for words in [[], ["--help"], ["help"]] {
      let lines = run(words, bench).output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "the last is the prompt's")
    }
  }

  @Test(arguments: [0, 1, 5, 20, 40])
  func `help is given on a screen of any width`(columns: Int) throws {
    let bench = try Bench()
    for words in [["--help"], ["install", "--help"], ["help", "timer"]] {
      for isSaid in [true, false] {
        var environment = bench.environment
        if isSaid { environment["COLUMNS"] = "\(columns)" }
        let run = TerminalProgram(
          [BuiltBinary.path] + words, environment: environment, columns: columns, in: bench.scratch)
        #expect(run.end() == 0 && run.transcript.contains("USAGE: cuda-install"))
      }
    }
  }

  @Test func `a time limit in the environment that is no number is 64`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", environment: ["CUDA_INSTALL_LOCK_TIMEOUT": "soon"])
    #expect(run.status == 64)
    #expect(run.errors.contains("CUDA_INSTALL_LOCK_TIMEOUT is not a number of seconds: soon"))
    #expect(listing(bench.prefix) == [:])
  }

  @Test(arguments: ["a:b", "a\nb"])
  func `what no search path can hold is no prefix, wherever it is said`(prefix: String) throws {
    let bench = try Bench()
    for words in [["install", "13", "--mirror", bench.mirror], ["env"]] {
      let named = run(words + ["--prefix", prefix], bench)
      let inherited = Ended(
        Program(
          [BuiltBinary.path] + words,
          environment: bench.environment.merging(["CUDA_INSTALL_PREFIX": prefix]) { $1 },
          in: bench.scratch))
      for run in [named, inherited] {
        #expect(run.status == 64)
        #expect(run.output == "" && run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.contains("no search path can hold"))
      }
    }
  }

  @Test func `what no search path can hold is no prefix where it comes from the working directory`()
    throws
  {
    let bench = try Bench()
    for words in ["install 13", "env", "exec -- true", "status"] {
      let run = bench.inShell(
        "mkdir -p \"$SCRATCH/a:b\" && cd \"$SCRATCH/a:b\" && \"$CUDA_INSTALL\" \(words) --prefix cuda --mirror \(bench.mirror)"
          .replacing("exec -- true --prefix cuda", with: "exec --prefix cuda")
          .replacing(
            "--mirror \(bench.mirror)",
            with: words.hasPrefix("exec") ? "-- true" : "--mirror \(bench.mirror)"))
      #expect(run.status == 64, "\(words): \(run.errors)")
    }
  }

  @Test func `the environment names prefix and mirror`() throws {
    let bench = try Bench()
    let run = Ended(
      Program(
        [BuiltBinary.path, "install", "13", "curand"],
        environment: bench.environment.merging([
          "CUDA_INSTALL_PREFIX": bench.prefix, "CUDA_INSTALL_MIRROR": bench.mirror,
        ]) { $1 }, in: bench.scratch))
    #expect(run.status == 0, "\(run.errors)")
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test func `I12: the events of a change begin with start and end with its result`() throws {
    let bench = try Bench()
    let good = bench.run("install", "13", "curand", "--json")
    let again = bench.run("install", "13", "curand", "--json")
    let bad = bench.run("install", "14", "--json")
    let locked = bench.run("use", "12", "--json")
    for (run, status, isChanged) in [
      (good, 0, true), (again, 0, false), (bad, 66, false), (locked, 66, false),
    ] as [(Ended, Int32, Bool)] {
      #expect(run.status == status, "\(run.errors)")
      #expect(run.errors == "")
      let events = try run.events
      #expect(events.first?.type == "start")
      #expect(events.filter { $0.type == "result" }.count == 1)
      let result = try #require(events.last)
      #expect(result.type == "result" && result.last == true)
      #expect(result.exit == status && result.ok == (status == 0) && result.changed == isChanged)
    }
    #expect(try good.events.contains { $0.type == "plan" })
  }

  @Test func `I12: a change that fails before the lock has a result as well`() throws {
    let bench = try Bench()
    for words in [["install", "14"], ["use", "13"], ["remove", "13.0.2"], ["rollback"]] {
      let run = Ended(
        Program(
          bench.command(words + ["--json"]), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 66)
      #expect(try run.events.map(\.type) == ["start", "result"])
      #expect(try run.events.last?.error?.code == "not_found")
    }
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `a query gives one JSON document, also where it fails`() throws {
    struct Document: Decodable {
      var v: Int
      var ok: Bool?
      var exit: Int32?
    }
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let executed = bench.run("exec", "12", "--json", "--", "true")
    #expect(executed.status == 66 && executed.errors == "")
    #expect(executed.output.contains("\"message\":\"release 12 is not installed\""))
    for (words, status) in [
      (["status"], 0), (["list"], 0), (["list", "--components"], 0), (["list", "--available"], 0),
      (["list", "--available", "--components"], 0), (["install", "12", "--dry-run"], 0),
      (["list", "--components", "12"], 66), (["install", "14", "--dry-run"], 66),
      (["env", "12"], 66),
    ] as [([String], Int32)] {
      let run = Ended(
        Program(
          bench.command(words + ["--json"]), environment: bench.environment, in: bench.scratch))
      #expect(run.status == status, "\(words)")
      #expect(run.errors == "")
      #expect(run.output.split(separator: "\n").count == 1)
      let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
      if status != 0 { #expect(document.ok == false && document.exit == status) }
    }
  }

  @Test func `a list says which release is current, with its components or without`() throws {
    struct Release: Decodable {
      var version: String
      var current: Bool
    }
    struct Releases: Decodable { var releases: [Release] }
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    #expect(bench.run("install", "13", "curand").status == 0)
    let all = bench.run("list", "--json").output
    let releases = try JSONDecoder().decode(Releases.self, from: Data(all.utf8)).releases
    #expect(releases.map(\.version) == ["13.0.2", "12.9.1"])
    #expect(releases.map(\.current) == [false, true])
    for release in releases {
      let one = bench.run("list", "--components", release.version, "--json").output
      let found = try JSONDecoder().decode(Release.self, from: Data(one.utf8))
      #expect(found.current == release.current, "\(release.version)")
    }
    let lines = bench.run("list").output.split(separator: "\n")
    #expect(lines.map { $0.contains("*") } == [false, true])
    #expect(bench.run("list", "--quiet").output == "13.0.2\n12.9.1\n")
    #expect(bench.run("list", "--available", "-q").output == "13.0.2\n13.0.1\n12.9.1\n")
  }

  @Test(
    arguments: [
      "exec \"$@\" >&-", "exec \"$@\" 2>&-", "exec \"$@\" <&- >&- 2>&-", "exec \"$@\" >/dev/full",
      "exec \"$@\" >/dev/full 2>/dev/full",
    ], [[], ["--json"]])
  func `I12: streams that are closed or full cost the message, not the work`(
    script: String, options: [String]
  ) throws {
    let bench = try Bench()
    let words = bench.command(["install", "13", "curand"] + options)
    func status(_ words: [String]) -> Int32 {
      Program(
        ["/bin/sh", "-c", script, "sh"] + words, environment: bench.environment, in: bench.scratch
      ).wait()
    }
    #expect(status(words) == 0)
    try expectInstalled(component("libcurand"), in: bench)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.text(".cuda-install.lock") == "")
    #expect(status(bench.command(["install", "14"] + options)) == 66)
  }

  @Test(arguments: [
    ["env"], ["status", "--json"], ["list"], ["verify"], ["--version"], ["--help"],
  ])
  func `I12: an answer that cannot be written is no success`(words: [String]) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let run = bench.ended(
      ["/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"] + bench.command(words))
    #expect(run.status == 74)
    // JSON says it where it cannot be heard.
    let isSaid = run.errors.contains("write the answer: No space left on device")
    #expect(isSaid != words.contains("--json"), "\(run.errors)")
  }

  @Test(
    .enabled(if: Rights.toMount, Rights.noMount), .disabled(if: isSanitized, "it needs /proc"))
  func `the words of a command are its own where /proc is not mounted`() throws {
    let bench = try Bench()
    let script = "mount -t tmpfs tmpfs /proc && exec \"$@\""
    func run(_ words: [String]) -> Ended {
      bench.ended(["unshare", "-m", "/bin/sh", "-c", script, "sh"] + bench.command(words))
    }
    #expect(run(["--bogus"]).status == 64)
    #expect(run(["install", "13", "curand"]).status == 0)
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test func `I11: a prefix with an escape sequence in its name is shown cleaned`() throws {
    let bench = try Bench(prefix: "a\u{1B}[31mb")
    for words in [["install", "13", "curand"], ["install", "13", "curand"], ["install", "14"]] {
      let run = bench.ended(bench.command(words))
      #expect(!(run.output + run.errors).contains("\u{1B}"), "\(words)")
    }
  }

  @Test func `a prefix that is not UTF-8 is none, and no other is made`() throws {
    let bench = try Bench()
    let run = bench.ended([
      "/bin/sh", "-c", "exec \"$0\" install 13 --prefix \"$(printf 'x\\376')\"", BuiltBinary.path,
    ])
    #expect(run.status == 64)
    #expect(run.errors.contains("the prefix is not UTF-8"), "\(run.errors)")
    #expect(namesIn(bench.scratch.path).filter { $0.hasPrefix("x") } == [])
  }

  @Test func `I12: a reader that leaves costs the message, not the work`() throws {
    let bench = try Bench()
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let script = """
      mkfifo "$SCRATCH/pipe"; (read -r line; echo left >&2) <"$SCRATCH/pipe" &
      exec "$@" >"$SCRATCH/pipe"
      """
    let run = bench.startShell(script, "install", "13", "curand", "--json")
    #expect(run.waitForErrors("left"))
    try #require(hold.waitUntilReached(by: run))
    hold.release()
    #expect(run.wait() == 0)
    try expectInstalled(component("libcurand"), in: bench)
  }

  @Test func `--quiet leaves out what is not a change, and twice that as well`() throws {
    let bench = try Bench()
    let first = bench.run("install", "13", "curand", "--quiet")
    #expect(first.output == "CUDA 13.0.2 (curand) installed in \(bench.prefix)/13.0.2\n")
    #expect(first.errors == "")
    let again = bench.run("install", "13", "curand", "-q")
    #expect(again.output == "" && again.errors == "")
    let other = bench.run("install", "12", "curand", "-qq")
    #expect(other.output == "" && other.errors == "")
    let bad = bench.run("install", "14", "-qq")
    #expect(bad.errorLines.count == 1)
  }

  @Test func `the network's refusal is 69 and names the URL`() throws {
    let bench = try Bench()
    bench.server.fault("*", .status(403), times: 10)
    let forbidden = bench.run("install", "13.0.2")
    #expect(forbidden.status == 69)
    #expect(forbidden.errorLines.count == 1)
    #expect(
      forbidden.errors.contains("\(bench.mirror)redistrib_13.0.2.json: the server answered 403"))
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `I9: an archive that the server lacks is 69, and what was there stays`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "12", "curand").status == 0)
    let before = bench.disk
    let path = Mirror.path(component("libcurand"))
    bench.server.publish(path, nil)
    let run = bench.run("install", "13", "curand", "--use")
    #expect(run.status == 69)
    #expect(run.errorLines.count == 1)
    #expect(
      run.errors.contains(
        "libcurand: \(bench.server.url(path)): the manifest lists it, but the server has no such file (404): "
          + "it is not in sync yet"))
    #expect(bench.disk == before)
    bench.server.publish(path, component("libcurand").archive)
    #expect(bench.run("install", "13", "curand", "--use").status == 0)
    #expect(bench.partials == [])
  }

  @Test func `I9: a connection that breaks is resumed in the same run`() throws {
    let large = Mirror.component("libcurand", "13.0.88", byteCount: 100_000)
    let bench = try Bench(.one(large))
    bench.server.fault("*.tar.gz", .cut(after: 50_000))
    let run = bench.run("install", "13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("libcurand: retry "))
    #expect(bench.requests.last?.request.range == "bytes=50000-")
    try expectInstalled(large, in: bench)
  }
}
