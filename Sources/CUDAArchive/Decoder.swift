import CLZMA
import CZlib
import CZstd

/// One decompressor, from the first byte of a file to the last.
protocol Decoder: AnyObject {
  /// Takes bytes off the front of `input` and puts what they stand for at the front of `output`.
  ///
  /// `hasAllInput`: nothing comes behind `input`.
  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    hasAllInput: Bool
  ) throws(DecoderError) -> DecoderStep
}

struct DecoderStep {
  var byteCount: Int
  /// Whether the file is complete, and all its checks are right.
  var isEnd = false
}

enum DecoderError: Error {
  case damaged(String)
  /// The file wants more memory than `DecoderLimit` allows: how many bytes, if that is known.
  case memory(byteCount: UInt64?)
  /// The machine has no memory left for it.
  case noMemory

  static let breaksOff = DecoderError.damaged("it breaks off")
}

enum DecoderLimit {
  /// How far back a file may refer, which has to be in memory: twice of `xz -9`, and what zstd takes unasked.
  static let windowByteCount = 1 << windowLog
  static let windowLog = 27
  /// For blocks that are decoded at the same time, all together.
  static let blocksByteCount = 88 << 20
  /// What liblzma takes beside the window.
  static let overheadByteCount = 4 << 20
}

/// xz: streams one after the other, with padding between them.
final class XzDecoder: Decoder {
  private var stream = lzma_stream()
  private let isThreaded: Bool

  /// `threadCount`: how many blocks are decoded at a time, as far as the memory for them reaches.
  init(threadCount: Int) {
    let limit = UInt64(DecoderLimit.windowByteCount + DecoderLimit.overheadByteCount)
    let code: lzma_ret
    isThreaded = threadCount > 1
    if isThreaded {
      var settings = lzma_mt()
      settings.flags = clzma_concatenated
      settings.threads = UInt32(threadCount)
      settings.memlimit_threading = UInt64(DecoderLimit.blocksByteCount)
      settings.memlimit_stop = limit
      code = lzma_stream_decoder_mt(&stream, &settings)
    } else {
      code = lzma_stream_decoder(&stream, limit, clzma_concatenated)
    }
    guard code == LZMA_OK else { preconditionFailure("out of memory") }
  }

  /// Whether a file that begins so can be decoded by several threads: its first block says how long it is, as those of
  /// `xz -T2` do. The .xz file format §3.1.2.
  static func hasSizedBlocks(_ beginning: UnsafeRawBufferPointer) -> Bool {
    let (flags, sizes) = (13, UInt8(0xC0))
    return beginning.count > flags && beginning[flags] & sizes == sizes
  }

  deinit { lzma_end(&stream) }

  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    hasAllInput: Bool
  ) throws(DecoderError) -> DecoderStep {
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = input.count
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = output.count
    let code = lzma_code(&stream, hasAllInput ? LZMA_FINISH : LZMA_RUN)
    input = UnsafeRawBufferPointer(rebasing: input.suffix(stream.avail_in))
    let count = output.count - stream.avail_out
    switch code {
    case LZMA_OK: return DecoderStep(byteCount: count)
    case LZMA_STREAM_END: return DecoderStep(byteCount: count, isEnd: true)
    case LZMA_MEM_ERROR: throw .noMemory
    case LZMA_MEMLIMIT_ERROR:
      // With threads it would be what is in use so far.
      throw .memory(byteCount: isThreaded ? nil : lzma_memusage(&stream))
    case LZMA_BUF_ERROR: throw .breaksOff
    case LZMA_FORMAT_ERROR: throw .damaged("something else follows its end")
    case LZMA_OPTIONS_ERROR: throw .damaged("it has options that no xz archive has")
    case LZMA_DATA_ERROR: throw .damaged("its xz data is wrong")
    default: throw .damaged("liblzma cannot read it (\(code.rawValue))")
    }
  }
}

/// gzip: members one after the other, with zeros between them.
final class GzipDecoder: Decoder {
  // zlib keeps a pointer to it.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var isBetweenMembers = false

  init() {
    stream.initialize(to: z_stream())
    guard czlib_start_gzip(stream) == Z_OK else { preconditionFailure("out of memory") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    hasAllInput: Bool
  ) throws(DecoderError) -> DecoderStep {
    if isBetweenMembers {
      input = UnsafeRawBufferPointer(rebasing: input.drop { $0 == 0 })
      guard !input.isEmpty else { return DecoderStep(byteCount: 0, isEnd: hasAllInput) }
      inflateReset(stream)
      isBetweenMembers = false
    }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let code = inflate(stream, Z_NO_FLUSH)
    input = UnsafeRawBufferPointer(rebasing: input.suffix(Int(stream.pointee.avail_in)))
    let count = output.count - Int(stream.pointee.avail_out)
    switch code {
    case Z_STREAM_END:
      isBetweenMembers = true
      return DecoderStep(byteCount: count)
    case Z_OK, Z_BUF_ERROR:
      guard count > 0 || !input.isEmpty || !hasAllInput else { throw .breaksOff }
      return DecoderStep(byteCount: count)
    case Z_MEM_ERROR: throw .noMemory
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib cannot read it"
      throw .damaged("its gzip data is wrong: \(reason)")
    }
  }
}

/// zstd: frames one after the other.
final class ZstdDecoder: Decoder {
  private let stream: OpaquePointer
  private var isBetweenFrames = false

  init() {
    guard let stream = ZSTD_createDStream() else { preconditionFailure("out of memory") }
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(DecoderLimit.windowLog))
  }

  deinit { ZSTD_freeDStream(stream) }

  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    hasAllInput: Bool
  ) throws(DecoderError) -> DecoderStep {
    if isBetweenFrames, input.isEmpty { return DecoderStep(byteCount: 0, isEnd: hasAllInput) }
    var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var into = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(stream, &into, &from)
    guard ZSTD_isError(result) == 0 else {
      switch ZSTD_getErrorCode(result) {
      case ZSTD_error_frameParameter_windowTooLarge: throw .memory(byteCount: nil)
      case ZSTD_error_memory_allocation: throw .noMemory
      default: break
      }
      throw .damaged("its zstd data is wrong: \(String(cString: ZSTD_getErrorName(result)))")
    }
    input = UnsafeRawBufferPointer(rebasing: input[from.pos...])
    isBetweenFrames = result == 0
    if result != 0, into.pos == 0, input.isEmpty, hasAllInput { throw .breaksOff }
    return DecoderStep(byteCount: into.pos)
  }
}
