import CUDAFiles
import Glibc
import TestSupport
import Testing

private func permissions(_ path: String) -> UInt16? {
  var status = stat()
  return lstat(path, &status) == 0 ? UInt16(status.st_mode & 0o7777) : nil
}

/// What is outside, and must stay as it is.
private func outside(_ scratch: Scratch) -> String {
  scratch.write("outside/sub/file", [1])
  return scratch.file("outside")
}

@Test func `I11: removing a tree never follows a link out of it`() throws {
  let scratch = Scratch()
  let outside = outside(scratch)
  scratch.write("tree/a/b/c/file", [2])
  for (name, target) in [
    ("tree/up", ".."), ("tree/out", outside), ("tree/a/out", "../../outside"),
    ("tree/a/b/loop", "loop"), ("tree/file", "\(outside)/sub/file"), ("tree/a/dangling", "nothing"),
  ] {
    symlink(target, scratch.file(name))
  }
  try Directory.open(scratch.path).removeTree("tree")
  #expect(namesIn(scratch.path) == ["outside"])
  #expect(readFile("\(outside)/sub/file") == [1])
}

@Test func `I11: a link in the place of a tree is removed, not what it names`() throws {
  let scratch = Scratch()
  let outside = outside(scratch)
  symlink(outside, scratch.file("tree"))
  try Directory.open(scratch.path).removeTree("tree")
  #expect(namesIn(scratch.path) == ["outside"])
  #expect(readFile("\(outside)/sub/file") == [1])
}

@Test func `I11: a directory that becomes a link while its tree is removed leads nowhere`() throws {
  let scratch = Scratch()
  let outside = outside(scratch)
  scratch.write("tree/sub/file", [2])
  let inner = scratch.file("tree/sub")
  let directory = try Directory.open(scratch.path)
  let probe = Probe { call, subject in
    if call == "openat", subject == inner {
      rename(inner, "\(inner).moved")
      symlink(outside, inner)
    }
    return nil
  }
  let error: SystemCallError? = Probe.$current.withValue(probe) {
    failure { try directory.removeTree("tree") }
  }
  #expect([ENOTDIR, ELOOP].contains(error?.code))
  #expect(readFile("\(outside)/sub/file") == [1])
  try directory.removeTree("tree")
  #expect(namesIn(scratch.path) == ["outside"])
}

@Test func `removing nothing, a file and a deep tree is removing`() throws {
  let scratch = Scratch()
  scratch.write("file", [1])
  scratch.write(Array(repeating: "d", count: 200).joined(separator: "/"), [1])
  let directory = try Directory.open(scratch.path)
  for name in ["nothing", "file", "d"] { try directory.removeTree(name) }
  #expect(try directory.names() == [])
}

@Test func `a removal that fails at any call is finished by the next one`() throws {
  let scratch = Scratch()
  let directory = try Directory.open(scratch.path)
  func make() { for name in ["t/a/1", "t/a/2", "t/b/3"] { scratch.write(name, [1]) } }
  make()
  let all = Calls()
  try all.during { try directory.removeTree("t") }
  #expect(all.count >= 10)
  for n in 0..<all.count {
    make()
    let error: SystemCallError? = Calls().during({ index, _ in index == n ? EIO : nil }) {
      failure { try directory.removeTree("t") }
    }
    #expect(error?.code == EIO, "call \(n)")
    try directory.removeTree("t")
    #expect(try directory.names() == [], "call \(n)")
  }
}

@Test(arguments: [true, false])
func `I8: a replacement that fails at any call leaves the old file or the new one, whole and alone`(
  durably: Bool
) throws {
  let scratch = Scratch()
  let directory = try Directory.open(scratch.path)
  let (old, new) = ([UInt8](repeating: 1, count: 5000), [UInt8](repeating: 2, count: 70_000))
  let all = Calls()
  try all.during { try directory.replace("record", with: new, durably ? .bytesAndName : .none) }
  #expect(all.names.contains("renameat"))
  for n in 0..<all.count {
    for code in [ENOSPC, EIO, EACCES, EMFILE] {
      try directory.replace("record", with: old, .none)
      let error: SystemCallError? = Calls().during({ index, _ in index == n ? code : nil }) {
        failure { try directory.replace("record", with: new, durably ? .bytesAndName : .none) }
      }
      #expect(error?.code == code)
      #expect(try directory.names() == ["record"], "call \(n)")
      let found = try directory.contents(of: "record", limit: 1 << 20)
      #expect(found == old || found == new, "call \(n)")
    }
  }
  try directory.replace("record", with: new, durably ? .bytesAndName : .none)
  #expect(try directory.contents(of: "record", limit: 1 << 20) == new)
}

@Test func `I7: a durable replacement syncs the data before the name, and the name after`() throws {
  let scratch = Scratch()
  let directory = try Directory.open(scratch.path)
  let calls = Calls()
  try calls.during { try directory.replace("record", with: [1], .bytesAndName) }
  let order = calls.names.filter { ["pwrite", "fdatasync", "renameat", "fsync"].contains($0) }
  #expect(order == ["pwrite", "fdatasync", "renameat", "fsync"])
}

@Test func `I8: a reader of a file that is replaced sees one content or another`() throws {
  let scratch = Scratch()
  let directory = try Directory.open(scratch.path)
  let contents = (UInt8(0)..<4).map { [UInt8](repeating: $0, count: 1 << 16) }
  try directory.replace("record", with: contents[0], .none)
  let path = scratch.path
  let isOver = Monitor(false)
  let writer = try CUDAFiles.Thread {
    for round in 0..<300 {
      try? Directory.open(path).replace("record", with: contents[round % 4], .none)
    }
    isOver.change { $0 = true }
  }
  repeat {
    let found = try directory.contents(of: "record", limit: 1 << 20) ?? []
    #expect(found.count == 1 << 16 && found.allSatisfy { $0 == found[0] })
  } while !isOver.update { $0 }
  writer.join()
}

@Test func `I8: a new name is not taken from another`() throws {
  let scratch = Scratch()
  scratch.write("a/1", [1])
  scratch.write("b/2", [2])
  mkdir(scratch.file("empty"), 0o755)
  scratch.write("file", [3])
  symlink("nothing", scratch.file("link"))
  let directory = try Directory.open(scratch.path)
  for taken in ["b", "empty", "file", "link"] {
    let error: SystemCallError? = failure { try directory.renameNew("a", to: taken) }
    #expect(error?.code == EEXIST, "\(taken)")
  }
  #expect(try directory.names() == ["a", "b", "empty", "file", "link"])
  try directory.renameNew("a", to: "c")
  #expect(readFile(scratch.file("c/1")) == [1])
}

@Test func `a file that is created takes no name that is there`() throws {
  let scratch = Scratch()
  scratch.write("file", [1])
  mkdir(scratch.file("directory"), 0o755)
  symlink("new", scratch.file("link"))
  let directory = try Directory.open(scratch.path)
  for name in ["file", "directory", "link"] {
    let error: SystemCallError? = failure { _ = try directory.create(name) }
    #expect(error?.isNameTaken == true)
  }
  #expect(readFile(scratch.file("file")) == [1])
  #expect(try directory.names() == ["directory", "file", "link"])
}

@Test func `no call follows a link at its last component`() throws {
  let scratch = Scratch()
  let outside = outside(scratch)
  symlink(outside, scratch.file("directory"))
  symlink("\(outside)/sub/file", scratch.file("file"))
  let directory = try Directory.open(scratch.path)
  let refused: [SystemCallError?] = [
    failure { _ = try directory.directory("directory") },
    failure { _ = try directory.open("file") },
    failure { _ = try directory.open("file", writable: true) },
    failure { _ = try directory.contents(of: "file", limit: 10) },
    failure { try directory.ensureDirectory("directory") },
  ]
  for error in refused { #expect([ELOOP, ENOTDIR].contains(error?.code)) }
  try directory.setModified("file", 1_000)
  #expect(try directory.status("file")?.modified == 1_000)
  #expect(try Directory.open("\(outside)/sub").status("file")?.modified != 1_000)
  try directory.hardLink("file", in: directory, as: "second")
  #expect(try directory.status("second")?.kind == .link)
}

@Test func `I11: the mode of a directory is not that of what a link in its place leads to`() throws
{
  let scratch = Scratch()
  scratch.write("secret", [1])
  chmod(scratch.file("secret"), 0o600)
  symlink("secret", scratch.file("link"))
  mkdir(scratch.file("elsewhere"), 0o700)
  symlink("elsewhere", scratch.file("other"))
  let directory = try Directory.open(scratch.path)
  for name in ["link", "other", "secret"] {
    let error: SystemCallError? = failure { try directory.setMode(ofDirectory: name, 0o755) }
    #expect(error?.isNameTaken == true, "\(name): \(String(describing: error))")
  }
  #expect(permissions(scratch.file("secret")) == 0o600)
  #expect(permissions(scratch.file("elsewhere")) == 0o700)
}

@Test func `a fifo does not block who opens it`() throws {
  let scratch = Scratch()
  mkfifo(scratch.file("fifo"), 0o600)
  let directory = try Directory.open(scratch.path)
  #expect(try directory.open("fifo").status().kind == .other)
}

@Test func `contents have a limit`() throws {
  let scratch = Scratch()
  scratch.write("file", [UInt8](repeating: 1, count: 100))
  let directory = try Directory.open(scratch.path)
  #expect(try directory.contents(of: "file", limit: 100)?.count == 100)
  let error: SystemCallError? = failure { _ = try directory.contents(of: "file", limit: 99) }
  #expect(error?.code == EFBIG)
  #expect(try directory.contents(of: "nothing", limit: 1) == nil)
}

@Test(arguments: [mode_t(0), 0o022, 0o077, 0o777])
func `new files and directories have exactly the mode asked for`(mask: mode_t) async throws {
  let scratch = Scratch()
  let path = scratch.path
  await #expect(processExitsWith: .success) { [path = path as String, mask = mask as UInt32] in
    umask(mask)
    let directory = try Directory.open(path)
    try directory.makeDirectory("directory")
    try directory.directory("directory").replace("record", with: [1], .none)
    _ = try directory.create("program", mode: 0o755)
    _ = try directory.create("private", mode: 0o600)
  }
  #expect(permissions("\(path)/directory") == 0o755)
  #expect(permissions("\(path)/directory/record") == 0o644)
  #expect(permissions("\(path)/program") == 0o755)
  #expect(permissions("\(path)/private") == 0o600)
}

@Test func `a path is made with its parents, also when another process is faster`() throws {
  let scratch = Scratch()
  let path = scratch.file("a/b/c")
  let probe = Probe { call, subject in
    if call == "mkdirat" { mkdir(subject, 0o755) }
    return nil
  }
  try Probe.$current.withValue(probe) {
    let names = try Directory.makePath(path).names()
    #expect(names == [])
  }
  #expect(try Directory.makePath(path).status().kind == .directory)
  scratch.write("file", [1])
  let error: SystemCallError? = failure { _ = try Directory.makePath(scratch.file("file/x")) }
  #expect(error?.code == ENOTDIR)
}
