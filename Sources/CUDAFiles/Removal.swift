import CKernel
import Glibc

extension Directory {
  /// Removes `name` with all that is in it, whatever it is; nothing there is fine.
  ///
  /// Goes by descriptors and never through a symbolic link, so that nobody can lead it out; and by the
  /// names' own bytes, so that one that is not UTF-8 goes as well.
  package func removeTree(_ name: String) throws(SystemCallError) {
    try removeTree(raw: name.utf8CString.map { $0 })
  }

  /// Removes what is in this directory. One of a published tree nobody may write into, its owner neither.
  private func removeAll() throws(SystemCallError) {
    for entry in try rawNames() {
      do {
        try removeTree(raw: entry)
      } catch {
        guard error.isPermission, try status().mode & 0o200 == 0 else { throw error }
        try systemCall("fchmod", path) { fchmod(descriptor, 0o700) }
        try removeTree(raw: entry)
      }
    }
  }

  private func removeTree(raw name: [CChar]) throws(SystemCallError) {
    let path = at(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    do {
      try systemCall("unlinkat", path) { unlinkat(descriptor, name, 0) }
      return
    } catch {
      if error.code == ENOENT { return }
      // A directory: unlinkat(2) says EISDIR on Linux, EPERM by POSIX.
      guard error.code == EISDIR || error.code == EPERM else { throw error }
    }
    do {
      let descriptor = try systemCall("openat", path) {
        ckernel_openat(
          self.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
      }
      let inner = Directory(descriptor: descriptor, path: path)
      try inner.removeAll()
      try systemCall("unlinkat", path) { unlinkat(self.descriptor, name, AT_REMOVEDIR) }
    } catch {
      guard error.code == ENOENT else { throw error }
    }
  }
}
