import Glibc

/// What `fstatat(2)` says of one name, without following a symbolic link.
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case file, directory, link, other }

  package var kind: Kind
  /// Bytes.
  package var byteCount: Int64
  /// Bytes of the disk.
  package var allocatedByteCount: Int64
  /// Permission bits, the set-id and sticky bits included.
  package var mode: UInt16
  package var owner: UInt32
  package var group: UInt32
  package var linkCount: Int
  package var identity: FileIdentity
  /// Seconds since 1970.
  package var modified: Int64

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      default: .other
      }
    byteCount = Int64(status.st_size)
    // stat(3type): in units of 512 bytes, whatever the file system's are.
    allocatedByteCount = Int64(status.st_blocks) * 512
    mode = UInt16(status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
    linkCount = Int(status.st_nlink)
    identity = FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    modified = Int64(status.st_mtim.tv_sec)
  }
}

/// Two names with one identity name one file.
package struct FileIdentity: Sendable, Hashable {
  package var device: UInt64
  package var number: UInt64
}
