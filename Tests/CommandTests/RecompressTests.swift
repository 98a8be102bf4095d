import CUDACatalog
import Glibc
import TestSupport
import Testing

@Suite struct `A directory of downloads that are compressed anew` {
  private let curand = Mirror.component("libcurand", "13.0.48")

  private func directory(_ bench: Bench) -> String { bench.scratch.file("stick") }

  /// The archives below a directory, by the end of their names.
  private func archives(_ suffix: String, below directory: String) -> [String] {
    listing("\(directory)/compute").keys.filter { $0.hasSuffix(suffix) }.sorted()
  }

  private func download(_ bench: Bench, _ words: String...) -> Ended {
    Ended(
      Program(
        bench.command(
          ["install"] + words + ["--download-only", directory(bench), "--recompress", "zstd"]),
        environment: bench.environment, in: bench.scratch))
  }

  /// What the directory's manifest says of a component.
  private func listed(_ name: String, _ label: String, in directory: String) throws -> Artifact {
    let path = "\(directory)\(Mirror.base)redistrib_\(label).json"
    let release = try Redistrib.read(readFile(path) ?? [], document: path)
    let component = try #require(release.components.first { $0.name.text == name })
    return try #require(component.builds.first).artifact
  }

  @Test func `installs what the published archives do, and the receipt says what they were`()
    throws
  {
    let bench = try Bench()
    let stick = directory(bench)
    let download = download(bench, "13.0.1", "nvcc", "curand")
    #expect(download.status == 0, "\(download.errors)")
    #expect(download.output == "CUDA 13.0.1 (nvcc, curand) downloaded to \(stick)\n")
    #expect(archives(".tar.zst", below: stick).count == 3)
    #expect(archives(".tar.gz", below: stick) == [])
    let other = bench.scratch.file("other")
    let words = ["install", "13.0.1", "nvcc", "curand"]
    for (words, mirror, prefix) in [
      (words, bench.mirror, bench.prefix), (words + ["--offline"], stick, other),
    ] {
      let run = Ended(
        Program(
          bench.command(words, mirror: mirror, prefix: prefix), environment: bench.environment,
          in: bench.scratch))
      #expect(run.status == 0, "\(run.errors)")
    }
    let (one, two) = (listing("\(bench.prefix)/13.0.1/"), listing("\(other)/13.0.1/"))
    #expect(one.count > 20)
    #expect(one.filter { $0.key != "receipt.json" } == two.filter { $0.key != "receipt.json" })
    let receipt = try ReceiptJSON.decode(
      readFile("\(other)/13.0.1/receipt.json") ?? [], document: "receipt.json")
    let installed = try #require(receipt.components.first { $0.name.text == "libcurand" }).artifact
    #expect(try installed == listed("libcurand", "13.0.1", in: stick))
    #expect(installed.path.text == curand.path.replacing(".tar.gz", with: ".tar.zst"))
    #expect(
      "\(installed.digest)" == sha256(readFile("\(stick)\(Mirror.base)\(installed.path)") ?? []))
    let published = try #require(installed.published)
    let list = bench.run("list", "--json", prefix: other)
    #expect(list.output.contains("\"published_sha256\":\"\(published.digest)\""), "\(list.output)")
    #expect(published.path.text == curand.path)
    #expect("\(published.digest)" == sha256(curand.archive))
    #expect(published.byteCount == curand.archive.count)
    // What is here is what is offered there.
    let again = bench.run(
      "install", "13.0.1", "nvcc", "curand", "--offline", mirror: stick)
    #expect(again.output.contains("is already installed"), "\(again.errors)")
  }

  @Test func `is made once: the next run changes nothing, and asks for no archive`() throws {
    let bench = try Bench()
    let stick = directory(bench)
    #expect(download(bench, "13.0.1", "curand").status == 0)
    let before = listing("\(stick)/compute")
    for words in [["--recompress", "zstd"], []] {
      let again = Ended(
        Program(
          bench.command(["install", "13.0.1", "curand", "--download-only", stick] + words),
          environment: bench.environment, in: bench.scratch))
      #expect(again.output == "CUDA 13.0.1 (curand) is in \(stick) already\n", "\(again.errors)")
    }
    #expect(listing("\(stick)/compute") == before)
    #expect(bench.fetched == ["libcurand"])
    // What is damaged is fetched and made again.
    let path = "\(stick)\(Mirror.base)\(try listed("libcurand", "13.0.1", in: stick).path)"
    let whole = try #require(readFile(path))
    var bytes = whole
    bytes[100] ^= 1
    writeFile(path, bytes)
    #expect(download(bench, "13.0.1", "curand").status == 0)
    #expect(bench.fetched == ["libcurand", "libcurand"])
    #expect(readFile(path) == whole)
    #expect(bench.run("install", "13.0.1", "curand", "--offline", mirror: stick).status == 0)
  }

  @Test func `is made of what was downloaded before, and nothing is fetched again`() throws {
    let bench = try Bench()
    let stick = directory(bench)
    #expect(bench.run("install", "13.0.1", "curand", "--download-only", stick).status == 0)
    bench.server.publish(Mirror.path(curand), nil)
    let next = download(bench, "13.0.1", "curand")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.fetched == ["libcurand"])
    #expect(archives(".tar.zst", below: stick).count == 1)
    #expect(bench.run("install", "13.0.1", "curand", "--offline", mirror: stick).status == 0)
    #expect(namesIn("\(stick)/.cuda-install/partial") == [])
  }

  @Test func `is made of what is fetched where what was downloaded before is damaged`() throws {
    let bench = try Bench()
    let stick = directory(bench)
    #expect(bench.run("install", "13.0.1", "curand", "--download-only", stick).status == 0)
    var bytes = curand.archive
    bytes[100] ^= 1
    writeFile("\(stick)\(Mirror.path(curand))", bytes)
    let next = download(bench, "13.0.1", "curand")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.fetched == ["libcurand", "libcurand"])
    #expect(try listed("libcurand", "13.0.1", in: stick).path.text.hasSuffix(".tar.zst"))
    #expect(bench.run("install", "13.0.1", "curand", "--offline", mirror: stick).status == 0)
  }

  @Test func `I9: is continued where a run was killed, without what had been verified`() throws {
    let large = Mirror.component("cuda_nvcc", "13.0.88", byteCount: 100_000)
    let bench = try Bench(.one(large, component("libcurand")))
    let stick = directory(bench)
    let hold = bench.server.hold(Mirror.path(large), afterBytes: 60_000)
    let run = bench.start(
      "install", "13", "nvcc", "curand", "--json", "--download-only", stick, "--recompress", "zstd")
    let arrived = 60_000 + component("libcurand").archive.count
    try #require(run.waitForOutput("\"all_done\":\(arrived),"), "\(run.output)\(run.errors)")
    run.kill()
    run.wait()
    hold.release()
    #expect(
      archives("", below: stick).allSatisfy { !$0.hasSuffix(".json") && !$0.hasSuffix(".zst") })
    let next = download(bench, "13", "nvcc", "curand")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.requests.filter { $0.component == "libcurand" }.count == 1)
    #expect(bench.requests.last?.request.range == "bytes=60000-")
    #expect(namesBelow(stick).filter { $0.hasPrefix(".draft") } == [])
    #expect(bench.run("install", "13", "nvcc", "curand", "--offline", mirror: stick).status == 0)
  }

  @Test func `I9: Ctrl-C leaves no draft, and what was fetched`() throws {
    let large = Mirror.component("cuda_nvcc", "13.0.88", byteCount: 100_000)
    let bench = try Bench(.one(large, component("libcurand")))
    let stick = directory(bench)
    let hold = bench.server.hold(Mirror.path(large), afterBytes: 60_000)
    let run = bench.start(
      "install", "13", "nvcc", "curand", "--json", "--download-only", stick, "--recompress", "zstd")
    let arrived = 60_000 + component("libcurand").archive.count
    try #require(run.waitForOutput("\"all_done\":\(arrived),"), "\(run.output)\(run.errors)")
    #expect(namesBelow(stick).filter { $0.hasPrefix(".draft") }.count == 2)
    run.kill(SIGINT)
    let ended = Ended(run)
    hold.release()
    #expect(ended.status == 128 + SIGINT)
    #expect(try ended.events.last?.error?.code == "interrupted")
    #expect(namesBelow("\(stick)/compute").allSatisfy { !$0.contains(".") })
    let next = download(bench, "13", "nvcc", "curand")
    #expect(next.status == 0, "\(next.errors)")
    #expect(bench.requests.filter { $0.component == "libcurand" }.count == 1)
  }

  @Test func `never gives a name that a manifest knows to other bytes`() throws {
    let same = Mirror.component("libcurand", "13.0.48")
    var mirror = Mirror()
    mirror.add("13.0.1", [same])
    mirror.add("13.0.2", [same])
    let bench = try Bench(mirror)
    let stick = directory(bench)
    #expect(download(bench, "13.0.1", "curand").status == 0)
    // As if another libzstd had made it, of another archive of that name.
    let old = try listed("libcurand", "13.0.1", in: stick)
    let bytes = try #require(readFile("\(stick)\(Mirror.base)\(old.path)")) + ZstdFrame([]).bytes
    writeFile("\(stick)\(Mirror.base)\(old.path)", bytes)
    let manifest = "\(stick)\(Mirror.base)redistrib_13.0.1.json"
    let text = String(decoding: readFile(manifest) ?? [], as: UTF8.self)
      .replacing("\(old.digest)", with: sha256(bytes))
      .replacing("\"\(old.byteCount)\"", with: "\"\(bytes.count)\"")
      .replacing(sha256(same.archive), with: sha256([]))
    writeFile(manifest, Array(text.utf8))
    #expect(download(bench, "13.0.2", "curand").status == 0)
    let new = try listed("libcurand", "13.0.2", in: stick)
    #expect(new.path.text == old.path.text.replacing(".tar.zst", with: ".\(old.digest).tar.zst"))
    for label in ["13.0.1", "13.0.2"] {
      let run = bench.run(
        "install", label, "curand", "--offline", mirror: stick, prefix: bench.scratch.file(label))
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(download(bench, "13.0.2", "curand").output.contains("already"))
  }

  @Test func `keeps archives apart that differ by their suffix alone`() throws {
    let bench = try Bench(Mirror())
    let tar = ArchiveMaker.tar([.file("top/share/one", "1")])
    let archives = [
      "libone": ("z/z.tar.gz", ArchiveMaker.gzip(tar)),
      "libtwo": ("z/z.tar.zst", ZstdFrame(ArchiveMaker.tar([.file("top/share/two", "2")])).bytes),
    ]
    let blocks = archives.map { name, archive in
      """
      "\(name)": {"name": "\(name)", "version": "1", "linux-x86_64": {"relative_path": "\(archive.0)",
        "sha256": "\(sha256(archive.1))", "size": "\(archive.1.count)"}}
      """
    }
    for (path, bytes) in archives.values { bench.server.publish(Mirror.base + path, bytes) }
    bench.server.publish(
      "\(Mirror.base)redistrib_13.0.2.json",
      Array("{\"release_label\": \"13.0.2\", \(blocks.joined(separator: ", "))}".utf8))
    let stick = directory(bench)
    // The second time what is there is in no manifest.
    for _ in 0..<2 {
      let run = download(bench, "13.0.2", "libone", "libtwo")
      #expect(run.status == 0, "\(run.errors)")
      #expect(readFile("\(stick)\(Mirror.base)z/z.tar.zst") == archives["libtwo"]?.1)
      let made = try listed("libone", "13.0.2", in: stick)
      #expect(made.path.text == "z/z.\(made.digest).tar.zst")
      let prefix = bench.scratch.file("prefix")
      let install = bench.run(
        "install", "13.0.2", "libone", "libtwo", "--offline", mirror: stick, prefix: prefix)
      #expect(install.status == 0, "\(install.errors)")
      for name in ["redistrib_13.0.2.json", "z/z.\(made.digest).tar.zst"] {
        #expect(runProgram(["rm", "\(stick)\(Mirror.base)\(name)"]).status == 0)
      }
      #expect(runProgram(["rm", "-rf", prefix]).status == 0)
    }
  }

  /// A component in one file, at a path of its own.
  private func publish(_ archive: [UInt8], at path: String, _ bench: Bench) {
    bench.server.publish(Mirror.base + path, archive)
    let manifest = """
      {"release_label": "13.0.2", "libone": {"name": "libone", "version": "1", "linux-x86_64":
        {"relative_path": "\(path)", "sha256": "\(sha256(archive))", "size": "\(archive.count)"}}}
      """
    bench.server.publish("\(Mirror.base)redistrib_13.0.2.json", Array(manifest.utf8))
  }

  @Test
  func `I9: takes no publisher's directory for what a dead run left`()
    throws
  {
    let bench = try Bench(Mirror())
    let archive = ArchiveMaker.gzip(ArchiveMaker.tar([.file("top/share/one", "1")]))
    publish(archive, at: "x/.a.b.c.0123456789abcdef/y.tar.gz", bench)
    let stick = directory(bench)
    #expect(download(bench, "13.0.2", "libone").status == 0)
    writeFile("\(stick)/compute/of-others/.a.b.c.0123456789abcdef", [])
    let again = download(bench, "13.0.2", "libone")
    #expect(again.output.contains("already"), "\(again.errors)")
    #expect(namesIn("\(stick)/compute/of-others") == [])
    #expect(bench.run("install", "13.0.2", "libone", "--offline", mirror: stick).status == 0)
  }

  @Test func `leaves an archive as it is for whose new name there is no room`() throws {
    let bench = try Bench(Mirror())
    let archive = ArchiveMaker.gzip(ArchiveMaker.tar([.file("top/share/one", "1")]))
    let path = (0..<40).map { "\($0 + 100)-0123456789abcdefghij" }.joined(separator: "/")
    publish(archive, at: String(path.prefix(1024 - 9)) + "/y.tar.gz", bench)
    let run = download(bench, "13.0.2", "libone")
    #expect(run.status == 0, "\(run.errors)")
    #expect(archives(".tar.gz", below: directory(bench)).count == 1)
    #expect(download(bench, "13.0.2", "libone").output.contains("already"))
  }

  @Test func `holds an application's release as well`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    let stick = publisher.bench.scratch.file("stick")
    let download = publisher.run(
      "install", "--track", publisher.newest, "--download-only", stick, "--recompress", "zstd")
    #expect(download.status == 0, "\(download.errors)")
    publisher.server.stop()
    let named = publisher.run("install", "voicebox@0.3.1", "--offline", "--mirror", stick)
    #expect(named.status == 0, "\(named.errors)")
    #expect(publisher.started == "voicebox 0.3.1\n")
    #expect(namesBelow(stick).allSatisfy { !$0.hasSuffix(".tar.gz") })
  }

  /// Whether a small file system of one's own can be had, in a mount namespace that ends with its process.
  private static let canMount =
    runProgram(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status
    == 0

  @Test(.enabled(if: canMount, "needs the right to mount a file system"), arguments: [true, false])
  func `needs room for both archives, and says so before anything is fetched`(
    recompresses: Bool
  ) throws {
    let large = Mirror.component("libcurand", "13.0.88", byteCount: 3_000_000)
    let bench = try Bench(.one(large))
    let script = """
      mkdir -p "$PREFIX"; mount -t tmpfs -o size=$SIZE tmpfs "$PREFIX" || exit 1; exec "$@"
      """
    let words =
      ["install", "13", "--download-only", bench.prefix]
      + (recompresses ? ["--recompress", "zstd"] : [])
    let ended = Ended(
      Program(
        ["unshare", "-m", "/bin/sh", "-c", script, "sh"] + bench.command(words),
        environment: bench.environment.merging([
          "PREFIX": bench.prefix, "SIZE": "\(large.archive.count * 2)",
        ]) { $1 }, in: bench.scratch))
    #expect(ended.status == (recompresses ? 74 : 0), "\(ended.errors)")
    #expect(ended.errors.contains("not enough space") == recompresses)
    #expect(bench.fetched == (recompresses ? [] : ["libcurand"]))
  }

  @Test func `I6: has nothing of an archive that is damaged, though its hash is right`() throws {
    var short = curand
    let bytes = Array(short.archive.dropLast(1500))
    short.claimedDigest = sha256(bytes)
    short.claimedByteCount = bytes.count
    var mirror = Mirror()
    mirror.add("12.9.1", [Mirror.component("libcurand", "12.9.79")])
    mirror.add("13.0.2", [short, component("cuda_nvcc")])
    let bench = try Bench(mirror)
    bench.server.publish(Mirror.path(short), bytes)
    let run = download(bench, "13", "curand", "nvcc")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("libcurand: libcurand-linux-x86_64-13.0.48-archive.tar.gz is "))
    #expect(run.errors.contains("damaged: it breaks off"))
    #expect(namesBelow("\(directory(bench))/compute").allSatisfy { !$0.contains(".") })
    let next = download(bench, "12", "curand")
    #expect(next.status == 0, "\(next.errors)")
    #expect(
      bench.run("install", "12", "curand", "--offline", mirror: directory(bench)).status == 0)
  }

  @Test func `holds several releases, each archive under one name, and leaves zips as they are`()
    throws
  {
    let same = Mirror.component("libcurand", "13.0.48")
    var mirror = Mirror()
    mirror.add("13.0.1", [same, Mirror.component("cuda_nvcc", "13.0.48")])
    mirror.add("13.0.2", [same, Mirror.component("cuda_nvcc", "13.0.88")])
    let bench = try Bench(mirror)
    let zip = ArchiveMaker.zip([.file("a", "x")])
    let manifest = """
      {"release_label": "13.0.3", "libzip": {"name": "z", "version": "1", "linux-x86_64": {
        "relative_path": "z/z.zip", "sha256": "\(sha256(zip))", "size": "\(zip.count)"}}}
      """
    bench.server.publish("\(Mirror.base)z/z.zip", zip)
    bench.server.publish("\(Mirror.base)redistrib_13.0.3.json", Array(manifest.utf8))
    let stick = directory(bench)
    for label in ["13.0.1", "13.0.2"] {
      #expect(download(bench, label, "curand", "nvcc").status == 0)
    }
    #expect(bench.fetched.filter { $0 == "libcurand" }.count == 1)
    #expect(archives(".tar.zst", below: stick).count == 3)
    let zips = download(bench, "13.0.3", "libzip")
    #expect(zips.status == 0, "\(zips.errors)")
    #expect(zips.errors.contains("1 of 1 archives stay what they are"), "\(zips.errors)")
    #expect(readFile("\(stick)\(Mirror.base)z/z.zip") == zip)
    for label in ["13.0.1", "13.0.2"] {
      let prefix = bench.scratch.file(label)
      let run = bench.run("install", label, "curand", "--offline", mirror: stick, prefix: prefix)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test func `is a source of another one, which knows what was published as well`() throws {
    let bench = try Bench()
    #expect(download(bench, "13.0.1", "curand").status == 0)
    let other = bench.scratch.file("other")
    let copy = bench.run(
      "install", "13.0.1", "curand", "--download-only", other, "--recompress", "zstd", "--offline",
      mirror: directory(bench))
    #expect(copy.status == 0, "\(copy.errors)")
    #expect(
      try listed("libcurand", "13.0.1", in: other)
        == listed("libcurand", "13.0.1", in: directory(bench)))
  }

  @Test func `is not what pins of the published archives mean, and has pins of its own`() throws {
    let bench = try Bench()
    let stick = directory(bench)
    #expect(download(bench, "13.0.1", "curand").status == 0)
    let (pins, own) = (bench.scratch.file("pins"), bench.scratch.file("own"))
    #expect(bench.run("install", "13.0.1", "curand", "--locked", pins).status == 0)
    let other = bench.scratch.file("other")
    let refused = bench.run("install", "--locked", pins, mirror: stick, prefix: other)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("has no archive of libcurand with the pinned SHA-256"))
    for prefix in ["other", "third"] {
      let run = bench.run(
        "install", "13.0.1", "curand", "--locked", own, mirror: stick,
        prefix: bench.scratch.file(prefix))
      #expect(run.status == 0, "\(run.errors)")
    }
  }
}
