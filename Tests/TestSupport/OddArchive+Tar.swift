extension OddArchive {
  private static func tar(_ pieces: [UInt8]..., end: [UInt8] = ArchiveMaker.tarEnd) -> [UInt8] {
    ArchiveMaker.gzip(pieces.flatMap { $0 } + end)
  }

  private static let a = ArchiveMaker.tarFile("a", "text a\n")
  private static let file = ["a": "text a\n"]
  private static func link(_ name: String, _ target: String) -> [UInt8] {
    TarHeader(name, "2", link: target).sealed
  }
  private static func hardLink(_ name: String, _ target: String) -> [UInt8] {
    TarHeader(name, "1", link: target).sealed
  }
  private static func folder(_ name: String) -> [UInt8] { TarHeader(name, "5", mode: 0o755).sealed }
  private static func named(_ name: String) -> [UInt8] {
    ArchiveMaker.pax(["path": name]) + ArchiveMaker.tarFile("x", "text a\n")
  }
  private static func deep(_ count: Int) -> String {
    Array(repeating: "d", count: count - 1).joined(separator: "/") + "/a"
  }
  private static func text(_ count: Int) -> String { String(repeating: "n", count: count) }

  static let names: [OddArchive] = [
    .unpacked("empty parts of a name", ".tar.gz", ["d/a": "text a\n"], tar(named("d//./a"))),
    .unpacked(
      "dots and blanks at the end of names", ".tar.gz", ["a. .": "text a\n", " ": "text a\n"],
      tar(named("a. ."), named(" "))),
    .unpacked("a name of three dots", ".tar.gz", ["...": "text a\n"], tar(named("..."))),
    .unpacked("255 bytes in a name", ".tar.gz", [text(255): "text a\n"], tar(named(text(255)))),
    .refused("256 bytes in a name", ".tar.gz", because: "longer than 255", tar(named(text(256)))),
    .unpacked("depth 128", ".tar.gz", [deep(128): "text a\n"], tar(named(deep(128)))),
    .refused("depth 129", ".tar.gz", because: "deeper than 128", tar(named(deep(129)))),
    .refused(
      "a path of 2049 bytes", ".tar.gz", because: "longer than 2048",
      tar(named((0..<20).map { _ in text(104) }.joined(separator: "/")))),
    .refused("the name ..", ".tar.gz", because: "climbs", tar(folder(".."))),
    .refused("the name .", ".tar.gz", because: "its name is .", tar(named("."))),
    .refused("the name / in a directory", ".tar.gz", because: "absolute", tar(folder("/"))),
    .refused(
      "a name that reorders text", ".tar.gz", because: "control character",
      tar(named("a\u{202E}cod.exe"))),
    .refused("a soft hyphen", ".tar.gz", because: "control character", tar(named("a\u{AD}b"))),
    .refused("a line separator", ".tar.gz", because: "control", tar(named("a\u{2028}b"))),
    .refused("a tab", ".tar.gz", because: "control", tar(named("a\tb"))),
    .refused("a C1 control", ".tar.gz", because: "control", tar(named("a\u{9B}31mb"))),
    .refused(
      "a name that is not UTF-8", ".tar.gz", because: "UTF-8",
      tar(
        ArchiveMaker.tarFile(
          TarHeader("", size: 7).with { $0.put([0xC3, 0x28], at: 0) }, "text a\n"))),
    .refused("the receipt's name", ".tar.gz", because: "own", tar(named("./receipt.json"))),
    .refused(
      "the receipt's name for a directory", ".tar.gz", because: "own", tar(folder("receipt.json/"))),
    .refused(
      "the receipt's name on the way", ".tar.gz", because: "own", tar(named("receipt.ndjson/a"))),
    .refused(
      "the receipt's name for a link", ".tar.gz", because: "own", tar(a, link("receipt.json", "a"))),
    .refused("the lock's name", ".tar.gz", because: "own", tar(named(".cuda-install.lock"))),
    .refused("a file, then a directory", ".tar.gz", because: "twice", tar(a, folder("a/"))),
    .refused("a directory, then a file", ".tar.gz", because: "twice", tar(folder("a/"), a)),
    .refused("a file and a file in it", ".tar.gz", because: "taken", tar(a, named("a/b"))),
    .refused("a directory made, then a file", ".tar.gz", because: "taken", tar(named("a/b"), a)),
    .refused(
      "a file twice, the second empty", ".tar.gz", because: "twice",
      tar(a, ArchiveMaker.tarFile("./a", ""))),
    .refused(
      "one name composed and decomposed", ".tar.gz", because: "twice",
      tar(named("\u{E9}"), named("e\u{301}"))),
  ]

  static let links: [OddArchive] = [
    .refused(
      "a target behind another link", ".tar.gz", because: ".. behind a name",
      tar(folder("b"), link("a", "b/../.."))),
    .refused("a target above", ".tar.gz", because: "outside", tar(link("l", ".."))),
    .refused(
      "a target above, far down", ".tar.gz", because: "outside", tar(link("d/l", "./../../x"))),
    .unpacked("a target up to the top", ".tar.gz", ["d/l": "-> ../a"], tar(a, link("d/l", "../a"))),
    .unpacked("a target that is not there", ".tar.gz", ["l": "-> none"], tar(link("l", "none"))),
    .refused("a target with a control", ".tar.gz", because: "control", tar(link("l", "a\u{1B}[m"))),
    .refused("a target with a backslash", ".tar.gz", because: "backslash", tar(link("l", "..\\x"))),
    .refused(
      "a pax target above", ".tar.gz", because: "outside",
      tar(ArchiveMaker.pax(["linkpath": "../x"]), link("l", "a"))),
    .refused(
      "a pax target for a hard link above", ".tar.gz", because: "climbs",
      tar(a, ArchiveMaker.pax(["linkpath": "../x"]), hardLink("h", "a"))),
    .refused(
      "a long target that climbs", ".tar.gz", because: "outside",
      tar(ArchiveMaker.long("../" + text(150), "K"), link("l", "a"))),
    .refused(
      "a file through a link to a link", ".tar.gz", because: "taken",
      tar(folder("d"), link("l", "d"), link("m", "l"), named("m/x"))),
    .refused(
      "a directory over a link to one", ".tar.gz", because: "twice",
      tar(folder("d"), link("l", "d"), folder("l/"))),
    .refused(
      "a file through a link to the top", ".tar.gz", because: "taken",
      tar(link("l", "."), named("l/x"))),
    .refused("a hard link to itself", ".tar.gz", because: "before it", tar(hardLink("h", "h"))),
    .refused(
      "a hard link to a link", ".tar.gz", because: "before it",
      tar(a, link("l", "a"), hardLink("h", "l"))),
    .refused(
      "a hard link to a directory", ".tar.gz", because: "before it",
      tar(folder("d"), hardLink("h", "d"))),
    .refused(
      "a hard link through a link", ".tar.gz", because: "before it",
      tar(named("d/a"), link("l", "d"), hardLink("h", "l/a"))),
    .refused("a hard link to nothing", ".tar.gz", because: "before it", tar(a, hardLink("h", "b"))),
    .refused(
      "a hard link to an absolute name", ".tar.gz", because: "absolute",
      tar(a, hardLink("h", "/etc/passwd"))),
    .refused("a hard link over its file", ".tar.gz", because: "twice", tar(a, hardLink("a", "a"))),
    .unpacked(
      "a hard link to a hard link", ".tar.gz", ["h": "text a\n", "i": "text a\n"],
      tar(a, hardLink("h", "a"), hardLink("i", "./h"))),
    .refused("a socket", ".tar.gz", because: "neither", tar(a, TarHeader("s", "6").sealed)),
    .refused("a block device", ".tar.gz", because: "neither", tar(a, TarHeader("s", "4").sealed)),
  ]

  static let headers: [OddArchive] = [
    .unpacked(
      "old", ".tar.gz", file,
      tar(
        ArchiveMaker.tarFile(
          TarHeader("a", "\u{0}", size: 7).with {
            $0.put([UInt8](repeating: 0, count: 8), at: 257)
          }, "text a\n"))),
    .unpacked(
      "signed sum", ".tar.gz", ["\u{E9}": "text a\n"],
      tar(
        ArchiveMaker.tarFile(TarHeader("\u{E9}", size: 7).with { $0.isSigned = true }, "text a\n"))),
    .refused(
      "wrong sum", ".tar.gz", because: "is damaged",
      tar(a, ArchiveMaker.tarFile(TarHeader("b", size: 7).with { $0.checkError = 1 }, "text a\n"))),
    .refused(
      "negative size", ".tar.gz", because: "",
      tar(TarHeader("b").with { $0.put([UInt8](repeating: 0xFF, count: 12), at: 124) }.sealed)),
    .refused(
      "size of 2^62", ".tar.gz", because: "",
      tar(
        TarHeader("b").with { $0.put([0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0], at: 124) }.sealed)),
    .refused(
      "pax size of 2^63", ".tar.gz", because: "",
      tar(ArchiveMaker.pax(["size": "9223372036854775807"]), a)),
    .refused("negative pax size", ".tar.gz", because: "", tar(ArchiveMaker.pax(["size": "-1"]), a)),
    .unpacked(
      "pax size twice", ".tar.gz", ["a": "text"],
      tar(ArchiveMaker.pax(["size": "7", "size": "4"]), a)),
    .refused(
      "pax record longer than it is", ".tar.gz", because: "is damaged",
      tar(ArchiveMaker.pax(raw: "99 path=b\n"), a)),
    .refused(
      "pax record shorter than it is", ".tar.gz", because: "is damaged",
      tar(ArchiveMaker.pax(raw: "5 path=b\n"), a)),
    .refused(
      "pax record of no length", ".tar.gz", because: "is damaged",
      tar(ArchiveMaker.pax(raw: "path=b\n"), a)),
    .unpacked(
      "pax path with an end in it", ".tar.gz", ["b": "text a\n"],
      tar(ArchiveMaker.pax(["path": "b\u{0}../c"]), a)),
    .refused(
      "pax path that climbs", ".tar.gz", because: "climbs",
      tar(ArchiveMaker.pax(["path": "../ESCAPED-odd"]), a)),
    .unpacked("empty pax path", ".tar.gz", file, tar(ArchiveMaker.pax(["path": ""]), a)),
    .unpacked(
      "pax path for all", ".tar.gz", file,
      tar(ArchiveMaker.pax(["path": "../ESCAPED-odd"], type: "g"), a)),
    .unpacked("pax time that is none", ".tar.gz", file, tar(ArchiveMaker.pax(["mtime": "nan"]), a)),
    .unpacked(
      "pax time before all time", ".tar.gz", file,
      tar(ArchiveMaker.pax(["mtime": "-99999999999999999999"]), a)),
    .unpacked(
      "pax header of its own owner", ".tar.gz", file,
      tar(
        ArchiveMaker.pax([
          "uid": "0", "SCHILY.xattr.user.x": "y", "LIBARCHIVE.xattr.security.capability": "AAAA",
        ]), a)),
    .refused(
      "pax header without a file", ".tar.gz", because: "is damaged",
      tar(ArchiveMaker.pax(["path": "b"]))),
    .unpacked(
      "long name with an end in it", ".tar.gz", ["b": "text a\n"],
      tar(ArchiveMaker.long("b\u{0}/../../c", "L"), a)),
    .refused(
      "long name that climbs", ".tar.gz", because: "climbs",
      tar(ArchiveMaker.long("b/../../c", "L"), a)),
    .refused(
      "long name of 2 MiB", ".tar.gz", because: "", tar(ArchiveMaker.long(text(2 << 20), "L"), a)),
    .refused(
      "a long name for nothing", ".tar.gz", because: "is damaged",
      tar(a, ArchiveMaker.long("b", "L"))),
    .unpacked("a slash behind a file", ".tar.gz", [:], tar(a, TarHeader("d/").sealed)),
    .refused(
      "a directory with content", ".tar.gz", because: "",
      tar(ArchiveMaker.tarFile(TarHeader("d/", "5", size: 512), text(512)), a)),
    .unpacked(
      "a type that nobody knows", ".tar.gz", ["a": "text a\n", "b": ""],
      tar(a, TarHeader("b", "Z").sealed)),
    .refused(
      "a multi-volume part", ".tar.gz", because: "", tar(a, TarHeader("b", "M", size: 0).sealed)),
    .unpacked("no end", ".tar.gz", file, tar(a, end: [])),
    .unpacked("half an end", ".tar.gz", file, tar(a, end: [UInt8](repeating: 0, count: 512))),
    .unpacked(
      "members behind its end", ".tar.gz", file,
      tar(a, ArchiveMaker.tarEnd, ArchiveMaker.tarFile("../ESCAPED-odd", "x"))),
    .refused(
      "more than a mebibyte behind its end", ".tar.gz", because: "behind its end",
      tar(a, ArchiveMaker.tarEnd, [UInt8](repeating: 0, count: 2 << 20))),
    .refused(
      "broken off in a file", ".tar.gz", because: "", ArchiveMaker.gzip(Array(a.prefix(516)))),
    .refused(
      "broken off in a header", ".tar.gz", because: "is damaged",
      ArchiveMaker.gzip(a + a.prefix(100))),
    .refused("noise", ".tar.gz", because: "", ArchiveMaker.gzip(Mirror.noise(4096, of: "noise"))),
  ]

  /// GNU's sparse files in pax headers.
  private static func sparse(
    _ version: String, _ records: KeyValuePairs<String, String>, _ content: String
  ) -> [UInt8] {
    let major = version.prefix(1), minor = version.suffix(1)
    var all = ArchiveMaker.paxRecords([
      "GNU.sparse.major": "\(major)", "GNU.sparse.minor": "\(minor)",
    ])
    if major == "0" { all = "" }
    return ArchiveMaker.pax(raw: all + ArchiveMaker.paxRecords(records))
      + ArchiveMaker.tarFile("s", content)
  }

  private static func map(_ text: String) -> String {
    text + String(repeating: "\u{0}", count: 512 - text.utf8.count)
  }

  private static let holes = ["s": "ab" + String(repeating: "\u{0}", count: 6) + "cd"]

  static let sparse: [OddArchive] = [
    .unpacked(
      "sparse 0.0", ".tar.gz", holes,
      tar(
        sparse(
          "0.0",
          [
            "GNU.sparse.size": "10", "GNU.sparse.numblocks": "2", "GNU.sparse.offset": "0",
            "GNU.sparse.numbytes": "2", "GNU.sparse.offset": "8", "GNU.sparse.numbytes": "2",
          ], "abcd"))),
    .unpacked(
      "sparse 0.1", ".tar.gz", holes,
      tar(
        sparse(
          "0.1",
          ["GNU.sparse.size": "10", "GNU.sparse.numblocks": "2", "GNU.sparse.map": "0,2,8,2"],
          "abcd"))),
    .unpacked(
      "sparse 1.0", ".tar.gz", holes,
      tar(
        sparse(
          "1.0", ["GNU.sparse.realsize": "10", "GNU.sparse.name": "s"],
          map("2\n0\n2\n8\n2\n") + "abcd"))),
    .refused(
      "sparse 1.0 under a name that climbs", ".tar.gz", because: "climbs",
      tar(
        sparse(
          "1.0", ["GNU.sparse.realsize": "10", "GNU.sparse.name": "../ESCAPED-odd"],
          map("2\n0\n2\n8\n2\n") + "abcd"))),
    .refused(
      "sparse 0.1 that overlaps", ".tar.gz", because: "",
      tar(sparse("0.1", ["GNU.sparse.size": "10", "GNU.sparse.map": "0,3,2,2"], "abcde"))),
    .refused(
      "sparse 0.1 that runs backwards", ".tar.gz", because: "",
      tar(sparse("0.1", ["GNU.sparse.size": "10", "GNU.sparse.map": "8,2,0,2"], "abcd"))),
    .refused(
      "sparse 0.1 beyond its size", ".tar.gz", because: "",
      tar(sparse("0.1", ["GNU.sparse.size": "10", "GNU.sparse.map": "0,2,12,2"], "abcd"))),
    .refused(
      "sparse 0.1 with less than its map says", ".tar.gz", because: "",
      tar(sparse("0.1", ["GNU.sparse.size": "10", "GNU.sparse.map": "0,2,4,6"], "abcd"))),
    .refused(
      "sparse 0.1 of a tebibyte", ".tar.gz", because: "more than",
      tar(sparse("0.1", ["GNU.sparse.size": "1099511627776", "GNU.sparse.map": "0,2"], "ab"))),
    .refused(
      "sparse 0.1 with a map of words", ".tar.gz", because: "",
      tar(sparse("0.1", ["GNU.sparse.size": "10", "GNU.sparse.map": "a,b"], "ab"))),
    .refused(
      "sparse 1.0 with a map that breaks off", ".tar.gz", because: "",
      tar(
        sparse("1.0", ["GNU.sparse.realsize": "10", "GNU.sparse.name": "s"], map("9999\n0\n2\n")))),
    .refused(
      "sparse 1.0 that runs backwards", ".tar.gz", because: "",
      tar(
        sparse(
          "1.0", ["GNU.sparse.realsize": "10", "GNU.sparse.name": "s"],
          map("2\n8\n2\n0\n2\n") + "abcd"))),
    .refused(
      "sparse 1.0 with negative numbers", ".tar.gz", because: "",
      tar(
        sparse(
          "1.0", ["GNU.sparse.realsize": "10", "GNU.sparse.name": "s"], map("1\n-4\n2\n") + "ab"))),
  ]
}
