// Any call may fail. For each call of a change and each errno that the kernel may answer it with, one run meets it.
//
// To try every call with every errno, for some minutes:
//   CUDA_INSTALL_EVERY_CALL=1 TMPDIR=/dev/shm swift test --filter InstallTests

import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `A failure of any call` {
  @Test(arguments: Change.allCases)
  func `I8 I9: whatever fails, nothing is lost, and the next run succeeds`(
    change: Change
  ) throws {
    let template = try Template(change)
    var tally = Tally("fault", change, template.calls)
    for (n, call) in tally.points(others: 40).enumerated() {
      for code in tally.some(errnos(of: call), n, call.changesPrefix ? 3 : 1) {
        let prefix = template.makePrefix("fault")
        let reader = Reader(prefix, expecting: template.views)
        var (isTried, found) = meet(code, at: call, of: template, in: prefix, reader)
        let mayLeaveDownload = call.subject.hasPrefix("/.cuda-install/partial")
        found += template.violations(in: prefix, reader, pruning: mayLeaveDownload)
        tally.note(found, isTried, "\(String(cString: strerror(code))) from \(call)")
        template.remove(prefix)
      }
    }
    tally.tell()
  }

  /// Lets the call fail: whether it came to that, and what is wrong with how the run took it.
  private func meet(
    _ code: Int32, at fatal: Call, of template: Template, in prefix: String, _ reader: Reader
  ) -> (isTried: Bool, violations: [String]) {
    let isTried = Atomic(false)
    let warnings = Mutex(0)
    var status: Int32 = 0
    do {
      try Calls(in: prefix).during({ call in
        reader.notice(call.name, call.subject)
        guard call == fatal else { return nil }
        isTried.store(true, ordering: .sequentiallyConsistent)
        return code
      }) {
        try template.change.run(prefix, mirror: template.mirror.path) { event in
          if case .notice(let text) = event, text.hasPrefix("warning") {
            warnings.withLock { $0 += 1 }
          }
        }
      }
    } catch let error as InstallError {
      status = error.exitStatus
    } catch {
      return (true, ["threw \(error)"])
    }
    guard isTried.load(ordering: .sequentiallyConsistent) else { return (false, []) }
    let isDone = (try? Store(prefix: prefix).visible()) == template.after
    let violation = violation(
      code, of: fatal, status, warnings.withLock { $0 }, isDone, template.change)
    return (true, violation.map { [$0] } ?? [])
  }

  private func violation(
    _ code: Int32, of call: Call, _ status: Int32, _ warningCount: Int, _ isDone: Bool,
    _ change: Change
  ) -> String? {
    switch (status, code) {
    case (_, EINTR):
      // A call that is interrupted is made again, and nobody notices.
      return status == 0 && warningCount == 0 && isDone
        ? nil : "ended with \(status) and \(warningCount) warnings"
    case (0, _):
      // Once the change is visible nothing fails it any more, and what did not work is said.
      return isDone || warningCount > 0 ? nil : "ended with 0, and is not done"
    // A history that cannot be read has nothing to go back to.
    case (66, _) where change == .rollback: return nil
    case (71, _) where call.name == "flock": return nil
    default:
      let fitting: [Int32] = [ENOSPC, EDQUOT].contains(code) ? [74] : [73, 74, 77]
      return fitting.contains(status) ? nil : "ended with \(status)"
    }
  }
}
