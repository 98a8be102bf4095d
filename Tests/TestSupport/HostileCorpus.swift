import FoundationEssentials

/// A case of the corpus of hostile and odd archives, `hostile-archives/index.json`.
package struct HostileArchive: Decodable, CustomStringConvertible, Sendable {
  package struct Expected: Decodable, Sendable {
    package let path: String
    package let type: String
    package let size: Int?
    package let sha256: String?
    package let mode: String?
    package let target: String?
  }

  package let id: String
  package let file: String
  package let sha256: String
  package let size: Int
  package let expect: String
  package let also_ok: String?
  package let must_exist: [Expected]?
  package let must_not_exist: [String]
  package let forbid_xattr: Bool?

  package var description: String { file }
  package var isZip: Bool { file.hasSuffix(".zip") || file.hasSuffix(".whl") }

  package func bytes() throws -> [UInt8] { try Shared.bytes("hostile-archives/\(file)") }

  /// Whether `must_not_exist` forbids a file of this name. All of its patterns are `**/NAME*`.
  package func forbids(_ name: String) -> Bool {
    must_not_exist.contains { name.hasPrefix($0.dropFirst(3).dropLast()) }
  }

  /// Empty where it was not handed out.
  package static let all: [HostileArchive] = {
    struct Index: Decodable { let cases: [HostileArchive] }
    guard let bytes = try? Shared.bytes("hostile-archives/index.json"),
      let index = try? JSONDecoder().decode(Index.self, from: Data(bytes))
    else { return [] }
    return index.cases
  }()

  package static let absence: String =
    "there is no shared/hostile-archives beside the package or above it"

  /// Where absolute names of the corpus lead.
  package static let sink = "/tmp/cuda-install-hostile-sink"
}

/// The names of everything below a directory.
package func namesBelow(_ root: String) -> [String] {
  namesIn(root).flatMap { name -> [String] in
    let path = "\(root)/\(name)"
    return linkTarget(path) != nil ? [name] : [name] + namesBelow(path)
  }
}
