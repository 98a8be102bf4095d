/// A zip as Python's zipfile writes it: Unix modes, times of day without a zone, nothing compressed.
extension ArchiveMaker {
  package static func zip(_ members: [Member]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let isFile = if case .file = member.kind { true } else { false }
      let bytes = isFile ? member.bytes : []
      let name = Array(member.name.utf8)
      // 2020-02-02 00:00:00, as in NVIDIA's wheels.
      var common: [UInt8] = little(20, 2) + little(0x800, 2) + little(0, 2) + little(0, 2)
      common += little((2020 - 1980) << 9 | 2 << 5 | 2, 2) + little(Int(crc32(bytes)), 4)
      common += little(bytes.count, 4) + little(bytes.count, 4) + little(name.count, 2)
      common += little(0, 2)
      let type = isFile ? 0o100000 : 0o040000
      directory += [0x50, 0x4B, 1, 2] + little(3 << 8 | 20, 2) + common
      directory += little(0, 2) + little(0, 2) + little(0, 2)
      directory += little((type | member.mode) << 16, 4) + little(archive.count, 4) + name
      archive += [0x50, 0x4B, 3, 4] + common + name + bytes
    }
    let start = archive.count
    archive += directory + [0x50, 0x4B, 5, 6] + little(0, 4)
    archive += little(members.count, 2) + little(members.count, 2)
    return archive + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
