import TestSupport
import Testing

/// A file system writes names and bytes when it likes: what a run announced may be back after a power cut, and
/// then its record must be there too, which says that nothing is left to do.
@Test(arguments: Change.allCases.filter { !$0.recovers })
func `I7 I12: the record of a run is on disk, bytes before name, before its announcement goes`(
  change: Change
) throws {
  let template = try Template(change)
  let prefix = template.makePrefix("traced")
  let record = Calls(in: prefix)
  try record.during { try change.run(prefix, mirror: template.mirror.path) }
  let calls = zip(record.all.map(\.name), record.subjects).map { "\($0) \($1)" }
  let bookkeeping = "\(prefix)/.cuda-install"
  let end = try #require(calls.lastIndex { $0 == "unlinkat \(bookkeeping)/operation.json" })
  for name in ["last.json", "history.ndjson"] {
    let writing = try #require(
      calls[..<end].lastIndex {
        $0 == "pwrite \(bookkeeping)/\(name)" || $0.hasPrefix("pwrite \(bookkeeping)/.\(name).")
      })
    let file = calls[writing].dropFirst("pwrite ".count)
    let bytesAreThere = try #require(
      calls[writing..<end].firstIndex(of: "fdatasync \(file)"), "\(name)")
    // Written in place, its name is there already.
    guard let renaming = calls[writing..<end].firstIndex(of: "renameat \(file) to \(name)") else {
      continue
    }
    #expect(bytesAreThere < renaming, "\(name)")
    let nameIsThere = calls[renaming..<end].contains("fsync \(bookkeeping)")
    #expect(nameIsThere, "\(name)")
  }
}
