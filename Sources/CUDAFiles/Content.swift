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
    var bytes: [UInt8] = []
    try file.forEachPiece(upTo: Int64(limit) + 1, mapping: { $0 }) {
      (piece) throws(SystemCallError) in
      bytes.append(contentsOf: piece)
    }
    guard bytes.count <= limit else {
      throw SystemCallError(call: "read", subject: at(name), code: EFBIG)
    }
    return bytes
  }

  /// Makes `name` a file with exactly these bytes in one step: readers see the old file or the new one.
  ///
  /// `durably`: on disk too, data before name (I7).
  package func replace(
    _ name: String, with bytes: [UInt8], durably: Bool, mode: UInt16 = 0o644
  ) throws(SystemCallError) {
    let temporary = ".\(name).\(UniqueName.next())"
    do {
      let file = try create(temporary, mode: mode)
      try file.write(bytes, at: 0)
      if durably { try file.sync() }
      try rename(temporary, to: name)
    } catch {
      // The first failure is the one to report; the sweep takes what this cannot.
      try? unlink(temporary)
      throw error
    }
    if durably { try sync() }
  }
}
