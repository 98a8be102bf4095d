package import CUDADigest

/// Where an artifact lies below its source, as a classic manifest's `relative_path` says:
/// `cuda_nvcc/linux-x86_64/cuda_nvcc-linux-x86_64-13.0.88-archive.tar.xz`.
///
/// Used for URLs only; on disk an artifact is named by its digest. It cannot climb, and holds no
/// scheme, query, fragment, percent sign, backslash or control character.
package struct ArtifactPath: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init?(_ text: String) {
    guard text.utf8.count <= 1024, Self.suffixes.contains(where: text.hasSuffix) else { return nil }
    let segments = text.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.allSatisfy(Self.isSegment) else { return nil }
    self.text = text
  }

  /// The last segment.
  package var name: String {
    text.split(separator: "/").last.map(String.init) ?? text
  }

  package var description: String { text }

  /// What the archives of all known products end in. An unknown one is not worth a download: it
  /// could not be unpacked.
  private static let suffixes = [".tar.xz", ".tar.gz", ".tar.zst", ".zip", ".whl"]

  private static func isSegment(_ segment: Substring) -> Bool {
    guard (1...255).contains(segment.utf8.count), segment != ".", segment != ".." else {
      return false
    }
    return segment.utf8.allSatisfy { Grammar.isAlphanumeric($0) || "._+~-".utf8.contains($0) }
  }
}

extension ArtifactPath: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decoder.decodeText(as: Self.init, "a plain path of an archive")
  }

  package func encode(to encoder: any Encoder) throws { try encoder.encodeText(text) }
}

/// An archive at a source: where it lies, and the bytes it must have.
package struct Artifact: Hashable, Sendable, Codable {
  package let path: ArtifactPath
  package let digest: SHA256Digest
  /// Between 1 and 2^40.
  package let byteCount: Int64

  package init(path: ArtifactPath, digest: SHA256Digest, byteCount: Int64) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }

  private enum CodingKeys: String, CodingKey {
    case path
    case digest = "sha256"
    case byteCount = "size"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(ArtifactPath.self, forKey: .path)
    digest = try container.decode(SHA256Digest.self, forKey: .digest)
    byteCount = try container.decode(Int64.self, forKey: .byteCount)
    guard (1...1 << 40).contains(byteCount) else {
      throw DecodingError.dataCorruptedError(
        forKey: .byteCount, in: container, debugDescription: "it is no size of an archive")
    }
  }
}
