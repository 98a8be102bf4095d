// The exclusive right to change a prefix: flock(2) on one file that is never removed.
//
//   I1  Any errno but EWOULDBLOCK means that this file system cannot lock; the caller stops.
//   I3  The kernel holds the lock. It ends with the process, however that ends; nothing here looks at
//       an age or a pid. The file is never unlinked; if someone did, (dev, ino) of the descriptor and of
//       the path differ, and we start over.
//   I4  O_CLOEXEC from the open on; LOCK_UN before close, because a child between fork and exec still
//       has a copy of the descriptor.

import Glibc

/// The lock on the file `name` of a directory, held until the value ends.
package struct FileLock: ~Copyable, Sendable {
  private let file: File

  /// The lock, or `nil` if another process has it. Never waits.
  package static func attempt(
    _ name: String, in directory: borrowing Directory
  ) throws(FileLockError) -> FileLock? {
    while true {
      let file = try openLockFile(name, in: directory)
      do {
        guard try tryFlock(file.descriptor, LOCK_EX, file.path) else { return nil }
      } catch {
        throw .cannotLock(error, fileSystem: (try? directory.space().fileSystem) ?? "unknown")
      }
      do {
        // I3: is what we locked still what the path names?
        let lock = FileLock(file: file)
        if try lock.isStill(name, in: directory) { return lock }
      } catch {
        throw .cannotOpen(error)
      }
    }
  }

  private init(file: consuming File) { self.file = file }

  /// Whether the locked file is still the one that the name leads to. If somebody removed it, another process may
  /// have the lock on a new one.
  package func isStill(
    _ name: String, in directory: borrowing Directory
  ) throws(SystemCallError) -> Bool {
    try directory.status(name)?.identity == file.status().identity
  }

  deinit {
    // I4. Nothing to do about a failure: the close that follows releases it as well.
    _ = flock(file.descriptor, LOCK_UN)
  }
}

extension FileLock {
  /// What a file is instead of a lock file; `nil` if it may be one.
  package static func objection(to status: FileStatus, in directory: FileStatus) -> String? {
    if status.kind != .file { return "not a regular file" }
    if status.linkCount > 1 { return "a file with a second name" }
    // In a directory that a group shares, and nobody else writes, each of its members may have made it.
    let isOfGroup = directory.mode & 0o2022 == 0o2020 && status.group == directory.group
    guard isOfGroup || [0, Machine.effectiveUser, directory.owner].contains(status.owner) else {
      return "a file of user \(status.owner)"
    }
    return nil
  }

  /// Whether nobody has the lock on the file `name`. For trials: who wants the lock attempts it.
  package static func isFree(
    _ name: String, in directory: borrowing Directory
  ) throws(FileLockError) -> Bool {
    guard let lock = try attempt(name, in: directory) else { return false }
    _ = consume lock
    return true
  }
}

package enum FileLockError: Error, Equatable, Sendable {
  /// The file system refuses flock(2) itself.
  case cannotLock(SystemCallError, fileSystem: String)
  /// The lock file cannot be made or opened.
  case cannotOpen(SystemCallError)
  /// Something else stands at the lock file's name.
  case notALockFile(path: String, what: String)
}

/// The lock file, made if it is not there.
private func openLockFile(
  _ name: String, in directory: borrowing Directory
) throws(FileLockError) -> File {
  while true {
    if let file = try existingLockFile(name, in: directory) { return file }
    if let file = try newLockFile(name, in: directory) { return file }
  }
}

/// The lock file that is there, or `nil`.
///
/// Opened without O_CREAT: with fs.protected_regular the kernel refuses O_CREAT on another user's file in
/// a sticky directory even where that file may be opened. O_RDWR, because NFS maps flock to a byte-range
/// lock that needs a writable descriptor.
private func existingLockFile(
  _ name: String, in directory: borrowing Directory
) throws(FileLockError) -> File? {
  let path = directory.at(name)
  do {
    let file = try directory.open(name, writable: true)
    let status = try file.status()
    if let what = FileLock.objection(to: status, in: try directory.status()) {
      throw FileLockError.notALockFile(path: path, what: what)
    }
    // Whoever can open it can hold it for ever; a restored backup may have opened it to everybody.
    if status.mode & 0o007 != 0 { try file.setMode(status.mode & 0o770) }
    return file
  } catch let error as SystemCallError {
    switch error.code {
    case ENOENT: return nil
    case ELOOP: throw .notALockFile(path: path, what: "a symbolic link")
    case EISDIR: throw .notALockFile(path: path, what: "a directory")
    case ENXIO: throw .notALockFile(path: path, what: "a socket")
    default: throw .cannotOpen(error)
    }
  } catch let error as FileLockError {
    throw error
  } catch {
    preconditionFailure("neither a call nor a check: \(error)")
  }
}

/// A new lock file, or `nil` if another process was faster.
///
/// Nobody else may open it: whoever can open a lock file can hold it for ever. In a prefix that a group
/// shares, the group may, whatever the umask says.
private func newLockFile(
  _ name: String, in directory: borrowing Directory
) throws(FileLockError) -> File? {
  do {
    let isShared = try directory.status().mode & 0o020 != 0
    return try directory.create(name, mode: isShared ? 0o660 : 0o600)
  } catch {
    if error.code == EEXIST { return nil }
    throw .cannotOpen(error)
  }
}
