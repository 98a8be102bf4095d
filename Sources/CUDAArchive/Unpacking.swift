package import CUDADigest
package import CUDAFiles

/// One archive becoming files of a tree: a reader reads, this writes.
///
/// Only files, directories, symbolic links that stay inside, and hard links to an earlier file of the same
/// archive are made. Files become 0444 or 0555, directories 0755 until the tree is complete; owners, attributes
/// and set-id bits are not taken (I11). A second member of one name is an error.
package struct Unpacking: Sendable {
  /// For messages: `cuda_nvcc-linux-x86_64-13.0.88-archive.tar.xz`.
  package var archive: String
  package var format: ArchiveFormat
  /// The archive's size, against which its content is measured.
  package var archiveByteCount: Int64
  /// How many threads may decode it at a time, where it `canBeSplit`.
  package var threadCount = 1
  /// Whether all members are below one directory, which is left away.
  package var hasTop: Bool
  /// Where a member goes in the tree. Called with the path behind the archive's top directory.
  package var destination: @Sendable (EntryPath) -> Destination
  /// Whether this archive is the first to bring `path`; the content of later ones is hashed, not written.
  package var claims: @Sendable (_ path: String) -> Bool
  /// Called with the bytes written since the last call.
  package var progress: @Sendable (Int64) -> Void
  package var isCancelled: @Sendable () -> Bool

  package enum Destination: Sendable {
    case tree(EntryPath)
    /// Kept in memory for whoever merges the trees; a directory or a link is left out.
    case memory(EntryPath)
    /// Counted, and not unpacked; a directory is.
    case omitted
    /// Passed over: it is about the archive, and no part of what is installed.
    case nowhere
    /// Nowhere: the reason, a phrase that follows the name.
    case refused(String)
  }

  package init(
    archive: String, format: ArchiveFormat, archiveByteCount: Int64, hasTop: Bool = true,
    destination: @escaping @Sendable (EntryPath) -> Destination,
    claims: @escaping @Sendable (_ path: String) -> Bool,
    progress: @escaping @Sendable (Int64) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.archive = archive
    self.format = format
    self.archiveByteCount = archiveByteCount
    self.hasTop = hasTop
    self.destination = destination
    self.claims = claims
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// As many as there are blocks of the usual 24 MiB that `DecoderLimit` has room for, and some for smaller ones.
  package static let mostThreads = 4

  /// Whether several threads can decode an archive faster than one. Does not move the descriptor's position (I6).
  package static func canBeSplit(
    _ file: borrowing File, _ format: ArchiveFormat
  ) throws(SystemCallError) -> Bool {
    guard format == .tarXz else { return false }
    var beginning: [UInt8] = []
    try file.forEachPiece(upTo: 16, mapping: { $0 }) { (piece) throws(SystemCallError) in
      beginning += piece
    }
    return beginning.withUnsafeBytes { XzDecoder.hasSizedBlocks($0) }
  }

  /// What it takes is there, also on a thread that may open no file any more.
  package static func prepare(for format: ArchiveFormat) throws(ArchiveError) {
    if !format.isZip { try TarReader.load() }
  }

  /// How many bytes the archive may become.
  var byteLimit: Int64 { UnpackingLimit.byteCount(ofArchive: archiveByteCount) }

  /// Unpacks all of `file` beneath `root`.
  package func run(
    _ file: borrowing File, into root: SharedDirectory
  ) throws(ArchiveError) -> Unpacked {
    if format.isZip {
      var reader = ZipReader(try ZipDirectory(try ZipSource(file), archive: archive))
      return try take(from: &reader, into: root)
    }
    try Self.prepare(for: format)
    var reader = try TarReader(
      file, format: format, name: archive, byteLimit: byteLimit, threadCount: threadCount,
      isCancelled: isCancelled)
    return try take(from: &reader, into: root)
  }

  private func take(
    from reader: inout some EntryReader & ~Copyable, into root: SharedDirectory
  ) throws(ArchiveError) -> Unpacked {
    var work = UnpackingWork(unpacking: self, root: root)
    while let entry = try reader.next() {
      guard !isCancelled() else { throw .cancelled }
      try work.take(entry, from: &reader)
    }
    guard !work.isEmpty else { throw .notAnArchive(archive, reason: "it has no entries") }
    return work.unpacked
  }
}

/// What one archive brought.
package struct Unpacked: Sendable {
  package init() {}

  package var entries: [UnpackedEntry] = []
  /// Files kept in memory, in the archive's order.
  package var held: [HeldFile] = []
  /// Hard links to files that another archive brought, and may not have written yet: to be made in the end.
  package var pendingLinks: [PendingLink] = []
  /// What was left out.
  package var omittedCount = 0
  package var omittedByteCount: Int64 = 0
  /// What the archive has become instead, where it is not unpacked.
  package var recompressed: Recompressed?
}

package struct UnpackedEntry: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case file(byteCount: Int64, mode: UInt16, digest: SHA256Digest)
    case link(target: String)
    case directory
  }

  package var path: String
  package var kind: Kind
  /// Seconds since 1970.
  package var modified: Int64

  package init(path: String, kind: Kind, modified: Int64) {
    self.path = path
    self.kind = kind
    self.modified = modified
  }
}

/// A second name for a file of the tree.
package struct PendingLink: Sendable, Equatable {
  package var original: EntryPath
  package var path: EntryPath
}

package struct HeldFile: Sendable, Equatable {
  package var path: EntryPath
  package var bytes: [UInt8]
  package var modified: Int64
}

/// Limits that no archive of a publisher comes near.
package enum UnpackingLimit {
  package static let entryCount = 500_000
  /// Of a zip, which is in memory whole while the zip is read.
  package static let directoryByteCount: Int64 = 32 << 20
  /// Bytes out per byte in, beyond `freeByteCount`.
  package static let ratio: Int64 = 256

  static func byteCount(ofArchive archiveByteCount: Int64) -> Int64 {
    let (bound, isLarger) = archiveByteCount.multipliedReportingOverflow(by: ratio)
    return isLarger ? .max : max(bound, freeByteCount)
  }

  package static let freeByteCount: Int64 = 64 << 20
  /// Behind the last entry of a tar, where only zeros belong: tar fills up a record, of 10 KiB unless it is told.
  package static let tailByteCount = 1 << 20
  package static let heldByteCount: Int64 = 1 << 20
  package static let heldFileCount = 100
}
