import Glibc
import TestSupport
import Testing

/// Another way to one prefix.
struct Way: Sendable, CustomTestStringConvertible {
  var name: String
  /// A script of sh(1) in which `"$@"` is the command.
  var script: String
  /// Relative to the scratch directory.
  var prefix = "cuda"
  var isAllowed = true

  var testDescription: String { name }

  static let all = [
    Way(name: "a symbolic link", script: "ln -s . link; exec \"$@\"", prefix: "link/cuda"),
    Way(name: "a link to the prefix", script: "ln -s cuda other; exec \"$@\"", prefix: "other"),
    Way(name: "a detour", script: "exec \"$@\"", prefix: "cuda/.cuda-install/../../cuda"),
    Way(name: "slashes", script: "exec \"$@\"", prefix: "/cuda//"),
    Way(
      name: "a relative path",
      script: "shift 4; exec \"$CUDA_INSTALL\" install --prefix cuda \"$@\""),
    Way(
      name: "a bind mount of nothing but the prefix",
      script: """
        mkdir bound; exec unshare -m sh -c 'mount --bind cuda bound; exec "$@"' sh "$@"
        """,
      prefix: "bound", isAllowed: Rights.toMount),
    Way(
      name: "another pid namespace", script: "exec unshare -pf --mount-proc \"$@\"",
      isAllowed: Rights.toMakePIDNamespaces),
    Way(
      name: "another home, umask and place for temporary files",
      script: """
        umask 077; mkdir else
        export HOME=$PWD/else TMPDIR=$PWD/else XDG_DATA_HOME=$PWD/else XDG_RUNTIME_DIR=$PWD/else
        exec "$@"
        """),
    Way(
      name: "another user",
      script: "umask 077; exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"",
      isAllowed: Rights.toBecomeOthers),
  ]
}

@Suite struct `One prefix, many ways to it` {
  @Test(arguments: Way.all)
  func `I1 I2 I3: whichever way a process comes, it finds the lock, and then the work done`(
    way: Way
  ) throws {
    guard way.isAllowed else { try Test.cancel("this machine does not allow \(way.name)") }
    let bench = try Bench()
    // The other user's own prefix, in which root works: the lock file is the other's as well.
    let setup = "chmod 755 \"$SCRATCH\"; mkdir \"$PREFIX\"; chown 65534 \"$PREFIX\" || true"
    #expect(bench.inShell(setup).status == 0)
    #expect(bench.inShell(asNobodyWhereAllowed, "install", "12", "curand").status == 0)
    func start(_ options: String...) -> Program {
      let words = ["install", "13", "curand"] + options
      return bench.started(
        ["sh", "-c", "cd \"$SCRATCH\"; \(way.script)", "sh"]
          + bench.command(words, prefix: "\(bench.scratch.path)/\(way.prefix)"),
        environment: ["SCRATCH": bench.scratch.path, "CUDA_INSTALL": BuiltBinary.path])
    }
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let first = bench.start("install", "13", "curand", "--json")
    try #require(first.waitForOutput("\"all_done\":1000,"))
    let before = bench.disk
    let impatient = Ended(start("--no-wait"))
    #expect(impatient.status == 75, "\(impatient.errors)")
    #expect(impatient.errors.contains("(pid \(first.pid), install, "), "\(impatient.errors)")
    if way.name == "another pid namespace" {
      #expect(impatient.errors.contains("or in another container"), "\(impatient.errors)")
    }
    #expect(bench.disk == before)
    #expect(bench.inShell("cd \"$SCRATCH\"; rm -rf link other bound else").status == 0)
    let patient = start()
    #expect(patient.waitForErrors("waiting for pid \(first.pid), install"), "\(patient.errors)")
    hold.release()
    #expect(first.wait() == 0, "\(first.errors)")
    let ended = Ended(patient)
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output == "CUDA 13.0.2 (curand) was just installed by pid \(first.pid)\n")
    #expect(bench.fetched == ["libcurand", "libcurand"])
    #expect(bench.trees == ["12.9.1-1", "13.0.2-2"])
    #expect(bench.leftovers == [])
  }

  private var asNobodyWhereAllowed: String {
    Rights.toBecomeOthers
      ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"" : "exec \"$@\""
  }

  @Test(.enabled(if: Rights.toMakePIDNamespaces, Rights.noPIDNamespaces))
  func `I3 I9: of two containers in which each is pid 1, one works, and the other takes over`()
    throws
  {
    let bench = try Bench()
    let container = ["unshare", "-pf", "--kill-child", "--mount-proc"]
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let words = bench.command(["install", "13", "curand", "--json"])
    let first = bench.started(container + words)
    try #require(first.waitForOutput("\"all_done\":1000,"))
    #expect(try bench.record("operation.json", as: Pid.self).pid == 1)
    let before = bench.disk
    let second = bench.started(container + bench.command(["install", "13", "curand"]))
    #expect(second.waitForErrors("waiting for pid 1, install"))
    #expect(second.errors.contains("or in another container"), "\(second.errors)")
    let host = bench.run("install", "13", "curand", "--no-wait")
    #expect(host.status == 75 && host.errors.contains("(pid 1, install"), "\(host.errors)")
    #expect(bench.disk == before)
    first.kill()
    #expect(first.wait() == 128 + SIGKILL)
    // What is inside dies a little later: not before that may it have the rest.
    #expect(second.waitForErrors("taking over"))
    hold.release()
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(second.output.contains("installed in"))
    #expect(bench.requests.map { $0.request.range } == [nil, "bytes=1000-"])
    try expectInstalled(component("libcurand"), in: bench)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  private struct Pid: Decodable { var pid: Int32 }

  @Test func `I1: a parent that leads elsewhere in the middle of a run moves nothing`() throws {
    let bench = try Bench()
    let make = bench.inShell("mkdir \"$SCRATCH/a\" \"$SCRATCH/b\"; ln -s a \"$SCRATCH/link\"")
    #expect(make.status == 0)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let prefix = bench.scratch.file("link/cuda")
    let run = bench.start("install", "13", "curand", prefix: prefix)
    try #require(hold.waitUntilReached(by: run))
    #expect(bench.inShell("ln -sfn b \"$SCRATCH/link\"").status == 0)
    // The path leads elsewhere now: another prefix, with a lock of its own.
    let other = bench.run("install", "12", "curand", "--no-wait", prefix: prefix)
    #expect(other.status == 0, "\(other.errors)")
    hold.release()
    let ended = Ended(run)
    #expect(ended.output.hasSuffix("installed in \(bench.scratch.path)/a/cuda/13.0.2\n"))
    #expect(linkTarget(bench.scratch.file("a/cuda/current")) == "13.0.2")
    #expect(linkTarget(bench.scratch.file("b/cuda/current")) == "12.9.1")
    for place in ["a", "b"] {
      let verified = bench.run("verify", prefix: bench.scratch.file("\(place)/cuda"))
      #expect(verified.status == 0, "\(verified.errors)")
    }
  }
}

@Suite(.enabled(if: Rights.toBecomeOthers, Rights.noOthers)) struct `One prefix, two users` {
  /// What root and the owner of the prefix do in turns, each with the umasks that they may have.
  @Test(arguments: ["077", "022", "002"], ["077", "002"])
  func `I1 I9: root and the owner of a prefix take turns, whatever their umasks`(
    ownersMask: String, rootsMask: String
  ) throws {
    let bench = try Bench()
    #expect(
      bench.inShell("chmod 755 \"$SCRATCH\"; mkdir \"$PREFIX\"; chown 65534 \"$PREFIX\"").status
        == 0)
    let asOwner = """
      umask \(ownersMask); exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
      """
    func owner(_ one: String, _ two: String, _ three: String) -> Ended {
      bench.inShell(asOwner, one, two, three)
    }
    func root(_ one: String, _ two: String, _ three: String) -> Ended {
      bench.inShell("umask \(rootsMask); exec \"$@\"", one, two, three)
    }
    let turns = [
      owner("install", "12", "curand"), root("install", "13.0.1", "curand"),
      owner("install", "13", "curand"), root("install", "13", "nvcc"), owner("use", "13", "-q"),
      owner("install", "13", "cudart"), owner("remove", "13.0.1", "-q"),
      root("remove", "12.9.1", "--yes"), owner("prune", "--keep", "0"), root("verify", "13", "-q"),
      owner("verify", "13", "-q"), owner("rollback", "-q", "--no-wait"),
    ]
    for turn in turns.dropLast() { #expect(turn.status == 0, "\(turn.errors)") }
    #expect(turns.last?.status == 66)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(modeOf("\(bench.prefix)/.cuda-install.lock") == 0o600)
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    // What the owner may not delete of root's, root's next run deletes.
    #expect(root("install", "13", "curand").status == 0)
    #expect(bench.leftovers == [])
  }

  @Test func `I1: who is of the group of root's prefix finds root's lock, and root's work closed`()
    throws
  {
    let bench = try Bench()
    let setup = """
      chmod 755 "$SCRATCH"; mkdir "$PREFIX"; chgrp 65534 "$PREFIX"; chmod 2775 "$PREFIX"
      """
    #expect(bench.inShell(setup).status == 0)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 1000)
    let first = bench.startShell("umask 077; exec \"$@\"", "install", "13", "curand", "--json")
    try #require(first.waitForOutput("\"all_done\":1000,"))
    #expect(modeOf("\(bench.prefix)/.cuda-install.lock") == 0o660)
    let before = bench.disk
    let member = asNobody(bench.command(["install", "13", "curand", "--no-wait"]))
    let busy = bench.ended(member)
    #expect(busy.status == 75, "\(busy.errors)")
    #expect(busy.errors.contains("(pid \(first.pid), install, user root"))
    #expect(bench.disk == before)
    hold.release()
    #expect(first.wait() == 0)
    #expect(bench.ended(member).output.contains("is already installed"))
    let installed = bench.disk
    let more = bench.ended(asNobody(bench.command(["install", "13", "nvcc"])))
    #expect(more.status == 77, "\(more.errors)")
    #expect(bench.disk == installed)
    #expect(bench.run("install", "13", "nvcc").status == 0)
  }

  @Test func `I3: in a prefix that everybody may write, a stranger's lock file is not believed`()
    throws
  {
    let bench = try Bench()
    #expect(
      bench.inShell("chmod 755 \"$SCRATCH\"; mkdir \"$PREFIX\"; chmod 1777 \"$PREFIX\"").status == 0
    )
    let own = bench.ended(asNobody(bench.command(["install", "13", "curand"])))
    #expect(own.status == 0, "\(own.errors)")
    let before = bench.disk
    let run = bench.run("install", "12", "curand")
    #expect(run.status == 73, "\(run.errors)")
    #expect(run.errors.contains("should be the lock file, but is a file of user 65534"))
    #expect(bench.disk == before)
    #expect(bench.ended(asNobody(bench.command(["install", "12", "curand"]))).status == 0)
  }
}
