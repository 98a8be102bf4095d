import CUDAArchive
import Synchronization
import TestSupport
import Testing

private let members: [Member] = [
  .file("nvidia/cu13/lib/libx.so.1", "library", mode: 0o744),
  .file("x-1.dist-info/METADATA", "Name: x\n"),
]

@Suite struct `A wheel` {
  @Test func `has no top directory, and what goes nowhere is passed over`() throws {
    var unpack = Unpack(archive: ArchiveMaker.zip(members + [.file("top", "file")]))
    unpack.format = .wheel
    unpack.hasTop = false
    unpack.destination = { $0.names[0] == "x-1.dist-info" ? .nowhere : .tree($0) }
    let unpacked = try unpack.run()
    #expect(unpacked.entries.map(\.path) == ["nvidia/cu13/lib/libx.so.1", "top"])
    #expect(unpacked.omittedCount == 0)
    #expect(unpack.text("nvidia/cu13/lib/libx.so.1") == "library")
    #expect(unpack.mode("nvidia/cu13/lib/libx.so.1") == 0o555)
    #expect(namesIn(unpack.root) == ["nvidia", "top"])
  }

  @Test func `cannot have one name twice, even where it goes nowhere`() {
    var unpack = Unpack(archive: ArchiveMaker.zip(members + [.file("x-1.dist-info/METADATA", "")]))
    unpack.format = .wheel
    unpack.hasTop = false
    unpack.destination = { $0.names[0] == "x-1.dist-info" ? .nowhere : .tree($0) }
    #expect(unpack.refusal == "x-1.dist-info/METADATA: the archive has it twice")
  }

  @Test func `gives one member without being unpacked`() throws {
    let zip = ArchiveMaker.zip(members)
    func content(_ name: String, limit: Int = 100) throws(ArchiveError) -> [UInt8]? {
      try ArchiveMember.content(of: zip, named: "x.whl", limit: limit) { $0.names.last == name }
    }
    #expect(try content("METADATA") == Array("Name: x\n".utf8))
    #expect(try content("RECORD") == nil)
    #expect(
      throws: ArchiveError.tooMuch(
        "x.whl", reason: "x-1.dist-info/METADATA has more than 7 bytes")
    ) { try content("METADATA", limit: 7) }
  }

  @Test(arguments: [
    "../METADATA", "a\\b", "/METADATA", "x-1.dist-info/METADATA", "x-1.dist-info//./METADATA",
  ])
  func `gives nothing if it names anything that could not be unpacked, or one thing twice`(
    name: String
  ) {
    let zip = ArchiveMaker.zip(members + [.file(name, "no")])
    #expect(throws: ArchiveError.self) {
      try ArchiveMember.content(of: zip, named: "x.whl", limit: 100) {
        $0.names.last == "METADATA"
      }
    }
  }

  @Test func `gives nothing if the rest would be more than is plausible`() {
    var bomb = ZipMember("bomb", "x")
    bomb.deflate()
    bomb.changeBoth { $0.byteCount = 1 << 31 }
    let zip = ZipParts(ZipMember("x-1.dist-info/METADATA", "x"), bomb).bytes
    #expect(throws: ArchiveError.tooMuch("x.whl", reason: "more than 67108864 bytes")) {
      try ArchiveMember.content(of: zip, named: "x.whl", limit: 100) {
        $0.names.last == "METADATA"
      }
    }
  }

  @Test func `broken off or changed in one byte is read or refused, never a trap`() {
    let zip = ArchiveMaker.zip(members)
    for index in zip.indices {
      var changed = zip
      changed[index] ^= 0xFF
      for bytes in [Array(zip[..<index]), changed] {
        _ = try? ArchiveMember.content(of: bytes, named: "x.whl", limit: 100) {
          $0.names.last == "METADATA"
        }
      }
    }
  }
}
