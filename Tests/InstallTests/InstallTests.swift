import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAStore
import Glibc
import TestSupport
import Testing

/// What a tree is made of, times included, without the directory that it lies in.
private func contentsOfTree(_ root: String) -> [String] {
  paths(below: root).sorted().map { path in
    var status = stat()
    lstat("\(root)/\(path)", &status)
    let content =
      linkTarget("\(root)/\(path)") ?? "\((readFile("\(root)/\(path)") ?? []).hashValue)"
    return "\(path) \(status.st_mode) \(status.st_mtim.tv_sec) \(content)"
  }
}

@Test func `two installs of one request are the same bytes, whichever component is faster`() throws
{
  let mirror = SmallMirror()
  let scratch = Scratch()
  var listings: Set<[String]> = []
  for (number, late) in ["alpha", "beta", "nobody"].enumerated() {
    let prefix = scratch.file("prefix-\(number)")
    let others = Monitor(0)
    let probe = Probe { call, subject in
      // The late component's first file waits until the other's last one has its time.
      let name = subject.split(separator: "/").last ?? ""
      if call == "openat", name == "lib\(late).so.1", subject.contains("/.new.") {
        let _: Void? = others.wait(milliseconds: 2_000) { $0 > 0 ? () : nil }
      }
      if call == "futimens", name.hasSuffix(".so.1"), name != "lib\(late).so.1" {
        others.change { $0 += 1 }
      }
      return nil
    }
    try Probe.$current.withValue(probe) { try Change.first.run(prefix, mirror: mirror.path) }
    listings.insert(contentsOfTree("\(prefix)/13.0.1"))
  }
  #expect(listings.count == 1)
  #expect(listings.first?.isEmpty == false)
}

@Test func `I8 I9: an adopted component, a second release and a switch back are all whole`() throws
{
  let mirror = SmallMirror()
  let prefix = Scratch()
  let path = prefix.file("prefix")
  for change in [Change.first, .second, .component, .use, .second] {
    do { try change.run(path, mirror: mirror.path) } catch {
      Issue.record("\(change): \(error)")
    }
    let flaws = try flaws(of: path)
    #expect(flaws == [], "\(change)")
    #expect(debris(in: path) == [], "\(change)")
  }
}

@Test func `what is installed already is not installed again`() throws {
  let mirror = SmallMirror()
  let scratch = Scratch()
  let prefix = scratch.file("prefix")
  try Change.first.run(prefix, mirror: mirror.path)
  let before = contentsOfTree("\(prefix)/13.0.1")
  let outcome = try Installer(prefix: prefix, source: CatalogSource(mirror.path))
    .install(request("13.0.1", "beta"))
  #expect(!outcome.changed)
  #expect(contentsOfTree("\(prefix)/13.0.1") == before)
  #expect(namesIn("\(prefix)/.cuda-install/trees") == ["13.0.1-1"])
}

@Test func `a component that both releases have is linked, not fetched`() throws {
  let mirror = SmallMirror()
  let scratch = Scratch()
  let prefix = scratch.file("prefix")
  try Change.first.run(prefix, mirror: mirror.path)
  try Change.second.run(prefix, mirror: mirror.path)
  let inodes = ["13.0.1", "13.0.2"].map { release -> UInt in
    var status = stat()
    return stat("\(prefix)/\(release)/bin/beta", &status) == 0 ? UInt(status.st_ino) : 0
  }
  #expect(inodes[0] != 0 && inodes[0] == inodes[1])
}

@Test func `I6: a published tree with a damaged file is no source for the next one`() throws {
  let mirror = SmallMirror()
  let scratch = Scratch()
  let prefix = scratch.file("prefix")
  try Change.first.run(prefix, mirror: mirror.path)
  writeFile("\(prefix)/13.0.1/bin/beta", Array("damaged".utf8))
  try Change.second.run(prefix, mirror: mirror.path)
  #expect(readFile("\(prefix)/13.0.2/bin/beta") == Array("beta 13.0.11\n".utf8))
}

@Test func `I9: the next run says what an earlier one left`() async throws {
  let mirror = SmallMirror()
  let scratch = Scratch()
  let prefix = scratch.file("prefix")
  await #expect(processExitsWith: .signal(SIGKILL)) {
    [prefix = prefix as String, mirror = mirror.path as String] in
    let probe = Probe { call, _ in
      if call == "syncfs" { kill(getpid(), SIGKILL) }
      return nil
    }
    try Probe.$current.withValue(probe) { try Change.first.run(prefix, mirror: mirror) }
  }
  var said: [String] = []
  try Installer(prefix: prefix, source: CatalogSource(mirror.path)) { event in
    if case .recovered(let text) = event { said.append(text) }
  }.install(request("13.0.1", "alpha", "beta")).expectChanged()
  #expect(said.count == 1)
  #expect(said.first?.contains("did not finish; nothing of it is visible") == true)
  #expect(said.first?.contains("of downloads are kept") == true)
  #expect(debris(in: prefix) == [])
}

extension Outcome {
  fileprivate func expectChanged() { #expect(changed) }
}
