import CUDAFiles
import Glibc
import TestSupport
import Testing

/// Whether somebody else has the lock.
private func isTaken(_ path: String) throws -> Bool {
  let lock = try FileLock.attempt("lock", in: Directory.open(path))
  if let _ = consume lock { return false }
  return true
}

private func lock(_ path: String) throws -> FileLock {
  guard let lock = try FileLock.attempt("lock", in: Directory.open(path)) else { throw Taken() }
  return lock
}

private struct Taken: Error {}

/// The value lives until here.
private func keep<Value: ~Copyable>(_ value: borrowing Value) {}

/// The descriptors of this process that lead to `path`.
private func descriptors(of path: String) -> [Int32] {
  namesIn("/proc/self/fd").filter { linkTarget("/proc/self/fd/\($0)") == path }.compactMap {
    Int32($0)
  }
}

private func mode(_ path: String) -> UInt16? {
  var status = stat()
  return lstat(path, &status) == 0 ? UInt16(status.st_mode & 0o7777) : nil
}

@Test func `I1: of two who want a lock one gets it, and the other once it is free`() throws {
  let scratch = Scratch()
  let held = try lock(scratch.path)
  #expect(try isTaken(scratch.path))
  _ = consume held
  #expect(try !isTaken(scratch.path))
}

@Test func `I1: a lock excludes other processes`() async throws {
  let scratch = Scratch()
  let held = try lock(scratch.path)
  let path = scratch.path
  await #expect(processExitsWith: .success) { [path = path as String] in
    guard try isTaken(path) else { exit(1) }
  }
  _ = consume held
  await #expect(processExitsWith: .success) { [path = path as String] in
    guard try !isTaken(path) else { exit(1) }
  }
}

@Test(arguments: [ENOLCK, ENOSYS, EOPNOTSUPP, EIO, EINVAL, EBADF, EACCES])
func `I1: any errno but EWOULDBLOCK means that this file system cannot lock`(code: Int32) throws {
  let scratch = Scratch()
  let error: FileLockError? = Calls().during({ _, call in call == "flock" ? code : nil }) {
    failure { _ = try lock(scratch.path) }
  }
  guard case .cannotLock(let call, let fileSystem) = error else {
    Issue.record("\(String(describing: error))")
    return
  }
  #expect(call.code == code)
  #expect(!fileSystem.isEmpty)
  #expect(try !isTaken(scratch.path))
}

@Test func `I1: EWOULDBLOCK means that another process has the lock`() throws {
  let scratch = Scratch()
  let isRefused = try Calls().during({ _, call in call == "flock" ? EWOULDBLOCK : nil }) {
    try isTaken(scratch.path)
  }
  #expect(isRefused)
}

@Test(arguments: ["unlinked", "replaced", "replaced twice"])
func `I3: a lock file that is replaced under the attempt is noticed`(what: String) throws {
  let scratch = Scratch()
  let path = scratch.file("lock")
  let times = what == "replaced twice" ? 2 : 1
  _ = try lock(scratch.path)
  let calls = Calls()
  var held: FileLock?
  try calls.during { index, call in
    // The file is open by now, and about to be locked.
    guard call == "flock", calls.names.count(where: { $0 == "flock" }) <= times else { return nil }
    unlink(path)
    if what != "unlinked" { writeFile(path, []) }
    return nil
  } _: {
    held = try lock(scratch.path)
  }
  #expect(try isTaken(scratch.path), "two would hold the lock")
  keep(held)
  held = nil
  #expect(try !isTaken(scratch.path))
}

@Test func `I3: the lock file stays when the lock is released`() throws {
  let scratch = Scratch()
  _ = try lock(scratch.path)
  #expect(namesIn(scratch.path) == ["lock"])
}

@Test func `I4: a child between fork and exec does not keep the lock`() throws {
  let scratch = Scratch()
  let held = try lock(scratch.path)
  // What fork(2) makes: a second descriptor of the same open file.
  let open = descriptors(of: scratch.file("lock"))
  let copies = open.map { dup($0) }
  defer { for copy in copies { close(copy) } }
  #expect(copies.count == 1)
  _ = consume held
  #expect(try !isTaken(scratch.path))
}

@Test func `I4: a holder that is killed leaves the lock free, though its child lives on`()
  async throws
{
  let scratch = Scratch()
  let path = scratch.path
  await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
    // What the test's own machinery has open must not live on in the child.
    for descriptor in namesIn("/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    let held = try lock(path)
    let scratch = Scratch()
    // It ends when it is killed.
    let child = Program(["tail", "-f", "/dev/null"], in: scratch)
    writeFile("\(path)/child", Array("\(child.pid)".utf8))
    kill(getpid(), SIGKILL)
    _ = consume held
  }
  let child = Int32(String(decoding: readFile("\(path)/child") ?? [], as: UTF8.self))
  #expect(try !isTaken(path))
  if let child { #expect(kill(child, SIGKILL) == 0, "the child should still have been there") }
}

@Test func `I4: every descriptor is closed on exec`() throws {
  let scratch = Scratch()
  scratch.write("file", [1])
  let directory = try Directory.open(scratch.path)
  try directory.makeDirectory("inner")
  let held = try lock(scratch.path)
  let inner = try directory.directory("inner")
  let copy = try inner.directory(".")
  let new = try directory.create("new")
  let old = try directory.open("file")
  let named = ["", "/inner", "/lock", "/new", "/file"]
  let open = named.flatMap { descriptors(of: scratch.path + $0) }
  #expect(open.count >= 6)
  for descriptor in open {
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
  }
  keep(held)
  keep(copy)
  keep(new)
  keep(old)
}

@Test(
  arguments: [
    ("a symbolic link", "a symbolic link"), ("a dangling link", "a symbolic link"),
    ("a directory", "a directory"), ("a fifo", "not a regular file"),
    ("a file with a second name", "a file with a second name"),
  ])
func `only a regular file with one name is a lock file`(made: String, what: String) throws {
  let scratch = Scratch()
  let path = scratch.file("lock")
  scratch.write("other", [7])
  switch made {
  case "a symbolic link": symlink("other", path)
  case "a dangling link": symlink("missing", path)
  case "a directory": mkdir(path, 0o755)
  case "a fifo": mkfifo(path, 0o600)
  default: link(scratch.file("other"), path)
  }
  let before = namesIn(scratch.path)
  let error: FileLockError? = failure { _ = try lock(scratch.path) }
  #expect(error == .notALockFile(path: path, what: what))
  #expect(namesIn(scratch.path) == before)
  #expect(readFile(scratch.file("other")) == [7])
}

@Test(arguments: [mode_t(0), 0o022, 0o077, 0o777])
func `whoever can open a lock file can hold it for ever: its mode, whatever the umask`(
  mask: mode_t
) async throws {
  let scratch = Scratch()
  let path = scratch.path
  mkdir("\(path)/own", 0o755)
  mkdir("\(path)/shared", 0o755)
  chmod("\(path)/own", 0o755)
  chmod("\(path)/shared", 0o2775)
  await #expect(processExitsWith: .success) { [path = path as String, mask = mask as UInt32] in
    umask(mask)
    _ = try lock("\(path)/own")
    _ = try lock("\(path)/shared")
  }
  #expect(mode("\(path)/own/lock") == 0o600)
  #expect(mode("\(path)/shared/lock") == 0o660)
}

@Test func `a lock file that cannot be made or opened is not a file system that cannot lock`()
  throws
{
  let scratch = Scratch()
  for code in [EACCES, EROFS, ENOSPC, EMFILE] {
    let error: FileLockError? = Calls().during({ _, call in call == "openat" ? code : nil }) {
      failure { _ = try lock(scratch.path) }
    }
    guard case .cannotOpen(let call) = error else {
      Issue.record("\(code): \(String(describing: error))")
      continue
    }
    #expect(call.code == code)
  }
  #expect(try !isTaken(scratch.path))
}
