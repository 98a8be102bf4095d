import CUDAFiles
import Glibc
import TestSupport
import Testing

/// What a confined thread tried, and the errno; 0 where it could.
private typealias Tries = [String: Int32]

private func code(_ body: () throws(SystemCallError) -> Void) -> Int32 {
  do throws(SystemCallError) { try body() } catch { return error.code }
  return 0
}

private func result(_ code: Int32) -> Int32 { code == -1 ? errno : 0 }

@Suite(.enabled(if: Sandbox.objection == nil, "\(Sandbox.objection ?? "")"))
struct `A thread that is confined to a directory` {
  private let scratch = Scratch()

  /// Runs `body` with `inside` as its directory; `outside` lies beside it.
  private func confined(
    _ body: @escaping @Sendable (_ inside: SharedDirectory, _ outside: SharedDirectory) -> Tries
  ) throws -> Tries {
    let inside = SharedDirectory(try Directory.makePath(scratch.file("inside")))
    let outside = SharedDirectory(try Directory.makePath(scratch.file("outside")))
    return try Thread.confined(beneath: inside, orNot: { Issue.record("\($0.message)") }) {
      body(inside, outside)
    }
  }

  @Test func `makes what a tree is made of`() throws {
    let tries = try confined { inside, _ in
      [
        "directory": code { () throws(SystemCallError) in try inside.directory.makeDirectory("lib")
        },
        "file": code { () throws(SystemCallError) in
          let file = try inside.directory.create("file", mode: 0o444)
          try file.write([1, 2, 3], at: 0)
          try file.truncate(to: 9)
          try file.setModified(1)
        },
        "link": code { () throws(SystemCallError) in
          try inside.directory.makeLink("link", to: "file")
          try inside.directory.setModified("link", 1)
        },
        // Landlock's first version had no such right.
        "hard link elsewhere": code { () throws(SystemCallError) in
          try inside.directory.directory("lib")
            .hardLink("file", in: inside.directory, as: "second")
        },
      ]
    }
    #expect(Set(tries.values) == [0], "\(tries)")
  }

  @Test func `I11: neither makes, opens nor changes anything else, whatever it has open`() throws {
    scratch.write("outside/file", [7])
    symlink("outside/file", scratch.file("inside-link"))
    let file = scratch.file("outside/file")
    let link = scratch.file("inside-link")
    let opened = Glibc.open(file, O_RDONLY)
    defer { close(opened) }
    let tries = try confined { inside, outside in
      var status = stat()
      return [
        "create": code { () throws(SystemCallError) in _ = try outside.directory.create("new") },
        "make": code { () throws(SystemCallError) in try outside.directory.makeDirectory("new") },
        "link": code { () throws(SystemCallError) in
          try outside.directory.makeLink("new", to: "file")
        },
        "hard link out": code { () throws(SystemCallError) in
          _ = try inside.directory.create("own")
          try outside.directory.hardLink("own", in: inside.directory, as: "new")
        },
        "hard link in": code { () throws(SystemCallError) in
          try inside.directory.hardLink("file", in: outside.directory, as: "stolen")
        },
        "open": code { () throws(SystemCallError) in _ = try outside.directory.open("file") },
        "open by path": result(open(file, O_RDONLY)),
        "open to write": result(open(file, O_WRONLY)),
        "through a link": result(open(link, O_RDONLY)),
        "password": result(open("/etc/passwd", O_RDONLY)),
        "rename": result(
          renameat(outside.directory.descriptor, "file", inside.directory.descriptor, "x")),
        "unlink": result(unlinkat(outside.directory.descriptor, "file", 0)),
        "mode": result(chmod(file, 0o777)),
        "mode of a name": result(fchmodat(outside.directory.descriptor, "file", 0o777, 0)),
        "owner": result(chown(file, 1, 1)),
        "truncate": result(truncate(file, 0)),
        "fifo": result(mkfifo("\(file).fifo", 0o600)),
        "fifo inside": result(mkfifoat(inside.directory.descriptor, "fifo", 0o600)),
        "socket": result(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)),
        "local socket": result(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)),
        "signal": result(kill(getppid(), 0)),
        "set-id bits": result(fchmod(opened, 0o4755)),
        "limits": result(
          setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(getppid()), 19)),
        "shared memory": result(shmget(IPC_PRIVATE, 4096, 0o600)),
        // Looking is not refused, and what it shows is as it was.
        "status": stat(file, &status) == 0 && status.st_size == 1 ? EPERM : 0,
      ]
    }
    for (what, code) in tries {
      #expect([EACCES, EPERM, EXDEV].contains(code), "\(what): \(code)")
    }
    #expect(readFile(file) == [7])
    #expect(namesIn(scratch.file("outside")) == ["file"])
    var status = stat()
    stat(file, &status)
    #expect(status.st_mode & 0o777 == 0o644 && status.st_uid == getuid() && status.st_nlink == 1)
  }

  @Test func `starts threads, which are confined as it is, and no process`() throws {
    let tries = try confined { inside, outside in
      let thread = try? Thread.result {
        [
          "thread: inside": code { () throws(SystemCallError) in
            _ = try inside.directory.create("of-the-thread")
          },
          "thread: outside": code { () throws(SystemCallError) in
            _ = try outside.directory.create("of-the-thread")
          },
          "thread: socket": result(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)),
        ]
      }
      var tries = thread ?? [:]
      var process = pid_t()
      var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
      tries["spawn"] = posix_spawn(&process, "/bin/true", nil, nil, &arguments, nil)
      // Not imported into Swift; here the child ends at once.
      typealias Fork = @convention(c) () -> pid_t
      let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
      let child = fork()
      if child == 0 { _exit(0) }
      tries["fork"] = result(child)
      if child > 0 { waitpid(child, nil, 0) }
      // As the kernel is asked, with what it would refuse by another word: no such size, and no thread of another user.
      typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
      let call = unsafeBitCast(dlsym(nil, "syscall"), to: Call.self)
      tries["clone3"] = call(435, 0, 0, 0, 0, 0, 0) == -1 ? errno : 0
      let (newUser, ofThread, memory, handlers) = (0x1000_0000, 0x1_0000, 0x100, 0x800)
      #if arch(x86_64)
        let clone = 56
      #else
        let clone = 220
      #endif
      tries["namespace"] =
        call(clone, newUser | ofThread | memory | handlers, 0, 0, 0, 0, 0) == -1 ? errno : 0
      return tries
    }
    #expect(tries["thread: inside"] == 0)
    #expect(tries["clone3"] == ENOSYS)
    for what in ["thread: outside", "thread: socket", "spawn", "fork", "namespace"] {
      let code = try #require(tries[what], "\(what)")
      #expect([EACCES, EPERM].contains(code), "\(what): \(code)")
    }
    #expect(namesIn(scratch.file("outside")) == [])
  }

  @Test func `confines no thread but its own`() throws {
    _ = try confined { _, _ in [:] }
    #expect(
      code { () throws(SystemCallError) in
        _ = try Directory.makePath(scratch.file("outside")).create("new")
      } == 0)
    let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #expect(end >= 0)
    close(end)
  }

  @Test func `is tried out by who wants to know`() throws {
    let parent = SharedDirectory(try Directory.makePath(scratch.file("parent")))
    let box = SharedDirectory(try Directory.makePath(scratch.file("parent/box")))
    let trial = try Sandbox.trial(in: box, beside: parent)
    #expect(trial.isGood, "\(trial)")
    #expect(namesIn(scratch.file("parent")) == ["box"])
  }

  @Test func `is told if it cannot be had, and goes on`() throws {
    let root = SharedDirectory(try Directory.makePath(scratch.file("root")))
    let said = Monitor<[Int32]>([])
    let result = try Calls().during({ _, call in call == "landlock_restrict_self" ? E2BIG : nil }) {
      try Thread.confined(
        beneath: root, orNot: { error in said.change { $0.append(error.code) } }
      ) { 42 }
    }
    #expect(result == 42)
    #expect(said.update { $0 } == [E2BIG])
  }
}
