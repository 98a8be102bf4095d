import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAStore
import Glibc
import TestSupport
import Testing

@Test func `however a prefix is reached, it is one prefix`() throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  symlink("prefix", prefix.scratch.file("link"))
  mkdir(prefix.scratch.file("other"), 0o755)
  for path in [
    "\(prefix.path)/", "\(prefix.path)//", "\(prefix.path)/.", prefix.scratch.file("link"),
    prefix.scratch.file("link/"), prefix.scratch.file("other/../prefix"),
    "\(prefix.path)/.cuda-install/..", "/proc/self/root\(prefix.path)",
  ] {
    #expect(Store(prefix: path).prefix == prefix.path, "\(path)")
  }
}

@Test func `a relative prefix is one of the working directory`() async throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  await #expect(processExitsWith: .success) { [path = prefix.path as String] in
    chdir("\(path)/..")
    guard Store(prefix: "prefix").prefix == path, Store(prefix: "./prefix/").prefix == path
    else { exit(1) }
  }
}

@Test func `a directory with somebody else's files is left alone`() throws {
  let prefix = Prefix()
  prefix.scratch.write("prefix/thesis.tex", [1])
  #expect(try prefix.store.presence() == .foreign)
  #expect(throws: StoreError.notOurs(prefix: prefix.path)) { _ = try prefix.visit() }
  #expect(namesIn(prefix.path) == ["thesis.tex"])
}

@Test func `I1: while one has the lock, another is told who, and gets nothing`() throws {
  let prefix = Prefix()
  let held = try prefix.lock()
  var seen: [LockHolder] = []
  let holder = try #require(prefix.store.operation())
  #expect(throws: StoreError.locked(prefix: prefix.path, .run(holder))) {
    _ = try prefix.store.lock(for: "other", patience: .zero) { seen.append($0) }
  }
  #expect(seen.isEmpty, "who does not wait is not told that it waits")
  #expect(prefix.store.operation()?.command == "test")
  #expect(prefix.store.operation()?.liveness == .alive)
  _ = held.finish(changed: false, exit: 0, error: nil)
  _ = try prefix.visit()
}

@Test func `who was started by the lock's holder with the lock in hand does not wait for it`()
  throws
{
  let prefix = Prefix()
  _ = try prefix.visit()
  // As flock(1) does: open without O_CLOEXEC, locked, and passed on.
  let inherited = open("\(prefix.path)/.cuda-install.lock", O_RDWR)
  defer { close(inherited) }
  #expect(flock(inherited, LOCK_EX | LOCK_NB) == 0)
  #expect(throws: StoreError.nested(prefix: prefix.path)) {
    _ = try prefix.store.lock(for: "inner", patience: nil) { _ in }
  }
  #expect(flock(inherited, LOCK_UN) == 0)
  _ = try prefix.visit()
}

@Test func `I1: who waits goes on once the lock is free`() throws {
  let prefix = Prefix()
  var held: LockedStore? = try prefix.lock()
  // The callback that reports "busy" is the moment at which the other lets go.
  let locked = try prefix.store.lock(for: "other", patience: nil) { _ in
    if let locked = held.take() { _ = locked.finish(changed: false, exit: 0, error: nil) }
  }
  #expect(locked.recovery.interrupted == nil)
  _ = locked.finish(changed: false, exit: 0, error: nil)
}

@Test(arguments: [ENOLCK, EOPNOTSUPP, ENOSYS])
func `I1: where nothing can be locked nothing is done`(code: Int32) throws {
  let prefix = Prefix()
  let probe = Probe { call, _ in call == "flock" ? code : nil }
  Probe.$current.withValue(probe) {
    do {
      _ = try prefix.lock()
      Issue.record("locked")
    } catch {
      guard case StoreError.cannotLock(_, let fileSystem, let call) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(call.code == code && !fileSystem.isEmpty)
    }
  }
  #expect(namesIn(prefix.path) == [".cuda-install.lock"])
  _ = try prefix.visit()
}

@Test func `I5: staging that is locked is alive, and stays; staging that is not goes`() throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  let trees = "\(prefix.bookkeeping)/trees"
  for name in [".new.boot.1.alive", ".new.boot.2.dead", ".old.boot.3.dead"] {
    writeFile("\(trees)/\(name)/bin/file", [1])
  }
  let alive = try Directory.open("\(trees)/.new.boot.1.alive")
  let isLocked = try alive.tryLock()
  #expect(isLocked)
  #expect(try prefix.visit().clearedCount == 1)
  #expect(namesIn(trees) == [".new.boot.1.alive", "13.0.1-1"])
  #expect(try alive.names() == ["bin"])
}

@Test func `I5: a staging is locked by its owner as long as it lives`() throws {
  let prefix = Prefix()
  let locked = try prefix.lock()
  let staging = try locked.makeStaging()
  let name = try #require(namesIn("\(prefix.bookkeeping)/trees").first)
  let other = try Directory.open("\(prefix.bookkeeping)/trees/\(name)")
  let isFree = try other.tryLock()
  #expect(!isFree)
  locked.discard(staging)
  #expect(namesIn("\(prefix.bookkeeping)/trees") == [])
  _ = locked.finish(changed: false, exit: 0, error: nil)
}

@Test func `temporary links and records go, and links of people stay`() throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  let unique = UniqueName.next()
  symlink("nothing", "\(prefix.path)/.current.\(unique)")
  symlink("nothing", "\(prefix.path)/.mine")
  writeFile("\(prefix.bookkeeping)/.operation.json.\(unique)", [1])
  _ = try prefix.visit()
  #expect(
    namesIn(prefix.path)
      == [".cuda-install", ".cuda-install.lock", ".mine", "13.0.1", "current"])
  #expect(
    namesIn(prefix.bookkeeping) == ["history.ndjson", "last.json", "partial", "receipts", "trees"])
}

@Test func `I9: a run that died is told of, and written down`() async throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  await #expect(processExitsWith: .signal(SIGKILL)) { [path = prefix.path as String] in
    let locked = try Store(prefix: path).lock(for: "update", patience: .zero) { _ in }
    let partial = try locked.partial(of: digest, byteCount: 24)
    try artifact[..<7].withUnsafeBytes { try partial.append($0) }
    try partial.settle()
    _ = try locked.makeStaging()
    kill(getpid(), SIGKILL)
  }
  #expect(prefix.store.operation()?.liveness == .dead)
  let recovery = try prefix.visit()
  #expect(recovery.interrupted?.command == "update")
  #expect(recovery.clearedCount == 1)
  #expect(recovery.keptByteCount == 7)
  let record = try #require(prefix.store.history().last { !$0.ok })
  #expect(record.exit == 137 && record.error?.code == "interrupted" && !record.changed)
  #expect(try !prefix.visit().isNeeded)
}

@Test func `a tree that somebody uses is not removed`() throws {
  let prefix = Prefix()
  let tree = try prefix.publish("13.0.1")
  let path = prefix.store.path(ofTree: tree)
  let user = try Directory.open(path)
  let isLeased = try user.tryLock()
  #expect(isLeased)
  #expect(try prefix.remove("13.0.1") == [tree])
  #expect(readFile("\(path)/file") == Array("13.0.1".utf8))
  #expect(try prefix.store.visible() == VisibleState())
}

@Test func `I9: the longest download is continued, and others of the artifact go`() throws {
  let prefix = Prefix()
  _ = try prefix.visit()
  let partials = "\(prefix.bookkeeping)/partial"
  for (name, count) in [("a", 5), ("b", 17), ("c", 9)] {
    writeFile("\(partials)/\(digest).boot.1.\(name)", Array(artifact[..<count]))
  }
  writeFile("\(partials)/\(digest).boot.1.d", artifact + [0])
  let other = SHA256.digest(of: [1])
  writeFile("\(partials)/\(other).boot.1.e", [1])
  let locked = try prefix.lock()
  let partial = try locked.partial(of: digest, byteCount: Int64(artifact.count))
  #expect(partial.receivedByteCount == 17 && partial.adoptedByteCount == 17)
  #expect(namesIn(partials).count == 2)
  try artifact[17...].withUnsafeBytes { try partial.append($0) }
  try partial.settle()
  #expect(partial.isComplete)
  #expect(partial.finishedDigest() == digest)
  _ = locked.finish(changed: false, exit: 0, error: nil)
}

@Test func `I6: a download with wrong bytes does not have the artifact's hash`() throws {
  let prefix = Prefix()
  _ = try prefix.visit()
  writeFile("\(prefix.bookkeeping)/partial/\(digest).boot.1.a", [UInt8](repeating: 0, count: 24))
  let locked = try prefix.lock()
  let partial = try locked.partial(of: digest, byteCount: 24)
  #expect(partial.isComplete)
  #expect(partial.finishedDigest() != digest)
  try partial.restart()
  try artifact.withUnsafeBytes { try partial.append($0) }
  try partial.settle()
  #expect(partial.finishedDigest() == digest)
  _ = locked.finish(changed: false, exit: 0, error: nil)
}

/// What may stand in a record that a disk, an editor or another program has damaged.
private let damages = [
  "", "\n", "{", "null", "[]", "\"x\"", "{}", "\u{0}\u{0}\u{0}\u{0}", "12", "{\"pid\":\"x\"}",
  String(repeating: "[", count: 100_000), String(repeating: "x", count: 5 << 20),
]

@Test(arguments: ["operation.json", "last.json", "history.ndjson"], damages.indices)
func `a damaged record says nothing, and stops nobody`(name: String, index: Int) async throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  writeFile("\(prefix.bookkeeping)/\(name)", Array(damages[index].utf8))
  expectReadable(prefix.store)
  _ = try prefix.visit()
  #expect(try prefix.store.visible().current == "13.0.1")
}

@Test(arguments: [1, 2, 3])
func `a record with any value replaced by an extreme one stops nobody`(seed: Int) async throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  await #expect(processExitsWith: .success) { [path = prefix.path as String, seed = seed as Int] in
    let store = Store(prefix: path)
    let bookkeeping = "\(path)/.cuda-install"
    var locked = try store.lock(for: "test", patience: .zero) { _ in }
    locked.report(.init(phase: .download, done: 5, total: 10, updated: Timestamp.now.rfc3339))
    let operation = String(decoding: readFile("\(bookkeeping)/operation.json") ?? [], as: UTF8.self)
    _ = locked.finish(changed: false, exit: 0, error: nil)
    let record = String(decoding: readFile("\(bookkeeping)/last.json") ?? [], as: UTF8.self)
    let extremes = [
      "9223372036854775807", "-9223372036854775808", "2147483647", "0", "\"\"",
      "\"2147483647x1x1x1x1x1x1xZ\"", "\"13.0.1-9223372036854775807\"", "\"../../etc\"",
    ]
    for extreme in extremes {
      for (name, text) in [("operation.json", operation), ("history.ndjson", record)] {
        let places = text.indices.filter {
          text[$0] == ":" && text.index(after: $0) < text.endIndex
        }
        for place in places.enumerated() where place.offset % 3 == seed - 1 {
          let start = text.index(after: place.element)
          let end = text[start...].firstIndex { ",}".contains($0) } ?? text.endIndex
          let damaged = text.replacingCharacters(in: start..<end, with: extreme)
          writeFile("\(bookkeeping)/\(name)", Array(damaged.utf8))
          expectReadable(store)
          var locked = try store.lock(for: "test", patience: .zero) { _ in }
          if extreme.contains("13.0.1-9") {
            let staging = try locked.makeStaging()
            _ = try locked.commit(staging, as: version("13.0.2"), makesCurrent: false)
          }
          _ = locked.finish(changed: false, exit: 0, error: nil)
        }
      }
    }
  }
  try prefix.publish("13.0.1")
}

private func expectReadable(_ store: Store) {
  _ = store.operation()?.phrase
  _ = store.operation()?.percent
  _ = store.lastRun()
  _ = store.history()
  _ = try? store.previous()
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}

@Test(arguments: damages.indices)
func `I9: a damaged receipt is a state, and another tree is not touched by it`(index: Int) throws {
  let prefix = Prefix()
  let tree = try prefix.publish("13.0.1")
  for name in ["receipt.json", "receipt.ndjson"] {
    writeFile("\(prefix.store.path(ofTree: tree))/\(name)", Array(damages[index].utf8))
  }
  #expect(try prefix.store.installed().damaged == [DamagedRelease(release: version("13.0.1"))])
  _ = try? prefix.store.entries(ofTree: tree)
  #expect(try prefix.publish("13.0.2") == "13.0.2-2")
}
