import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAInstall
import Glibc
import TestSupport
import Testing

/// Alpha, which becomes 65 MiB, and beta.
private struct TwoComponents {
  let scratch = Scratch()
  let mirror: String

  init() throws {
    var alpha = Mirror.component("alpha", "1")
    let name = "alpha-linux-x86_64-1-archive"
    // So much from so little would be refused without the noise.
    let make = """
      mkdir -p \(name)/lib && cd \(name)/lib && truncate -s 65M zeros && head -c 1M /dev/urandom >noise &&
        cd ../.. && tar -cz \(name) >alpha
      """
    try #require(runProgram(["sh", "-c", "cd \(scratch.path); \(make)"]).status == 0)
    let archive = try #require(readFile(scratch.file("alpha")))
    alpha.claimedDigest = "\(SHA256.digest(of: archive))"
    alpha.claimedByteCount = archive.count
    var mirror = Mirror()
    mirror.add("13.0.1", [alpha, Mirror.component("beta", "1")])
    self.mirror = mirror.write(to: scratch.file("mirror"))
    scratch.write("mirror\(Mirror.base)\(alpha.path)", archive)
  }

  /// `answer` is what syncfs(2) answers, its first call while the work is under way: beta is not to be had before.
  func install(answer: Int32?) throws -> (early: Int, all: Int) {
    let syncs = Monitor((early: 0, all: 0))
    let probe = Probe { call, subject in
      if call == "syncfs" {
        let isFirst = syncs.change { syncs in
          syncs.all += 1
          return syncs.all == 1
        }
        return isFirst ? answer : nil
      }
      if call == "openat", subject.contains("/beta-"), subject.hasSuffix(".tar.gz") {
        let early = syncs.wait(milliseconds: 10_000) { $0.all > 0 ? $0.all : nil }
        syncs.change { $0.early = early ?? 0 }
      }
      return nil
    }
    try Probe.$current.withValue(probe) {
      let source = try CatalogSource(mirror)
      _ = try Installer(prefix: scratch.file("cuda"), source: source)
        .install(request("13.0.1", "alpha", "beta"))
    }
    return syncs.change { $0 }
  }
}

@Suite struct `What is unpacked` {
  @Test func `is put on the disk while more is being unpacked, and once more before the commit`()
    throws
  {
    let syncs = try TwoComponents().install(answer: nil)
    #expect(syncs.early == 1)
    #expect(syncs.all == 2)
  }

  @Test func `is not published if the disk fails early`() throws {
    let made = try TwoComponents()
    let error = #expect(throws: InstallError.self) { try made.install(answer: EIO) }
    #expect("\(try #require(error).message)".contains("syncfs"))
    #expect(namesIn(made.scratch.file("cuda")).filter { !$0.hasPrefix(".") } == [])
    #expect(try made.install(answer: nil).all > 0)
  }
}
