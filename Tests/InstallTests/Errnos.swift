import Glibc

/// The errnos that the kernel may answer a call with, by the manual's section 2 and what its file systems do.
func errnos(of call: Call) -> [Int32] {
  switch call.name {
  case "open", "openat":
    // Some of them make a file.
    [EACCES, EMFILE, ENFILE, ENOMEM, EIO, EINTR, ENOSPC, EDQUOT, EROFS]
  case "mkdirat", "symlinkat", "linkat", "renameat", "renameat2":
    [EACCES, ENOSPC, EDQUOT, EROFS, ENOMEM, EIO]
  case "unlinkat":
    // ENOSPC: btrfs needs room to note that something is gone.
    [EACCES, EROFS, ENOMEM, EIO, ENOSPC]
  case "pwrite": [ENOSPC, EDQUOT, EIO, EINTR, ENOMEM]
  case "pread": [EIO, EINTR, ENOMEM]
  case "fsync", "fdatasync", "syncfs": [EIO, ENOSPC, EDQUOT, EINTR]
  case "ftruncate": [EIO, EINTR, ENOSPC]
  case "fchmod", "fchmodat", "utimensat", "futimens": [EACCES, EROFS, EIO, ENOSPC, EDQUOT, ENOMEM]
  case "fstat", "fstatat", "readlinkat": [EACCES, ENOMEM, EIO]
  case "fstatfs": [EIO, ENOMEM, EINTR]
  case "readdir": [EIO, ENOMEM]
  case "flock": [EINTR, ENOLCK, ENOMEM]
  default: [EIO, ENOMEM, EACCES]
  }
}
