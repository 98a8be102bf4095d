import CArchive
import CUDAFiles

/// One pass over a tar through libarchive, which only ever reads, and which has been loaded.
struct TarReader: EntryReader, ~Copyable {
  private let archive: OpaquePointer
  private let name: String
  /// What libarchive reads. It is here as long as `archive`.
  private let stream: DecodedStream

  /// Starts at the descriptor's position: at the beginning, if nobody has read from it (I6: the bytes
  /// that were verified are the bytes that are read). `byteLimit`: of a tar, with all its headers.
  init(
    _ file: borrowing File, format: ArchiveFormat, name: String, byteLimit: Int64, threadCount: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(ArchiveError) {
    guard let archive = carchive_read_new() else { preconditionFailure("out of memory") }
    self.archive = archive
    self.name = name
    stream = DecodedStream(
      file, format: format, name: name, byteLimit: byteLimit, threadCount: threadCount,
      isCancelled: isCancelled)
    carchive_read_support_format_tar(archive)
    guard stream.open(in: archive) == ARCHIVE_OK else {
      throw stream.failure ?? .notAnArchive(name, reason: reason)
    }
  }

  deinit { _ = carchive_read_free(archive) }

  /// libarchive is there to be called, also by a thread that may open no file any more.
  static func load() throws(ArchiveError) {
    if let problem = carchive_load() { throw .unavailable(String(cString: problem)) }
  }

  /// A warning is an error: it means that the two copies of a field disagree, or that a name could not be read.
  mutating func next() throws(ArchiveError) -> Entry? {
    var entry: OpaquePointer?
    let code = carchive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF {
      try stream.finish(limit: UnpackingLimit.tailByteCount)
      return nil
    }
    guard code == ARCHIVE_OK, let entry else { throw failure }
    return Entry(entry)
  }

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
  private var failure: ArchiveError { stream.failure ?? .damaged(name, reason: reason) }

  private var reason: String {
    carchive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read"
  }
}

extension Entry {
  /// Copied out of libarchive.
  fileprivate init(_ entry: OpaquePointer) {
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
    modified = Self.plausible(Int64(carchive_entry_mtime(entry)))
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
