import CUDADigest
import CUDAInstall
import CUDAStore
import TestSupport
import Testing

/// What an earlier run left of an artifact: how many bytes, and whether they are its own.
struct Leftover: Sendable {
  var byteCount: Int
  var isRight: Bool
}

@Test(
  arguments: [
    ([Leftover(byteCount: 20_000, isRight: true)], 20_000),
    (
      [Leftover(byteCount: 100, isRight: true), Leftover(byteCount: 30_000, isRight: true)], 30_000
    ),
    ([Leftover(byteCount: 20_000, isRight: false)], 0),
    ([Leftover(byteCount: .max, isRight: false)], 0),
    ([Leftover(byteCount: 100, isRight: true), Leftover(byteCount: 200, isRight: false)], 0),
    ([Leftover(byteCount: 0, isRight: true)], 0),
  ])
func `I6 I9: what an earlier run fetched is not fetched again, and believed only by its hash`(
  leftovers: [Leftover], saved: Int
) throws {
  let component = Mirror.component("alpha", "13.0.10", byteCount: 60_000)
  var mirror = Mirror()
  mirror.add("13.0.1", [component])
  let server = try LoopbackServer(mirror.files)
  defer { server.stop() }
  let scratch = Scratch()
  let prefix = scratch.file("prefix")
  let archive = component.archive
  let digest = SHA256.digest(of: archive)
  for (number, leftover) in leftovers.enumerated() {
    let count = min(leftover.byteCount, archive.count)
    writeFile(
      "\(prefix)/.cuda-install/partial/\(digest).boot.1.\(number)",
      leftover.isRight ? Array(archive[..<count]) : [UInt8](repeating: 0xAA, count: count))
  }
  var notices: [String] = []
  let installer = Installer(prefix: prefix, source: try CatalogSource(server.url(Mirror.base))) {
    if case .notice(let text) = $0 { notices.append(text) }
  }
  #expect(try installer.install(request("13.0.1", "alpha")).changed)
  let flaws = try flaws(of: prefix)
  #expect(flaws == [])
  #expect(debris(in: prefix) == [])
  let sent = server.requests(for: Mirror.base + component.path).reduce(0) { $0 + $1.bytesSent }
  if leftovers.allSatisfy(\.isRight) {
    #expect(sent == archive.count - saved)
  } else {
    #expect(sent >= archive.count)
    #expect(notices.contains { $0.contains("was wrong; fetching it again") })
  }
}
