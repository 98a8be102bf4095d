package import CUDAFiles

extension LockedStore {
  /// A verified download is the file at `path` below the prefix, whole and on disk: no part of a tree, but of a
  /// directory that is a source.
  package func place(_ partial: PartialDownload, at path: [String]) throws(SystemCallError) {
    guard let name = path.last else { preconditionFailure("a file has a name") }
    let parent = try directory(path.dropLast())
    let temporary = ".\(name).\(UniqueName.next())"
    do {
      try partial.file.setMode(0o644)
      // I7: no rename leaves its directory.
      do {
        try parent.hardLink(partial.name, in: partials, as: temporary)
        try partial.file.sync()
      } catch let error where error.hasNoHardLinks {
        try copy(partial, to: temporary, in: parent)
      }
      try parent.rename(temporary, to: name)
      try parent.sync()
    } catch {
      try? parent.unlink(temporary)
      throw error
    }
  }

  /// A stick's file system has no second names.
  private func copy(
    _ partial: PartialDownload, to name: String, in parent: borrowing Directory
  ) throws(SystemCallError) {
    let file = try parent.create(name)
    var offset: Int64 = 0
    try partial.file.forEachPiece(upTo: partial.byteCount, mapping: { $0 }) {
      (piece) throws(SystemCallError) in
      try file.write(piece, at: offset)
      offset += Int64(piece.count)
    }
    try file.sync()
  }

  /// A small file at `path` below the prefix has these bytes, in one step.
  package func place(_ bytes: [UInt8], at path: [String]) throws(SystemCallError) {
    guard let name = path.last else { preconditionFailure("a file has a name") }
    try directory(path.dropLast()).replace(name, with: bytes, .bytesAndName)
  }

  /// Removes what a process that died had not yet given its name, in the directory at `path`.
  package func sweep(_ path: [String]) throws(SystemCallError) {
    var directory = try prefix.directory(".")
    for name in path {
      guard try directory.status(name)?.kind == .directory else { return }
      directory = try directory.directory(name)
    }
    // I1: its owner held the lock that we hold now.
    for name in try directory.names() where Layout.isTemporary(name) { try directory.unlink(name) }
  }

  /// The directory at `path` below the prefix, made where it is missing.
  private func directory(_ path: ArraySlice<String>) throws(SystemCallError) -> Directory {
    var directory = try prefix.directory(".")
    for name in path {
      try directory.ensureDirectory(name)
      // I7: the name is on disk before anything in it is relied on.
      try directory.sync()
      directory = try directory.directory(name)
    }
    return directory
  }
}
