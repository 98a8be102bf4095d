// A process may die between any two calls, and any call may fail. For each call of a change, one run dies
// there, and one run finds it failing.
//
// To try every call of every change with every errno, for some minutes:
//   CUDA_INSTALL_EVERY_CALL=1 TMPDIR=/dev/shm swift test --filter InstallTests

import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

private let triesAll = getenv("CUDA_INSTALL_EVERY_CALL") != nil

/// The calls to try: each that changes the prefix, and of the rest as many as there is time for, evenly
/// spread.
private func points(of calls: [Call], others limit: Int) -> [Call] {
  guard !triesAll else { return calls }
  let others = calls.filter { !$0.changesPrefix }
  let step = (others.count + limit) / limit
  let chosen = Set(stride(from: 0, to: others.count, by: step).map { others[$0] })
  return calls.filter { $0.changesPrefix || chosen.contains($0) }
}

@Test(arguments: Change.allCases)
func `I5 I7 I8 I9: a crash at any call loses nothing, and the next install succeeds`(
  change: Change
) async throws {
  let template = try Template(change)
  let mirror = template.mirror.path
  for (n, call) in points(of: template.calls, others: change == .first ? 30 : 8).enumerated() {
    let prefix = template.makePrefix("crash-\(n)")
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [
        change = change as Change, prefix = prefix as String, mirror = mirror as String,
        call = call as Call
      ] in
      try dying(at: call, in: prefix) { try change.run(prefix, mirror: mirror) }
    }
    try expectWhole(prefix, template, change, "died at \(call)")
    template.remove(prefix)
  }
}

@Test(arguments: Change.allCases)
func `I8 I9: a failure of any call loses nothing, and the next install succeeds`(
  change: Change
) throws {
  let template = try Template(change)
  let codes = [ENOSPC, EIO, EACCES, EMFILE]
  for (n, call) in points(of: template.calls, others: change == .first ? 60 : 25).enumerated() {
    for code in triesAll ? codes : [codes[n % codes.count]] {
      let prefix = template.makePrefix("fault-\(n)-\(code)")
      // Once the change is visible nothing fails it any more, and what did not work is said.
      let warnings = Mutex(0)
      var status: Int32 = 0
      do {
        try Calls(in: prefix).during({ $0 == call ? code : nil }) {
          try change.run(prefix, mirror: template.mirror.path) { event in
            if case .notice(let text) = event, text.hasPrefix("warning") {
              warnings.withLock { $0 += 1 }
            }
          }
        }
      } catch let error as InstallError {
        status = error.exitStatus
      }
      let place = "\(call): errno \(code)"
      // 66: a history that cannot be read has nothing to go back to.
      let expected: [Int32] = [0, 71, 73, 74, 77] + (change == .rollback ? [66] : [])
      #expect(expected.contains(status), "\(place)")
      if status == 0 {
        let visible = try Store(prefix: prefix).visible()
        #expect(visible == template.after || warnings.withLock { $0 } > 0, "\(place)")
      }
      try expectWhole(prefix, template, change, place)
      template.remove(prefix)
    }
  }
}

@Test func `I9: a receipt that cannot be read for a moment costs no component`() throws {
  let template = try Template(.component)
  let reads = template.calls.filter {
    $0.subject.contains("/receipt.") && !$0.subject.contains("/.new.")
  }
  #expect(!reads.isEmpty)
  for (n, call) in reads.enumerated() {
    for code in [EMFILE, EIO] {
      let prefix = template.makePrefix("receipt-\(n)-\(code)")
      try? Calls(in: prefix).during({ $0 == call ? code : nil }) {
        try Change.component.run(prefix, mirror: template.mirror.path)
      }
      let components = try components(of: prefix)["13.0.1"] ?? []
      #expect(components.isSuperset(of: ["alpha", "beta"]), "\(call): errno \(code)")
      try expectWhole(prefix, template, .component, "\(call): errno \(code)")
    }
  }
}

/// The prefix is as before or as after the change; the next change finds it in order, and leaves it so.
private func expectWhole(
  _ prefix: String, _ template: Template, _ change: Change, _ place: String
) throws {
  let visible = try Store(prefix: prefix).visible()
  let flaws = try flaws(of: prefix)
  #expect(flaws == [], "\(place)")
  // The first install, and the removal, have two steps that readers may see.
  var between = template.before
  between.releases = template.after.releases
  #expect([template.before, template.after, between].contains(visible), "\(place)")
  let next: Change = change.isInstall ? change : .second
  do {
    try next.run(prefix, mirror: template.mirror.path)
  } catch {
    Issue.record("the next install failed: \(error)\n\(place)")
  }
  let after = try Store(prefix: prefix).visible()
  if change.isInstall { #expect(after.current == template.after.current, "\(place)") }
  // What was there, and what was added, is there.
  if change.isInstall {
    let components = try components(of: prefix)
    for (release, names) in template.components {
      #expect(components[release]?.isSuperset(of: names) == true, "\(release): \(place)")
    }
  }
  let later = try InstallTests.flaws(of: prefix)
  #expect(later == [], "\(place)")
  #expect(debris(in: prefix) == [], "\(place)")
}

extension Change {
  fileprivate var isInstall: Bool { [.first, .second, .component].contains(self) }
}
