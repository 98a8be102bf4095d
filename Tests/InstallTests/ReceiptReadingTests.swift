import CUDACatalog
import Glibc
import TestSupport
import Testing

@Test func `I9: a receipt that cannot be read for a moment costs no component`() throws {
  let template = try Template(.component)
  let reads = template.calls.filter {
    $0.subject.contains("/receipt.") && !$0.subject.contains("/.new.")
  }
  #expect(!reads.isEmpty)
  for call in reads {
    for code in [EMFILE, EIO, EACCES] {
      let prefix = template.makePrefix("receipt")
      let reader = Reader(prefix, expecting: template.views)
      let calls = Calls(in: prefix)
      try? calls.during({ $0 == call ? code : nil }) {
        try Change.component.run(prefix, mirror: template.mirror.path)
      }
      let place = "\(call): errno \(code)"
      #expect(calls.all.contains(call), "\(place)")
      let components = try components(of: prefix)["13.0.1"] ?? []
      #expect(components.isSuperset(of: ["alpha", "beta"]), "\(place)")
      #expect(template.violations(in: prefix, reader) == [], "\(place)")
      template.remove(prefix)
    }
  }
}

@Test func `I9: what may not be looked at is never taken for intact`() throws {
  let template = try Template(.repair)
  let looks = template.calls.filter {
    $0.name == "openat" && $0.subject.hasPrefix("/.cuda-install/trees/13.0.1-1/")
  }
  #expect(!looks.isEmpty)
  for call in looks {
    let prefix = template.makePrefix("closed")
    let before = linkTarget("\(prefix)/13.0.1")
    var hasFailed = false
    do {
      try Calls(in: prefix).during({ $0 == call ? EACCES : nil }) {
        try Change.repair.run(prefix, mirror: template.mirror.path)
      }
    } catch { hasFailed = true }
    #expect(hasFailed || linkTarget("\(prefix)/13.0.1") != before, "\(call)")
    template.remove(prefix)
  }
}
