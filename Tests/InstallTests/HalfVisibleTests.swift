// Some changes replace two links. Whoever looks through `current` sees one step all the same, and a call that fails
// between the two leaves the second to the next run, as a death would.

import CUDACatalog
import CUDAInstall
import CUDAStore
import Glibc
import TestSupport
import Testing

@Suite struct `Two links` {
  @Test(arguments: [Change.second, .addition, .update, .rollback])
  func `I8 I9: a failure between two links says so, and the next run replaces the second`(
    change: Change
  ) throws {
    let template = try Template(change)
    let swaps = template.calls.filter {
      $0.name == "renameat" && $0.subject.hasPrefix("/.") && !$0.subject.contains("/.cuda-install/")
    }
    #expect(swaps.count == 2)
    let prefix = template.makePrefix("half")
    let reader = Reader(prefix, expecting: template.views)
    let error: InstallError? = failure {
      try Calls(in: prefix).during({ $0 == swaps.last ? EIO : nil }) {
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
    try Change.update.run(prefix, mirror: template.mirror.path) {
      if case .recovered(let text) = $0 { recovered.append(text) }
    }
    #expect(try Store(prefix: prefix).visible() == template.after)
    #expect(recovered.count == 1 && recovered[0].contains("its work is visible"))
    #expect(reader.finish().strange == [])
    // It is on record as one change, and can be undone.
    let last = try #require(Store(prefix: prefix).history().last { $0.changed })
    #expect(last.before == template.before && last.after == template.after)
    #expect(debris(in: prefix) == [])
  }

  /// The announcement of a run that could not replace its second link can come back with a power cut.
  @Test func `I9: what a run left undone is not done over what others did since`() throws {
    let template = try Template(.addition)
    let prefix = template.makePrefix("since")
    let swaps = template.calls.filter {
      $0.name == "renameat" && $0.subject.hasPrefix("/.") && !$0.subject.contains("/.cuda-install/")
    }
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
}
