import TestSupport
import Testing

@Suite struct `Sources` {
  @Test(arguments: ["", "file://"])
  func `a directory gives the same tree as a server`(scheme: String) throws {
    let (web, local) = (try Bench(), try Bench())
    let path = Mirror.three.write(to: local.scratch.file("mirror"))
    #expect(web.run("install", "13").status == 0)
    let run = local.run("install", "13", mirror: scheme + path)
    #expect(run.status == 0, "\(run.errors)")
    let tree = ".cuda-install/trees/13.0.2-1"
    var trees = [web, local].map { listing("\($0.prefix)/\(tree)") }
    // It names the source.
    for index in trees.indices { trees[index]["receipt.json"] = nil }
    #expect(trees[0].count > 20)
    #expect(trees[0] == trees[1])
    #expect(local.server.log.isEmpty)
    #expect(local.partials == [])
  }

  @Test func `a server without an index has exact releases only, and says so`() throws {
    let bench = try Bench()
    bench.server.publish(Mirror.base, nil)
    let failed = bench.run("install", "13")
    #expect(failed.status == 69)
    #expect(failed.errorLines.count == 1)
    #expect(failed.errors.contains("does not list its releases"))
    #expect(failed.errors.contains("or name the release exactly, as in 13.0.2"))
    #expect(listing(bench.prefix) == [:])
    #expect(bench.run("install", "13.0.2").status == 0)
  }

  @Test func `a release that is not there is told with those that are`() throws {
    let bench = try Bench()
    for version in ["13.0.9", "14", "11.8"] {
      let run = bench.run("install", version)
      #expect(run.status == 66)
      #expect(run.errorLines == ["cuda-install: error: the source has no release \(version)"])
      #expect(run.errors.contains("hint: there are 13.0.2, 13.0.1, 12.9.1"))
    }
    #expect(listing(bench.prefix) == [:])
    #expect(bench.run("install", "13").status == 0)
  }

  @Test func `a component that is not there is told with those whose names are near`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "nvc")
    #expect(run.status == 66)
    #expect(run.errorLines == ["cuda-install: error: CUDA 13.0.2 has no component nvc"])
    #expect(run.errors.contains("hint: did you mean cuda_nvcc?"))
    #expect(bench.fetched == [])
    #expect(listing(bench.prefix) == [:])
    #expect(bench.run("install", "13", "nvcc").status == 0)
  }

  @Test(arguments: [false, true])
  func `I9 I12: a manifest that is not JSON is refused by name and line`(isInstalled: Bool) throws {
    let bench = try Bench()
    if isInstalled { #expect(bench.run("install", "12").status == 0) }
    let before = bench.disk
    let path = "\(Mirror.base)redistrib_13.0.2.json"
    bench.server.publish(path, Array("{\n<html>".utf8))
    let run = bench.run("install", "13")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("\(bench.server.url(path)) is not JSON, line 2"))
    #expect(bench.disk == before)
    if isInstalled {
      let last = try bench.record("last.json", as: Run.self)
      #expect(last.exit == 65 && !last.ok && last.error?.code == "bad_manifest")
    }
    bench.server.publish(path, Mirror.three.files[path])
    #expect(bench.run("install", "13").status == 0)
  }

  @Test func `a manifest that the index names and the server lacks is one that is still to come`()
    throws
  {
    let bench = try Bench()
    bench.server.publish("\(Mirror.base)redistrib_13.0.2.json", nil)
    let run = bench.run("install", "13")
    #expect(run.status == 69)
    #expect(
      run.errorLines == [
        "cuda-install: error: \(bench.mirror) lists CUDA 13.0.2, but has no manifest of it: it is not in sync yet"
      ])
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `a directory that is not there is told by its name`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", mirror: "/nowhere/mirror")
    #expect(run.status == 66)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("cannot read the source: open /nowhere/mirror"), "\(run.errors)")
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `a user and a password in the mirror's URL are shown nowhere`() throws {
    let bench = try Bench()
    let secret = "http://me:secret@127.0.0.1:\(bench.server.port)\(Mirror.base)"
    #expect(bench.run("install", "13", mirror: secret).status == 0)
    bench.server.publish("\(Mirror.base)redistrib_12.9.1.json", Array("no".utf8))
    let failed = bench.run("install", "12", mirror: secret)
    #expect(failed.status == 65)
    #expect(failed.errors.contains("http://127.0.0.1:"))
    #expect(!failed.errors.contains("secret"))
    for (path, entry) in listing(bench.prefix) where entry.hasPrefix("file") {
      #expect(bench.text(path)?.contains("secret") == false, "\(path)")
    }
  }

  @Test(arguments: [
    "ftp://me:secret@127.0.0.1/mirror", "HTTPS://me:secret@127.0.0.1/x.release",
    "http://me:secret@127.0.0.1:1/mirror",
  ])
  func `a password is in no message`(url: String) throws {
    let bench = try Bench()
    for option in ["--mirror", "--track", "--manifest", "--archive"] {
      let run = Ended(
        Program(
          [BuiltBinary.path, "install", "--json", "--prefix", bench.prefix, option, url],
          environment: bench.environment.merging(["CUDA_INSTALL_HTTP_RETRIES": "0"]) { $1 },
          in: bench.scratch))
      #expect(run.status != 0)
      #expect(!(run.output + run.errors).contains("secret"), "\(option) \(url): \(run.output)")
    }
  }

  @Test func `a release that is called as the link is refused`() throws {
    let bench = try Bench()
    let path = bench.scratch.file("current.json")
    let text = String(
      decoding: Mirror.three.files["\(Mirror.base)redistrib_13.0.2.json"] ?? [], as: UTF8.self)
    writeFile(path, Array(text.replacing("\"13.0.2\"", with: "\"current\"").utf8))
    let run = Ended(
      Program(
        [BuiltBinary.path, "install", "--prefix", bench.prefix, "--manifest", path],
        environment: bench.environment, in: bench.scratch))
    #expect(run.status == 65, "\(run.errors)")
    #expect(namesIn(bench.prefix) == [])
  }

  @Test func `pip is asked without what lies in the working directory`() throws {
    let bench = try Bench()
    writeFile(
      bench.scratch.file("bin/python3"),
      Array(
        """
        #!/bin/sh
        echo "$@" >"$SCRATCH/asked"
        echo "  -i, --index-url <url>  Base URL (default \(bench.server.url("/simple"))). More"
        """.utf8))
    let run = bench.inShell(
      "chmod +x $SCRATCH/bin/python3; SCRATCH=$SCRATCH PATH=$SCRATCH/bin PIP_CONFIG_FILE=/dev/null "
        + "$CUDA_INSTALL list --available --source wheels --prefix $PREFIX")
    #expect(
      bench.server.log.contains { $0.path.hasPrefix("/simple/cuda-toolkit") }, "\(run.errors)")
    #expect(
      readFile(bench.scratch.file("asked")).map { String(decoding: $0, as: UTF8.self) }?
        .hasPrefix("-I -m pip") == true)
  }

  @Test func `the size of what is for no platform is asked for as well`() throws {
    let bench = try Bench()
    let archive = Mirror.Component("samples", "1.0", [.file("main.cpp", "int main() {}\n")]).archive
    bench.server.publish("/loose/samples.tar.gz", archive)
    bench.server.publish(
      "/loose/redistrib_1.0.0.json",
      Array(
        """
        {"release_product": "loose", "samples": {"version": "1.0", "source": {
          "relative_path": "samples.tar.gz", "sha256": "\(sha256(archive))"}}}
        """.utf8))
    let run = Ended(
      Program(
        [
          BuiltBinary.path, "install", "samples", "--prefix", bench.prefix, "--manifest",
          bench.server.url("/loose/redistrib_1.0.0.json"),
        ], environment: bench.environment, in: bench.scratch))
    #expect(run.status == 0, "\(run.errors)")
    #expect(readFile("\(bench.prefix)/current/main.cpp") != nil)
  }
}
