import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `A directory of downloads, wherever its run stops,` {
  private func download(_ directory: String, _ mirror: String) throws {
    let wish = try request("13.0.1", "alpha", "beta")
    _ = try Installer(prefix: directory, source: try CatalogSource(mirror), patience: .zero)
      .download(wish)
  }

  /// What a manifest in the directory names and is not there as it says.
  private func missing(in directory: String) throws -> [String] {
    let base = "\(directory)\(Mirror.base)"
    let manifests = namesIn(base).filter { $0.hasPrefix("redistrib_") }
    return try manifests.flatMap { name in
      try Redistrib.read(readFile(base + name) ?? [], document: name).components
        .flatMap(\.builds).map(\.artifact)
        .filter { sha256(readFile(base + $0.path.text) ?? []) != "\($0.digest)" }
        .map { "\(name): \($0.path)" }
    }
  }

  @Test func `I5 I7 I9: names nothing that is not there, and the next run completes it`() throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let total = Mutex(0)
    try Probe.$current.withValue(
      Probe { _, _ in
        total.withLock { $0 += 1 }
        return nil
      }
    ) { try download(scratch.file("whole"), mirror.path) }
    let count = total.withLock { $0 }
    #expect(count > 50)
    let whole = listing(scratch.file("whole") + "/compute")
    for stop in 1...count {
      let directory = scratch.file("stop-\(stop)")
      let calls = Mutex(0)
      let probe = Probe { _, _ in
        calls.withLock { calls in
          calls += 1
          return calls >= stop ? EIO : nil
        }
      }
      try? Probe.$current.withValue(probe) { try download(directory, mirror.path) }
      #expect(try missing(in: directory) == [], "stopped at \(stop)")
      try download(directory, mirror.path)
      #expect(listing(directory + "/compute").keys == whole.keys, "stopped at \(stop)")
      #expect(try missing(in: directory) == [], "stopped at \(stop)")
      #expect(namesIn("\(directory)/.cuda-install/partial") == [], "stopped at \(stop)")
      #expect(
        paths(below: "\(directory)/compute").filter { $0.contains("/.") } == [],
        "stopped at \(stop)")
      _ = runProgram(["rm", "-rf", directory])
    }
  }
}
