import Glibc
import TestSupport
import Testing

@Suite struct `An environment that somebody else made` {
  @Test func `changes nothing of what is installed, and no file beside the prefix`() throws {
    let bench = try Bench(tls: .valid)
    Authority.known.write(to: bench.scratch.file("authority.pem"))
    let trust = ["--cacert", bench.scratch.file("authority.pem")]
    let plain = bench.ended(bench.command(["install", "13", "curand"] + trust))
    try #require(plain.status == 0, "\(plain.errors)")
    let bait = bench.scratch.file("bait")
    for name in [".curlrc", "_curlrc", ".config/curlrc"] {
      writeFile(
        "\(bait)/\(name)", Array("output = \(bait)/written\nproxy = http://127.0.0.1:1\n".utf8))
    }
    for name in [".netrc", "netrc"] {
      writeFile("\(bait)/\(name)", Array("machine 127.0.0.1 login me password secret\n".utf8))
    }
    writeFile("\(bait)/openssl.cnf", Array("openssl_conf = none\n[none]\n".utf8))
    writeFile(
      "\(bait)/.config/pip/pip.conf", Array("[global]\nindex-url = http://127.0.0.1:1/\n".utf8))
    writeFile("\(bait)/cuda-install/config", Array("mirror = http://127.0.0.1:1/\n".utf8))
    if geteuid() == 0 { #expect(runProgram(["chown", "-R", "65534", bait]).status == 0) }
    var hostile = [
      "HOME": bait, "CURL_HOME": bait, "NETRC": "\(bait)/netrc", "TMPDIR": bait, "TEMP": bait,
      "SSLKEYLOGFILE": "\(bait)/keys", "OPENSSL_CONF": "\(bait)/openssl.cnf",
      "OPENSSL_MODULES": bait, "GCONV_PATH": bait, "LOCPATH": bait, "LC_ALL": "xx_XX",
      "HTTP_PROXY": "http://127.0.0.1:1", "TZ": "\(bait)/zone", "PATH": ":.", "IFS": "/",
      "CUDA_HOME": bait, "LD_LIBRARY_PATH": bait, "PIP_INDEX_URL": "http://127.0.0.1:1/",
      "CUDA_INSTALL_PROGRESS": "plain", "CUDA_INSTALL_MIRROR": "nonsense",
      "CUDA_INSTALL_PREFIX": bait,
    ]
    for name in ["CONFIG", "DATA", "STATE", "CACHE"] { hostile["XDG_\(name)_HOME"] = bait }
    hostile["XDG_RUNTIME_DIR"] = bait
    let before = listing(bait)
    let prefix = bench.scratch.file("other")
    let run = bench.ended(
      ["/bin/sh", "-c", "cd \"$0\"; exec \"$@\"", bait]
        + bench.command(["install", "13", "curand"] + trust, prefix: prefix), environment: hostile)
    #expect(run.status == 0, "\(run.errors)")
    #expect(listing(bait) == before)
    #expect(listing("\(prefix)/13.0.2/") == listing("\(bench.prefix)/13.0.2/"))
    #expect(bench.server.log.allSatisfy { $0.headers["authorization"] == nil })
    #expect(namesIn(prefix) == namesIn(bench.prefix))
  }

  @Test(arguments: ["HTTP_RETRIES", "HTTP_TIMEOUT", "LOCK_TIMEOUT", "MIRROR", "PREFIX"])
  func `with nonsense in a variable of ours is a usage error that names it cleaned`(
    name: String
  ) throws {
    let bench = try Bench()
    let variable = "CUDA_INSTALL_\(name)"
    let values = [
      "MIRROR": "ftp://you/\u{1B}[2J", "PREFIX": bench.prefix + "\n:",
    ]
    let run = bench.ended(
      [BuiltBinary.path, "install", "13", "--json"]
        + (name == "PREFIX" ? [] : ["--prefix", bench.prefix])
        + (name == "MIRROR" ? [] : ["--mirror", bench.mirror]),
      environment: [variable: values[name] ?? "-9\u{1B}[2Jx"])
    #expect(run.status == 64, "\(run.output)\(run.errors)")
    #expect(!(run.output + run.errors).contains("\u{1B}"))
    #expect(namesIn(bench.prefix) == [])
  }

  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `of a caller with fewer rights than the program has is refused`() throws {
    let bench = try Bench()
    for words in [["install", "13"], ["status"]] {
      // As set-user-ID does it: the caller is nobody, the program is root's.
      let run = bench.ended(
        ["setpriv", "--ruid=\(nobody)", "--clear-groups"] + bench.command(words))
      #expect(run.status == 77, "\(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains("must not have rights"))
      #expect(run.output == "" && namesIn(bench.prefix) == [])
    }
    #expect(bench.run("install", "13").status == 0)
  }

  @Test func `is shown by doctor where it says who is asked, without passwords`() throws {
    let bench = try Bench()
    let run = bench.run(
      "doctor",
      environment: [
        "https_proxy": "http://me:s3cret@proxy.example:3128/", "ALL_PROXY": "me:s3cret@all.example",
        "no_proxy": "localhost,\u{1B}[2J.example",
      ])
    #expect(
      run.output.contains("https_proxy is http://proxy.example:3128/, ALL_PROXY is all.example"))
    #expect(run.output.contains(", but not for localhost,\\u{1b}[2J.example"))
    #expect(!run.output.contains("s3cret"))
    #expect(!bench.run("doctor").output.contains("proxy"))
  }
}

/// Where the package's root is.
private let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

@Test(
  .enabled(
    // The shell only fails where there is no strace.
    if: runProgram(["sh", "-c", "strace -qq -o /dev/null true"]).status == 0, "needs strace"),
  .disabled(if: isSanitized, "it makes calls of its own"))
func `I11: no call changes a name by its path, or anything outside of the prefix`() {
  let run = runProgram(["\(root)/Tests/strace", BuiltBinary.path])
  #expect(run.status == 0 && run.output.contains("\nok: "), "\(run.output)\(run.errors)")
}
