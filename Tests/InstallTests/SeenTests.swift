import CUDAFiles
import CUDAInstall
import Glibc
import TestSupport
import Testing

/// Whoever has the lock at the first look may have ended before there is a second one.
@Test func `I2: who finds the lock taken, and then free, is told what was done meanwhile`() throws {
  let template = try Template(.remove)
  let prefix = template.makePrefix("late")
  let mirror = template.mirror.path
  let calls = Calls(in: prefix)
  let (outcome, _, _) = try calls.during({ call in
    guard call.name == "flock", call.subject == "/.cuda-install.lock", call.occurrence == 0 else {
      return nil
    }
    Probe.$current.withValue(nil) {
      #expect(throws: Never.self) { try Change.remove.run(prefix, mirror: mirror) }
    }
    return EWOULDBLOCK
  }) {
    try Installer(prefix: prefix, source: nil).remove(["13.0.1"], removesCurrent: false)
  }
  #expect(!outcome.changed)
  #expect(outcome.doneBy == getpid())
  try Change.first.run(prefix, mirror: mirror)
}
