import CUDAFiles

/// Where the bytes of a zip are; there as long as this value is used.
enum ZipSource {
  case file(FileReading, byteCount: Int64)
  case memory(UnsafeRawBufferPointer)

  init(_ file: borrowing File) throws(ArchiveError) {
    do { self = .file(file.reading, byteCount: try file.status().byteCount) } catch {
      throw .files(error)
    }
  }

  var byteCount: Int64 {
    switch self {
    case .file(_, let byteCount): byteCount
    case .memory(let bytes): Int64(bytes.count)
    }
  }

  /// How many bytes from `offset` on are in `buffer` now; 0 where the zip ends.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(ArchiveError) -> Int {
    switch self {
    case .file(let reading, _):
      do { return try reading.read(into: buffer, at: offset) } catch { throw .files(error) }
    case .memory(let bytes):
      let piece = bytes.dropFirst(Int(offset)).prefix(buffer.count)
      buffer.copyBytes(from: piece)
      return piece.count
    }
  }

  /// The bytes from `offset` on: fewer than `count` only where the zip ends.
  func bytes(from offset: Int64, _ count: Int) throws(ArchiveError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        return Result { () throws(ArchiveError) in try read(into: rest, at: offset + Int64(done)) }
      }
      let readByteCount = try result.get()
      guard readByteCount > 0 else { break }
      done += readByteCount
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// So much more of it has been read, or is not going to be.
  func advance(by byteCount: Int64) {
    if case .file(let reading, _) = self { reading.advance(by: byteCount) }
  }
}
