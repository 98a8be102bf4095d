// Any call may fail. One run meets it, with an errno that the kernel may give there, and the next finds what it left. Each
// call that changes what others find is tried with several, and of the rest as many as there is time for.
//
// To try every call with every errno, for an hour or two:
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
    for (n, call) in tally.points(changing: 10, others: 4).enumerated() {
      for code in tally.some(errnos(of: call), n, call.changesPrefix ? 2 : 1) {
        let prefix = template.makePrefix("fault")
        let reader = Reader(prefix, expecting: template.views)
        let answer = try meet(code, at: call, of: template, in: prefix, reader)
        var found = answer.isTried ? answer.violations(code, call, change) : []
        // Recovery keeps one if it cannot read whether it is needed.
        let mayLeaveDownload = call.subject.hasPrefix("/.cuda-install/partial") || change.recovers
        found += template.violations(
          in: prefix, reader, isTold: answer.status == 0, prunes: mayLeaveDownload,
          mayStayHalf: change.recovers && isFull(code) && !answer.isDone)
        tally.note(found, answer.isTried, "\(String(cString: strerror(code))) from \(call)")
        template.remove(prefix)
      }
    }
    tally.tell()
  }

  /// Lets the call fail.
  private func meet(
    _ code: Int32, at fatal: Call, of template: Template, in prefix: String, _ reader: Reader
  ) throws -> Answer {
    let isTried = Atomic(false)
    let warningCount = Mutex(0)
    var answer = Answer()
    do {
      try Calls(in: prefix).during({ call in
        reader.notice(call.name, call.subject)
        guard call == fatal else { return nil }
        isTried.store(true, ordering: .sequentiallyConsistent)
        return code
      }) {
        try template.change.run(prefix, mirror: template.mirror.path) { event in
          if case .warning = event {
            warningCount.withLock { $0 += 1 }
          }
        }
      }
    } catch let error as InstallError {
      answer.status = error.exitStatus
    }
    answer.isTried = isTried.load(ordering: .sequentiallyConsistent)
    answer.warningCount = warningCount.withLock { $0 }
    answer.isDone = try Store(prefix: prefix).visible() == template.after
    return answer
  }
}

private func isFull(_ code: Int32) -> Bool { [ENOSPC, EDQUOT].contains(code) }

/// How a run took it that a call failed.
private struct Answer {
  /// Whether it came to that call.
  var isTried = false
  var status: Int32 = 0
  var warningCount = 0
  /// Whether what is visible is what was asked for.
  var isDone = false

  func violations(_ code: Int32, _ call: Call, _ change: Change) -> [String] {
    var found: [String] = []
    let isFull = isFull(code)
    let recovers = change.recovers
    // A call that is interrupted is made again, and nobody notices.
    if code == EINTR, status != 0 || warningCount > 0 { found.append("was interrupted") }
    // A recovery leaves a link on a full disk, so that room can be made.
    if status == 0, !isDone, !(recovers && isFull) { found.append("is not done") }
    // Nothing fails a change once it is visible, but a recovery's own run, and the deletion of what has no name.
    if status != 0, isDone, !recovers, !Change.removing.contains(change) {
      found.append("failed behind its commit")
    }
    let isLinkSync = call.name == "fsync" && call.subject.isEmpty
    if isLinkSync, code != EINTR, status == 0, warningCount == 0, !recovers {
      found.append("hides that a link is not on disk")
    }
    if !statuses(code, isFull: isFull, call, change).contains(status) {
      found.append("ended with \(status)")
    }
    return found
  }

  private func statuses(_ code: Int32, isFull: Bool, _ call: Call, _ change: Change) -> [Int32] {
    var fitting: [Int32] = isFull ? [0, 74] : [0, 73, 74, 77]
    if call.name == "flock" { fitting.append(71) }
    // A history that cannot be read has nothing to go back to.
    let readsHistory =
      call.subject.hasSuffix("/history.ndjson") || call.subject == "/.cuda-install"
    if change == .rollback, readsHistory { fitting.append(66) }
    // A receipt on a bad sector, or closed to its owner, is damage, of which a copy says what it was.
    if [EIO, EACCES, EROFS].contains(code), call.subject.hasPrefix("/.cuda-install/trees/") {
      fitting.append(change == .rollback ? 66 : 65)
    }
    return fitting
  }
}
