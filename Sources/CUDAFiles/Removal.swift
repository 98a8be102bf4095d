import Glibc

extension Directory {
  /// Removes `name` with all that is in it, whatever it is; nothing there is fine.
  ///
  /// Goes by descriptors and never through a symbolic link, so that nobody can lead it out.
  package func removeTree(_ name: String) throws(SystemCallError) {
    do {
      try unlink(name)
      return
    } catch let error where error.code == EISDIR || error.code == EPERM {
      // A directory: unlinkat(2) says EISDIR on Linux, EPERM by POSIX.
    }
    do {
      let inner = try directory(name)
      for entry in try inner.names() { try inner.removeTree(entry) }
    } catch let error where error.code == ENOENT {
      return
    }
    try removeDirectory(name)
  }

  package func removeDirectory(_ name: String) throws(SystemCallError) {
    do {
      try systemCall("unlinkat", at(name)) { unlinkat(descriptor, name, AT_REMOVEDIR) }
    } catch let error where error.code == ENOENT {
      return
    }
  }
}
