import CUDACatalog
import CUDADigest
import TestSupport
import Testing

@Suite struct `A manifest` {
  static let files = [
    "cuda/redistrib_11.4.4.json", "cuda/redistrib_11.8.0.json", "cuda/redistrib_12.6.3.json",
    "cuda/redistrib_12.9.1.json", "cuda/redistrib_13.0.2.json", "cuda/redistrib_13.4.2.json",
    "cudnn/redistrib_8.9.7.json", "cudnn/redistrib_9.13.0.json", "cudnn/redistrib_9.27.0.json",
    "cudss/redistrib_0.8.0.json", "cusparselt/redistrib_0.8.1.json",
    "cutensor/redistrib_2.3.1.json", "nvcomp/redistrib_5.0.0.6.json",
  ]

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"), arguments: files)
  func `of NVIDIA's is read as its lines say`(file: String) throws {
    let bytes = try Shared.bytes("manifests/\(file)")
    let release = try Redistrib.read(bytes, document: file)
    let lines = ManifestLines(String(decoding: bytes, as: UTF8.self))

    var components: [String: Set<String>] = [:]
    for component in release.components {
      for build in component.builds {
        components[build.platform.text, default: []].insert(component.name.text)
      }
    }
    #expect(components == lines.components)
    let artifacts = release.components.flatMap(\.builds).map(\.artifact)
    #expect(artifacts.map(\.path.text).sorted() == lines.paths.sorted())
    #expect(artifacts.map(\.digest.description).sorted() == lines.digests.sorted())
    #expect(artifacts.reduce(0) { $0 + $1.byteCount } == lines.byteCount)
    #expect(file == "\(file.prefix { $0 != "/" })/redistrib_\(release.label).json")
    #expect(release.manifestDigest == SHA256.digest(of: bytes))
    #expect(release.components.map(\.name) == release.components.map(\.name).sorted())
  }

  /// Counted by hand, with jq: x86_64, sbsa, aarch64, ppc64le.
  static let counts = [
    ("11.8.0", [34, 27, 26, 29]), ("12.6.3", [38, 32, 29, 0]), ("13.0.2", [46, 43, 0, 0]),
    ("13.4.2", [36, 37, 0, 0]),
  ]

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"), arguments: counts)
  func `has as many components for each platform as were counted`(
    label: String, counts: [Int]
  ) throws {
    let name = "cuda/redistrib_\(label).json"
    let release = try Redistrib.read(try Shared.bytes("manifests/\(name)"), document: name)
    for (platform, count) in zip(["x86_64", "sbsa", "aarch64", "ppc64le"], counts) {
      let here = release.components.count { component in
        component.builds.contains { $0.platform.text == "linux-\(platform)" }
      }
      #expect(here == count, "\(platform)")
    }
  }

  @Test func `may have a platform that is both a build and variants`() throws {
    let release = try Redistrib.read(Array(excerpt.utf8), document: "redistrib_9.27.0.json")
    let cudnn = try #require(release.components.first)
    #expect(release.product.text == "cudnn")
    #expect(
      cudnn.builds.map { "\($0.platform) \($0.variant ?? "-")" } == [
        "linux-x86_64 cuda12", "linux-x86_64 cuda13", "windows-arm64 -", "windows-arm64 cuda13",
      ])
    #expect(release.components.last?.builds.map(\.platform.text) == ["source"])
  }

  @Test func `without a label is the release that its name says`() throws {
    let bytes = Array(#"{"release_date": "2022-02-01"}"#.utf8)
    let release = try Redistrib.read(bytes, document: "file:///mirror/redistrib_11.4.4.json")
    #expect(release.label.text == "11.4.4")
    #expect(release.product == .cuda)
    #expect(throws: CatalogError.unlabeled(document: "manifest.json")) {
      try Redistrib.read(bytes, document: "manifest.json")
    }
  }

  @Test func `may hold what is not known yet`() throws {
    let text = """
      {"release_label": "14.0.0", "schema": 4, "signed": true, "notes": ["a"], "urls": {"a": "b"},
       "cuda_new": {"version": "14.0.1", "requires": {"cuda_crt": {"min": "14"}},
        "riscv-linux": {"relative_path": "a/b.tar.zst", "size": 7, "sha512": "0",
         "sha256": "\(String(repeating: "0", count: 64))"}}}
      """
    let release = try Redistrib.read(Array(text.utf8), document: "new.json")
    let component = try #require(release.components.first)
    #expect(component.builds.map(\.platform.text) == ["riscv-linux"])
    #expect(component.builds.map(\.artifact.byteCount) == [7])
    #expect(component.title == "cuda_new")
    #expect(release.components.count == 1)
  }

  @Test func `with one path and two digests is refused, and names both components`() throws {
    let other = String(repeating: "1", count: 64)
    let text = """
      {"release_label": "1.0.0",
       "one": {"version": "1", "p": {"relative_path": "a.zip", "size": "1", "sha256": "\(other)"}},
       "two": {"version": "1", "p": {"relative_path": "a.zip", "size": "1",
        "sha256": "\(String(repeating: "2", count: 64))"}}}
      """
    let error = #expect(throws: CatalogError.self) {
      try Redistrib.read(Array(text.utf8), document: "x.json")
    }
    #expect(error?.message.contains("one and two") == true)
  }

  static let sizes =
    [
      ("\"1\"", 1), ("1", 1), ("\"1099511627776\"", 1 << 40), ("\"1099511627777\"", nil),
      ("\"0\"", nil), ("0", nil), ("-1", nil), ("\"+5\"", nil), ("\"-0\"", nil), ("\"00012\"", nil),
      ("\"１\"", nil), ("\"\"", nil), ("\" 1\"", nil), ("1.5", nil), ("1e99", nil), ("null", 0),
      ("true", nil), ("[1]", nil), ("\"99999999999999999999\"", nil),
    ] as [(String, Int64?)]

  @Test(arguments: sizes) func `has sizes from 1 to 2^40, in digits, or does not say them`(
    json: String, size: Int64?
  ) {
    let text = """
      {"release_label": "1.0.0", "c": {"version": "1", "p": {"relative_path": "a.zip",
       "sha256": "\(String(repeating: "0", count: 64))", "size": \(json)}}}
      """
    let release = try? Redistrib.read(Array(text.utf8), document: "x.json")
    #expect(release?.components.first?.builds.first?.artifact.byteCount == size)
  }
}

/// What a manifest says, counted over its lines as NVIDIA indents them, by nothing that the reader
/// uses.
private struct ManifestLines {
  var components: [String: Set<String>] = [:]
  var paths: [String] = []
  var digests: [String] = []
  var byteCount: Int64 = 0

  init(_ text: String) {
    var component = ""
    for line in text.split(separator: "\n") {
      let indentation = line.prefix { $0 == " " }.count
      let words = line.split(separator: "\"").map(String.init)
      if line.hasSuffix("{"), words.count > 1 {
        if indentation == 4 { component = words[1] }
        if indentation == 8 { components[words[1], default: []].insert(component) }
      } else if words.count > 3 {
        switch words[1] {
        case "relative_path": paths.append(words[3])
        case "sha256": digests.append(words[3])
        case "size": byteCount += Int64(words[3]) ?? 0
        default: break
        }
      }
    }
  }
}
