// What servers said is kept in the prefix: asked again it costs nothing, and without a network it is all there is.

import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `What a server said` {
  private func documents(_ bench: Bench) -> [LoopbackServer.Request] {
    bench.server.log.filter { !$0.path.hasSuffix(".tar.gz") }
  }

  @Test func `is asked for once in a run, and comes again only if it has changed`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    #expect(documents(bench).map(\.status) == [200, 200])
    #expect(bench.kept.count == 2)
    let kept = listing("\(bench.prefix)/.cuda-install/catalog")
    for words in [["update"], ["list", "--available"], ["install", "13", "curand"]] {
      let before = documents(bench).count
      let run = Ended(
        Program(bench.command(words), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 0, "\(run.errors)")
      let asked = documents(bench)[before...]
      #expect(Set(asked.map(\.path)).count == asked.count && !asked.isEmpty)
      #expect(asked.allSatisfy { $0.status == 304 && $0.bytesSent == 0 }, "\(words): \(asked)")
    }
    // A 304 rewrites nothing.
    #expect(listing("\(bench.prefix)/.cuda-install/catalog") == kept)
    bench.server.publish(Mirror.base, Array("<a href='redistrib_13.0.1.json'>x</a>".utf8))
    #expect(bench.run("list", "--available", "-q").output == "13.0.1\n")
    #expect(bench.run("update").status == 0)
    #expect(bench.run("list", "--available", "-q", "--offline").output == "13.0.1\n")
  }

  @Test func `is all that is known with --offline, and as of when is said`() throws {
    let bench = try Bench(`Several products`.mirror)
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13").status == 0)
    let before = bench.server.log.count
    let asked: [([String], String)] = [
      (["install", "13", "cudart"], "CUDA 13.0.2 (custom) is already installed"),
      (["install", "13", "cublas", "--dry-run"], ""),
      (["update"], "everything is up to date"),
      (["update", "--check"], "everything is up to date"),
      (["list", "--available"], "13.0.2"), (["list", "--available", "cudnn"], "9.14.0"),
    ]
    for (words, output) in asked {
      let run = Ended(
        Program(
          bench.command(words + ["--offline"]), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 0, "\(words): \(run.errors)")
      #expect(run.output.contains(output.prefix(13)), "\(words): \(run.output)")
      let notes = run.errors.split(separator: "\n").filter { $0.contains(", as of 20") }
      #expect(notes.count == 1, "\(words): \(run.errors)")
    }
    #expect(!bench.run("update", "--offline", "-q").errors.contains("as of"))
    let unknown = bench.run("list", "--available", "cudnn", "--offline", prefix: "\(bench.prefix)2")
    #expect(unknown.status == 69)
    #expect(unknown.errors.contains("hint: run it once without --offline"), "\(unknown.errors)")
    #expect(bench.server.log.count == before)
  }

  @Test func `of wheels, an application and a root of products is kept as well`() throws {
    var index = PackageIndex(.html)
    index.addToolkit(separately: true)
    let wheels = try Bench()
    for (path, bytes) in index.files { wheels.server.publish(path, bytes) }
    let publisher = try Publisher()
    publisher.release("0.3.1")
    let root = try Bench(`Several products`.mirror)
    let places: [(Bench, [String], mirror: String?)] = [
      (wheels, ["install", "13", "--source", "wheels=\(wheels.server.url("/simple"))"], nil),
      (publisher.bench, ["install", "--track", publisher.newest], nil),
      (root, ["install", "13", "cudart"], root.server.url("/")),
    ]
    for (bench, words, mirror) in places {
      let options = ["--prefix", bench.prefix] + (mirror.map { ["--mirror", $0] } ?? [])
      func run(_ words: [String]) -> Ended {
        Ended(
          Program(
            [BuiltBinary.path] + words + options, environment: bench.environment, in: bench.scratch)
        )
      }
      #expect(run(words).status == 0)
      let paths = bench.server.log.filter { $0.method == "GET" }.map(\.path)
      #expect(Set(paths).count == paths.count, "asked twice: \(paths)")
      let before = bench.server.log.count
      for again in [words, ["update"]] {
        let offline = run(again + ["--offline"])
        #expect(offline.status == 0, "\(again): \(offline.errors)")
      }
      #expect(bench.server.log.count == before)
    }
  }

  /// What happens to the directory `$D`, or to each of its files, `$f`; and whether the next run mends it.
  private static let damages: [(name: String, script: String, isMended: Bool)] = [
    ("gone", "rm -r $D", true), ("none", "rm $D/*", true),
    ("empty", "for f in $D/*; do : >$f; done", true),
    ("cut", "for f in $D/*; do truncate -s -1 $f; done", true),
    ("longer", "for f in $D/*; do echo >>$f; done", true),
    ("flipped", "for f in $D/*; do truncate -s -1 $f; printf x >>$f; done", true),
    ("noise", "for f in $D/*; do head -c 3000 /dev/urandom >$f; done", true),
    ("other version", "sed -i '1s/\"v\":1/\"v\":2/' $D/*", true),
    ("without a time", "sed -i '1s/\"fetched\":\"2/\"fetched\":\"x/' $D/*", true),
    ("swapped", "set -- $D/*; mv $1 $D.x; mv $2 $1; mv $D.x $2", true),
    ("huge", "truncate -s 1T $D/*", true),
    ("link", "cp -r $D $D.2; for f in $D/*; do ln -sf $D.2/${f##*/} $f; done", true),
    ("fifo", "for f in $D/*; do rm $f; mkfifo $f; done", true),
    ("directory", "for f in $D/*; do rm $f; mkdir $f; done", false),
    ("file for directory", "rm -r $D; echo >$D", false),
    ("link for directory", "mv $D $D.2; ln -s $D.2 $D", false),
  ]

  @Test func `and is damaged was never said, and is no error`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let catalog = "\(bench.prefix)/.cuda-install/catalog"
    for (name, script, isMended) in Self.damages {
      let damage = runProgram(["sh", "-c", "D=\(catalog); \(script)"])
      #expect(damage.status == 0, "\(name): \(damage.errors)")
      #expect(bench.run("update", "--offline").status == 69, "\(name)")
      let before = bench.server.log.count
      let update = bench.run("update")
      #expect(update.status == 0 && !update.errors.contains("warning"), "\(name): \(update.errors)")
      #expect(bench.server.log[before...].map(\.status) == [200], "\(name)")
      #expect(bench.leftovers == [], "\(name)")
      #expect(bench.run("update", "--offline").status == (isMended ? 0 : 69), "\(name)")
      #expect(runProgram(["sh", "-c", "rm -rf \(catalog) \(catalog).2"]).status == 0)
      #expect(bench.run("install", "13", "curand").status == 0)
    }
    #expect(bench.run("prune").status == 0)
    #expect(bench.run("update", "--offline").status == 0)
  }

  @Test func `I10: readers ask by it, and write nothing`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    let before = listing(bench.prefix)
    #expect(bench.run("list", "--available").status == 0)
    #expect(bench.run("update", "--check").status == 0)
    #expect(bench.run("install", "13", "nvcc", "--dry-run").status == 0)
    #expect(listing(bench.prefix) == before)
    // That of 13.0.2 came and was not kept.
    #expect(bench.run("install", "13", "nvcc", "--dry-run", "--offline").status == 69)
  }

  @Test func `is kept without any user, password or query`() throws {
    let bench = try Bench()
    let secret = "s3cr3t-w0rd"
    let mirror = bench.mirror.replacing("http://", with: "http://somebody-else:\(secret)@")
    bench.server.fault(
      "\(Mirror.base)redistrib_13.0.2.json",
      .redirect(to: "\(bench.mirror)redistrib_13.0.2.json?token=\(secret)"))
    #expect(bench.run("install", "13", "curand", mirror: mirror).status == 0)
    #expect(bench.server.log.contains { $0.status == 302 })
    #expect(bench.kept.count == 2)
    for name in bench.kept {
      var status = stat()
      #expect(stat("\(bench.prefix)/.cuda-install/catalog/\(name)", &status) == 0)
      // Given to one user, and not to be read by others.
      #expect(status.st_mode & 0o777 == 0o600)
    }
    for word in [secret, "somebody-else", "token"] {
      #expect(runProgram(["grep", "-r", word, bench.prefix]).status == 1)
    }
    #expect(bench.run("update", "--offline", mirror: mirror).status == 0)
    // Whoever asks as nobody asks the same question.
    #expect(bench.run("update", "--offline").status == 0)
  }

  @Test func `is at most 128 answers, of which the oldest go first`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let catalog = "\(bench.prefix)/.cuda-install/catalog"
    let old = (0..<150).map { "\(catalog)/\(sha256([UInt8($0)]))" }
    for (age, path) in old.enumerated() {
      writeFile(path, [])
      let times = [timespec(tv_sec: 1_000_000 + age, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
      #expect(utimensat(AT_FDCWD, path, times.reversed(), 0) == 0)
      #expect(utimensat(AT_FDCWD, path, [times[0], times[0]], 0) == 0)
    }
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    let names = Set(bench.kept)
    #expect(names.count == 128)
    // Two of the first run, one of the second, and the youngest of the others.
    #expect(old[25...].allSatisfy { names.contains(String($0.dropFirst(catalog.count + 1))) })
    #expect(bench.run("update", "--offline").status == 0)
  }

  @Test func `I2: before a wait for the lock is asked again behind it`() throws {
    let bench = try Bench(`Several products`.mirror)
    #expect(runProgram(["mkdir", bench.prefix]).status == 0)
    let lock = bench.hold()
    // There is no prefix yet: what cannot be met is told before anything is made.
    let run = bench.start("install", "cudnn", "--variant", "cuda13", "--wait")
    try #require(run.waitForErrors("waiting for"), "\(run.errors)")
    var mirror = `Several products`.mirror
    mirror.add("9.15.0", `Several products`.cudnn("9.15.0"), product: "cudnn")
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    lock.release()
    #expect(run.wait() == 0, "\(run.errors)")
    #expect(run.output.contains("9.15.0"), "\(run.output)")
  }

  @Test func `I9: is enough for what is installed when the server is gone`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0", "curand").status == 0)
    // What has to be fetched is another matter.
    #expect(bench.run("install", "13.0", "nvcc", "--offline").status == 69)
    bench.server.stop()
    let install = bench.run("install", "13.0", "curand")
    #expect(install.status == 0, "\(install.errors)")
    #expect(install.output.contains("already installed"))
    let warnings = install.errors.split(separator: "\n").filter { $0.contains("warning: ") }
    #expect(warnings.count == 1, "\(install.errors)")
    #expect(warnings.first?.contains("cannot ask \(bench.mirror): ") == true)
    #expect(warnings.first?.contains("; going on with what it said on 20") == true)
    // The second document does not wait for a server that is not there.
    #expect(install.errors.split(separator: "\n").filter { $0.contains("retry 2/2") }.count == 1)
    let update = bench.run("update")
    #expect(update.status == 69)
    #expect(update.errorLines == [])
    #expect(
      update.errors.contains(
        "warning: cannot ask whether there is anything newer: \(bench.mirror)"),
      "\(update.errors)")
    #expect(update.errors.contains("; CUDA 13.0.2 stays in use\n"))
    let last = try bench.record("last.json", as: Run.self)
    #expect(last.exit == 69 && last.error?.code == "not_asked" && !last.changed)
    #expect(bench.text("current/bin/libcurand") != nil)
  }
}
