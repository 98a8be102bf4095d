package import CUDADigest

/// Where an artifact lies: below its source, as a manifest's `relative_path` says,
/// `cuda_nvcc/linux-x86_64/cuda_nvcc-linux-x86_64-13.0.88-archive.tar.xz`, or anywhere, as a whole URL.
///
/// Used for URLs only; on disk an artifact is named by its digest. What is relative cannot climb, but to the one
/// place where NVIDIA's newer manifests do, `../../../pool/`; it holds no scheme, query, fragment, percent sign,
/// backslash or control character. A URL is `http`, `https` or `file`, without user, query and fragment.
package struct ArtifactPath: Hashable, Sendable, CustomStringConvertible {
  /// In bytes.
  package static let longest = 1024

  package let text: String

  package init?(_ text: String) {
    guard text.utf8.count <= Self.longest, Self.suffixes.contains(where: text.hasSuffix) else {
      return nil
    }
    var rest = text[...]
    if let scheme = Self.schemes.first(where: text.hasPrefix) {
      rest = rest.dropFirst(scheme.count)
      if scheme == "file://" {
        guard rest.hasPrefix("/") else { return nil }
        rest = rest.dropFirst()
      } else {
        guard let slash = rest.firstIndex(of: "/"), Self.isAuthority(rest[..<slash]) else {
          return nil
        }
        rest = rest[rest.index(after: slash)...]
      }
      guard Self.segments(of: rest).allSatisfy({ Self.isSegment($0, escapes: true) }) else {
        return nil
      }
    } else {
      let climbing = Self.climb(of: rest)
      if !climbing.isEmpty {
        rest = rest[climbing.endIndex...]
        guard climbing.utf8.count <= 8 * "../".utf8.count, rest.hasPrefix("pool/") else {
          return nil
        }
      }
      guard Self.segments(of: rest).allSatisfy({ Self.isSegment($0, escapes: false) }) else {
        return nil
      }
    }
    self.text = text
  }

  /// Whether this says where it is by itself.
  package var isURL: Bool { Self.schemes.contains(where: text.hasPrefix) }

  /// The last segment.
  package var name: String {
    text.split(separator: "/").last.map(String.init) ?? text
  }

  package var description: String { text }

  private static let schemes = ["https://", "http://", "file://"]

  /// What the archives of all known products end in. An unknown one is not worth a download: it
  /// could not be unpacked.
  package static let suffixes = [".tar.xz", ".tar.gz", ".tgz", ".tar.zst", ".zip", ".whl"]

  private static func segments(of path: Substring) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  /// `../../`, as far as `path` begins so.
  private static func climb(of path: Substring) -> Substring {
    var end = path.startIndex
    while path[end...].hasPrefix("../") { end = path.index(end, offsetBy: 3) }
    return path[..<end]
  }

  private static func isSegment(_ segment: Substring, escapes: Bool) -> Bool {
    guard (1...255).contains(segment.utf8.count), segment != ".", segment != ".." else {
      return false
    }
    guard escapes else {
      return segment.utf8.allSatisfy { Grammar.isAlphanumeric($0) || "._+~-".utf8.contains($0) }
    }
    // RFC 3986 §3.3: what a segment may hold, and escapes of two digits.
    return segment.split(separator: "%", omittingEmptySubsequences: false).enumerated().allSatisfy {
      let (index, part) = $0
      guard index == 0 || part.utf8.prefix(2).count(where: Grammar.isHexadecimal) == 2 else {
        return false
      }
      return part.utf8.allSatisfy {
        Grammar.isAlphanumeric($0) || "._+~-!$&'()*,;=:@".utf8.contains($0)
      }
    }
  }

  /// `host`, `host:8080`, `[::1]:8080`; no user and no password, which would end up in receipts.
  private static func isAuthority(_ text: Substring) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { Grammar.isAlphanumeric($0) || ".-_:[]".utf8.contains($0) }
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
  /// How an archive is laid out.
  package enum Layout: String, Sendable, Codable {
    /// As an application's: what is at the archive's top is at the tree's top.
    case flat
  }

  package let path: ArtifactPath
  package let digest: SHA256Digest
  /// Between 1 and 2^40; 0 in a release of which the source has yet to be asked (`CatalogSource.offer`), never in a plan.
  package let byteCount: Int64
  /// `nil` for NVIDIA's own layout, with one directory at the top, and for wheels.
  package let layout: Layout?
  /// What its publisher published, where somebody has compressed that anew; as he says, who did.
  package let published: Published?

  package init(
    path: ArtifactPath, digest: SHA256Digest, byteCount: Int64, layout: Layout? = nil,
    published: Published? = nil
  ) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
    self.layout = layout
    self.published = published
  }

  private enum CodingKeys: String, CodingKey {
    case path
    case digest = "sha256"
    case byteCount = "size"
    case layout, published
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(ArtifactPath.self, forKey: .path)
    digest = try container.decode(SHA256Digest.self, forKey: .digest)
    byteCount = try container.decodeByteCount(forKey: .byteCount)
    layout = try container.decodeIfPresent(Layout.self, forKey: .layout)
    published = try container.decodeIfPresent(Published.self, forKey: .published)
  }

  /// The publisher's archive of which another was made: where it lay, and the bytes that it had.
  package struct Published: Hashable, Sendable, Codable {
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
      byteCount = try container.decodeByteCount(forKey: .byteCount)
    }
  }
}

extension KeyedDecodingContainer {
  fileprivate func decodeByteCount(forKey key: Key) throws -> Int64 {
    let byteCount = try decode(Int64.self, forKey: key)
    guard (1...1 << 40).contains(byteCount) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "it is no size of an archive")
    }
    return byteCount
  }
}
