import CUDACatalog
import CUDADigest
import TestSupport
import Testing

@Suite struct `A manifest` {
  /// All that there are, `cuda/redistrib_13.0.2.json`.
  static let files = Shared.files(in: "manifests", endingIn: ".json")

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"))
  func `of NVIDIA's is there of six products and more`() {
    #expect(Self.files.count >= 13)
    #expect(Set(Self.files.map { $0.prefix { $0 != "/" } }).count >= 6)
  }

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"), arguments: files)
  func `of NVIDIA's is read as its lines say`(file: String) throws {
    let bytes = try Shared.bytes("manifests/\(file)")
    let release = try Redistrib.read(bytes, document: file)
    let lines = ManifestLines(String(decoding: bytes, as: UTF8.self))

    let builds = release.components.flatMap { component in
      component.builds.map { build in
        [
          component.name.text, component.version.text, build.platform.text, build.variant ?? "",
          build.artifact.path.text, "\(build.artifact.digest)", "\(build.artifact.byteCount)",
        ]
      }
    }
    #expect(builds.map { $0.joined(separator: " ") }.sorted() == lines.builds.sorted())
    #expect(release.components.map(\.name.text) == lines.components.sorted())
    #expect(
      Set(release.components.flatMap(\.builds).map(\.platform.text))
        == Set(lines.builds.map { $0.split(separator: " ")[2] }.map(String.init)))
    #expect(
      release.components.flatMap(\.builds).reduce(0) { $0 + $1.artifact.byteCount }
        == lines.byteCount)
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
  var components: [String] = []
  /// Component, version, platform, variant, path, digest and size of each archive.
  var builds: [String] = []
  var byteCount: Int64 = 0

  init(_ text: String) {
    var (component, version, platform, variant) = ("", "", "", "")
    var leaf: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let indentation = line.prefix { $0 == " " }.count
      let words = line.split(separator: "\"").map(String.init)
      if line.hasSuffix("{"), words.count > 1 {
        switch indentation {
        case 4:
          component = words[1]
          components.append(component)
        case 8: platform = words[1]
        default: variant = words[1]
        }
      } else if words.count > 3 {
        if indentation == 8, words[1] == "version" { version = words[3] }
        // In a platform that is a leaf and has variants the keys of its own follow at its own depth.
        if indentation == 12 { variant = "" }
        guard indentation > 8 else { continue }
        leaf[words[1]] = words[3]
        guard let size = leaf["size"], let path = leaf["relative_path"], let digest = leaf["sha256"]
        else { continue }
        builds.append(
          [component, version, platform, variant, path, digest, size].joined(separator: " "))
        byteCount += Int64(size) ?? 0
        leaf = [:]
      }
    }
  }
}
