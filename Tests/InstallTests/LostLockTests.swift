import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

/// Somebody removes the lock file, another process makes a new one, and is at work.
@Test(arguments: Change.allCases)
func `I1 I3: who lost the lock changes nothing any more, and leaves the other's records alone`(
  change: Change
) throws {
  let template = try Template(change)
  // The first such look is that of whoever has just locked it.
  let looks = template.calls.filter {
    $0.name == "fstatat" && $0.subject == "/.cuda-install.lock" && $0.occurrence > 0
  }
  var lostCount = 0
  for look in looks {
    let prefix = template.makePrefix("lost")
    let records = ["operation.json", "last.json", "history.ndjson"].map {
      "\(prefix)/.cuda-install/\($0)"
    }
    let other = Array("what another wrote\n".utf8)
    let history = (readFile(records[2]) ?? []) + other
    let isLost = Atomic(false)
    let error: InstallError? = failure {
      try Calls(in: prefix).during({ call in
        guard call == look else { return nil }
        let lock = "\(prefix)/.cuda-install.lock"
        for path in [lock] + records { unlink(path) }
        writeFile(lock, [])
        for path in records { writeFile(path, path == records[2] ? history : other) }
        isLost.store(true, ordering: .sequentiallyConsistent)
        return nil
      }) { try change.run(prefix, mirror: template.mirror.path) }
    }
    guard isLost.load(ordering: .sequentiallyConsistent) else { continue }
    lostCount += 1
    for path in records {
      #expect(readFile(path) == (path == records[2] ? history : other), "\(path) \(look)")
    }
    // Behind its last change it may as well have ended.
    let visible = try Store(prefix: prefix).visible()
    #expect(error?.code == "lock_lost" || error == nil && visible == template.after, "\(look)")
    if error != nil { #expect(error?.exitStatus == 75) }
    let isPartOfPruning = change == .prune && error?.changed == true
    if error != nil, !isPartOfPruning { #expect(visible == template.before, "\(look)") }
    template.remove(prefix)
  }
  #expect(lostCount >= 2)
}

/// What `body` throws.
func failure(_ body: () throws -> Void) -> InstallError? {
  do { try body() } catch { return error as? InstallError }
  return nil
}
