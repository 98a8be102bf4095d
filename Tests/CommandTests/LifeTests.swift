import FoundationEssentials
import TestSupport
import Testing

/// What reviews and users found once, so that it stays found.
@Suite struct `A prefix in trouble` {
  @Test func `I9: every kind of damage is found, and mended by fetching that component alone`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13", "--profile", "full").status == 0)
    #expect(bench.run("verify").status == 0)
    let damage = bench.inShell(
      """
      cd "$PREFIX/current" && printf x >> include/nvcc.h && rm lib/libnvcc.so && chmod 600 bin/nvcc &&
      touch extra && rm lib64 && ln -s include lib64
      """)
    #expect(damage.status == 0, "\(damage.errors)")
    let found = bench.run("verify")
    #expect(found.status == 65)
    #expect(
      found.output.split(separator: "\n") == [
        "mode bin/nvcc", "extra extra", "changed include/nvcc.h", "missing lib/libnvcc.so",
        "changed lib64",
      ])
    let before = bench.fetched.count
    let repair = bench.run("verify", "--repair")
    #expect(repair.output == "CUDA 13.0.2 repaired\n", "\(repair.errors)")
    #expect(Array(bench.fetched.dropFirst(before)) == ["cuda_nvcc"])
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    #expect(bench.run("verify", "--repair").output == "CUDA 13.0.2 is intact\n")
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test(arguments: ["{", #"{"format":1}"#, ""])
  func `I9: a receipt that cannot be read is damage to be shown, and installing mends it`(
    receipt: String
  ) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13").status == 0)
    writeFile("\(bench.prefix)/current/receipt.json", Array(receipt.utf8))
    #expect(bench.run("status").output.contains("Damaged"))
    #expect(bench.run("env").status == 65)
    #expect(bench.run("env").output == "")
    let again = bench.run("install", "13")
    #expect(again.status == 0, "\(again.errors)")
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
  }

  @Test func `I9: what cannot be deleted keeps nobody from working`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1").status == 0)
    // A name that is not UTF-8 in a tree that goes, and a directory that even root cannot remove: a mount
    // point, or the current directory of nobody's business.
    let odd = bench.inShell(
      #"cd "$PREFIX/.cuda-install/trees" && : > "13.0.1-1/$(printf 'bad\377name')" && mkdir .old.x .new.y"#
    )
    #expect(odd.status == 0, "\(odd.errors)")
    #expect(bench.run("install", "13", "--use").status == 0)
    let removal = bench.run("remove", "13.0.1")
    #expect(removal.status == 0, "\(removal.errors)")
    #expect(bench.trees == ["13.0.2-2"])
    #expect(bench.leftovers == [])
  }

  @Test func `I12: records that say anything at all crash nobody`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13").status == 0)
    let pid = Int32(ProcessInfo.processInfo.processIdentifier)
    let record = """
      {"before":{"releases":{}},"bootID":"x","command":"a\\u001b]0;PWNED\\u0007","host":"elsewhere","op":"1",
      "pid":\(pid),"pidNamespace":1,"progress":{"done":9000000000000000000,"phase":"download",
      "rate":9000000000000000000,"total":9000000000000000000,"unpacked":-5,"updated":"9999-99-99T99:99:99.999Z"},
      "started":"2147483647-01-1T1:1:1.1Z","user":"u"}
      """
    for name in ["operation.json", "last.json", "history.ndjson"] {
      writeFile("\(bench.prefix)/.cuda-install/\(name)", Array(record.utf8))
    }
    for words in [["status"], ["status", "--json"], ["list"]] {
      let run = Ended(
        Program(bench.command(words), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 0, "\(words) \(run.errors)")
      #expect(!run.output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 })
    }
    let next = bench.run("install", "12")
    #expect(next.status == 0, "\(next.errors)")
    #expect(!next.errors.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 })
  }

  @Test
  func `a wider track is remembered, and a component added by exact release does not narrow it`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
    #expect(bench.run("list").output.contains("track 13.0.2"))
    #expect(bench.run("install", "13", "curand").output.contains("installed in"))
    #expect(bench.run("list").output.contains("track 13\n"))
    #expect(bench.run("install", "13.0.2", "nvcc").status == 0)
    #expect(bench.run("list").output.contains("track 13\n"))
    #expect(bench.run("install", "13.0.2", "nvcc").output.contains("already installed"))
    #expect(bench.fetched.sorted() == ["cuda_cudart", "cuda_nvcc", "libcurand"])
  }

  @Test func `I1: one prefix has one path, with a slash at its end and through a link`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", prefix: bench.prefix + "//").status == 0)
    let link = bench.scratch.file("link")
    #expect(bench.inShell("ln -s . \"$SCRATCH/link\"").status == 0)
    let again = bench.run("install", "13", prefix: "\(link)/cuda/")
    #expect(again.output.contains("already installed in \(bench.prefix)/"), "\(again.output)")
    let fresh = bench.run("install", "13", prefix: "\(link)/other/place/")
    #expect(fresh.output.contains("installed in \(bench.scratch.path)/other/place/13.0.2"))
  }

  @Test func `I1: who waited for a prefix that was moved away works in the one that is there`()
    throws
  {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1").status == 0)
    let hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let first = bench.start("install", "13", "curand")
    #expect(hold.waitUntilReached(by: first))
    let second = bench.start("install", "12", "curand")
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    let move = bench.inShell("mv \"$PREFIX\" \"$PREFIX.old\" && mkdir \"$PREFIX\"")
    #expect(move.status == 0)
    hold.release()
    first.wait()
    #expect(second.wait() == 0, "\(second.errors)")
    #expect(linkTarget("\(bench.prefix)/12.9.1") == ".cuda-install/trees/12.9.1-1")
    #expect(linkTarget("\(bench.prefix).old/12.9.1") == nil)
  }

  @Test func `I11: a link of an archive goes where a file of its name would, or nowhere`() throws {
    var reserved = Mirror.component("cuda_nvcc", "13.0.88")
    reserved.members.append(Member("receipt.json", .link("bin/nvcc")))
    let bad = try Bench(.one(reserved))
    let refused = bad.run("install", "13", "nvcc")
    #expect(refused.status == 65, "\(refused.errors)")
    var odd = Mirror.component("cuda_nvcc", "13.0.88")
    odd.members.append(Member("pkg-config/other.pc", .link("nvcc-13.0.pc")))
    odd.members.append(Member("LICENSE.txt", .link("LICENSE")))
    let good = try Bench(.one(odd))
    let run = good.run("install", "13", "nvcc")
    #expect(run.status == 0, "\(run.errors)")
    #expect(!namesIn("\(good.prefix)/current").contains("pkg-config"))
    #expect(
      linkTarget("\(good.prefix)/current/share/licenses/cuda/cuda_nvcc/LICENSE.txt") == "LICENSE")
  }

  @Test(arguments: [(["instal"], "install"), (["instal", "13"], "install"), (["updte"], "update")])
  func `an unknown command is told with the one that was meant`(
    words: [String], meant: String
  ) throws {
    let bench = try Bench()
    let run = Ended(
      Program([BuiltBinary.path] + words, environment: bench.environment, in: bench.scratch))
    #expect(run.status == 64)
    #expect(
      run.errors.hasPrefix(
        "cuda-install: error: there is no command \(words[0]); did you mean \(meant)?\n"),
      "\(run.errors)")
  }

  @Test(arguments: [["install", "13.x"], ["install", "13", "--bogus"]])
  func `I12: wrong use has a result in JSON as well`(words: [String]) throws {
    let bench = try Bench()
    let run = Ended(
      Program(
        bench.command(words + ["--json"]), environment: bench.environment, in: bench.scratch))
    let result = try #require(try run.events.last)
    #expect(run.status == 64 && result.exit == 64 && result.type == "result")
    #expect(result.error?.code == "usage")
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `a hard link to a file that another component brings as well is made`() throws {
    var mirror = Mirror()
    let shared: [Member] = [
      .file("share/a", "one"), Member("share/b", .hardLink("share/a")),
      Member("share/c", .hardLink("share/b")),
    ]
    var one = Mirror.component("cuda_nvcc", "13.0.88")
    one.members += shared.prefix(1)
    var other = Mirror.component("libcurand", "13.0.88")
    other.members += shared
    mirror.add("13.0.2", [one, other])
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "--profile", "full").status == 0)
    #expect(bench.text("current/share/b") == "one" && bench.text("current/share/c") == "one")
    #expect(bench.run("verify").status == 0)
  }

  @Test(arguments: ["sh", "bash", "zsh", "fish"])
  func `the release that env named last comes first`(shell: String) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "nvcc").status == 0)
    #expect(bench.run("install", "13.0.2", "nvcc").status == 0)
    guard bench.inShell("command -v \(shell)").status == 0 else { return }
    let read = { (version: String) in
      let env = "$CUDA_INSTALL env --prefix $PREFIX --shell \(shell) \(version)"
      return shell == "fish" ? "\(env) | source" : "eval \"$(\(env))\""
    }
    let script = ["13.0.1", "13.0.2", "13.0.1", "13.0.1"].map(read).joined(separator: "; ")
    let run = bench.inShell("\(shell) -c '\(script); nvcc; echo $LD_LIBRARY_PATH'")
    #expect(run.output.hasPrefix("cuda_nvcc 13.0.48\n"), "\(run.output) \(run.errors)")
    #expect(run.output.contains("\n\(bench.prefix)/.cuda-install/trees/13.0.1-1/lib64"))
  }

  @Test func `what is installed but not current is not denied`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "nvcc").status == 0)
    #expect(bench.run("install", "13.0.2", "nvcc").status == 0)
    #expect(bench.run("remove", "13.0.1", "--yes").status == 0)
    let run = bench.run("env")
    #expect(run.status == 66 && run.output == "")
    #expect(run.errors.contains("no release is current in \(bench.prefix); installed: 13.0.2"))
    #expect(run.errors.contains("'cuda-install use 13.0.2'"))
  }

  @Test func `I12: JSON has the whole of a message`() throws {
    var wrong = component("libcurand")
    wrong.claimedDigest = String(repeating: "0", count: 64)
    let bench = try Bench(.one(wrong))
    let run = bench.run("install", "13", "curand", "--json")
    let found = "\(try #require(sha256(of: wrong.archive)))"
    #expect(try run.events.last?.error?.message.contains(found) == true)
    #expect(bench.text(".cuda-install/last.json")?.contains(found) == true)
  }
}

private func sha256(of bytes: [UInt8]) -> String? {
  let scratch = Scratch()
  scratch.write("archive", bytes)
  let run = runProgram(["sha256sum", scratch.file("archive")])
  return run.output.split(separator: " ").first.map(String.init)
}
