// Manifests made by hand, each with one thing that real manifests or those of others have and a reader may trip over
// (NVIDIA's 197 of 14 products were counted). What must come out is written beside each, as a person reads it.

import CUDACatalog
import Testing

@Suite struct `A manifest with a quirk` {
  struct Quirk: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    /// The product and the release.
    var release: String
    /// `name version: platform/variant/bytes ...`; `-` is no variant, and 0 bytes are not said.
    var components: [String]
    var document = "redistrib_1.2.3.json"

    var testDescription: String { name }

    init(
      _ name: String, _ text: String, _ release: String, _ components: [String],
      document: String = "redistrib_1.2.3.json"
    ) {
      self.name = name
      self.text = text
      self.release = release
      self.components = components
      self.document = document
    }

    func read() throws -> Release {
      try Redistrib.read(Array(text.utf8), document: "https://h.example/redist/\(document)")
    }
  }

  private static let sha = String(repeating: "0123456789abcdef", count: 4)
  private static let md5 = String(repeating: "0123456789abcdef", count: 2)

  /// The members of a leaf.
  private static func leaf(_ path: String, _ size: String = "\"10\"") -> String {
    #""relative_path": "\#(path)", "sha256": "\#(sha)", "md5": "\#(md5)", "size": \#(size)"#
  }

  /// A manifest of one component `c`, of version 1.0, with `members` besides.
  private static func one(_ members: String, root: String? = nil) -> String {
    let root = root ?? #""release_label": "1.2.3", "release_product": "p", "#
    return #"{\#(root)"c": {"name": "C", "license": "L", "version": "1.0", \#(members)}}"#
  }

  static let quirks: [Quirk] = shapes + platforms + topLevels + leaves + texts

  private static let shapes = [
    // cudnn 9.27.0
    Quirk(
      "a platform that is a leaf and has variants",
      one(#""windows-arm64": {"cuda13": {\#(leaf("a.zip", "\"20\""))}, \#(leaf("b.zip"))}"#),
      "p 1.2.3", ["c 1.0: windows-arm64/-/10 windows-arm64/cuda13/20"]),
    Quirk(
      "the same with the leaf's keys first",
      one(#""windows-arm64": {\#(leaf("b.zip")), "cuda13": {\#(leaf("a.zip", "\"20\""))}}"#),
      "p 1.2.3", ["c 1.0: windows-arm64/-/10 windows-arm64/cuda13/20"]),
    // cuda_compat of CUDA 13.1 to 13.3
    Quirk(
      "variants with a dot",
      one(
        #""cuda_variant": ["13.1", "13.3"], "linux-sbsa": {"cuda13.3": {\#(leaf("a.tar.xz"))}, "#
          + #""cuda13.1": {\#(leaf("b.tar.xz", "\"11\""))}}"#),
      "p 1.2.3", ["c 1.0: linux-sbsa/cuda13.1/11 linux-sbsa/cuda13.3/10"]),
    // cudnn 8.9.7
    Quirk(
      "cuda_variant before the platforms",
      one(
        #""cuda_variant": ["11"], "linux-x86_64": {"cuda11": {\#(leaf("a.tar.xz"))}}"#),
      "p 1.2.3", ["c 1.0: linux-x86_64/cuda11/10"]),
    // cudnn 9, cudss
    Quirk(
      "cuda_variant between the platforms",
      one(
        #""linux-x86_64": {"cuda12": {\#(leaf("a.tar.xz"))}}, "cuda_variant": ["12"], "#
          + #""linux-sbsa": {"cuda12": {\#(leaf("b.tar.xz", "\"11\""))}}"#),
      "p 1.2.3", ["c 1.0: linux-sbsa/cuda12/11 linux-x86_64/cuda12/10"]),
    // cudnn on linux-aarch64, tensorrt on linux-sbsa
    Quirk(
      "a variant of the list that a platform lacks",
      one(
        #""cuda_variant": ["11", "12"], "linux-x86_64": {"cuda11": {\#(leaf("a.tar.xz"))}, "#
          + #""cuda12": {\#(leaf("b.tar.xz"))}}, "linux-aarch64": {"cuda12": {\#(leaf("d.tar.xz"))}}"#
      ),
      "p 1.2.3",
      ["c 1.0: linux-aarch64/cuda12/10 linux-x86_64/cuda11/10 linux-x86_64/cuda12/10"]),
    Quirk(
      "a variant that no list has, of no known form",
      one(#""cuda_variant": [], "linux-x86_64": {"hip-7": {\#(leaf("a.tar.xz"))}}"#),
      "p 1.2.3", ["c 1.0: linux-x86_64/hip-7/10"]),
    Quirk(
      "a platform of others that holds no archive",
      one(#""linux-x86_64": {\#(leaf("a.tar.xz"))}, "linux-riscv64": {"since": {"in": "14.0"}}"#),
      "p 1.2.3", ["c 1.0: linux-x86_64/-/10"]),
    Quirk(
      "one component with variants, another without",
      #"{"release_label": "1.2.3", "release_product": "p", "#
        + #""b": {"version": "2", "linux-x86_64": {\#(leaf("b.tar.xz"))}}, "#
        + #""a": {"version": "1", "linux-x86_64": {"cuda12": {\#(leaf("a.tar.xz"))}}}}"#,
      "p 1.2.3", ["a 1: linux-x86_64/cuda12/10", "b 2: linux-x86_64/-/10"]),
    Quirk(
      "a component with no build", one(#""license_path": "c/LICENSE.txt""#), "p 1.2.3", ["c 1.0: "]),
    Quirk("no component", #"{"release_label": "1.2.3"}"#, "cuda 1.2.3", []),
  ]

  private static let platforms = [
    // cudnn_samples 9
    Quirk(
      "a source that is a bare leaf", one(#""source": {\#(leaf("c/source/c-1.0.tar.xz"))}"#),
      "p 1.2.3", ["c 1.0: source/-/10"]),
    // driver_assistant
    Quirk(
      "linux-all, whose archive is called after the source",
      one(#""linux-all": {\#(leaf("c/source/c-0.22.95.05-archive.tar.xz"))}"#),
      "p 1.2.3", ["c 1.0: linux-all/-/10"]),
    Quirk(
      "a platform that nobody knows", one(#""freebsd-riscv64": {\#(leaf("a.tar.xz"))}"#),
      "p 1.2.3", ["c 1.0: freebsd-riscv64/-/10"]),
  ]

  private static let topLevels = [
    Quirk(
      "a string that nobody knows",
      one(leafed, root: #""release_label": "1.2.3", "signer": "n", "#),
      "cuda 1.2.3", [plain]),
    Quirk(
      "an object that nobody knows",
      one(leafed, root: #""release_label": "1.2.3", "gpg": {"key": {"id": "7"}}, "#),
      "cuda 1.2.3", [plain]),
    Quirk(
      "an array that nobody knows",
      one(leafed, root: #""release_label": "1.2.3", "changes": [{"version": "0"}, []], "#),
      "cuda 1.2.3", [plain]),
    Quirk(
      "numbers, truth and null that nobody knows",
      one(
        leafed, root: #""release_label": "1.2.3", "schema": 4, "e": 1e9, "t": true, "n": null, "#),
      "cuda 1.2.3", [plain]),
    // tensorrt: made by hand
    Quirk(
      "no release_date, and one in another form",
      one(leafed, root: #""release_label": "1.2.3", "release_date": "May 2026", "#),
      "cuda 1.2.3", [plain]),
    // cuda before 12.1.1, cutensor 1, cusparselt before 0.4
    Quirk("neither label nor product", one(leafed, root: ""), "cuda 1.2.3", [plain]),
    // cublasmp 0.1.0
    Quirk(
      "another product than its directory's",
      one(leafed, root: #""release_label": "0.1.0", "release_product": "cublasmp-v0-1", "#),
      "cublasmp-v0-1 0.1.0", [plain], document: "redistrib_0.1.0.json"),
    // nvpl
    Quirk(
      "a label of two parts", one(leafed, root: ""), "cuda 25.11", [plain],
      document: "redistrib_25.11.json"),
    Quirk(
      "a label of two parts with a zero", one(leafed, root: #""release_label": "24.03", "#),
      "cuda 24.03", [plain]),
    // cutensor 2.0.2.1, nvcomp 5.0.0.6, cudnn 8.9.7.29
    Quirk(
      "a label of four parts", one(leafed, root: ""), "cuda 8.9.7.29", [plain],
      document: "redistrib_8.9.7.29.json"),
  ]

  private static let leafed = #""linux-x86_64": {\#(leaf("a.tar.xz"))}"#
  private static let plain = "c 1.0: linux-x86_64/-/10"

  private static func sized(_ name: String, _ size: String, _ count: Int) -> Quirk {
    Quirk(
      name, one(#""linux-x86_64": {\#(leaf("a.tar.xz", size))}"#), "p 1.2.3",
      ["c 1.0: linux-x86_64/-/\(count)"])
  }

  private static func located(_ name: String, _ path: String) -> Quirk {
    Quirk(name, one(#""linux-x86_64": {\#(leaf(path))}"#), "p 1.2.3", [plain])
  }

  private static func bare(_ name: String, _ members: String, _ count: Int = 10) -> Quirk {
    Quirk(
      name, one(#""linux-x86_64": {"sha256": "\#(sha)", \#(members)}"#), "p 1.2.3",
      ["c 1.0: linux-x86_64/-/\(count)"])
  }

  private static let leaves = [
    // tensorrt: one archive is longer than 2^31
    sized("a size above 2^31", #""2147483649""#, 2_147_483_649),
    sized("a size above 2^32", #""4294967301""#, 4_294_967_301),
    sized("a size that is a number", "12", 12),
    sized("a number above 2^32", "4294967301", 4_294_967_301),
    sized("a size that is null", "null", 0),
    bare("no size", #""relative_path": "a.tar.xz", "md5": """#, 0),
    bare("no md5", #""relative_path": "a.tar.xz", "size": "10""#),
    // tensorrt has md5 first
    bare("other keys first", #""size": "10", "md5": "", "relative_path": "a.tar.xz""#),
    bare("a hash that nobody knows", #""sha512": "00", "relative_path": "a.tar.xz", "size": "10""#),
    bare("full_path", #""full_path": "https://h.example/a/b.tar.gz", "size": 10"#),
    bare("url", #""url": "http://h.example:8080/a/b-1%2B2.whl", "size": 10"#),
    bare(
      "a whole URL beside a path",
      #""url": "https://h.example/a.zip", "relative_path": "b.zip", "size": 10"#),
    // imex 12.5.0 to 13.0.2
    located("a path that follows no naming", "imex/linux-x86_64/nvidia-imex-580.65.06.tar.xz"),
    located(
      "a .tar.gz path with a product's naming", "t/tars/T-1.Linux.x86_64-gnu.cuda-12.9.tar.gz"),
    // tensorrt 11.3
    located("a .tar.zst", "t/11.3.0/tars/T-11.3.Linux.x86_64-gnu.cuda-13.tar.zst"),
    // packages.nvidia.com
    located("a path into the pool", "../../../pool/linux-x86_64/5B515474-7E78-11F1/a.tar.xz"),
  ]

  private static func versioned(_ version: String) -> Quirk {
    Quirk(
      "the version \(version)",
      #"{"release_label": "1.2.3", "c": {"version": "\#(version)", \#(leafed)}}"#,
      "cuda 1.2.3", ["c \(version): linux-x86_64/-/10"])
  }

  private static let texts = [
    // nvidia_driver, nvlsm, cccl, nsight_nvtx
    versioned("570.086.10"), versioned("2025.06.10"), versioned("13.3.3.4.1"),
    versioned("1.21018621"),
    Quirk(
      "no name, no licence, no licence path",
      #"{"release_label": "1.2.3", "c": {"version": "1.0", \#(leafed)}}"#, "cuda 1.2.3", [plain]),
    Quirk(
      "its keys in another order",
      #"{"c": {\#(leafed), "version": "1.0", "name": "C"}, "release_label": "1.2.3"}"#,
      "cuda 1.2.3", [plain]),
    Quirk("a line break at the end", one(leafed) + "\n", "p 1.2.3", [plain]),
    Quirk(
      "lines that end in CR and LF", one(leafed).replacing(", ", with: ",\r\n\t") + "\r\n",
      "p 1.2.3", [plain]),
    Quirk(
      "escapes where none are needed",
      one(leafed).replacing("linux-", with: #"linux\u002d"#)
        .replacing("a.tar.xz", with: #"d\/a.tar.xz"#), "p 1.2.3", [plain]),
    Quirk(
      "a name in other letters", one(leafed).replacing("\"C\"", with: #""™ \ud83d\ude00 é""#),
      "p 1.2.3", [plain]),
  ]

  @Test(arguments: quirks) func `is read as it is meant`(quirk: Quirk) throws {
    let release = try quirk.read()
    #expect("\(release.product) \(release.label)" == quirk.release)
    #expect(release.components.map(described) == quirk.components)
  }

  @Test(arguments: quirks) func `is the same once it was written and read again`(
    quirk: Quirk
  ) throws {
    let release = try quirk.read()
    let again = try Redistrib.read(Redistrib.write(release), document: "again.json")
    #expect(again.product == release.product && again.label == release.label)
    #expect(again.date == release.date)
    #expect(again.components == release.components)
  }

  @Test func `is of its directory's product, whatever it says`() throws {
    let text = Self.one(Self.leafed, root: #""release_product": "cublasmp-v0-1", "#)
    let product = try #require(ProductName("cublasmp"))
    let release = try Redistrib.read(
      Array(text.utf8), document: "redistrib_0.1.0.json", product: product)
    #expect(release.product == product)
  }

  @Test func `is one of at least forty, each with a name of its own`() {
    #expect(Self.quirks.count >= 40)
    #expect(Set(Self.quirks.map(\.name)).count == Self.quirks.count)
  }

  private func described(_ component: Component) -> String {
    let builds = component.builds.map {
      "\($0.platform)/\($0.variant ?? "-")/\($0.artifact.byteCount)"
    }
    return "\(component.name) \(component.version): \(builds.joined(separator: " "))"
  }
}
