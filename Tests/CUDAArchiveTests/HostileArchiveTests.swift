// The corpus of hostile and odd archives that is handed out beside the repository, in `shared/`.

import CUDAArchive
import CUDADigest
import Glibc
import TestSupport
import Testing

@Test(
  .enabled(if: !HostileArchive.all.isEmpty, "\(HostileArchive.absence)"),
  arguments: HostileArchive.all)
func `I11: a hostile archive is refused or tamed, and an odd one is unpacked`(
  archive: HostileArchive
) throws {
  mkdir(HostileArchive.sink, 0o755)
  var unpack = Unpack(archive: try archive.bytes())
  unpack.format = try #require(ArchiveFormat(fileName: archive.file))
  unpack.hasTop = unpack.format != .wheel
  unpack.destination = {
    $0.names[0].hasPrefix("receipt.") || $0.names[0].hasPrefix(".cuda-install")
      ? .refused("the name is one of cuda-install's own") : .tree($0)
  }
  let error = unpack.error
  let verdict = error == nil ? "accept" : "reject"
  #expect([archive.expect, archive.also_ok].contains(verdict), "\(String(describing: error))")
  for name in namesBelow(unpack.scratch.path) + namesIn(HostileArchive.sink) {
    #expect(!archive.forbids(name))
  }
  guard error == nil else { return }
  for expected in archive.must_exist ?? [] { check(expected, unpack) }
}

@Test(.enabled(if: !HostileArchive.all.isEmpty, "\(HostileArchive.absence)"))
func `the corpus has 79 archives`() { #expect(HostileArchive.all.count == 79) }

private func check(_ expected: HostileArchive.Expected, _ unpack: Unpack) {
  let path = "\(unpack.root)/\(expected.path)"
  switch expected.type {
  case "symlink": #expect(linkTarget(path) == expected.target, "\(expected.path)")
  case "dir": #expect(unpack.mode(expected.path) == 0o755, "\(expected.path)")
  default:
    #expect(unpack.status(expected.path)?.st_size == expected.size, "\(expected.path)")
    if let digest = expected.sha256 {
      #expect("\(SHA256.digest(of: readFile(path) ?? []))" == digest, "\(expected.path)")
    }
    if let mode = expected.mode.flatMap({ mode_t($0, radix: 8) }),
      let found = unpack.mode(expected.path)
    {
      #expect(found & ~mode == 0, "\(expected.path)")
    }
  }
}
