import CUDACatalog
import CUDADigest
import FoundationEssentials
import Testing

@Suite struct `What an archive was when it was published` {
  private static let digests = ["1", "2"].map { String(repeating: "0", count: 63) + $0 }

  private func artifact(publishedAt path: String = "a/b/a-1.0.tar.xz") throws -> Artifact {
    let digests = try Self.digests.map { try #require(SHA256Digest(hexadecimal: $0)) }
    return Artifact(
      path: try #require(ArtifactPath("a/b/a-1.0.tar.zst")), digest: digests[0], byteCount: 10,
      layout: .flat,
      published: .init(path: try #require(ArtifactPath(path)), digest: digests[1], byteCount: 20))
  }

  private func release(_ artifacts: [Artifact]) throws -> Release {
    Release(
      label: try #require(Version("1.0.0")), date: nil, manifestDigest: SHA256.digest(of: []),
      components: [
        Component(
          name: try #require(ComponentName("a")), title: "A", license: "L",
          version: try #require(Version("1.0")),
          builds: try artifacts.enumerated().map { index, artifact in
            Build(
              platform: try #require(Platform("linux-x86_64")),
              variant: index == 0 ? nil : "cuda13", artifact: artifact)
          })
      ])
  }

  @Test(arguments: ["a/b/a-1.0.tar.xz", "https://example.org/a-1.0.tgz", "../../../pool/a.tar.xz"])
  func `is in the manifest beside what it is now, and read back`(path: String) throws {
    let written = try release([artifact(publishedAt: path)])
    let read = try Redistrib.read(Redistrib.write(written), document: "redistrib_1.0.0.json")
    #expect(read.components == written.components)
    #expect(read.components[0].builds[0].artifact.published?.path.text == path)
  }

  @Test func `is nothing to readers that do not know it: strings, where an object is a variant`()
    throws
  {
    struct Leaf: Decodable {
      var a: [String: Value]
      enum Value: Decodable {
        case text(String), leaf([String: String])
        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let text = try? container.decode(String.self) {
            self = .text(text)
          } else {
            self = .leaf(try container.decode([String: String].self))
          }
        }
      }
    }
    let bytes = Redistrib.write(try release([artifact()]))
    guard
      case .leaf(let leaf)? = try JSONDecoder().decode(Leaf.self, from: Data(bytes)).a[
        "linux-x86_64"]
    else {
      Issue.record("it is no leaf")
      return
    }
    #expect(
      leaf == [
        "relative_path": "a/b/a-1.0.tar.zst", "sha256": Self.digests[0], "size": "10",
        "layout": "flat", "published_path": "a/b/a-1.0.tar.xz", "published_sha256": Self.digests[1],
        "published_size": "20",
      ])
  }

  @Test(arguments: [
    ("published_path", nil), ("published_sha256", nil), ("published_size", nil),
    ("published_path", "1"), ("published_path", "\"../a.tar.xz\""), ("published_path", "\"a\""),
    ("published_sha256", "\"00\""), ("published_sha256", "2"), ("published_size", "\"-20\""),
    ("published_size", "null"), ("published_size", "\"1099511627777\""),
  ])
  func `is refused if it is said by halves or wrong`(key: String, value: String?) throws {
    let text = String(decoding: Redistrib.write(try release([artifact()])), as: UTF8.self)
    let lines = text.split(separator: "\n").map { line in
      guard line.contains("\"\(key)\"") else { return String(line) }
      return "\"\(value == nil ? "other" : key)\": \(value ?? "0")\(line.hasSuffix(",") ? "," : "")"
    }
    let error = #expect(throws: CatalogError.self) {
      try Redistrib.read(
        Array(lines.joined(separator: "\n").utf8), document: "redistrib_1.0.0.json")
    }
    #expect(error?.message.contains(key) == true, "\(error?.message ?? "")")
  }

  @Test func `is in a receipt's artifact, if it is known`() throws {
    let artifact = try artifact()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(artifact)
    #expect(
      String(decoding: data, as: UTF8.self) == """
        {"layout":"flat","path":"a/b/a-1.0.tar.zst","published":{"path":"a/b/a-1.0.tar.xz",\
        "sha256":"\(Self.digests[1])","size":20},"sha256":"\(Self.digests[0])","size":10}
        """)
    #expect(try JSONDecoder().decode(Artifact.self, from: data) == artifact)
    // As receipts were before.
    let old = Data("{\"path\":\"a.tar.xz\",\"sha256\":\"\(Self.digests[0])\",\"size\":10}".utf8)
    #expect(try JSONDecoder().decode(Artifact.self, from: old).published == nil)
    let text = String(decoding: data, as: UTF8.self)
    for wrong in [
      text.replacing(":20", with: ":0"), text.replacing("a-1.0.tar.xz", with: "../a.tar.xz"),
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Artifact.self, from: Data(wrong.utf8))
      }
    }
  }
}
