import CUDACatalog
import TestSupport
import Testing

@Suite struct `A bad manifest` {
  /// Good as documents; whoever asks for `cuda_cudart` on Linux is refused, which CUDAPlanningTests
  /// hold to the same words.
  static let refusedWhenPlanned: Set = ["b19", "b20"]

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"))
  func `is refused with the file, the place and no raw control character`() throws {
    let cases = try BadManifests.read()
    #expect(cases.count == 22)
    for bad in cases where !Self.refusedWhenPlanned.contains(bad.id) {
      let bytes = try Shared.bytes("bad-manifests/\(bad.file)")
      do throws(CatalogError) {
        _ = try Redistrib.read(bytes, document: bad.file)
        #expect(bad.expect == "ok", "\(bad.file)")
      } catch {
        #expect(bad.expect == "error", "\(bad.file): \(error.message)")
        for word in [bad.file] + bad.field {
          #expect(error.message.contains(word), "\(bad.file): \(error.message)")
        }
        #expect(isPrintable(error.message), "\(bad.file)")
      }
    }
  }

  static let texts = [
    ("", 1, "begin"), ("[]", 1, "begin"), ("{", 1, "breaks off"), ("{} {}", 1, "follows"),
    ("{\"a\": 1,}", 1, "key"), ("{\"a\": [1,]}", 1, "value"), ("{\n\"a\" 1}", 2, "colon"),
    ("{\"a\": 01}", 1, "comma"), ("{\"a\": +1}", 1, "value"), ("{\"a\": .5}", 1, "value"),
    ("{\"a\": 1.}", 1, "digit"), ("{\"a\": NaN}", 1, "value"), ("{\"a\": tru}", 1, "true"),
    ("{\"a\": \"\u{1}\"}", 1, "control"), ("{\"a\": \"\\x\"}", 1, "escape"),
    ("{\"a\": \"\\ud800\"}", 1, "half"), ("{\"a\": \"\\udc00\\ud800\"}", 1, "half"),
    ("{\"a\": \"\\u00g0\"}", 1, "hexadecimal"), ("{'a': 1}", 1, "key"), ("\u{feff}{}", 1, "mark"),
    ("{\n\n/* a */}", 3, "key"),
  ]

  @Test(arguments: texts)
  func `is not JSON by another reader's kindness, and says the line`(
    text: String, line: Int, word: String
  ) {
    let error = #expect(throws: CatalogError.self) {
      try Redistrib.read(Array(text.utf8), document: "redistrib_1.0.0.json")
    }
    guard case .notJSON(_, line, let reason)? = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
    #expect(reason.contains(word), "\(text): \(reason)")
  }

  @Test(arguments: [
    "{\"a\": 1,\n\"a\": 2}", "{\"a\": 1,\n\"\\u0061\": 2}", "{\"\u{e9}\": 1,\n\"e\u{301}\": 2}",
  ])
  func `has no key twice, however it is written`(text: String) {
    let error = #expect(throws: CatalogError.self) {
      try Redistrib.read(Array(text.utf8), document: "redistrib_1.0.0.json")
    }
    guard case .duplicateKey(_, line: 2, _)? = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
  }

  @Test func `is neither UTF-16 nor broken UTF-8`() {
    let wide = "{\"release_label\": \"1.0.0\"}".utf16.flatMap {
      [UInt8($0 & 0xff), UInt8($0 >> 8)]
    }
    let broken = Array("{\"a\": \"".utf8) + [0xc3, 0x28] + Array("\"}".utf8)
    for bytes in [wide, broken] {
      #expect(throws: CatalogError.self) {
        try Redistrib.read(bytes, document: "redistrib_1.0.0.json")
      }
    }
  }

  @Test func `is neither endless nor endlessly deep`() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(
        (String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth))
          .utf8)
    }
    let document = "redistrib_1.0.0.json"
    #expect(throws: Never.self) { try Redistrib.read(nested(31), document: document) }
    #expect(throws: CatalogError.self) { try Redistrib.read(nested(32), document: document) }
    #expect(throws: CatalogError.tooLarge(document: document, limit: 16 << 20)) {
      try Redistrib.read([UInt8](repeating: 0x20, count: 16 << 20 + 1), document: document)
    }
  }

  /// All changes at all places passed once and take a minute; of seven kinds each place has two.
  @Test func `broken off or changed in one byte is read or refused, never a trap`() {
    let bytes = Array(excerpt.utf8)
    let replacements = [0, UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "9"), 0xff]
    for index in bytes.indices {
      attempt(Array(bytes[..<index]))
      for kind in [index % 7, (index + 3) % 7] {
        var changed = bytes
        switch kind {
        case 5: changed[index] ^= 1
        case 6: changed.remove(at: index)
        default: changed[index] = replacements[kind]
        }
        attempt(changed)
      }
    }
  }

  private func attempt(_ bytes: [UInt8]) {
    do throws(CatalogError) {
      _ = try Redistrib.read(bytes, document: "redistrib_9.27.0.json")
    } catch {
      #expect(isPrintable(error.message))
      #expect(error.message.hasPrefix("redistrib_9.27.0.json"))
    }
  }
}

func isPrintable(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
}
