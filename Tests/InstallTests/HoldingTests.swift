import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `Holding the lock` {
  /// Two processes would have to be unlucky to show a moment too early or too late. Here somebody else tries to
  /// take the lock before each call that changes something.
  @Test(arguments: Change.allCases)
  func `I1: from the first change to the last, the lock is held`(change: Change) throws {
    let mirror = SmallMirror()
    let scratch = Scratch()
    let prefix = scratch.file("cuda")
    try change.prepare(prefix, mirror: mirror.path)
    let free = Mutex<[Call]>([])
    let calls = Calls(in: scratch.path)
    try calls.during({ call in
      if changes(call), isFree("\(prefix)/.cuda-install.lock") {
        free.withLock { $0.append(call) }
      }
      return nil
      // Who looks from within the sandbox sees no lock.
    }) { try change.run(prefix, mirror: mirror.path, isSandboxed: false) }
    #expect(free.withLock { $0 } == [])
    #expect(calls.all.filter { changes($0) }.count > 10)
    #expect(isFree("\(prefix)/.cuda-install.lock"))
    try Change.component.run(prefix, mirror: mirror.path)
  }

  /// In staging, too, nobody else may be at work. The prefix itself is made before there can be a lock.
  private func changes(_ call: Call) -> Bool { call.changes && call.subject.contains("/cuda/") }

  /// `false` if there is none, or somebody has it.
  private func isFree(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }
}
