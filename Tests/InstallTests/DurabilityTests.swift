import CUDACatalog
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

/// The order of calls is the only place where a missing sync can be seen short of a power cut.
private struct Trace {
  struct Entry {
    var name: String
    var subject: String
  }

  let prefix: String
  let calls: [Entry]
  var trees: String { "\(prefix)/.cuda-install/trees" }

  init(_ change: Change, _ template: Template) throws {
    prefix = template.makePrefix("traced")
    let record = Calls(in: prefix)
    try record.during { [prefix] in try change.run(prefix, mirror: template.mirror.path) }
    calls = zip(record.all, record.subjects).map { Entry(name: $0.name, subject: $1) }
  }

  func places(_ matches: (Entry) -> Bool) -> [Int] {
    calls.indices.filter { matches(calls[$0]) }
  }
}

private let changing: Set<String> = [
  "pwrite", "mkdirat", "symlinkat", "linkat", "utimensat", "futimens", "ftruncate", "fchmod",
  "fchmodat", "renameat",
]

@Test(arguments: Change.making)
func `I7: a tree is on disk before it has its name, and its name before a link names it`(
  change: Change
) throws {
  let trace = try Trace(change, Template(change))
  let publishing = trace.places { $0.name == "renameat2" }
  let sync = trace.places { $0.name == "syncfs" && $0.subject.hasPrefix("\(trace.trees)/.new.") }
  let lastChange = trace.places { changing.contains($0.name) && $0.subject.contains("/.new.") }.last
  let publish = try #require(publishing.first)
  #expect(publishing.count == 1)
  #expect(try #require(lastChange) < #require(sync.first), "written after the sync")
  #expect(try #require(sync.first) < publish)
  let treesSync = try #require(
    trace.places { $0.name == "fsync" && $0.subject == trace.trees }.first { $0 > publish })
  let link = try #require(
    trace.places { $0.name == "renameat" && $0.subject.hasPrefix("\(trace.prefix)/.13.") }.first)
  #expect(treesSync < link)
  // So is the copy of its receipt, which nothing else syncs.
  let copy = try #require(
    trace.places { $0.name == "renameat" && $0.subject.contains("/.cuda-install/receipts/") }.last)
  #expect(try copy < #require(sync.first), "copied after the sync")
}

@Test(arguments: Change.allCases)
func `I7: each link that is replaced is on disk before anything else happens to the prefix`(
  change: Change
) throws {
  let trace = try Trace(change, Template(change))
  let swaps = trace.places { call in
    let name =
      call.subject.hasPrefix("\(trace.prefix)/")
      ? call.subject.dropFirst(trace.prefix.count + 1) : ""
    // What nobody sees, a sweep may take.
    return call.name == "renameat" && !name.hasPrefix(".cuda-install")
      || call.name == "unlinkat" && !name.hasPrefix(".")
  }
  #expect(!swaps.isEmpty)
  for place in swaps {
    let next = try #require(trace.calls[(place + 1)...].first)
    #expect(next.name == "fsync" && next.subject == trace.prefix, "\(trace.calls[place])")
  }
}

@Test(arguments: Change.removing)
func `I7: a tree that goes has no link, and then no name, on disk before its files go`(
  change: Change
) throws {
  let trace = try Trace(change, Template(change))
  let departures = trace.places {
    $0.name == "renameat2" && $0.subject.contains(" to .old.")
  }
  #expect(!departures.isEmpty)
  // That of a link is held to its sync above; here it must be before all trees.
  let links = trace.places {
    $0.name == "unlinkat" && $0.subject.hasPrefix("\(trace.prefix)/")
      && !$0.subject.hasPrefix("\(trace.prefix)/.cuda-install")
  }
  #expect(try #require(links.last) < #require(departures.first))
  for place in departures {
    let name = try #require(trace.calls[place].subject.components(after: " to "))
    let deletion = try #require(
      trace.places { $0.name == "unlinkat" && $0.subject.contains(name) }.first)
    let sync = trace.places { $0.name == "fsync" && $0.subject == trace.trees }
      .first { $0 > place }
    #expect(try #require(sync) < deletion, "\(name)")
  }
}

@Test(arguments: [Change.first, .second, .addition, .update, .rollback])
func `I7: what is wanted of two links is on disk before the first is replaced`(
  change: Change
) throws {
  let template = try Template(change)
  let calls = template.calls
  let first = try #require(calls.firstIndex { $0.replacesLink })
  let announcement = try #require(
    calls[..<first].lastIndex {
      $0.name == "renameat"
        && $0.subject == "/.cuda-install/.operation.json.* to operation.json"
    })
  #expect(
    calls[..<announcement].last?.name == "fdatasync", "\(calls[announcement - 1])")
  #expect(calls[announcement..<first].contains { $0.syncsBookkeeping })
}

@Test func `I7: trees are deleted only when the links are on disk that name others`() throws {
  let template = try Template(.component)
  let prefix = template.makePrefix("unsynced")
  // The new link is visible, and not on disk: a warning.
  try Calls(in: prefix).during({ $0.name == "fsync" && $0.subject.isEmpty ? EIO : nil }) {
    try Change.component.run(prefix, mirror: template.mirror.path)
  }
  let record = Calls(in: prefix)
  try record.during { try Change.prune.run(prefix, mirror: template.mirror.path) }
  let departure = try #require(
    record.all.firstIndex { $0.name == "renameat2" && $0.subject.contains(" to .old.") })
  #expect(record.all[..<departure].contains { $0.name == "fsync" && $0.subject.isEmpty })
}

@Test(arguments: Change.allCases)
func `I7: every rename stays within its directory`(change: Change) throws {
  let trace = try Trace(change, Template(change))
  for place in trace.places({ $0.name.hasPrefix("rename") }) {
    let target = trace.calls[place].subject.components(after: " to ")
    #expect(target?.contains("/") == false, "\(trace.calls[place])")
  }
}

@Test(arguments: Change.allCases)
func `I8: a link that is replaced is never absent`(change: Change) throws {
  let template = try Template(change)
  let prefix = template.makePrefix("watched")
  let kept = template.before.releases.keys.filter { template.after.releases[$0] != nil }
  let links =
    kept + ([template.before.current, template.after.current].contains(nil) ? [] : ["current"])
  let absent = Mutex<Set<String>>([])
  try Calls(in: prefix).during { _ in
    let missing = links.filter { linkTarget("\(prefix)/\($0)") == nil }
    absent.withLock { $0.formUnion(missing) }
    return nil
  } _: {
    try change.run(prefix, mirror: template.mirror.path)
  }
  #expect(absent.withLock { $0 } == [])
}

extension String {
  fileprivate func components(after separator: String) -> Substring? {
    guard let range = firstRange(of: separator) else { return nil }
    return self[range.upperBound...]
  }
}
