import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

/// Somebody removes the lock file, another process makes a new one, and is at work.
@Test(arguments: Change.allCases)
func `I1 I3: who lost the lock changes nothing any more, and leaves the other's record alone`(
  change: Change
) throws {
  let template = try Template(change)
  let prefix = template.makePrefix("lost")
  let lock = "\(prefix)/.cuda-install.lock"
  let path = "\(prefix)/.cuda-install/operation.json"
  let other = Array(#"{"op": "that of another"}"#.utf8)
  let isLost = Atomic(false)
  let error: InstallError? = failure {
    try Calls(in: prefix).during({ call in
      // The first such look is that of whoever has just locked it.
      if call.name == "fstatat", call.subject == "/.cuda-install.lock", call.occurrence == 1 {
        unlink(lock)
        writeFile(lock, [])
        unlink(path)
        writeFile(path, other)
        isLost.store(true, ordering: .sequentiallyConsistent)
      }
      return nil
    }) { try change.run(prefix, mirror: template.mirror.path) }
  }
  let wasLost = isLost.load(ordering: .sequentiallyConsistent)
  #expect(wasLost)
  #expect(error?.code == "lock_lost")
  #expect(error?.exitStatus == 75)
  #expect(error?.changed == false)
  #expect(try Store(prefix: prefix).visible() == template.before)
  #expect(readFile(path) == other)
  try change.run(prefix, mirror: template.mirror.path)
  #expect(try Store(prefix: prefix).visible().current == template.after.current)
  #expect(debris(in: prefix) == [])
}

/// What `body` throws.
func failure(_ body: () throws -> Void) -> InstallError? {
  do { try body() } catch { return error as? InstallError }
  return nil
}
