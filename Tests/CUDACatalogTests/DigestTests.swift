import CUDADigest
import Testing

@Suite struct `A digest` {
  /// From FIPS 180-4's examples (https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values).
  static let known = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test(arguments: known) func `is that of the standard's examples`(text: String, digest: String) {
    #expect(SHA256.digest(of: Array(text.utf8)).description == digest)
  }

  @Test(arguments: [1, 63, 64, 65, 1000]) func `is the same however the bytes are cut`(size: Int) {
    let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: size) {
      Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes { hash.update($0) }
    }
    #expect(hash.finish() == SHA256.digest(of: bytes))
  }

  @Test func `is read as it is written`() throws {
    let text = "00000000000000000f1571c947d9e8590cb7add6af7f6798000000000000000a"
    #expect(try #require(SHA256Digest(hexadecimal: text)).description == text)
  }

  @Test(arguments: [
    "", "e3b0", String(repeating: "g", count: 64), String(repeating: "A", count: 64),
    String(repeating: "a", count: 63), String(repeating: "a", count: 65),
    // Full-width digits, of which `Character.isHexDigit` says yes.
    String(repeating: "１", count: 64), String(repeating: "１", count: 21) + "1",
  ])
  func `is exactly 64 lower-case hexadecimal digits`(text: String) {
    #expect(SHA256Digest(hexadecimal: text) == nil)
  }
}
