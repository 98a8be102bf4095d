package import CUDADigest

/// One file, link or directory of a tree.
package struct TreeEntry: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case file(byteCount: Int64, mode: UInt16, digest: SHA256Digest)
    case link(target: String)
    case directory(mode: UInt16)
  }

  /// Relative to the tree: `bin/nvcc`.
  package var path: String
  package var kind: Kind
  /// The components that have it; none if the installer itself made it.
  package var owners: [ComponentName]
  /// When each of several owners says it was modified, in seconds since 1970, in their order; else empty. On disk is
  /// what the first says.
  package var times: [Int64] = []

  package init(path: String, kind: Kind, owners: [ComponentName]) {
    self.path = path
    self.kind = kind
    self.owners = owners
  }

  /// What that one of several owners says; `nil` for an only one, which has the time on disk.
  package func time(of owner: ComponentName) -> Int64? {
    zip(owners, times).first { $0.0 == owner }?.1
  }

  /// Whether `path` names something below the tree and cannot climb out of it.
  package static func isSafe(_ path: String) -> Bool {
    guard !path.utf8.contains(0) else { return false }
    let segments = path.utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    // A slash that is one character with what stands beside it, as an accent, is none to Swift, and one to the kernel.
    return segments.count == path.split(separator: "/").count
      && segments.allSatisfy { segment in
        !segment.isEmpty && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
      }
  }
}

/// `{"components":["cuda_nvcc"],"mode":"0555","path":"bin/nvcc","sha256":"…","size":1,"type":"file"}`
extension TreeEntry: Codable {
  private enum CodingKeys: String, CodingKey {
    case path, type, size, mode, sha256, target, components, times
  }

  private enum TypeName: String, Codable {
    case file, link, directory
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(String.self, forKey: .path)
    guard Self.isSafe(path) else {
      throw DecodingError.dataCorruptedError(
        forKey: .path, in: container, debugDescription: "\(path) does not stay in the tree")
    }
    owners = try container.decode([ComponentName].self, forKey: .components)
    if let times = try container.decodeIfPresent([Int64].self, forKey: .times) {
      guard times.count > 1, times.count == owners.count else {
        throw DecodingError.dataCorruptedError(
          forKey: .times, in: container, debugDescription: "they are not one for each component")
      }
      self.times = times
    }
    switch try container.decode(TypeName.self, forKey: .type) {
    case .file:
      let byteCount = try container.decode(Int64.self, forKey: .size)
      guard byteCount >= 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: .size, in: container, debugDescription: "it is negative")
      }
      kind = .file(
        byteCount: byteCount, mode: try Self.mode(in: container),
        digest: try container.decode(SHA256Digest.self, forKey: .sha256))
    case .link:
      let target = try container.decode(String.self, forKey: .target)
      guard Self.stays(target, in: path) else {
        throw DecodingError.dataCorruptedError(
          forKey: .target, in: container, debugDescription: "it leaves the tree")
      }
      kind = .link(target: target)
    case .directory:
      kind = .directory(mode: try Self.mode(in: container))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(owners, forKey: .components)
    if !times.isEmpty { try container.encode(times, forKey: .times) }
    switch kind {
    case .file(let byteCount, let mode, let digest):
      try container.encode(TypeName.file, forKey: .type)
      try container.encode(byteCount, forKey: .size)
      try container.encode(Self.octal(mode), forKey: .mode)
      try container.encode(digest, forKey: .sha256)
    case .link(let target):
      try container.encode(TypeName.link, forKey: .type)
      try container.encode(target, forKey: .target)
    case .directory(let mode):
      try container.encode(TypeName.directory, forKey: .type)
      try container.encode(Self.octal(mode), forKey: .mode)
    }
  }

  /// Whether a link at `path` leads to something in its tree: relative, any `..` in front only, and no more of them than
  /// the link is deep.
  ///
  /// That is all of it where everything lies in real directories: leading `..` are what they seem then, and each further
  /// step is an entry or a link of which the same holds (I11).
  package static func stays(_ target: String, in path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    guard let first = target.utf8.first, first != slash, !target.utf8.contains(0) else {
      return false
    }
    // By bytes, as the kernel.
    let steps = target.utf8.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
    let climbs = steps.prefix { $0.elementsEqual("..".utf8) }.count
    return climbs < path.utf8.split(separator: slash).count
      && !steps.dropFirst(climbs).contains { $0.elementsEqual("..".utf8) }
  }

  private static func octal(_ mode: UInt16) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// I11: no mode bit beyond rwx, whoever wrote the list.
  private static func mode(
    in container: KeyedDecodingContainer<CodingKeys>
  ) throws -> UInt16 {
    let text = try container.decode(String.self, forKey: .mode)
    guard let mode = UInt16(text, radix: 8), mode <= 0o777, octal(mode) == text else {
      throw DecodingError.dataCorruptedError(
        forKey: .mode, in: container, debugDescription: "it is not four octal digits up to 0777")
    }
    return mode
  }
}
