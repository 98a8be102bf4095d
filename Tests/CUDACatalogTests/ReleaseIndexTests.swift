import CUDACatalog
import Testing

@Suite struct `A list of releases` {
  @Test func `is read from NVIDIA's page`() throws {
    // From https://developer.download.nvidia.com/compute/cuda/redist/, shortened.
    let page = """
      <html><head><title>Index of /compute/cuda/redist</title></head><body><ul>
      <li><a href='../'>..</a></li><li><a href='cuda_cudart/'>cuda_cudart/</a></li>
      <li><a href='redistrib_13.0.10.json'>redistrib_13.0.10.json</a> 47KB 2025-10-09 16:11</li>
      <li><a href='redistrib_13.0.2.json'>redistrib_13.0.2.json</a> 47KB 2025-10-09 16:11</li>
      <li><a href='redistrib_11.4.2.json'>redistrib_11.4.2.json</a> 4.0KB 2021-09-15 10:51</li>
      <li><a href='redistrib_13.0.2.json'>redistrib_13.0.2.json</a></li>
      <li><a href='redistrib-v2.schema.json'>redistrib-v2.schema.json</a></li></ul></body></html>
      """
    #expect(try labels(page) == ["11.4.2", "13.0.2", "13.0.10"])
  }

  static let pages = [
    ("<a href=\"redistrib_25.5.json\">redistrib_25..&gt;</a>  05-Jun-2025 10:00  5K", ["25.5"]),
    ("<A HREF=redistrib_8.9.7.29.json>", ["8.9.7.29"]),
    ("<a href=\"/compute/cuda/redist/redistrib_12.9.1.json?C=M;O=A\">x</a>", ["12.9.1"]),
    ("<Key>cuda/redist/redistrib_12.9.1.json</Key>", ["12.9.1"]),
    ("redistrib_1.0.0.json\nredistrib_2.0.0.json\r\n", ["1.0.0", "2.0.0"]),
    (
      "<a href=\"redistrib_.json\"><a href=\"xredistrib_1.0.0.json\"><a href=\"redistrib_1.0.0.json.bak\">",
      []
    ),
    ("<a href=\"redistrib_..%2f..%2fetc.json\"><a href=\"redistrib_1\u{202e}.json\">", []),
    ("", []), ("<html>404</html>", []),
  ]

  @Test(arguments: pages)
  func `is read from any server's page`(page: String, expected: [String]) throws {
    #expect(try labels(page) == expected)
  }

  @Test func `is read from the names in a directory`() {
    let names = [
      "redistrib_13.0.2.json", "cuda_nvcc", "redistrib_9.json", ".", "redistrib_a b.json",
    ]
    #expect(ReleaseIndex.labels(ofFileNames: names).map(\.text) == ["9", "13.0.2"])
  }

  @Test func `is not endless`() {
    let page = [UInt8](repeating: 0x41, count: 4 << 20 + 1)
    #expect(throws: CatalogError.tooLarge(document: "index", limit: 4 << 20)) {
      try ReleaseIndex.labels(in: page, document: "index")
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `is read from any bytes without a trap`(seed: UInt64) throws {
    var random = Seeded(seed)
    let pieces = [
      "redistrib_", ".json", "'", "\"", "<", "1.0", "\u{0}", "\u{feff}", "/", " ", "href=",
    ]
    let page = (0..<200).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    let labels = try ReleaseIndex.labels(in: Array(page.utf8) + [0xff, 0xc3], document: "index")
    #expect(labels == Set(labels).sorted())
  }

  private func labels(_ page: String) throws -> [String] {
    try ReleaseIndex.labels(in: Array(page.utf8), document: "index").map(\.text)
  }
}
