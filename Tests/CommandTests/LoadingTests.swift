import TestSupport
import Testing

/// libcurl and libarchive bring libraries along that take longer to load than most commands take.
@Suite struct `A library that is loaded when it is needed` {
  /// An environment in which `library` is there, and is none.
  private func without(_ library: String, _ bench: Bench) -> [String: String] {
    bench.scratch.write("libraries/\(library)", Array("not a library\n".utf8))
    return ["LD_LIBRARY_PATH": bench.scratch.file("libraries")]
  }

  @Test(arguments: ["libcurl.so.4", "libarchive.so.13"])
  func `is not loaded by what asks no server and unpacks nothing`(library: String) throws {
    let bench = try Bench()
    try #require(bench.run("install", "13").status == 0)
    let environment = without(library, bench)
    for words in [["--version"], ["--help"], ["install", "--help"]] {
      let run = bench.ended([BuiltBinary.path] + words, environment: environment)
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
    for words in [["status"], ["env"], ["list"], ["verify"], ["use", "13"]] {
      let run = bench.ended(bench.command(words), environment: environment)
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
  }

  @Test func `is libcurl only where a server is asked`() throws {
    let bench = try Bench()
    try #require(bench.run("install", "13").status == 0)
    let downloads = bench.scratch.file("downloads")
    let download = bench.run("install", "13", "--download-only", downloads)
    try #require(download.status == 0, "\(download.errors)")
    let environment = without("libcurl.so.4", bench)
    for (prefix, words) in [
      ("cuda", ["remove", "13", "curand"]), ("cuda", ["rollback"]), ("cuda", ["prune"]),
      ("other", ["install", "13"]),
    ] {
      let run = bench.ended(
        bench.command(words, mirror: downloads, prefix: bench.scratch.file(prefix)),
        environment: environment)
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
  }

  @Test func `is there for an archive that is needed when all others were linked`() throws {
    let bench = try Bench()
    try #require(bench.run("install", "13").status == 0)
    let path = "\(bench.prefix)/current/include/libcurand.h"
    #expect(bench.inShell("printf x >> \"\(path)\"").status == 0)
    let run = bench.run("remove", "13", "nvcc")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("what is installed is damaged"), "\(run.errors)")
    #expect(bench.run("verify").status == 0)
  }

  @Test func `is not loaded by what unpacks wheels, if it reads tars`() throws {
    let bench = try Bench()
    var index = PackageIndex(.html)
    index.addToolkit(separately: true)
    for (path, bytes) in index.files { bench.server.publish(path, bytes) }
    let run = bench.ended(
      [BuiltBinary.path, "install", "13", "--source", "wheels=\(bench.server.url("/simple"))"]
        + ["--prefix", bench.prefix],
      environment: without("libarchive.so.13", bench))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: [("libcurl.so.4", "libcurl4"), ("libarchive.so.13", "libarchive13")])
  func `is named with its package when it is not there, and nothing is changed`(
    library: String, package: String
  ) throws {
    let bench = try Bench()
    let run = bench.run("install", "13", environment: without(library, bench))
    #expect(run.status == 78)
    #expect(run.errors.contains("cannot be loaded: "), "\(run.errors)")
    #expect(run.errors.contains("'apt-get install \(package)'"), "\(run.errors)")
    #expect(namesIn(bench.prefix).allSatisfy { $0.hasPrefix(".") })
    #expect(bench.server.log.allSatisfy { !$0.path.contains("archive.tar") })
    #expect(bench.run("install", "13").status == 0)
  }
}
