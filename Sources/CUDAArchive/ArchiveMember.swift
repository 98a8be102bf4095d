/// One member of a small zip that is in memory, for what is read and not installed.
package enum ArchiveMember {
  /// The content of the first file that `isWanted`; `nil` if there is none.
  ///
  /// `zip`: whose digest was compared (I6). A member of more than `limit` bytes is an error.
  package static func content(
    of zip: [UInt8], named archive: String, limit: Int,
    where isWanted: (EntryPath) -> Bool
  ) throws(ArchiveError) -> [UInt8]? {
    // `withUnsafeBytes` passes on no typed error.
    let result = zip.withUnsafeBytes { bytes in
      Result { () throws(ArchiveError) in
        try content(of: bytes, named: archive, limit: limit, where: isWanted)
      }
    }
    return try result.get()
  }

  private static func content(
    of zip: UnsafeRawBufferPointer, named archive: String, limit: Int,
    where isWanted: (EntryPath) -> Bool
  ) throws(ArchiveError) -> [UInt8]? {
    var reader = ZipReader(try ZipDirectory(.memory(zip), archive: archive))
    var entryCount = 0
    while let entry = try reader.next() {
      entryCount += 1
      guard entryCount <= UnpackingLimit.entryCount else {
        throw .tooMuch(archive, reason: "more than \(UnpackingLimit.entryCount) entries")
      }
      // A name that cannot be taken is not the one that is looked for.
      guard entry.kind == .file, let path = try? EntryPath(member: entry.name), isWanted(path)
      else {
        continue
      }
      var content: [UInt8] = []
      try reader.forEachBlock { (offset, bytes) throws(ArchiveError) in
        guard offset == content.count, content.count + bytes.count <= limit else {
          throw .tooMuch(archive, reason: "\(path) has more than \(limit) bytes")
        }
        content += bytes
      }
      return content
    }
    return nil
  }
}
