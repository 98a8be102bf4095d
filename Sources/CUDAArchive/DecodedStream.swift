// Between a verified file and libarchive stands the decompressor of the archive's suffix, and no other.
//
// libarchive's own filters take as much memory as a header asks for, do not compare gzip's check, and leave the
// last checks of a stream unread.

import CArchive
import CUDAFiles

/// The bytes that a compressed file stands for, in order.
final class DecodedStream {
  /// What went wrong, as libarchive keeps only a text of it.
  private(set) var failure: ArchiveError?

  private let reading: FileReading
  private let name: String
  private let format: ArchiveFormat
  private let byteLimit: Int64
  private let decoder: any Decoder
  private let isCancelled: @Sendable () -> Bool
  private let inputBuffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 1 << 17, alignment: 4096)
  private let outputBuffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 1 << 18, alignment: 4096)
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var isAtStart = true
  private var hasAllInput = false
  private var byteCount: Int64 = 0

  /// Starts where the descriptor's position is; xz blocks are decoded by up to `threadCount` threads. `file` stays open
  /// as long as this value is used; more than `byteLimit` bytes are an error.
  init(
    _ file: borrowing File, format: ArchiveFormat, name: String, byteLimit: Int64, threadCount: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.isCancelled = isCancelled
    reading = file.reading
    self.name = name
    self.format = format
    self.byteLimit = byteLimit
    switch format {
    case .tarXz: decoder = XzDecoder(threadCount: threadCount)
    case .tarGz: decoder = GzipDecoder()
    case .tarZst: decoder = ZstdDecoder()
    case .zip, .wheel: preconditionFailure("a zip is not a stream")
    }
  }

  deinit {
    inputBuffer.deallocate()
    outputBuffer.deallocate()
  }

  /// The next bytes, there until the next call; none at the end, which has been checked then.
  func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
    if let failure { throw failure }
    do {
      return try decoded()
    } catch {
      failure = error
      throw error
    }
  }

  /// Reads to the end, so that the last checks are made: `limit` bytes are left at most.
  func finish(limit: Int) throws(ArchiveError) {
    var left = limit
    while true {
      let count = try next().count
      guard count > 0 else { return }
      left -= count
      guard left >= 0 else {
        throw .tooMuch(name, reason: "more than \(limit) bytes behind its end")
      }
    }
  }

  private func decoded() throws(ArchiveError) -> UnsafeRawBufferPointer {
    while true {
      guard !isCancelled() else { throw .cancelled }
      if input.isEmpty, !hasAllInput { try refill() }
      let step: DecoderStep
      do {
        step = try decoder.decode(&input, into: outputBuffer, hasAllInput: hasAllInput)
      } catch {
        switch error {
        case .damaged(let reason): throw .damaged(name, reason: reason)
        case .noMemory: throw .files(.noMemory("malloc", name))
        case .memory(let byteCount):
          throw .tooMuch(
            name,
            reason: "it takes more than \(DecoderLimit.windowByteCount >> 20) MiB of memory"
              + (byteCount.map { " (\($0 >> 20) MiB)" } ?? ""))
        }
      }
      byteCount += Int64(step.byteCount)
      guard byteCount <= byteLimit else {
        throw .tooMuch(name, reason: "more than \(byteLimit) bytes")
      }
      guard step.byteCount == 0, !step.isEnd else {
        return UnsafeRawBufferPointer(rebasing: outputBuffer[..<step.byteCount])
      }
    }
  }

  private func refill() throws(ArchiveError) {
    let count: Int
    do { count = try reading.next(into: inputBuffer) } catch { throw .files(error) }
    hasAllInput = count == 0
    input = UnsafeRawBufferPointer(rebasing: inputBuffer[..<count])
    guard isAtStart else { return }
    isAtStart = false
    guard count > 0 else { throw .notAnArchive(name, reason: "it is empty") }
    guard format.isBeginning(of: input) else {
      throw .notAnArchive(name, reason: "its content is not \(format.rawValue)")
    }
  }
}

extension DecodedStream {
  /// libarchive reads this stream from now on, and keeps no hold of it.
  func open(in archive: OpaquePointer) -> Int32 {
    carchive_read_open2(
      archive, Unmanaged.passUnretained(self).toOpaque(), nil,
      { archive, client, bytes in
        guard let client, let bytes else { return -1 }
        let stream = Unmanaged<DecodedStream>.fromOpaque(client).takeUnretainedValue()
        guard let piece = try? stream.next() else {
          // `failure` says why: a variadic function, archive_set_error cannot be called.
          return -1
        }
        bytes.pointee = piece.baseAddress
        return piece.count
      }, nil, nil)
  }
}

extension ArchiveFormat {
  /// Whether a file that begins so can be of this format. RFC 1952 §2.3, RFC 8878 §3.1, the .xz file format §2.1.1.
  fileprivate func isBeginning(of bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .tarXz: bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
    case .tarGz: bytes.starts(with: [0x1F, 0x8B])
    case .tarZst:
      bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        || (bytes.count > 4 && bytes[0] & 0xF0 == 0x50
          && bytes.dropFirst().starts(with: [0x2A, 0x4D, 0x18]))
    case .zip, .wheel: true
    }
  }
}
