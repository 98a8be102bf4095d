import CUDAFiles
import CZstd

/// Compresses one file with zstd: one frame, with a check at its end.
///
/// The same libzstd makes the same bytes of it on every machine: into how many parts the work is cut depends on its
/// size alone, and not on how many threads there are for them.
package final class ZstdEncoder: @unchecked Sendable {
  // Sendable because it is handed on, never shared: whoever may start threads makes it, and one that may not uses it.

  /// Of libnvvm and libcurand of 13.0.2, 92 MB of xz, on two cores: 9 makes 97 MB in 10 s, 12 95 MB in 21 s, 17 92 MB in
  /// 84 s and 19 90 MB in 213 s. All of them are read at the same speed.
  static let level: Int32 = 9
  /// How far back it refers, as xz -6 does: whoever unpacks needs so much memory for each archive.
  static let windowLog: Int32 = 23

  private let stream: OpaquePointer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: ZSTD_CStreamOutSize(), alignment: 4096)
  private var isAtWork = false

  /// `workerCount`: threads that do the work, which are started here.
  package init(workerCount: Int) throws(ArchiveError) {
    guard let stream = ZSTD_createCCtx() else { throw .files(.noMemory("malloc", "zstd")) }
    self.stream = stream
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, Self.level), (ZSTD_c_windowLog, Self.windowLog),
      (ZSTD_c_checksumFlag, 1),
    ] {
      ZSTD_CCtx_setParameter(stream, parameter, value)
    }
    // A libzstd without threads refuses this, and does the work where it is called.
    ZSTD_CCtx_setParameter(stream, ZSTD_c_nbWorkers, Int32(workerCount))
    // With the first call come the threads, of no bytes also.
    try encode(UnsafeRawBufferPointer(start: nil, count: 0), isLast: false) { _ in }
  }

  deinit {
    buffer.deallocate()
    let address = UInt(bitPattern: stream)
    // Its threads finish what they have begun, which may take seconds: nobody who was stopped waits for that.
    guard isAtWork, (try? Thread { ZSTD_freeCCtx(OpaquePointer(bitPattern: address)) }) != nil
    else {
      ZSTD_freeCCtx(stream)
      return
    }
  }

  /// Takes all of `bytes`, and hands over what there is of the frame by then; all of it if these are the last.
  func encode(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool,
    _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    isAtWork = true
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
      let rest = ZSTD_compressStream2(
        stream, &output, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
      guard ZSTD_isError(rest) == 0 else {
        // Nothing else can go wrong with any bytes.
        throw .files(.noMemory("zstd", String(cString: ZSTD_getErrorName(rest))))
      }
      if output.pos > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<output.pos])) }
      guard isLast ? rest > 0 : input.pos < input.size else { break }
    }
    isAtWork = !isLast
  }
}
