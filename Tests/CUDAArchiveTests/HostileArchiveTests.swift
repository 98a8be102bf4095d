// The corpus of hostile and odd archives that is handed out beside the repository, in `shared/`.

import CUDAArchive
import CUDADigest
import FoundationEssentials
import Glibc
import TestSupport
import Testing

private struct Corpus: Decodable {
  let cases: [HostileArchive]

  static let directory: String? = {
    var folder = URL(filePath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let path = folder.appending(path: "shared/hostile-archives").path
      if access("\(path)/index.json", R_OK) == 0 { return path }
    }
    return nil
  }()

  /// Zips are left to a reader that compares their two directories first.
  static let tars: [HostileArchive] = {
    guard let directory, let index = readFile("\(directory)/index.json"),
      let corpus = try? JSONDecoder().decode(Self.self, from: Data(index))
    else { return [] }
    return corpus.cases.filter { $0.file.contains(".tar.") }
  }()
}

struct HostileArchive: Decodable, CustomTestStringConvertible, Sendable {
  struct Expected: Decodable, Sendable {
    let path: String
    let type: String
    let size: Int?
    let sha256: String?
    let mode: String?
    let target: String?
  }

  let id: String
  let file: String
  let expect: String
  let also_ok: String?
  let must_exist: [Expected]?

  var testDescription: String { file }
}

/// Where absolute names of the corpus lead.
private let sink = "/tmp/cuda-install-hostile-sink"

@Test(
  .enabled(if: Corpus.directory != nil, "there is no shared/hostile-archives above the package"),
  arguments: Corpus.tars)
func `I11: a hostile archive is refused or tamed, and an odd one is unpacked`(
  archive: HostileArchive
) throws {
  mkdir(sink, 0o755)
  let directory = try #require(Corpus.directory)
  var unpack = Unpack(archive: try #require(readFile("\(directory)/\(archive.file)")))
  unpack.format = try #require(ArchiveFormat(fileName: archive.file))
  unpack.destination = {
    $0.names[0].hasPrefix("receipt.") || $0.names[0].hasPrefix(".cuda-install")
      ? .refused("the name is one of cuda-install's own") : .tree($0)
  }
  let error = unpack.error
  let verdict = error == nil ? "accept" : "reject"
  #expect([archive.expect, archive.also_ok].contains(verdict), "\(String(describing: error))")
  for name in namesBelow(unpack.scratch.path) + namesIn(sink) {
    #expect(!name.hasPrefix("ESCAPED-\(archive.id)"))
  }
  guard error == nil else { return }
  for expected in archive.must_exist ?? [] { check(expected, unpack) }
}

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

private func namesBelow(_ root: String) -> [String] {
  namesIn(root).flatMap { name -> [String] in
    let path = "\(root)/\(name)"
    return linkTarget(path) != nil ? [name] : [name] + namesBelow(path)
  }
}
