import CUDAFiles
import CUDAInstall
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `Unpacking in a sandbox` {
  /// The probe is asked on the thread that makes the call.
  @Test(
    .enabled(if: Sandbox.objection == nil, "\(Sandbox.objection ?? "")"),
    arguments: [true, false])
  func `I11: who writes a tree's files can open nothing else and has no network`(
    isSandboxed: Bool
  ) throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let prefix = scratch.file("cuda")
    let codes = Mutex<Set<Int32>>([])
    let probe = Probe { call, subject in
      // Of an archive: what is written before, by others, lies elsewhere.
      guard call == "futimens", subject.hasSuffix("/bin/alpha"), subject.contains("/.new.") else {
        return nil
      }
      codes.withLock { codes in
        codes.insert(open("/etc/passwd", O_RDONLY) == -1 ? errno : 0)
        codes.insert(mkdir("\(prefix)/.cuda-install/planted", 0o755) == -1 ? errno : 0)
        codes.insert(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) == -1 ? errno : 0)
      }
      return nil
    }
    try Probe.$current.withValue(probe) {
      try Change.first.run(prefix, mirror: mirror.path, isSandboxed: isSandboxed)
    }
    #expect(codes.withLock { $0 } == (isSandboxed ? [EACCES, EPERM] : [0]))
    rmdir("\(prefix)/.cuda-install/planted")
    #expect(try flaws(of: prefix) == [])
    try Change.second.run(prefix, mirror: mirror.path)
  }

  @Test func `that cannot be had after all is said, and does not stop the work`() throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let said = Mutex<[String]>([])
    let probe = Probe { call, _ in call == "landlock_restrict_self" ? E2BIG : nil }
    try Probe.$current.withValue(probe) {
      try Change.first.run(scratch.file("cuda"), mirror: mirror.path) { event in
        if case .notice(let text) = event { said.withLock { $0.append(text) } }
      }
    }
    let expected = Sandbox.objection == nil ? 2 : 0
    #expect(
      said.withLock { $0.count { $0.hasPrefix("unpacking is not, or not fully, confined: ") } }
        == expected)
    #expect(try flaws(of: scratch.file("cuda")) == [])
  }
}
