package import CUDADigest

/// `releases.json`, the list of a product's releases on NVIDIA's newer host: for each channel the manifests, with size
/// and SHA-256.
///
///     {"archive": [{"version": "13.4.0", "manifest": "manifests/5f….json", "sha256": "5f…", "size": 90112}]}
package struct ReleaseList: Sendable, Equatable {
  /// A manifest that is known before it is read.
  package struct Entry: Sendable, Equatable {
    package let label: Version
    /// Relative to the list's directory.
    package let path: String
    package let digest: SHA256Digest
    package let byteCount: Int64
    /// Of a channel for finished releases.
    package let isFinished: Bool
  }

  package static let fileName = "releases.json"

  package let entries: [Entry]

  /// The finished releases, oldest first; one that is only a preview is to be asked for exactly.
  package var labels: [Version] { Set(entries.filter(\.isFinished).map(\.label)).sorted() }

  /// The manifest of that release, of a finished one if there are two.
  package subscript(_ label: Version) -> Entry? {
    entries.first { $0.label == label && $0.isFinished } ?? entries.first { $0.label == label }
  }

  package static func read(_ bytes: [UInt8], document: String) throws(CatalogError) -> ReleaseList {
    let root = try JSONTree.decode(bytes, document: document)
    var entries: [Entry] = []
    for (channel, value) in root.sorted(by: { $0.key < $1.key }) {
      guard case .array(let elements) = value else { continue }
      for element in elements {
        guard case .object(let members) = element else { continue }
        entries.append(try entry(members, of: channel, document))
      }
    }
    return ReleaseList(entries: entries)
  }

  private static func entry(
    _ members: [String: JSONTree], of channel: String, _ document: String
  ) throws(CatalogError) -> Entry {
    func failure(_ key: String) -> CatalogError {
      .unacceptable(
        document: document, place: CatalogError.Place(key: "\(channel).\(key)"),
        reason: "it is missing, or not what it must be")
    }
    func text(_ key: String) -> String? {
      if case .string(let text)? = members[key] { text } else { nil }
    }
    guard let label = text("version").flatMap({ Version($0) }) else { throw failure("version") }
    guard let path = text("manifest"), isPath(path) else { throw failure("manifest") }
    guard let digest = text("sha256").flatMap({ SHA256Digest(hexadecimal: $0) }) else {
      throw failure("sha256")
    }
    guard case .integer(let byteCount)? = members["size"], (1...(16 << 20)).contains(byteCount)
    else {
      throw failure("size")
    }
    return Entry(
      label: label, path: path, digest: digest, byteCount: byteCount,
      isFinished: channel != "preview")
  }

  /// A manifest lies below the list, or beside what leads to it: `../../release/cuda/redist/redistrib_13.4.0.json`
  private static func isPath(_ text: String) -> Bool {
    var segments = text.split(separator: "/", omittingEmptySubsequences: false)[...]
    for _ in 0..<4 where segments.first == ".." { segments.removeFirst() }
    return text.utf8.count <= 1024 && text.hasSuffix(".json")
      && segments.allSatisfy { segment in
        !segment.isEmpty && segment != "." && segment != ".."
          && segment.utf8.allSatisfy { Grammar.isAlphanumeric($0) || "._+~-".utf8.contains($0) }
      }
  }
}
