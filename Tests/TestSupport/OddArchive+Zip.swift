extension OddArchive {
  private static let one = ZipMember("a", "text a\n")
  private static let other = ZipMember("d/b", "text b\n")
  private static let both = ["a": "text a\n", "d/b": "text b\n"]

  /// Two members, the first changed.
  private static func zip(_ change: (inout ZipMember) -> Void) -> [UInt8] {
    ZipParts(one.with(change), other).bytes
  }

  private static func whole(_ change: (inout ZipParts) -> Void) -> [UInt8] {
    ZipParts(one, other).with(change).bytes
  }

  private static let end = Array(ZipParts().bytes)

  static let zips: [OddArchive] = [
    .unpacked("plain", ".zip", both, whole { _ in }),
    .unpacked("with a comment", ".zip", both, whole { $0.comment = Array("a comment".utf8) }),
    .refused(
      "with another end in its comment", ".zip", because: "directory is not where",
      whole { $0.comment = end }),
    .refused("with two ends", ".zip", because: "directory is not where", whole { $0.tail = end }),
    .refused(
      "with bytes behind its end", ".zip", because: "is not at its end", whole { $0.tail = [0] }),
    .refused(
      "with an endless comment", ".zip", because: "no directory at its end",
      whole { $0.comment = [UInt8](repeating: 0x20, count: 5000) }),
    .refused(
      "behind a program that unpacks it", ".zip", because: "in front of its first member",
      whole { $0.prefix = Array("#!/bin/sh\n".utf8) }),
    .refused(
      "behind a program, with offsets as if alone", ".zip", because: "directory is not where",
      whole {
        $0.prefix = Array("#!/bin/sh\n".utf8)
        $0.offsetsAreRelative = true
      }),
    .refused(
      "with a gap between members", ".zip", because: "gap",
      whole { $0.members[1].gap = [UInt8](repeating: 0, count: 100) }),
    .refused(
      "with a small gap between members", ".zip", because: "gap",
      whole { $0.members[1].gap = [0] }),
    .refused(
      "with a gap before its directory", ".zip", because: "gap", whole { $0.gap = [1, 2, 3] }),
    .refused(
      "with a member that its directory has not", ".zip", because: "gap",
      whole {
        let hidden = ZipParts(one, ZipMember("hidden", "text")).bytes
        $0.members[1].gap = Array(hidden.dropFirst(31 + 7).prefix(36 + 4))
      }),
    .refused("with one entry too few", ".zip", because: "counted", whole { $0.count = 1 }),
    .refused("with one entry too many", ".zip", because: "breaks off", whole { $0.count = 3 }),
    .refused("with nothing in it", ".zip", because: "no entries", end),
    .refused("broken off", ".zip", because: "no directory", Array(whole { _ in }.dropLast(30))),
    .refused(
      "broken off at its beginning", ".zip", because: "directory is not where",
      Array(whole { _ in }.dropFirst(10))),
    .unpacked(
      "with the numbers of a zip64", ".zip", both,
      whole {
        $0.isZip64 = true
        $0.members[0].isZip64 = true
        $0.members[1].isZip64 = true
      }),
    .refused(
      "with a member at the end of the world", ".zip", because: "runs into",
      whole {
        $0.members[1].isZip64 = true
        $0.members[1].entry.offset = .max
      }),
    .refused(
      "with two counts of a zip64", ".zip", because: "zip64 records",
      whole {
        $0.isZip64 = true
        $0.zip64Count = 1
      }),
    .refused(
      "with half a million entries, as it says", ".zip", because: "too large",
      whole {
        $0.isZip64 = true
        $0.count = 500_001
      }),
    .refused(
      "with full sizes and no zip64 field", ".zip", because: "zip64 field",
      zip { $0.entry.byteCount = 0xFFFF_FFFF }),
    .refused(
      "with a zip64 field that nothing asks for", ".zip", because: "zip64 field",
      zip { $0.entry.extra = ArchiveMaker.field(1, [UInt8](repeating: 0, count: 16)) }),
    .refused(
      "with another size in a header's zip64 field", ".zip", because: "zip64 field",
      zip {
        $0.header.extra = ArchiveMaker.field(
          1, ArchiveMaker.little(99, 8) + ArchiveMaker.little(7, 8))
      }),
    .refused(
      "with two zip64 fields", ".zip", because: "zip64 field",
      zip {
        $0.isZip64 = true
        $0.entry.extra = ArchiveMaker.field(1, [UInt8](repeating: 0, count: 24))
      }),
    .refused(
      "with extra fields that break off", ".zip", because: "extra fields",
      zip { $0.entry.extra = [1, 2, 8, 0, 0] }),
    .refused(
      "with another name in a header", ".zip", because: "the header in front of it has another",
      zip { $0.header.name = Array("b".utf8) }),
    .refused(
      "with other flags in a header", ".zip", because: "do not agree", zip { $0.header.flags = 0 }),
    .refused(
      "with another method in a header", ".zip", because: "do not agree",
      zip { $0.header.method = 8 }),
    .refused(
      "with another check in a header", ".zip", because: "do not agree",
      zip { $0.header.check ^= 1 }),
    .refused(
      "with another packed size in a header", ".zip", because: "do not agree",
      zip { $0.header.packedByteCount -= 1 }),
    .refused(
      "with another time in a header", ".zip", because: "do not agree", zip { $0.header.time += 1 }),
    .refused(
      "with no check in a header", ".zip", because: "do not agree", zip { $0.header.check = 0 }),
    .refused(
      "with another size in both", ".zip", because: "two sizes",
      zip { $0.changeBoth { $0.byteCount += 1 } }),
    .refused(
      "encrypted", ".zip", because: "it is encrypted", zip { $0.changeBoth { $0.flags |= 1 } }),
    .refused(
      "encrypted throughout", ".zip", because: "flags",
      zip { $0.changeBoth { $0.flags |= 1 << 13 } }),
    .refused(
      "with a patch", ".zip", because: "flags", zip { $0.changeBoth { $0.flags |= 1 << 5 } }),
    .refused(
      "by bzip2", ".zip", because: "method 12", zip { $0.changeBoth { $0.method = 12 } }),
    .refused("by LZMA", ".zip", because: "method 14", zip { $0.changeBoth { $0.method = 14 } }),
    .unpacked("by deflate", ".zip", both, zip { $0.deflate() }),
    .refused(
      "by deflate, and longer than it says", ".zip", because: "is damaged",
      zip {
        $0.deflate()
        $0.changeBoth { $0.byteCount = 3 }
      }),
    .refused(
      "by deflate, and shorter than it says", ".zip", because: "a",
      zip {
        $0.deflate()
        $0.changeBoth { $0.byteCount = 30 }
      }),
    .refused(
      "with a wrong check", ".zip", because: "is damaged", zip { $0.changeBoth { $0.check ^= 1 } }),
    .unpacked("with a data descriptor", ".zip", both, zip { $0.stream() }),
    .unpacked("with a bare data descriptor", ".zip", both, zip { $0.stream(signed: false) }),
    .unpacked("with a long data descriptor", ".zip", both, zip { $0.stream(width: 8) }),
    .unpacked(
      "with a bare long data descriptor", ".zip", both, zip { $0.stream(signed: false, width: 8) }),
    .refused(
      "with another check in a data descriptor", ".zip", because: "data descriptor",
      zip { $0.stream(check: 7) }),
    .refused(
      "with no data descriptor", ".zip", because: "no data descriptor",
      zip { $0.changeBoth { $0.flags |= 1 << 3 } }),
    .refused(
      "with a data descriptor of no size", ".zip", because: "no data descriptor",
      zip {
        $0.stream()
        $0.body.append(0)
      }),
    .refused(
      "with members in one place", ".zip", because: "it runs into",
      whole { parts in
        parts.members[1].entry = parts.members[1].entry
        parts.members.append(ZipMember("c", "text c\n").with { $0.entry.offset = 38 })
      }),
    .refused(
      "with a member in another's content", ".zip", because: "it runs into",
      whole { parts in
        let inner = ZipMember("inner", "x")
        let body = ZipParts(inner).bytes
        parts.members = [
          ZipMember("outer", body, mode: 0o100644), inner.with { $0.entry.offset = 35 },
        ]
      }),
    .refused(
      "with a name for another reader in an extra field", ".zip", because: "another name",
      zip { $0.header.extra = ArchiveMaker.field(0x7075, [1, 0, 0, 0, 0] + Array("../a".utf8)) }),
    .unpacked(
      "with times in extra fields", ".zip", both,
      zip {
        $0.header.extra = ArchiveMaker.field(0x5455, [3] + [UInt8](repeating: 1, count: 8))
        $0.entry.extra = ArchiveMaker.field(0x5455, [3] + [UInt8](repeating: 1, count: 4))
      }),
    .refused(
      "with an absolute name", ".zip", because: "absolute",
      whole { $0.members[0] = ZipMember("/tmp/ESCAPED-odd", "x") }),
    .refused(
      "with backslashes", ".zip", because: "backslash",
      whole {
        $0.members[0] = ZipMember("..\\..\\ESCAPED-odd", "x").with { $0.entry.system = 0 }
      }),
    .refused(
      "with an empty name", ".zip", because: "empty", whole { $0.members[0] = ZipMember("", "x") }),
    .refused(
      "with an end in a name", ".zip", because: "control character",
      whole { $0.members[0] = ZipMember("a\0../b", "x") }),
    .refused(
      "with a name that is not UTF-8", ".zip", because: "UTF-8",
      zip { $0.changeBoth { $0.name = [0xC3, 0x28] } }),
    .unpacked(
      "with a UTF-8 name that does not say so", ".zip", ["d/b": "text b\n", "é": "text a\n"],
      zip { $0.changeBoth { ($0.name, $0.flags) = (Array("é".utf8), 0) } }),
    .refused(
      "with a name twice", ".zip", because: "twice", whole { $0.members.append(one) }),
    .refused(
      "with a name twice, spelled differently", ".zip", because: "twice",
      whole { $0.members.append(ZipMember("d/.//b", "x")) }),
    .refused(
      "with a file and a directory of one name", ".zip", because: "twice",
      whole { $0.members.append(ZipMember("a/", "", mode: 0o040755)) }),
    .refused(
      "with a file in a file", ".zip", because: "taken",
      whole { $0.members.append(ZipMember("a/b", "x")) }),
    .refused(
      "with a directory that has content", ".zip", because: "directory with content",
      whole { $0.members[0] = ZipMember("e/", "x", mode: 0o040755) }),
    .refused(
      "with a directory by its mode alone", ".zip", because: "no slash behind it",
      whole { $0.members[0] = ZipMember("e", "", mode: 0o040755) }),
    .unpacked(
      "with a link", ".zip", ["d/b": "text b\n", "l": "-> d/b"],
      whole { $0.members[0] = ZipMember("l", "d/b", mode: 0o120777) }),
    .refused(
      "with a link to elsewhere", ".zip", because: "outside",
      whole { $0.members[0] = ZipMember("l", "../ESCAPED-odd", mode: 0o120777) }),
    .refused(
      "with an absolute link", ".zip", because: "absolute",
      whole { $0.members[0] = ZipMember("l", "/etc", mode: 0o120777) }),
    .refused(
      "with a file through a link", ".zip", because: "taken",
      whole {
        $0.members[0] = ZipMember("l", "d", mode: 0o120777)
        $0.members.append(ZipMember("l/c", "x"))
      }),
    .refused(
      "with a device", ".zip", because: "a",
      whole { $0.members[0] = ZipMember("dev", "", mode: 0o020666) }),
    .unpacked(
      "with set-id bits, twice over", ".zip", both,
      zip {
        $0.entry.attributes = 0o106777 << 16
        $0.header.extra = ArchiveMaker.field(0x7875, [1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0])
      }),
    .unpacked("from DOS", ".zip", both, zip { ($0.entry.system, $0.entry.attributes) = (0, 0x20) }),
    .refused("a name and no zip", ".zip", because: "no directory", Array("<html>".utf8)),
    .refused("empty", ".zip", because: "no directory", []),
  ]
}
