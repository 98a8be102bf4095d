import CKernel
import Glibc

/// An open directory; closed when the value ends.
///
/// All names are single components relative to it, so that a path that changes behind our back cannot
/// lead elsewhere. No call follows a symbolic link at its last component.
package struct Directory: ~Copyable, Sendable {
  package let descriptor: Int32
  /// For messages.
  package let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// The directory that `path` leads to, symbolic links followed.
  package static func open(_ path: String) throws(SystemCallError) -> Directory {
    let descriptor = try systemCall("open", path) {
      ckernel_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    return Directory(descriptor: descriptor, path: path)
  }

  package func directory(_ name: String) throws(SystemCallError) -> Directory {
    let descriptor = try systemCall("openat", at(name)) {
      ckernel_openat(
        self.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
    }
    return Directory(descriptor: descriptor, path: at(name))
  }

  /// A new directory with exactly this mode, whatever the umask.
  package func makeDirectory(_ name: String, mode: UInt16 = 0o755) throws(SystemCallError) {
    try systemCall("mkdirat", at(name)) { mkdirat(descriptor, name, mode_t(mode)) }
    guard Machine.umask & mode != 0 else { return }
    // A set-group-ID bit was inherited, and is to be passed on.
    let inherited = mode & 0o020 != 0 ? (try status(name)?.mode ?? 0) & 0o2000 : 0
    try setMode(ofDirectory: name, mode | inherited)
  }

  /// Makes the directory unless it is there already, as a directory.
  package func ensureDirectory(
    _ name: String, mode: UInt16 = 0o755
  ) throws(SystemCallError) {
    do {
      try makeDirectory(name, mode: mode)
    } catch let error where error.code == EEXIST {
      guard try status(name)?.kind == .directory else {
        throw SystemCallError(call: "mkdirat", subject: at(name), code: ENOTDIR)
      }
    }
  }

  /// A new file for writing and reading with exactly this mode, whatever the umask: EEXIST if the name is
  /// taken by anything.
  package func create(_ name: String, mode: UInt16 = 0o644) throws(SystemCallError) -> File {
    let descriptor = try systemCall("openat", at(name)) {
      ckernel_openat(
        self.descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(mode))
    }
    let file = File(descriptor: descriptor, path: at(name))
    if Machine.umask & mode != 0 { try file.setMode(mode) }
    return file
  }

  /// An existing file. A fifo does not block, and is not a file.
  package func open(_ name: String, writable: Bool = false) throws(SystemCallError) -> File {
    let descriptor = try systemCall("openat", at(name)) {
      ckernel_openat(
        self.descriptor, name,
        (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0)
    }
    return File(descriptor: descriptor, path: at(name))
  }

  /// What is at `name`, or `nil` if nothing is.
  package func status(_ name: String) throws(SystemCallError) -> FileStatus? {
    var status = stat()
    do {
      try systemCall("fstatat", at(name)) {
        fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW)
      }
    } catch let error where error.code == ENOENT {
      return nil
    }
    return FileStatus(status)
  }

  /// What this directory itself is.
  package func status() throws(SystemCallError) -> FileStatus {
    var status = stat()
    try systemCall("fstat", path) { fstat(descriptor, &status) }
    return FileStatus(status)
  }

  /// The target of the symbolic link `name`; `nil` if there is nothing, or something else.
  package func readLink(_ name: String) throws(SystemCallError) -> String? {
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(PATH_MAX))
    defer { buffer.deallocate() }
    guard let start = buffer.baseAddress else { return nil }
    do {
      let count = try systemCall("readlinkat", at(name)) {
        readlinkat(descriptor, name, start, buffer.count)
      }
      return String(decoding: UnsafeRawBufferPointer(buffer).prefix(Int(count)), as: UTF8.self)
    } catch let error where error.code == ENOENT || error.code == EINVAL {
      return nil
    }
  }

  /// The names in this directory, sorted, without `.` and `..`. What is not UTF-8 is repaired, and so
  /// can be told, but not opened: see `removeTree`.
  package func names() throws(SystemCallError) -> [String] {
    try rawNames().map { name in
      String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }.sorted()
  }

  /// The names in this directory as they are, each with a zero at its end.
  func rawNames() throws(SystemCallError) -> [[CChar]] {
    // fdopendir(3) owns its descriptor and moves its position: a second one.
    let second = try systemCall("openat", path) {
      ckernel_openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    guard let stream = fdopendir(second) else {
      let code = errno
      close(second)
      throw SystemCallError(call: "fdopendir", subject: path, code: code)
    }
    defer { closedir(stream) }
    var names: [[CChar]] = []
    while true {
      var entry: UnsafeMutablePointer<dirent>?
      // readdir(3) answers nothing both at the end and on an error; a list cut short by an error would
      // make trees look unused.
      try systemCall("readdir", path) {
        errno = 0
        entry = readdir(stream)
        return entry == nil && errno != 0 ? -1 : 0
      }
      guard let entry else { return names }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
      }
      let dots: [[CChar]] = [[46, 0], [46, 46, 0]]
      if !dots.contains(name) { names.append(name) }
    }
  }

  /// Moves a name within this directory (I7: never between directories), replacing what is there.
  package func rename(_ source: String, to target: String) throws(SystemCallError) {
    try systemCall("renameat", "\(at(source)) to \(target)") {
      renameat(descriptor, source, descriptor, target)
    }
  }

  /// Moves a name within this directory; EEXIST if the target exists.
  ///
  /// NFS and older ZFS cannot do that in one step (EINVAL). There it is a look and a move, which is as good
  /// for names that nobody else can want: random ones, and what only the lock's holder makes.
  package func renameNew(_ source: String, to target: String) throws(SystemCallError) {
    do {
      try systemCall("renameat2", "\(at(source)) to \(target)") {
        ckernel_rename_new(descriptor, source, target)
      }
    } catch {
      guard error.code == EINVAL || error.code == ENOSYS else { throw error }
      guard try status(target) == nil else {
        throw SystemCallError(call: "renameat2", subject: at(target), code: EEXIST)
      }
      try rename(source, to: target)
    }
  }

  package func makeLink(_ name: String, to target: String) throws(SystemCallError) {
    try systemCall("symlinkat", "\(at(name)) to \(target)") {
      symlinkat(target, descriptor, name)
    }
  }

  /// A second name here for the file `name` in `other`; a symbolic link is not followed.
  package func hardLink(
    _ name: String, in other: borrowing Directory, as newName: String
  ) throws(SystemCallError) {
    let source = other.descriptor
    try systemCall("linkat", "\(other.at(name)) as \(at(newName))") {
      linkat(source, name, descriptor, newName, 0)
    }
  }

  /// Removes a name that is not a directory; nothing there is fine.
  package func unlink(_ name: String) throws(SystemCallError) {
    do {
      try systemCall("unlinkat", at(name)) { unlinkat(descriptor, name, 0) }
    } catch let error where error.code == ENOENT {
      return
    }
  }

  /// Fails unless it is empty.
  package func removeDirectory(_ name: String) throws(SystemCallError) {
    try systemCall("unlinkat", at(name)) { unlinkat(descriptor, name, AT_REMOVEDIR) }
  }

  /// Sets the permissions of the directory `name`.
  ///
  /// By its descriptor: fchmodat(2) follows a link, which somebody may have put there, to any file of root's.
  package func setMode(ofDirectory name: String, _ mode: UInt16) throws(SystemCallError) {
    do {
      let directory = try directory(name)
      try systemCall("fchmod", at(name)) { fchmod(directory.descriptor, mode_t(mode)) }
    } catch {
      // A umask may keep its owner from opening it. The C library needs /proc for this.
      guard error.code == EACCES else { throw error }
      try systemCall("fchmodat", at(name)) {
        fchmodat(descriptor, name, mode_t(mode), AT_SYMLINK_NOFOLLOW)
      }
    }
  }

  /// Sets when `name`, itself if it is a symbolic link, was modified, in seconds since 1970.
  package func setModified(_ name: String, _ seconds: Int64) throws(SystemCallError) {
    let time = timespec(tv_sec: time_t(seconds), tv_nsec: 0)
    let times = [time, time]
    try systemCall("utimensat", at(name)) {
      utimensat(descriptor, name, times, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// The names in this directory are on disk.
  package func sync() throws(SystemCallError) {
    try systemCall("fsync", path) { fsync(descriptor) }
  }

  /// Everything in this directory's file system is on disk: data, and directories of any depth.
  package func syncFileSystem() throws(SystemCallError) {
    try systemCall("syncfs", path) { ckernel_syncfs(descriptor) }
  }

  /// Whether the exclusive lock on this directory is now ours; held until it is closed.
  package func tryLock() throws(SystemCallError) -> Bool {
    try tryFlock(descriptor, LOCK_EX, path)
  }

  /// Gives the lock back. Closing alone would leave it with a child that is between fork and exec (I4).
  package func unlock() { _ = flock(descriptor, LOCK_UN) }

  package func at(_ name: String) -> String { name == "." ? path : "\(path)/\(name)" }
}

/// A directory that several threads use; closed when the last of them lets go.
package final class SharedDirectory: Sendable {
  package let directory: Directory

  package init(_ directory: consuming Directory) { self.directory = directory }
}

extension Directory {
  /// The directory at an absolute path, made with its parents where they are missing. New ones are 0755
  /// less the umask.
  package static func makePath(_ path: String) throws(SystemCallError) -> Directory {
    do {
      return try open(path)
    } catch {
      guard error.isMissing, let slash = path.lastIndex(of: "/"), path.count > 1 else {
        throw error
      }
      let parent = slash == path.startIndex ? "/" : String(path[..<slash])
      let directory = try makePath(parent)
      let name = String(path[path.index(after: slash)...])
      do {
        try systemCall("mkdirat", path) { mkdirat(directory.descriptor, name, 0o755) }
      } catch {
        // Another process was faster.
        guard error.code == EEXIST else { throw error }
      }
      return try open(path)
    }
  }
}

extension Directory {
  /// The file system on which `path` is, or would be made; `nil` if that cannot be told.
  package static func nearestSpace(to path: String) -> Space? {
    var path = path
    while true {
      if let directory = try? open(path) { return try? directory.space() }
      guard let slash = path.lastIndex(of: "/"), path.count > 1 else { return nil }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
  }

  /// Whether a shared lock on the directory is now ours until this process ends, across exec(3) too.
  ///
  /// `false` if somebody is about to delete it, or has.
  package static func holdForLife(_ path: String) throws(SystemCallError) -> Bool {
    let descriptor = try systemCall("open", path) {
      ckernel_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0)
    }
    var (held, named) = (stat(), stat())
    guard try tryFlock(descriptor, LOCK_SH, path), fstat(descriptor, &held) == 0,
      stat(path, &named) == 0, FileStatus(held).identity == FileStatus(named).identity
    else {
      close(descriptor)
      return false
    }
    return true
  }
}
