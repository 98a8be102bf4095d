// Some changes replace two links. Whoever looks through `current` sees one step all the same, and a call that fails
// between the two leaves the second to the next run, as a death would.

import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import TestSupport
import Testing

@Suite struct `Two links` {
  @Test(arguments: [Change.first, .second, .addition, .update, .rollback])
  func `I8 I9: a failure between two links says so, and the next run replaces the second`(
    change: Change
  ) throws {
    let template = try Template(change)
    let swaps = template.calls.filter(\.replacesLink)
    #expect(swaps.count == 2)
    let prefix = template.makePrefix("half")
    let reader = Reader(prefix, expecting: template.views)
    let error: InstallError? = failure {
      try Calls(in: prefix).during({ call in
        reader.notice(call.name, call.subject)
        return call == swaps.last ? EIO : nil
      }) {
        try change.run(prefix, mirror: template.mirror.path)
      }
    }
    #expect(error?.exitStatus == 74)
    #expect(error?.changed == true)
    #expect(error?.message.hasPrefix("only a part of the change is visible: ") == true)
    let half = try Store(prefix: prefix).visible()
    #expect(half != template.before && half != template.after)
    // Whatever the next run is; here one that has nothing of its own to do.
    var recovered: [String] = []
    try reader.during {
      try Change.update.run(prefix, mirror: template.mirror.path) {
        if case .recovered(let text) = $0 { recovered.append(text) }
      }
    }
    #expect(try Store(prefix: prefix).visible() == template.after)
    #expect(recovered.count == 1 && recovered[0].contains("its work is visible"))
    #expect(reader.finish().strange == [])
    // It is on record as one change, and can be undone.
    let changes = Store(prefix: prefix).history().filter { $0.after != $0.before }
    let last = try #require(changes.last)
    #expect(last.before == template.before && last.after == template.after)
    #expect(changes.filter { $0.op == last.op }.count == 1)
    #expect(debris(in: prefix) == [])
  }

  /// btrfs can bring back with a power cut what was removed and not synced.
  @Test(arguments: [Change.recovery, .recoveryOfRollback])
  func `I7 I9: an announcement is gone for good before anybody changes a link again`(
    change: Change
  ) throws {
    let template = try Template(change)
    let calls = template.calls
    let last = try #require(calls.lastIndex { $0.replacesLink })
    let bookkeeping = "/.cuda-install"
    let record = try #require(
      calls[last...].firstIndex {
        $0.name == "fdatasync" && $0.subject == "\(bookkeeping)/history.ndjson"
      })
    let removal = try #require(
      calls[record...].firstIndex {
        $0.name == "unlinkat" && $0.subject == "\(bookkeeping)/operation.json"
      })
    #expect(calls[record..<removal].contains { $0.syncsBookkeeping }, "the record's name")
    let next = try #require(
      calls[(removal + 1)...].firstIndex { $0.changesPrefix && $0.subject.hasPrefix("/") })
    #expect(calls[next].syncsBookkeeping, "\(calls[next])")
  }

  @Test func `I9: what a run left undone is not done over what others did since`() throws {
    let template = try Template(.addition)
    let prefix = template.makePrefix("since")
    let swaps = template.calls.filter(\.replacesLink)
    try? Calls(in: prefix).during({ $0 == swaps.last ? EIO : nil }) {
      try Change.addition.run(prefix, mirror: template.mirror.path)
    }
    let path = "\(prefix)/.cuda-install/operation.json"
    let announcement = try #require(readFile(path))
    try Change.use.run(prefix, mirror: template.mirror.path)
    #expect(try Store(prefix: prefix).visible().current == "13.0.1")
    writeFile(path, announcement)
    try Change.update.run(prefix, mirror: template.mirror.path)
    #expect(try Store(prefix: prefix).visible().current == "13.0.1")
    #expect(debris(in: prefix) == [])
  }

  @Test func `I9: on a full disk, room can be made behind a run that died between two links`()
    throws
  {
    let template = try Template(.recovery)
    let prefix = template.makePrefix("full")
    try Calls(in: prefix).during({ call in
      ["symlinkat", "pwrite"].contains(call.name) ? ENOSPC : nil
    }) { try Change.prune.run(prefix, mirror: template.mirror.path) }
    #expect(try flaws(of: prefix) == [])
    try Change.addition.run(prefix, mirror: template.mirror.path)
    #expect(try Store(prefix: prefix).visible().current == template.after.current)
    #expect(debris(in: prefix) == [])
  }
}
