import CUDAArchive
import Testing

private func path(_ text: String) -> String? {
  try? EntryPath(member: Array(text.utf8)).description
}

private func target(_ text: String, at member: String) -> Bool {
  guard let path = try? EntryPath(member: Array(member.utf8)) else { return false }
  return (try? path.checkedTarget(Array(text.utf8))) == text
}

@Test(arguments: [
  ("a", "a"), ("a/b", "a/b"), ("./a/b", "a/b"), ("a//b", "a/b"), ("a/./b/", "a/b"), (".", ""),
  ("./", ""), ("a/...", "a/..."), ("..a/b..", "..a/b.."), ("a b/$(x)", "a b/$(x)"), ("-rf", "-rf"),
  ("doc/résumé-日本語-🌈.txt", "doc/résumé-日本語-🌈.txt"), ("*", "*"),
])
func `two spellings of a member's name are one path`(name: String, expected: String) {
  #expect(path(name) == expected)
}

@Test(arguments: [
  "", "/", "/a", "//a", "..", "../a", "a/..", "a/../b", "a/b/../../..", "./..", "a\u{0}b", "a\nb",
  "a\u{1B}[31m", "a\u{7F}", "a\u{85}b", "a\u{202E}b", "a\u{200B}b", "a\u{FEFF}", "a\u{2028}b",
  "a\\b", "..\\..\\a", "C:\\a", "a/\u{301}b", "\u{301}", "a\u{D4E}/b", "a/\u{FE0F}",
])
func `I11: a name that leads or looks elsewhere is not taken`(name: String) {
  #expect(path(name) == nil)
}

@Test(arguments: [[0xFF], [0x61, 0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xC3]] as [[UInt8]])
func `I11: a name that is not UTF-8 is not taken`(bytes: [UInt8]) {
  #expect(throws: UnsafeName.self) { try EntryPath(member: bytes) }
}

@Test func `names have limits, and are taken up to them`() {
  let long = String(repeating: "x", count: 255)
  #expect(path("a/\(long)") == "a/\(long)")
  #expect(path("a/\(long)x") == nil)
  let deep = Array(repeating: "d", count: 128).joined(separator: "/")
  #expect(path(deep) == deep)
  #expect(path("\(deep)/d") == nil)
  let wide = Array(repeating: String(repeating: "y", count: 127), count: 16).joined(separator: "/")
  #expect(wide.utf8.count == 2047)
  #expect(path("\(wide)/") == wide)
  #expect(path("\(wide)/z") == nil)
}

@Test(arguments: [
  ("libx.so.1", "lib/libx.so"), ("./libx.so.1", "lib/libx.so"), ("../lib", "targets/lib"),
  ("..", "lib/up"), (".", "here"), ("lib/", "t"), ("../../a/b", "x/y/z"), ("a/b/c", "z"),
  ("./../a", "lib/z"),
])
func `a link may point anywhere inside`(text: String, member: String) {
  #expect(target(text, at: member))
}

@Test(arguments: [
  ("", "a"), ("/", "a"), ("/etc/passwd", "a/b"), ("..", "a"), ("../x", "a"), ("../../x", "lib/a"),
  ("./../x", "a"), ("../../../x", "a/b/c"), ("a/..", "b"), ("a/../../x", "lib/b"),
  ("x/../y", "a/b"),
  ("a\\b", "c"), ("a\nb", "c"), ("a\u{1B}b", "c"), (String(repeating: "x", count: 2049), "a"),
])
func `I11: a link may not point outside, nor where it could`(text: String, member: String) {
  #expect(!target(text, at: member))
}
