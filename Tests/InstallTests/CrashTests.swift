// A process may die between any two calls: one run comes to its end there, and the next finds what it left. Each
// call that changes what others find is tried, and of the rest as many as there is time for.
//
// A death is tried in two ways. To the disk it is one if from some call on none happens any more: that takes
// milliseconds. And it is one: a process of its own that gets SIGKILL.
//
// To stop at every call, and to kill at each that changes what others find, for an hour or two:
//   CUDA_INSTALL_EVERY_CALL=1 TMPDIR=/dev/shm swift test --filter InstallTests

import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import TestSupport
import Testing

@Suite struct `A crash at any call` {
  @Test(arguments: Change.allCases)
  func `I5 I7 I8 I9: wherever a run stops, nothing is lost, and the next run succeeds`(
    change: Change
  ) throws {
    let template = try Template(change)
    var tally = Tally("crash", change, template.calls)
    for call in tally.points(others: 4) {
      let prefix = template.makePrefix("stop")
      let reader = Reader(prefix, expecting: template.views)
      let isTried = stopping(at: call, in: prefix, reader) {
        try change.run(prefix, mirror: template.mirror.path)
      }
      tally.note(template.violations(in: prefix, reader), isTried, "stopped at \(call)")
      template.remove(prefix)
    }
    tally.tell()
  }

  @Test(arguments: Change.allCases)
  func `I5 I7 I8 I9: a kill at any call loses nothing, and the next run succeeds`(
    change: Change
  ) async throws {
    let template = try Template(change)
    let mirror = template.mirror.path
    var tally = Tally("kill", change, template.calls)
    for call in tally.points(changing: 6, others: 0) {
      let prefix = template.makePrefix("kill")
      let end = await #expect(processExitsWith: .failure) {
        [
          change = change as Change, prefix = prefix as String, mirror = mirror as String,
          call = call as Call
        ] in
        try dying(at: call, in: prefix) { try change.run(prefix, mirror: mirror) }
      }
      let reader = Reader(prefix, expecting: template.views)
      tally.note(
        template.violations(in: prefix, reader), end?.exitStatus == .signal(SIGKILL),
        "killed at \(call)")
      template.remove(prefix)
    }
    tally.tell()
  }
}
