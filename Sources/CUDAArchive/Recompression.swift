package import CUDADigest
package import CUDAFiles

/// A tar that is compressed anew with zstd. Its bytes stay what they are; those of the archive are others.
package struct Recompression: Sendable {
  /// For messages: `cuda_nvcc-linux-x86_64-13.0.88-archive.tar.xz`.
  package var archive: String
  package var format: ArchiveFormat
  /// The archive's size, against which its content is measured.
  package var archiveByteCount: Int64
  /// Called with the bytes written since the last call.
  package var progress: @Sendable (Int64) -> Void
  package var isCancelled: @Sendable () -> Bool

  package init(
    archive: String, format: ArchiveFormat, archiveByteCount: Int64,
    progress: @escaping @Sendable (Int64) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.archive = archive
    self.format = format
    self.archiveByteCount = archiveByteCount
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Fills `target`, which is empty, with what `file` becomes.
  ///
  /// Read again once it is written, as an install will: what libzstd made of it, or a bad memory, is not found out by
  /// others who only have the new archive's hash.
  package func run(
    _ file: borrowing File, into target: borrowing File, by encoder: ZstdEncoder
  ) throws(ArchiveError) -> Recompressed {
    let stream = decoded(file, format, archiveByteCount)
    var tar = SHA256()
    var hash = SHA256()
    var byteCount: Int64 = 0
    var isOver = false
    while !isOver {
      let piece = try stream.next()
      tar.update(piece)
      isOver = piece.isEmpty
      try encoder.encode(piece, isLast: isOver) { (bytes) throws(ArchiveError) in
        guard !isCancelled() else { throw .cancelled }
        do throws(SystemCallError) { try target.write(bytes, at: byteCount) } catch {
          throw .files(error)
        }
        hash.update(bytes)
        byteCount += Int64(bytes.count)
        progress(Int64(bytes.count))
      }
    }
    guard try content(of: target, byteCount) == tar.finish() else {
      throw .files(.changed("pread", target.path))
    }
    return Recompressed(digest: hash.finish(), byteCount: byteCount)
  }

  private func decoded(
    _ file: borrowing File, _ format: ArchiveFormat, _ byteCount: Int64
  ) -> DecodedStream {
    DecodedStream(
      file, format: format, name: archive,
      byteLimit: UnpackingLimit.byteCount(ofArchive: byteCount), threadCount: 1,
      isCancelled: isCancelled)
  }

  /// The hash of the tar for which stands what was written; `nil` if that cannot be read.
  private func content(
    of target: borrowing File, _ byteCount: Int64
  ) throws(ArchiveError) -> SHA256Digest? {
    let stream = decoded(target, .tarZst, byteCount)
    var hash = SHA256()
    do throws(ArchiveError) {
      while true {
        let piece = try stream.next()
        guard !piece.isEmpty else { return hash.finish() }
        hash.update(piece)
      }
    } catch {
      switch error {
      // Nothing is wrong with the archive that it was made of.
      case .damaged, .notAnArchive: return nil
      default: throw error
      }
    }
  }
}

/// The bytes that an archive has become.
package struct Recompressed: Sendable, Equatable {
  package var digest: SHA256Digest
  package var byteCount: Int64
}

extension ArchiveFormat {
  /// Whether it is worth to be compressed anew: a tar that is read faster with zstd.
  package var isRecompressible: Bool { self == .tarXz || self == .tarGz }
}
