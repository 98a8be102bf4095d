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

  /// A file in the making in the directory at `path` below the prefix.
  package func makeDraft(in path: [String]) throws(SystemCallError) -> Draft {
    let parent = try directory(path[...])
    let name = Layout.newDraft()
    return Draft(path: path, name: name, file: try parent.create(name))
  }

  /// What was written into the draft is the file `name` beside it, whole and on disk.
  package func place(_ draft: Draft, as name: String) throws(SystemCallError) {
    let parent = try directory(draft.path[...])
    // I7: bytes, then the name.
    try draft.file.sync()
    try parent.rename(draft.name, to: name)
    try parent.sync()
  }

  /// Removes a draft that will not be placed.
  package func discard(_ draft: Draft) {
    // A leftover is swept by the next run.
    let parent = try? directory(draft.path[...])
    try? parent?.unlink(draft.name)
  }

  /// A small file at `path` below the prefix has these bytes, in one step.
  package func place(_ bytes: [UInt8], at path: [String]) throws(SystemCallError) {
    guard let name = path.last else { preconditionFailure("a file has a name") }
    try directory(path.dropLast()).replace(name, with: bytes, .bytesAndName)
  }

  /// Removes what a process that died had not yet given its name, wherever it is below the directory `name`.
  package func sweep(below name: String) throws(SystemCallError) {
    try sweep(name, in: prefix)
  }

  private func sweep(_ name: String, in parent: borrowing Directory) throws(SystemCallError) {
    do throws(SystemCallError) {
      switch try parent.status(name)?.kind {
      case .directory:
        let directory = try parent.directory(name)
        for name in try directory.names() { try sweep(name, in: directory) }
      // I1: its owner held the lock that we hold now. A publisher's directory may have such a name as well.
      case .file where Layout.isTemporary(name): try parent.unlink(name)
      default: break
      }
    } catch {
      // What this user may not look at or change is no leftover of a run that could be this one's.
      guard error.isPermission else { throw error }
    }
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

/// A file without its name, written by one thread at a time.
package final class Draft: Sendable {
  package let file: File
  /// The directory in which it is, and will be: no rename leaves it (I7).
  let path: [String]
  let name: String

  init(path: [String], name: String, file: consuming File) {
    self.path = path
    self.name = name
    self.file = file
  }
}
