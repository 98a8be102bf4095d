import CUDADigest

/// The content of one member as it arrives: in order, exactly as long as declared, hashed with its holes.
struct EntryContent: ~Copyable {
  private let byteCount: Int64
  /// Of a sparse file, how many bytes have to arrive.
  private let sparseByteCount: Int64?
  private var arrivedByteCount: Int64 = 0
  private var end: Int64 = 0
  private var hash = SHA256()

  init(byteCount: Int64, sparseByteCount: Int64?) {
    self.byteCount = byteCount
    self.sparseByteCount = sparseByteCount
  }

  /// Whether the file is longer than what was written.
  var endsInHole: Bool { end < byteCount }

  mutating func add(
    _ bytes: UnsafeRawBufferPointer, at offset: Int64, or failure: @autoclosure () -> ArchiveError
  ) throws(ArchiveError) {
    guard offset >= end, offset == end || sparseByteCount != nil,
      offset + Int64(bytes.count) <= byteCount
    else { throw failure() }
    arrivedByteCount += Int64(bytes.count)
    addZeros(offset - end)
    hash.update(bytes)
    end = offset + Int64(bytes.count)
  }

  consuming func finish(or failure: @autoclosure () -> ArchiveError) throws(ArchiveError)
    -> SHA256Digest
  {
    guard sparseByteCount.map({ $0 == arrivedByteCount }) ?? (end == byteCount) else {
      throw failure()
    }
    addZeros(byteCount - end)
    return hash.finish()
  }

  private mutating func addZeros(_ count: Int64) {
    guard count > 0 else { return }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var left = count
    while left > 0 {
      let piece = min(left, Int64(zeros.count))
      zeros.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<Int(piece)])) }
      left -= piece
    }
  }
}
