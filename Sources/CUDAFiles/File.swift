import CKernel
import Glibc

/// An open regular file; closed when the value ends.
package struct File: ~Copyable, Sendable {
  package let descriptor: Int32
  /// For messages.
  package let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    // close(2) is not retried: on Linux the descriptor is gone whatever it answers.
    close(descriptor)
  }

  /// All of `bytes` are in the file, from `offset` on.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemCallError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      done += try systemCall("pwrite", path) {
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      }
    }
  }

  /// All of `bytes` are in the file, from `offset` on.
  package func write(_ bytes: [UInt8], at offset: Int64) throws(SystemCallError) {
    let result = bytes.withUnsafeBytes { piece in
      Result { () throws(SystemCallError) in try write(piece, at: offset) }
    }
    try result.get()
  }

  /// The bytes read into `buffer` from `offset` on; 0 at the end of the file.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemCallError) -> Int {
    try reading.read(into: buffer, at: offset)
  }

  /// Calls `body` with the file's bytes from `start` on in order, 64 KiB at a time, up to place `limit`.
  package func forEachPiece<Failure: Error>(
    from start: Int64 = 0, upTo limit: Int64 = .max, mapping: (SystemCallError) -> Failure,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // It stays in a core's cache, and malloc(3) has it at hand; a larger one would be mapped anew for each file.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { buffer.deallocate() }
    var offset = start
    while offset < limit {
      let wanted = Int(min(Int64(buffer.count), limit - offset))
      let count: Int
      do {
        count = try read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
      } catch {
        throw mapping(error)
      }
      guard count > 0 else { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }

  /// Reads this file in order, from where its descriptor's position is.
  package var reading: FileReading { FileReading(descriptor: descriptor, path: path) }

  /// How far whoever reads this descriptor in order has come; another thread may ask. Not through the funnel: it
  /// is asked at random moments, changes nothing, and cannot fail on a file.
  package var readPosition: Int64 { Int64(lseek(descriptor, 0, SEEK_CUR)) }

  package func status() throws(SystemCallError) -> FileStatus {
    var status = stat()
    try systemCall("fstat", path) { fstat(descriptor, &status) }
    return FileStatus(status)
  }

  /// The file's data and size are on disk.
  package func sync() throws(SystemCallError) {
    try systemCall("fdatasync", path) { fdatasync(descriptor) }
  }

  package func truncate(to byteCount: Int64) throws(SystemCallError) {
    try systemCall("ftruncate", path) { ftruncate(descriptor, off_t(byteCount)) }
  }

  /// Takes room for `byteCount` bytes on the disk; the file's size stays. Nothing where the file system has no such call.
  package func reserve(_ byteCount: Int64) throws(SystemCallError) {
    do {
      try systemCall("fallocate", path) { ckernel_reserve(descriptor, off_t(byteCount)) }
    } catch let error where [EOPNOTSUPP, ENOSYS, EINVAL].contains(error.code) {}
  }

  /// The name of the one extended attribute that is ours.
  private static let attributeName = "user.cuda-install"

  /// What the attribute holds; `nil` if there is none, or the file system has none.
  package var attribute: [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try? systemCall("fgetxattr", path) {
      ckernel_get_attribute(descriptor, Self.attributeName, &bytes, bytes.count)
    }
    return count.map { Array(bytes[..<$0]) }
  }

  /// Whether the attribute holds `bytes` now: not every file system has attributes.
  package func setAttribute(_ bytes: [UInt8]) -> Bool {
    let done: Int32? = try? systemCall("fsetxattr", path) {
      ckernel_set_attribute(descriptor, Self.attributeName, bytes, bytes.count)
    }
    return done != nil
  }

  package func setMode(_ mode: UInt16) throws(SystemCallError) {
    try systemCall("fchmod", path) { fchmod(descriptor, mode_t(mode)) }
  }

  /// Sets the time of modification, and of access, in seconds since 1970.
  package func setModified(_ seconds: Int64) throws(SystemCallError) {
    let time = timespec(tv_sec: time_t(seconds), tv_nsec: 0)
    let times = [time, time]
    try systemCall("futimens", path) { futimens(descriptor, times) }
  }

  /// Tells the kernel that these pages are not needed again.
  package func dropCache() {
    // Advice: nothing depends on the answer.
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }

  /// Whether the exclusive lock on this file is now ours; `false` if another process has it.
  ///
  /// Held until the descriptor is closed.
  package func tryLock() throws(SystemCallError) -> Bool {
    try tryFlock(descriptor, LOCK_EX, path)
  }

  /// Gives the lock back. Closing alone would leave it with a child that is between fork and exec (I4).
  package func unlock() { _ = flock(descriptor, LOCK_UN) }
}

/// An open file that is read in order. Not to be used any more once the file is closed.
package struct FileReading: Sendable {
  let descriptor: Int32
  let path: String

  /// The bytes from `offset` on, at the front of `buffer`, and how many they are; 0 at the end of the file.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemCallError) -> Int {
    try systemCall("pread", path) {
      pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
  }

  /// `readPosition` says that so many bytes more are behind whoever reads: for those who read at places of their own, also
  /// several at once.
  package func advance(by byteCount: Int64) { lseek(descriptor, off_t(byteCount), SEEK_CUR) }

  /// The next bytes, at the front of `buffer`, and how many they are; 0 at the end of the file.
  package func next(into buffer: UnsafeMutableRawBufferPointer) throws(SystemCallError) -> Int {
    try systemCall("read", path) { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }
}

/// Whether `flock(2)` was granted; any errno but EWOULDBLOCK is an error (I1).
func tryFlock(
  _ descriptor: Int32, _ operation: Int32, _ subject: String
) throws(SystemCallError) -> Bool {
  do {
    try systemCall("flock", subject) { flock(descriptor, operation | LOCK_NB) }
    return true
  } catch let error where error.code == EWOULDBLOCK {
    return false
  }
}
