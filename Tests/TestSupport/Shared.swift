import FoundationEssentials

/// Files that are handed out beside the repository, in `shared/`: real manifests, and bad ones.
package enum Shared {
  /// The nearest `shared` beside or above the package, or `nil` where it was not handed out.
  private static let directory: URL? = {
    var folder = URL(filePath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let shared = folder.appending(path: "shared")
      if FileManager.default.fileExists(atPath: shared.appending(path: "manifests").path) {
        return shared
      }
    }
    return nil
  }()

  package static var isThere: Bool { directory != nil }
  package static let absence = "there is no shared/manifests beside the package or above it"

  package static func bytes(_ path: String) throws -> [UInt8] {
    guard let bytes = (directory?.appending(path: path).path).flatMap(readFile) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return bytes
  }

  /// The paths of the files in a folder and below it, relative to it and sorted; empty where it was not handed out.
  package static func files(in folder: String, endingIn suffix: String) -> [String] {
    guard let directory else { return [] }
    let paths = try? FileManager.default.subpathsOfDirectory(
      atPath: directory.appending(path: folder).path)
    return (paths ?? []).filter { $0.hasSuffix(suffix) }.sorted()
  }
}

/// `index.json` of the bad manifests.
package struct BadManifests: Decodable {
  package struct Case: Decodable, Sendable {
    package let id: String
    package let file: String
    package let expect: String
    package let field: [String]
  }

  let cases: [Case]

  package static func read() throws -> [Case] {
    let index = Data(try Shared.bytes("bad-manifests/index.json"))
    return try JSONDecoder().decode(Self.self, from: index).cases
  }
}
