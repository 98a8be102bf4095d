import FoundationEssentials
import TestSupport
import Testing

@Suite struct `A directory of downloads` {
  private func directory(_ bench: Bench) -> String { bench.scratch.file("stick") }

  private func archives(below directory: String) -> [String] {
    listing(directory).keys.filter { $0.hasSuffix(".tar.gz") }.sorted()
  }

  @Test func `has what an install takes, and installs the same without a network`() throws {
    let bench = try Bench(`Several products`.mirror)
    let stick = directory(bench)
    let wishes = ["13.0", "cudart", "cudnn@9.13"]
    let download = Ended(
      Program(
        bench.command(["install"] + wishes + ["--download-only", stick]),
        environment: bench.environment, in: bench.scratch))
    #expect(download.status == 0, "\(download.errors)")
    #expect(download.output == "CUDA 13.0.2 (cudart, cudnn 9.13.1) downloaded to \(stick)\n")
    // Nothing but what it takes, and manifests that say so.
    #expect(archives(below: stick).count == 4)
    #expect(namesIn(bench.prefix) == [])
    #expect(namesIn("\(stick)/compute/cuda/redist").contains("redistrib_13.0.2.json"))
    #expect(bench.run("list", "--available", "-q", mirror: stick).output == "13.0.2\n")
    let other = bench.scratch.file("other")
    let offline = Ended(
      Program(
        [
          "unshare", "-n", BuiltBinary.path, "install", "13.0", "cudart", "cudnn@9.13", "--offline",
          "--prefix", other, "--mirror", stick,
        ], environment: bench.environment, in: bench.scratch))
    #expect(offline.status == 0, "\(offline.errors)")
    #expect(
      Ended(
        Program(
          bench.command(["install"] + wishes), environment: bench.environment, in: bench.scratch)
      ).status == 0)
    // But for where it came from.
    let (one, two) = (listing("\(bench.prefix)/13.0.2/"), listing("\(other)/13.0.2/"))
    #expect(one.count > 20)
    #expect(one.filter { $0.key != "receipt.json" } == two.filter { $0.key != "receipt.json" })
  }

  @Test func `is downloaded once, and grows`() throws {
    let bench = try Bench()
    let stick = directory(bench)
    #expect(bench.run("install", "13.0.1", "curand", "--download-only", stick).status == 0)
    let again = bench.run("install", "13.0.1", "curand", "--download-only", stick)
    #expect(again.output == "CUDA 13.0.1 (curand) is in \(stick) already\n", "\(again.errors)")
    #expect(bench.fetched == ["libcurand"])
    #expect(bench.run("install", "13.0.1", "nvcc", "--download-only", stick).status == 0)
    #expect(bench.run("install", "13.0.2", "nvcc", "--download-only", stick).status == 0)
    #expect(bench.run("list", "--available", "-q", mirror: stick).output == "13.0.2\n13.0.1\n")
    let run = bench.run(
      "install", "13.0.1", "nvcc", "curand", "--offline", mirror: stick)
    #expect(run.status == 0, "\(run.errors)")
    // What is damaged is fetched again.
    let path = "\(stick)\(Mirror.path(Mirror.component("libcurand", "13.0.48")))"
    var bytes = try #require(readFile(path))
    bytes[100] ^= 1
    writeFile(path, bytes)
    #expect(bench.run("install", "13.0.1", "curand", "--download-only", stick).status == 0)
    #expect(bench.fetched.filter { $0 == "libcurand" }.count == 2)
    #expect(readFile(path) == Mirror.component("libcurand", "13.0.48").archive)
  }

  @Test func `I9: is continued by the next run where one was killed`() throws {
    let large = Mirror.component("libcurand", "13.0.88", byteCount: 100_000)
    let bench = try Bench(.one(large))
    let stick = directory(bench)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 60_000)
    let run = bench.start("install", "13", "--json", "--download-only", stick)
    try #require(run.waitForOutput("\"all_done\":60000,"))
    #expect(bench.run("install", "13", "--no-wait", "--download-only", stick).status == 75)
    run.kill()
    run.wait()
    hold.release()
    // Nobody takes it for complete.
    #expect(namesIn("\(stick)/compute") == [])
    #expect(bench.run("install", "13", "--download-only", stick).status == 0)
    #expect(bench.requests.last?.request.range == "bytes=60000-")
    #expect(bench.run("install", "13", "--offline", mirror: stick).status == 0)
    #expect(namesIn("\(stick)/.cuda-install/partial") == [])
  }

  @Test func `holds an application's release as well`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    let stick = publisher.bench.scratch.file("stick")
    let download = publisher.run("install", "--track", publisher.newest, "--download-only", stick)
    #expect(download.status == 0, "\(download.errors)")
    // The next release has a file of the same name.
    let other = "/voicebox/other/voicebox-server-cuda-0.3.1.tar.gz"
    publisher.publish(other, Publisher.serverArchive("9.9.9"))
    publisher.server.publish(
      Publisher.newest, Array("product: voicebox\nrelease: 0.3.2\n\(other)\n".utf8))
    let next = publisher.run("install", "--track", publisher.newest, "--download-only", stick)
    #expect(next.status == 0, "\(next.errors)")
    publisher.server.stop()
    let named = publisher.run("install", "voicebox@0.3.1", "--offline", "--mirror", stick)
    #expect(named.status == 0, "\(named.errors)")
    #expect(publisher.started == "voicebox 0.3.1\n")
  }

  @Test func `is all that is used with --offline`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "--offline")
    #expect(run.status == 69)
    #expect(run.errors.contains("would have to be asked, and --offline forbids it"))
    #expect(bench.server.log.isEmpty)
    #expect(namesIn(bench.prefix) == [])
    #expect(bench.run("install", "13", "curand").status == 0)
    // Of the product nothing was ever said.
    let before = bench.server.log.count
    #expect(bench.run("install", "cudnn", "--offline").status == 69)
    #expect(bench.server.log.count == before)
  }
}

@Suite struct `A pin file` {
  private func pins(_ bench: Bench) -> String { bench.scratch.file("cuda.pins") }

  @Test func `is written by the first install, and obeyed by the others to the byte`() throws {
    let bench = try Bench(`Several products`.mirror)
    let pins = pins(bench)
    let first = bench.run("install", "13.0.1", "cudart", "cudnn@9.13.0", "--locked", pins)
    #expect(first.status == 0, "\(first.errors)")
    let written = try #require(readFile(pins))
    let other = bench.scratch.file("other")
    let second = bench.run("install", "--locked", pins, prefix: other)
    #expect(second.status == 0, "\(second.errors)")
    #expect(listing("\(bench.prefix)/13.0.1/") == listing("\(other)/13.0.1/"))
    #expect(readFile(pins) == written)
    #expect(
      bench.run("install", "--locked", pins, prefix: other).output.contains("already installed"))
    // A track that is typed is followed from there.
    let third = bench.run("install", "13.0", "--locked", pins, prefix: bench.scratch.file("third"))
    #expect(third.output.contains("CUDA 13.0.1"), "\(third.errors)")
    // From another source, by the hashes.
    let stick = bench.scratch.file("stick")
    #expect(bench.run("install", "--locked", pins, "--download-only", stick).status == 0)
    let fourth = bench.run(
      "install", "--locked", pins, "--offline", mirror: stick, prefix: bench.scratch.file("fourth"))
    #expect(fourth.status == 0, "\(fourth.errors)")
  }

  @Test func `refuses a manifest that changed in place, with both hashes`() throws {
    let bench = try Bench()
    let pins = pins(bench)
    #expect(bench.run("install", "13.0.1", "curand", "--locked", pins).status == 0)
    let path = "\(Mirror.base)redistrib_13.0.1.json"
    let old = try #require(Mirror.three.files[path])
    bench.server.publish(path, old + [0x0A])
    let other = bench.scratch.file("other")
    let run = bench.run("install", "--locked", pins, "--json", prefix: other)
    #expect(run.status == 65)
    let error = try #require(try run.events.last?.error)
    #expect(error.code == "manifest_changed")
    #expect(error.message.contains(sha256(old)) && error.message.contains(sha256(old + [0x0A])))
    #expect(namesIn(other) == [])
    // What is here already needs no manifest.
    #expect(bench.run("install", "--locked", pins).status == 0)
    bench.server.publish(path, old)
    #expect(bench.run("install", "--locked", pins, prefix: other).status == 0)
  }

  @Test func `I2: of two first runs at once the second obeys what the first has written`() throws {
    let bench = try Bench()
    let pins = pins(bench)
    let hold = bench.server.hold("*.tar.gz", afterBytes: 100)
    let first = bench.start("install", "13.0.1", "curand", "--locked", pins, "--json")
    #expect(hold.waitUntilReached(by: first))
    let second = bench.start("install", "13.0.1", "nvcc", "--locked", pins)
    #expect(second.waitForErrors("waiting for pid \(first.pid)"))
    hold.release()
    #expect(first.wait() == 0)
    let written = try #require(readFile(pins))
    #expect(second.wait() == 64)
    #expect(second.errors.contains("pins CUDA 13.0.1 for linux-x86_64, and not nvcc"))
    #expect(readFile(pins) == written)
    #expect(!bench.fetched.contains("cuda_nvcc"))
  }

  @Test func `that cannot be written is told before anything is fetched`() throws {
    let bench = try Bench()
    let run = bench.run("install", "13", "curand", "--locked", bench.scratch.file("no/where/pins"))
    #expect(run.status == 64)
    #expect(run.errors.contains("there is no directory"), "\(run.errors)")
    #expect(bench.fetched == [])
    #expect(namesIn(bench.prefix) == [])
  }

  @Test func `refuses what it does not pin`() throws {
    let bench = try Bench()
    let pins = pins(bench)
    #expect(bench.run("install", "13.0.1", "curand", "--locked", pins).status == 0)
    for words in [["13.0.2"], ["12"], ["nvcc"], ["cudnn@9"], ["--platform", "linux-sbsa"]] {
      let run = Ended(
        Program(
          bench.command(["install"] + words + ["--locked", pins]), environment: bench.environment,
          in: bench.scratch))
      #expect(run.status == 64, "\(words): \(run.errors)")
      #expect(run.errorLines.first?.contains("pins CUDA 13.0.1 for linux-x86_64") == true)
    }
  }
}
