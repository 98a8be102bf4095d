import CUDACatalog
import CUDADigest
import Testing

@Suite struct `A receipt` {
  @Test func `is read as it was written, and always written the same`() throws {
    let receipt = try example()
    let bytes = ReceiptJSON.encode(receipt)
    #expect(try ReceiptJSON.decode(bytes, document: "receipt.json") == receipt)
    #expect(ReceiptJSON.encode(receipt) == bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    #expect(text.contains("https://developer.download.nvidia.com/compute/cuda/redist/"))
    #expect(text.contains("\"sha256\" : \"\(String(repeating: "0", count: 63))1\""))
  }

  @Test func `broken off or changed in one byte is read or refused, never a trap`() throws {
    let bytes = ReceiptJSON.encode(try example())
    let replacements = [0, UInt8(ascii: "/"), UInt8(ascii: "9"), 0xff]
    for index in bytes.indices {
      var changed = bytes
      changed[index] = replacements[index % replacements.count]
      for candidate in [Array(bytes[..<index]), changed] {
        do throws(CatalogError) {
          _ = try ReceiptJSON.decode(candidate, document: "receipt.json")
        } catch {
          #expect(isPrintable(error.message))
        }
      }
    }
  }

  @Test func `with any other byte than was written is refused`() throws {
    let text = String(decoding: ReceiptJSON.encode(try example()), as: UTF8.self)
    for (old, new) in [
      (#""track" : "13.0""#, #""track" : "13""#), (#""asked" : true"#, #""asked" : false"#),
      ("{\n", "{ \n"), ("}\n", "}"), (#""checksum" : ""#, #""checksums" : ""#),
    ] {
      let edited = text.replacing(old, with: new)
      try #require(edited != text, "\(old)")
      #expect(throws: CatalogError.self) {
        try ReceiptJSON.decode(Array(edited.utf8), document: "receipt.json")
      }
    }
  }

  @Test func `of another form is refused by its number`() throws {
    let error = #expect(throws: CatalogError.self) {
      try ReceiptJSON.decode(Array("{\"format\": 4}".utf8), document: "receipt.json")
    }
    #expect(error?.message.contains("format") == true)
  }

  @Test func `names the place of what is wrong`() throws {
    let text = String(decoding: ReceiptJSON.encode(try example()), as: UTF8.self)
    let wrong = text.replacing("cuda_cudart/linux-x86_64", with: "cuda_cudart/..")
    let error = #expect(throws: CatalogError.self) {
      try ReceiptJSON.decode(Array(wrong.utf8), document: "receipt.json")
    }
    #expect(
      error?.message.contains("components.0.artifact.path") == true, "\(error?.message ?? "")"
    )
  }

  private func example() throws -> Receipt {
    let digest = try #require(SHA256Digest(hexadecimal: String(repeating: "0", count: 63) + "1"))
    let path = "cuda_cudart/linux-x86_64/cuda_cudart-linux-x86_64-13.0.96-archive.tar.xz"
    let cudart = Receipt.Installed(
      name: try #require(ComponentName("cuda_cudart")), title: "CUDA Runtime (cudart)",
      version: try #require(Version("13.0.96")),
      license: "CUDA Toolkit", variant: nil,
      artifact: Artifact(
        path: try #require(ArtifactPath(path)), digest: digest, byteCount: 1_487_372),
      byteCount: 6_000_000, fileCount: 120, asked: true)
    return Receipt(
      product: .cuda, release: try #require(Version("13.0.2")), track: "13.0", profile: "devel",
      platform: try #require(Platform("linux-x86_64")),
      source: "https://developer.download.nvidia.com/compute/cuda/redist/",
      manifestDigest: digest, components: [cudart],
      files: Receipt.FileList(count: 120, byteCount: 6_000_000, digest: digest))
  }
}

@Suite struct `A tree's entries` {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `are read as they were written, sorted by their bytes`(seed: UInt64) throws {
    var random = Seeded(seed)
    let names = ["bin", "lib", "B", "é", "日本", "a\"b", "x\ny", ".hidden", "...", "\u{fffd}", "😀"]
    var entries: [String: TreeEntry] = [:]
    for _ in 0..<30 {
      let path = (0...Int.random(in: 0...3, using: &random))
        .map { _ in names.randomElement(using: &random) ?? "a" }.joined(separator: "/")
      let digest = SHA256.digest(of: Array(path.utf8))
      let kind: TreeEntry.Kind =
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          .file(byteCount: .random(in: 0 ... .max, using: &random), mode: 0o755, digest: digest)
        case 1: .link(target: "./\(path)")
        default: .directory(mode: .random(in: 0...0o777, using: &random))
        }
      let owners = try ["cuda_nvcc", "libcurand"].map { try #require(ComponentName($0)) }
      entries[path] = TreeEntry(
        path: path, kind: kind,
        owners: Array(owners.prefix(Int.random(in: 0...2, using: &random))))
      if entries[path]?.owners.count == 2, Bool.random(using: &random) {
        entries[path]?.times = [.random(in: .min ... .max, using: &random), 0]
      }
    }
    let bytes = ReceiptJSON.encodeEntries(entries.values.shuffled(using: &random))
    let read = try ReceiptJSON.decodeEntries(bytes, document: "files")
    #expect(read.count == entries.count)
    #expect(read.allSatisfy { entries[$0.path] == $0 })
    #expect(ReceiptJSON.encodeEntries(read) == bytes)
  }

  @Test func `have the shape that is documented`() throws {
    let digest = SHA256.digest(of: [])
    let nvcc = TreeEntry(
      path: "bin/nvcc", kind: .file(byteCount: 0, mode: 0o755, digest: digest),
      owners: [try #require(ComponentName("cuda_nvcc"))])
    let lib64 = TreeEntry(path: "lib64", kind: .link(target: "lib"), owners: [])
    var shared = TreeEntry(
      path: "share/text", kind: .link(target: "one"),
      owners: try ["cuda_nvtx", "libcurand"].map { try #require(ComponentName($0)) })
    shared.times = [1_750_003_000, 1_750_001_000]
    let text = String(decoding: ReceiptJSON.encodeEntries([lib64, shared, nvcc]), as: UTF8.self)
    #expect(
      text == """
        {"components":["cuda_nvcc"],"mode":"0755","path":"bin/nvcc","sha256":"\(digest)","size":0,"type":"file"}
        {"components":[],"path":"lib64","target":"lib","type":"link"}
        {"components":["cuda_nvtx","libcurand"],"path":"share/text","target":"one","times":[1750003000,1750001000],"type":"link"}

        """)
  }

  @Test(arguments: ["", "/bin", "bin/", "a//b", "..", "a/../b", "./a", ".", "a\\u0000b"])
  func `do not leave the tree`(path: String) {
    let line = #"{"components":[],"path":"\#(path)","target":"lib","type":"link"}"# + "\n"
    let error = #expect(throws: CatalogError.self) {
      try ReceiptJSON.decodeEntries(Array(line.utf8), document: "files")
    }
    #expect(error?.message.contains("path") == true)
  }

  @Test(arguments: ["4755", "755", "0o75", "00755", "0888", "-001", ""])
  func `I11: have no mode beyond rwx`(mode: String) {
    let line = #"{"components":[],"path":"a","mode":"\#(mode)","type":"directory"}"# + "\n"
    #expect(throws: CatalogError.self) {
      try ReceiptJSON.decodeEntries(Array(line.utf8), document: "files")
    }
  }

  @Test(arguments: [
    (#""a","b""#, "[1]"), (#""a""#, "[1]"), (#""a","b""#, "[1,2,3]"), ("", "[]"),
    (#""a","b""#, "[1,1.5]"),
  ])
  func `have a time for each of their owners, or none`(owners: String, times: String) {
    let line =
      #"{"components":[\#(owners)],"path":"a","target":"b","times":\#(times),"type":"link"}"#
    #expect(throws: CatalogError.self) {
      try ReceiptJSON.decodeEntries(Array((line + "\n").utf8), document: "files")
    }
  }

  @Test func `are neither cut short nor twice there`() {
    let line = #"{"components":[],"path":"a","target":"lib","type":"link"}"#
    for text in [line, line + "\n" + line + "\n"] {
      #expect(throws: CatalogError.self) {
        try ReceiptJSON.decodeEntries(Array(text.utf8), document: "files")
      }
    }
  }
}
