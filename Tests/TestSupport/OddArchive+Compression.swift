extension OddArchive {
  private static let tar = ArchiveMaker.tarFile("a", "text a\n") + ArchiveMaker.tarEnd
  private static let file = ["a": "text a\n"]
  private static let gzip = GzipMember(tar)
  private static let xz = XzStream(tar)
  private static let zstd = ZstdFrame(tar)

  private static func gzip(_ flags: UInt8, _ fields: [UInt8]) -> [UInt8] {
    gzip.with { ($0.flags, $0.fields) = (flags, fields) }.bytes
  }

  /// With the check of its header that RFC 1952 §2.3.1 describes.
  private static func checkedHeader(error: Int) -> [UInt8] {
    let header = gzip.with { $0.flags = 2 }.header
    return gzip(2, ArchiveMaker.little((Int(ArchiveMaker.crc32(header)) & 0xFFFF) ^ error, 2))
  }

  /// Each byte as its distance from the one before.
  private static let differences = zip(tar, [0] + tar).map { $0 &- $1 }

  package static let compression: [OddArchive] = [
    .unpacked(
      "a name of 1 MiB", ".tar.gz", file, gzip(8, [UInt8](repeating: 0x6E, count: 1 << 20) + [0])),
    .unpacked("a comment", ".tar.gz", file, gzip(16, Array("text".utf8) + [0])),
    .unpacked(
      "extra fields", ".tar.gz", file,
      gzip(4, ArchiveMaker.little(60000, 2) + [UInt8](repeating: 1, count: 60000))),
    .unpacked("a checked header", ".tar.gz", file, checkedHeader(error: 0)),
    .refused("a wrongly checked header", ".tar.gz", because: "is damaged", checkedHeader(error: 1)),
    .refused("a flag that nobody knows", ".tar.gz", because: "is damaged", gzip(0x20, [])),
    .refused("a wrong check", ".tar.gz", because: "is damaged", gzip.with { $0.check = 7 }.bytes),
    .refused(
      "a wrong length", ".tar.gz", because: "is damaged", gzip.with { $0.byteCount = 7 }.bytes),
    .refused("no check", ".tar.gz", because: "is damaged", Array(gzip.bytes.dropLast(8))),
    .refused("half a check", ".tar.gz", because: "is damaged", Array(gzip.bytes.dropLast(3))),
    .refused(
      "something behind it", ".tar.gz", because: "is damaged", gzip.bytes + Array("<html>".utf8)),
    .unpacked("zeros behind it", ".tar.gz", file, gzip.bytes + [UInt8](repeating: 0, count: 700)),
    .unpacked("an empty member in front", ".tar.gz", file, GzipMember([]).bytes + gzip.bytes),
    .unpacked(
      "members", ".tar.gz", file,
      GzipMember(Array(tar.prefix(700))).bytes + GzipMember(Array(tar.dropFirst(700))).bytes),
    .refused(
      "a half member behind it", ".tar.gz", because: "is damaged",
      gzip.bytes + gzip.bytes.prefix(15)),
    .refused("an xz within", ".tar.gz", because: "", GzipMember(xz.bytes).bytes),
    .refused("a gzip within", ".tar.gz", because: "", GzipMember(gzip.bytes).bytes),
    .refused(
      "a zip within", ".tar.gz", because: "", GzipMember(ArchiveMaker.zip([.file("a", "x")])).bytes),

    .unpacked("plain", ".tar.xz", file, xz.bytes),
    .unpacked(
      "streams, an empty one among them", ".tar.xz", file,
      xz.with { $0.isEmpty = true }.bytes + xz.bytes + xz.with { $0.isEmpty = true }.bytes),
    .unpacked("padding", ".tar.xz", file, xz.bytes + [0, 0, 0, 0]),
    .refused("padding of three bytes", ".tar.xz", because: "is damaged", xz.bytes + [0, 0, 0]),
    .refused(
      "something behind it", ".tar.xz", because: "is damaged", xz.bytes + Array("<html>\n\n".utf8)),
    .refused(
      "a dictionary of 1.5 GiB", ".tar.xz", because: "memory", xz.with { $0.dictionary = 37 }.bytes),
    .refused(
      "a dictionary of 4 GiB", ".tar.xz", because: "memory", xz.with { $0.dictionary = 40 }.bytes),
    .unpacked("a dictionary of 64 MiB", ".tar.xz", file, xz.with { $0.dictionary = 28 }.bytes),
    .refused(
      "a dictionary of no size", ".tar.xz", because: "", xz.with { $0.dictionary = 41 }.bytes),
    .unpacked("a filter for x86", ".tar.xz", file, xz.with { $0.filters = [(4, [])] }.bytes),
    .unpacked(
      "differences", ".tar.xz", file,
      xz.with { ($0.filters, $0.content) = ([(3, [0])], differences) }.bytes),
    .refused(
      "a filter that nobody knows", ".tar.xz", because: "",
      xz.with { $0.filters = [(0x3F, [])] }.bytes),
    .refused(
      "a wrong check behind the tar's end", ".tar.xz", because: "is damaged",
      xz.with { $0.checkError = 1 }.bytes),
    .refused("no end", ".tar.xz", because: "is damaged", Array(xz.bytes.dropLast(12))),
    .refused(
      "LZMA alone", ".tar.xz", because: "is not .tar.xz",
      [0x5D, 0, 0, 0x80, 0] + [UInt8](repeating: 0xFF, count: 8) + [0, 0x3D, 0x12]),
    .refused("a gzip", ".tar.xz", because: "is not .tar.xz", gzip.bytes),
    .refused("a tar", ".tar.xz", because: "is not .tar.xz", tar),

    .unpacked("plain", ".tar.zst", file, zstd.bytes),
    .unpacked("a skipped frame", ".tar.zst", file, zstd.with { $0.skipped = [1, 2, 3] }.bytes),
    .unpacked(
      "frames", ".tar.zst", file,
      ZstdFrame(Array(tar.prefix(700))).bytes + ZstdFrame(Array(tar.dropFirst(700))).bytes),
    .refused(
      "a skipped frame that ends nowhere", ".tar.zst", because: "",
      [0x50, 0x2A, 0x4D, 0x18, 0xFF, 0xFF, 0xFF, 0x7F] + zstd.bytes),
    .refused(
      "a window of 2 GiB", ".tar.zst", because: "memory", zstd.with { $0.windowLog = 31 }.bytes),
    .unpacked("a window of 64 MiB", ".tar.zst", file, zstd.with { $0.windowLog = 26 }.bytes),
    .refused(
      "a dictionary that is not here", ".tar.zst", because: "is damaged",
      zstd.with { $0.dictionary = 7 }.bytes),
    .refused(
      "something behind it", ".tar.zst", because: "is damaged", zstd.bytes + Array("<html>".utf8)),
    .refused("broken off", ".tar.zst", because: "is damaged", Array(zstd.bytes.dropLast(1))),
  ]
}
