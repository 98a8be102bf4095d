import CUDACatalog
import Testing

@Suite struct `Names from a manifest` {
  /// Each older than the next; the versions are from real manifests, but for the last four.
  static let ascending = [
    "8.9.7", "8.9.7.29", "9.13.0", "11.4.4", "12.9.1", "13.0.2", "13.0.10", "13.3.3.4.1",
    "13.3.4.3.1", "570.86.10", "570.124.06", "570.124.6", "2025.06.10", "2025.6.11",
    "99999999999999999999.1", "100000000000000000000.0", "100000000000000000000.0-rc1",
    "100000000000000000000.0-rc10",
  ]

  @Test func `versions are ordered part by part, digits as numbers`() throws {
    let versions = try Self.ascending.map { try #require(Version($0)) }
    for (index, version) in versions.enumerated() {
      for (other, second) in versions.enumerated() {
        #expect((version < second) == (index < other), "\(version) and \(second)")
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the order of versions is total`(seed: UInt64) throws {
    var random = Seeded(seed)
    let alphabet = Array("0019a.-~")
    let versions = (0..<14).compactMap { _ in
      let length = Int.random(in: 0...5, using: &random)
      return Version(
        "1" + String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "0" }))
    }
    for a in versions {
      for b in versions {
        #expect([a < b, b < a, a == b].count { $0 } == 1, "\(a) and \(b)")
        for c in versions where a < b && b < c { #expect(a < c, "\(a), \(b) and \(c)") }
      }
    }
  }

  @Test func `a version keeps its text`() throws {
    #expect(Version("570.086") != Version("570.86"))
    #expect(try #require(Version("570.086")).parts == ["570", "086"])
  }

  static let noVersions = [
    "", ".", "..", "-1", "13.0.2\n", "13 0", "13/0", "１３", "13\u{1b}[31m",
    String(repeating: "1", count: 65),
  ]

  @Test(arguments: noVersions) func `what is no version is none`(text: String) {
    #expect(Version(text) == nil)
  }

  @Test(arguments: [
    "", ".", "..", "a/b", "-a", "_a", "a b", "a~", "é", String(repeating: "a", count: 129),
  ])
  func `what is no name is none`(text: String) {
    #expect(ComponentName(text) == nil)
    #expect(Platform(text) == nil)
  }

  @Test func `a component is also known without its prefix`() throws {
    #expect(try #require(ComponentName("cuda_nvcc")).withoutPrefix == "nvcc")
    #expect(try #require(ComponentName("libcublas")).withoutPrefix == "libcublas")
  }

  @Test func `an ARM machine is a server unless it is a Tegra`() {
    #expect(Platform.of(machine: "aarch64", isTegra: false)?.text == "linux-sbsa")
    #expect(Platform.of(machine: "aarch64", isTegra: true)?.text == "linux-aarch64")
    #expect(Platform.of(machine: "x86_64", isTegra: false)?.text == "linux-x86_64")
    #expect(Platform.of(machine: "riscv64", isTegra: false) == nil)
  }

  @Test(arguments: [
    "a.tar.xz", "tensorrt/10.13.0/tars/TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz",
    "driver_assistant/source/driver_assistant-0.22.95.05-archive.tar.xz", "a/b+c~d.whl",
    // Of manifests on NVIDIA's newer host, of other publishers, and of wheels.
    "../../../pool/linux-x86_64/5B515474-7E78-11F1-8656-C51E4F4B317F/cuda_nvcc-archive.tar.xz",
    "https://example.com/a.tar.xz", "http://[::1]:8080/a%2Bb/c@d.whl", "file:///srv/a.tgz",
  ])
  func `a plain path of an archive is taken`(text: String) throws {
    let path = try #require(ArtifactPath(text))
    #expect(path.name == text.split(separator: "/").last.map(String.init))
  }

  @Test(arguments: [
    "", "/a.tar.xz", "a//b.tar.xz", "../a.tar.xz", "a/../b.tar.xz", "./a.tar.xz", "a.tar.xz/",
    "https://user:word@example.com/a.tar.xz", "https://example.com/../a.tar.xz",
    "https://example.com/a%2.tar.xz", "https:///a.tar.xz", "ftp://example.com/a.tar.xz",
    "file://host/a.tar.xz", "../../../pools/a.tar.xz", "../../../pool/../a.tar.xz",
    "../pool.tar.xz",
    "../../../../../../../../../pool/a.tar.xz", "https://example.com/a.tar.xz?b.tar.xz",
    "a%2e%2e.tar.xz", "a\\b.tar.xz", "a?b.tar.xz", "a#b.tar.xz",
    "a\u{0}.tar.xz", "a\u{202e}.tar.xz", "a.tar.bz2", "a.tar.xz\n", "a b.tar.xz",
    String(repeating: "a", count: 256) + ".zip", String(repeating: "a/", count: 512) + "b.zip",
  ])
  func `a path that could climb or mean anything else is not`(text: String) {
    #expect(ArtifactPath(text) == nil)
  }

  @Test func `I11: cleaned text neither hides nor rewrites what is around it`() {
    #expect(cleaned("CUDA Runtime (cudart) é 日本") == "CUDA Runtime (cudart) é 日本")
    #expect(cleaned("a\u{1b}[31m\n\u{7f}\u{9b}") == "a\\u{1b}[31m\\u{a}\\u{7f}\\u{9b}")
    #expect(
      cleaned("\u{202e}\u{200b}\u{2028}\u{2029}\u{feff}")
        == "\\u{202e}\\u{200b}\\u{2028}\\u{2029}\\u{feff}")
    #expect(cleaned(String(repeating: "a", count: 200)).count == 200)
    #expect(cleaned(String(repeating: "a", count: 201)) == String(repeating: "a", count: 200) + "…")
    #expect(cleaned(String(repeating: "\u{301}", count: 5000)).unicodeScalars.count == 201)
  }
}

/// SplitMix64: a failure names the seed that repeats it.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
