import CArchive
import CUDAFiles

/// The kinds of archive that are read: one suffix, one filter, one format. Nothing is guessed, because
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

/// One pass over an archive through libarchive, which only ever reads, and which has been loaded.
struct ArchiveReader: ~Copyable {
  private let archive: OpaquePointer
  private let name: String
  private let format: ArchiveFormat
  /// What libarchive reads, unless it is a zip. It is here as long as `archive`.
  private let stream: DecodedStream?
  /// What a zip says of itself, with which it agrees.
  private var directory: ZipDirectory?

  /// Starts at the descriptor's position: at the beginning, if nobody has read from it (I6: the bytes
  /// that were verified are the bytes that are read). `byteLimit`: of a tar, with all its headers.
  init(
    _ file: borrowing File, format: ArchiveFormat, name: String, byteLimit: Int64, threadCount: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(ArchiveError) {
    guard let archive = carchive_read_new() else { preconditionFailure("out of memory") }
    self.archive = archive
    self.name = name
    self.format = format
    let code: Int32
    if format.isZip {
      stream = nil
      directory = try ZipDirectory(file, archive: name)
      // Not _zip: that adds the streaming reader, which accepts a zip without a directory.
      carchive_read_support_format_zip_seekable(archive)
      code = carchive_read_open_fd(archive, file.descriptor, 1 << 17)
    } else {
      let stream = DecodedStream(
        file, format: format, name: name, byteLimit: byteLimit, threadCount: threadCount,
        isCancelled: isCancelled)
      self.stream = stream
      carchive_read_support_format_tar(archive)
      code = stream.open(in: archive)
    }
    guard code == ARCHIVE_OK else { throw stream?.failure ?? .notAnArchive(name, reason: reason) }
  }

  /// Reads a zip in memory, which must be there as long as this value is.
  init(zip bytes: UnsafeRawBufferPointer, format: ArchiveFormat, name: String) throws(ArchiveError)
  {
    guard let archive = carchive_read_new() else { preconditionFailure("out of memory") }
    self.archive = archive
    self.name = name
    self.format = format
    stream = nil
    directory = try ZipDirectory(zip: bytes, archive: name)
    carchive_read_support_format_zip_seekable(archive)
    guard carchive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
      throw .notAnArchive(name, reason: reason)
    }
  }

  deinit { _ = carchive_read_free(archive) }

  /// libarchive is there to be called, also by a thread that may open no file any more.
  static func load() throws(ArchiveError) {
    if let problem = carchive_load() { throw .unavailable(String(cString: problem)) }
  }

  /// The next entry, or `nil` at the end. A warning is an error: it means that the two copies of a field
  /// disagree, or that a name could not be read.
  mutating func next() throws(ArchiveError) -> Entry? {
    var entry: OpaquePointer?
    let code = carchive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF {
      try stream?.finish(limit: UnpackingLimit.tailByteCount)
      try directory?.checkEnd()
      return nil
    }
    guard code == ARCHIVE_OK, let entry else { throw failure }
    let result = Entry(entry, isLocalTime: format.isZip)
    try directory?.check(result.name)
    return result
  }

  /// Hands over the current entry's content in order, as (offset, bytes); what is between is zero.
  mutating func forEachBlock(
    _ body: (Int64, UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    while true {
      var start: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let code = carchive_read_data_block(archive, &start, &count, &offset)
      if code == ARCHIVE_EOF { return }
      guard code == ARCHIVE_OK else { throw failure }
      try body(offset, UnsafeRawBufferPointer(start: start, count: count))
    }
  }

  /// Why libarchive does not go on.
  private var failure: ArchiveError { stream?.failure ?? .damaged(name, reason: reason) }

  private var reason: String {
    carchive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read"
  }
}

/// One header of an archive, copied out of libarchive.
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

  /// `isLocalTime`: whether libarchive had to guess where the clock was.
  init(_ entry: OpaquePointer, isLocalTime: Bool) {
    name = Self.bytes(carchive_entry_pathname(entry))
    if let target = carchive_entry_hardlink(entry) {
      kind = .hardLink(target: Self.bytes(target))
    } else {
      // The S_IFMT values of Linux, as libarchive's AE_IF… macros, which are not imported.
      switch carchive_entry_filetype(entry) {
      case 0o100000: kind = .file
      case 0o040000: kind = .directory
      case 0o120000: kind = .link(target: Self.bytes(carchive_entry_symlink(entry)))
      default: kind = .other
      }
    }
    byteCount = carchive_entry_size_is_set(entry) != 0 ? carchive_entry_size(entry) : 0
    isExecutable = carchive_entry_perm(entry) & 0o111 != 0
    sparseByteCount = Self.sparseByteCount(entry)
    let time = Int64(carchive_entry_mtime(entry))
    // Two machines make the same tree of one archive, wherever they are.
    let shown = isLocalTime ? Timestamp.localClock(of: time) : time
    modified = (0..<4_102_444_800).contains(shown) ? shown : 0
  }

  private static func sparseByteCount(_ entry: OpaquePointer) -> Int64? {
    guard carchive_entry_sparse_reset(entry) > 0 else { return nil }
    var sum: Int64 = 0
    var (offset, count) = (Int64(0), Int64(0))
    while carchive_entry_sparse_next(entry, &offset, &count) == ARCHIVE_OK {
      let (next, overflow) = sum.addingReportingOverflow(count)
      sum = overflow ? .max : next
    }
    return sum
  }

  private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard var text else { return [] }
    var bytes: [UInt8] = []
    while text.pointee != 0 {
      bytes.append(UInt8(bitPattern: text.pointee))
      text += 1
    }
    return bytes
  }
}
