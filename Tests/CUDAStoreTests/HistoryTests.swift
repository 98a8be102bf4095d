import CUDACatalog
import CUDAFiles
import CUDAStore
import Glibc
import TestSupport
import Testing

@Test func `a serial number is never used again, whatever was removed`() throws {
  let prefix = Prefix()
  #expect(try prefix.publish("13.0.1") == "13.0.1-1")
  #expect(try prefix.publish("13.0.2") == "13.0.2-2")
  #expect(try prefix.publish("13.0.1") == "13.0.1-3")
  #expect(try prefix.remove("13.0.1") == [])
  #expect(try prefix.publish("13.0.1") == "13.0.1-4")
  #expect(try prefix.remove("13.0.1") == [])
  #expect(try prefix.remove("13.0.2") == [])
  #expect(namesIn("\(prefix.bookkeeping)/trees") == [])
  #expect(try prefix.publish("13.0.2") == "13.0.2-5")
}

@Test(arguments: [EIO, EMFILE, ENOMEM])
func `a serial number is not used again because the history could not be read`(
  code: Int32
) throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  try prefix.publish("13.0.2")
  #expect(try prefix.remove("13.0.2") == [])
  let probe = Probe { call, subject in
    call == "openat" && subject.hasSuffix("/history.ndjson") ? code : nil
  }
  #expect(throws: StoreError.self) {
    try Probe.$current.withValue(probe) { _ = try prefix.publish("13.0.2") }
  }
  #expect(namesIn("\(prefix.bookkeeping)/trees") == ["13.0.1-1"])
  #expect(try prefix.publish("13.0.2") == "13.0.2-3")
}

@Test func `a serial number is not used again because the older half of the history was forgotten`()
  throws
{
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  let path = "\(prefix.bookkeeping)/history.ndjson"
  let line = try #require(readFile(path))
  // Twice: what was kept is the oldest line then.
  for expected in ["13.0.2-2", "13.0.2-3", "13.0.2-4"] {
    #expect(try prefix.publish("13.0.2") == expected)
    #expect(try prefix.remove("13.0.2") == [])
    // Since then, nothing but runs that saw the first tree.
    var lines = try #require(readFile(path))
    while lines.count <= 1 << 20 { lines += line }
    writeFile(path, lines)
    _ = try prefix.visit()
    #expect(try #require(readFile(path)).count < 1 << 20)
  }
}

@Test func `a rollback undoes the last change, though it is in the forgotten half of the history`()
  throws
{
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  try prefix.publish("13.0.2")
  for label in ["13.0.1", "13.0.2", "13.0.1"] { try prefix.use(label) }
  let path = "\(prefix.bookkeeping)/history.ndjson"
  _ = try prefix.visit()
  var lines = try #require(readFile(path))
  let last = try #require(lines.split(separator: UInt8(ascii: "\n")).last)
  let idle = last + [UInt8(ascii: "\n")]
  while lines.count <= 1 << 20 { lines += idle }
  writeFile(path, lines)
  _ = try prefix.visit()
  #expect(try #require(readFile(path)).count < 600_000)
  let change = try #require(prefix.store.history().last { $0.changed })
  #expect(change.before.current == "13.0.2" && change.after.current == "13.0.1")
  #expect(try prefix.publish("13.0.1") == "13.0.1-3")
}

@Test func `a history with a second name is not written into, and not forgotten`() throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  let path = "\(prefix.bookkeeping)/history.ndjson"
  let before = try #require(readFile(path))
  let copy = prefix.scratch.file("copy")
  #expect(link(path, copy) == 0)
  try prefix.publish("13.0.2")
  #expect(readFile(copy) == before)
  #expect(try #require(readFile(path)).starts(with: before))
  #expect(prefix.store.history().count == 2)
}

@Test func `the history is kept below its limit by forgetting the oldest`() throws {
  let prefix = Prefix()
  try prefix.publish("13.0.1")
  let path = "\(prefix.bookkeeping)/history.ndjson"
  let line = try #require(readFile(path))
  var lines: [UInt8] = []
  while lines.count <= 1 << 20 { lines += line }
  writeFile(path, lines)
  #expect(try prefix.publish("13.0.2") == "13.0.2-2")
  let after = try #require(readFile(path))
  #expect(after.count < 600_000 && after.count > 400_000)
  #expect(prefix.store.history().last?.after.releases["13.0.2"] == "13.0.2-2")
  // Every line that is left is whole.
  let count = after.split(separator: UInt8(ascii: "\n")).count
  #expect(prefix.store.history().count == count)
  #expect(try prefix.publish("13.0.1") == "13.0.1-3")
}
