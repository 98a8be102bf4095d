import CKernel
import Glibc

extension Directory {
  /// The bytes of the file `name`, or `nil` if it does not exist.
  ///
  /// EFBIG if there are more than `limit`.
  package func contents(of name: String, limit: Int) throws(SystemCallError) -> [UInt8]? {
    let file: File
    do {
      file = try open(name)
    } catch let error where error.code == ENOENT {
      return nil
    }
    return try file.contents(limit: limit)
  }

  /// What of a new file is on disk when the call returns.
  package enum Durability: Sendable {
    /// Whatever the kernel likes: after a power cut the name may lead to nothing.
    case none
    /// The bytes, before the name is (I7).
    case bytes
    case bytesAndName
  }

  /// Makes `name` a file with exactly these bytes in one step: readers see the old file or the new one.
  package func replace(
    _ name: String, with bytes: [UInt8], _ durability: Durability, mode: UInt16 = 0o644
  ) throws(SystemCallError) {
    let temporary = ".\(name).\(UniqueName.next())"
    do {
      let file = try create(temporary, mode: mode)
      try file.write(bytes, at: 0)
      if durability != .none { try file.sync() }
      try rename(temporary, to: name)
    } catch {
      // The first failure is the one to report; the sweep takes what this cannot.
      try? unlink(temporary)
      throw error
    }
    if durability == .bytesAndName { try sync() }
  }
}

extension File {
  /// The file that `path` leads to, symbolic links followed. A fifo does not block, and is not a file.
  package static func open(_ path: String) throws(SystemCallError) -> File {
    let descriptor = try systemCall("open", path) {
      ckernel_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0)
    }
    return File(descriptor: descriptor, path: path)
  }

  /// All bytes. EFBIG if there are more than `limit`.
  package func contents(limit: Int) throws(SystemCallError) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPiece(upTo: Int64(limit) + 1, mapping: { $0 }) {
      (piece) throws(SystemCallError) in
      bytes.append(contentsOf: piece)
    }
    guard bytes.count <= limit else {
      throw SystemCallError(call: "read", subject: path, code: EFBIG)
    }
    return bytes
  }
}
