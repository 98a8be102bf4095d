// A process that dies leaves links and names that everybody sees, and that no sync has put on disk. What the next
// run rests on them must not get there first. Each of these orders was found by the model (Tests/model), as an
// interleaving of a death and a power cut.

import CUDAFiles
import CUDAInstall
import CUDAStore
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `Recovering before anything rests on it` {
  @Test(arguments: Change.allCases)
  func `I7 I9: links that a dead run changed are on disk before the next run changes anything`(
    change: Change
  ) async throws {
    let template = try Template(change)
    // Changed, and the prefix not yet synced.
    let moments = template.calls.filter { $0.name == "fsync" && $0.subject.isEmpty }
    #expect(!moments.isEmpty)
    for (n, moment) in moments.enumerated() {
      let prefix = template.makePrefix("dead-\(n)")
      try await die(at: moment, of: change, prefix, mirror: template.mirror.path)
      let calls = try pruning(prefix)
      let sync = try #require(calls.firstIndex { $0.name == "fsync" && $0.subject.isEmpty })
      let first = calls.firstIndex { call in
        ["renameat", "renameat2", "symlinkat", "unlinkat"].contains(call.name)
          && !call.subject.hasPrefix("/.cuda-install/operation.json")
      }
      #expect(sync < first ?? calls.count, "died at \(moment)")
      try Change.second.run(prefix, mirror: template.mirror.path)
      #expect(try flaws(of: prefix) == [])
    }
  }

  @Test func `I7: a tree that a dead run renamed has lost its name on disk before its files go`()
    async throws
  {
    let template = try Template(.remove)
    let trees = "/.cuda-install/trees"
    let renaming = try #require(template.calls.firstIndex { $0.name == "renameat2" })
    let moment = try #require(
      template.calls[renaming...].first { $0.name == "fsync" && $0.subject == trees })
    let prefix = template.makePrefix("dead")
    try await die(at: moment, of: .remove, prefix, mirror: template.mirror.path)
    let calls = try pruning(prefix)
    let sync = try #require(calls.firstIndex { $0.name == "fsync" && $0.subject == trees })
    let deletion = try #require(
      calls.firstIndex { $0.name == "unlinkat" && $0.subject.hasPrefix("\(trees)/.old.") })
    #expect(sync < deletion)
    #expect(debris(in: prefix) == [])
    try Change.second.run(prefix, mirror: template.mirror.path)
  }

  @Test(arguments: [Change.use, .remove, .second])
  func `I7 I12: how a dead run ended is on disk before the next rests on it`(
    change: Change
  ) async throws {
    let template = try Template(change)
    let history = "/.cuda-install/history.ndjson"
    // The line is there, and not yet synced.
    let moment = try #require(
      template.calls.first { $0.name == "fdatasync" && $0.subject == history })
    let prefix = template.makePrefix("dead")
    try await die(at: moment, of: change, prefix, mirror: template.mirror.path)
    let calls = try pruning(prefix)
    let sync = try #require(
      calls.firstIndex { $0.name == "fdatasync" && $0.subject == history })
    let nameSync = try #require(
      calls.firstIndex { $0.name == "fsync" && $0.subject == "/.cuda-install" })
    let first = calls.firstIndex {
      ["renameat", "renameat2", "symlinkat", "unlinkat", "pwrite"].contains($0.name)
    }
    #expect(max(sync, nameSync) < first ?? calls.count)
    try Change.second.run(prefix, mirror: template.mirror.path)
    #expect(try flaws(of: prefix) == [])
  }

  @Test func `I5: what is swept is locked until it is gone`() throws {
    let template = try Template(.use)
    let prefix = template.makePrefix("swept")
    let staging = "\(prefix)/.cuda-install/trees/.new.0badb007.1.0123456789abcdef"
    mkdir(staging, 0o755)
    for name in ["one", "two"] { mkdir("\(staging)/\(name)", 0o755) }
    let free = Mutex(0)
    let count = Mutex(0)
    let calls = Calls(in: prefix)
    try calls.during({ call in
      guard call.name == "unlinkat", call.subject.contains("/.new.*/") else { return nil }
      count.withLock { $0 += 1 }
      // Whoever made it, and was not quick enough to lock it, would now.
      let descriptor = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { free.withLock { $0 += 1 } }
      close(descriptor)
      return nil
    }) { try Change.use.run(prefix, mirror: template.mirror.path) }
    #expect(count.withLock { $0 } >= 2)
    #expect(free.withLock { $0 } == 0)
    #expect(debris(in: prefix) == [])
    try Change.component.run(prefix, mirror: template.mirror.path)
  }

  private func die(
    at moment: Call, of change: Change, _ prefix: String, mirror: String
  ) async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [
        change = change as Change, prefix = prefix as String, mirror = mirror as String,
        moment = moment as Call
      ] in
      try dying(at: moment, in: prefix) { try change.run(prefix, mirror: mirror) }
    }
  }

  /// The calls of the next run: it deletes all that it thinks nobody needs.
  private func pruning(_ prefix: String) throws -> [Call] {
    let calls = Calls(in: prefix)
    try calls.during {
      _ = try Installer(prefix: prefix, source: nil, patience: .zero).prune(keep: 0)
    }
    return calls.all
  }
}
