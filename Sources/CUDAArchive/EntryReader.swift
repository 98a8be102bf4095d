/// The kinds of archive that are read: one suffix, one decompressor, one format. Nothing is guessed, because
/// libarchive's guesses include formats that open other files (mtree).
package enum ArchiveFormat: String, CaseIterable, Sendable {
  case tarXz = ".tar.xz"
  case tarGz = ".tar.gz"
  case tarZst = ".tar.zst"
  case zip = ".zip"
  case wheel = ".whl"

  /// By the end of a file's name; `nil` for other names.
  package init?(fileName: String) {
    if fileName.hasSuffix(".tgz") {
      self = .tarGz
    } else if let format = Self.allCases.first(where: { fileName.hasSuffix($0.rawValue) }) {
      self = format
    } else {
      return nil
    }
  }

  var isZip: Bool { self == .zip || self == .wheel }
}

/// One pass over an archive.
protocol EntryReader: ~Copyable {
  /// The next entry, or `nil` at the end, where the last checks have been made.
  mutating func next() throws(ArchiveError) -> Entry?

  /// Hands over the current entry's content in order, as (offset, bytes); what is between is zero.
  mutating func forEachBlock(
    _ body: (Int64, UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError)
}

/// What an archive says of one entry.
struct Entry {
  enum Kind: Equatable {
    case file
    case directory
    case link(target: [UInt8])
    case hardLink(target: [UInt8])
    case other
  }

  /// As the archive has it, unchecked.
  let name: [UInt8]
  let kind: Kind
  let byteCount: Int64
  let isExecutable: Bool
  /// Of a sparse file, how many bytes are not in holes.
  let sparseByteCount: Int64?
  /// Seconds since 1970, or 0 where the archive's time is before that or beyond 2100.
  let modified: Int64

  static func plausible(_ time: Int64) -> Int64 { (0..<4_102_444_800).contains(time) ? time : 0 }
}
