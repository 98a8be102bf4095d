import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct `An application's releases` {
  private static let server = "voicebox-server-cuda-0.3.1.tar.gz"
  private static let libraries = "cuda-libs-cu128-v1.tar.gz"

  @Test func `are unpacked as they are, into one tree`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    let run = publisher.run("install", "--track", publisher.newest)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "voicebox 0.3.1 installed in \(publisher.prefix)/0.3.1\n")
    #expect(publisher.started == "voicebox 0.3.1\n")
    // Nothing of CUDA's merged trees but what exec leads to, and nothing moved.
    #expect(
      namesIn("\(publisher.prefix)/current").sorted()
        == ["LICENSE", "data", "lib", "lib64", "receipt.json", "receipt.ndjson", "voicebox-server"])
    #expect(linkTarget("\(publisher.prefix)/current/lib/libcublas.so") == "libcublas.so.12")
    #expect(publisher.run("verify").status == 0)
    let again = publisher.run("install", "--track", publisher.newest)
    #expect(
      again.output == "voicebox 0.3.1 is already installed in \(publisher.prefix)/0.3.1\n",
      "\(again.errors)")
    #expect(publisher.fetched.count == 2)
    #expect(publisher.run("list").output.contains("0.3.1  *"))
    #expect(publisher.run("status").output.contains("Current  voicebox 0.3.1 (full, 2 components"))
    #expect(publisher.run("exec", "--", "true").status == 0)
  }

  @Test func `I8: are updated by the part that changed, and both parts become visible in one step`()
    throws
  {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
    #expect(publisher.run("update").output == "everything is up to date\n")
    publisher.release("0.3.2")
    let check = publisher.run("update", "--check")
    #expect(check.status == 100)
    #expect(check.output == "voicebox 0.3.1 -> 0.3.2 in \(publisher.prefix)\n")
    let before = publisher.fetched
    let run = publisher.run("update")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "voicebox 0.3.1 -> 0.3.2 in \(publisher.prefix)\n")
    #expect(publisher.fetched == before + ["voicebox-server-cuda-0.3.2.tar.gz"])
    #expect(publisher.started == "voicebox 0.3.2\n")
    // The libraries are the same files, under a second name.
    #expect(
      identity("\(publisher.prefix)/0.3.1/lib/libcublas.so.12")
        == identity("\(publisher.prefix)/0.3.2/lib/libcublas.so.12"))
    #expect(publisher.run("rollback").output == "rolled back: 0.3.2 -> 0.3.1\n")
    #expect(publisher.started == "voicebox 0.3.1\n")
  }

  @Test func `are updated from where they came, whatever mirror is set for CUDA`() throws {
    let publisher = try Publisher()
    publisher.release("0.1.0")
    let pins = publisher.bench.scratch.file("pins")
    #expect(publisher.run("install", "--track", publisher.newest, "--locked", pins).status == 0)
    writeFile(
      publisher.bench.scratch.file("home/.config/cuda-install/config"),
      Array("mirror = \(publisher.bench.mirror)\n".utf8))
    publisher.release("0.2.0")
    #expect(publisher.run("update", "--check").status == 100)
    let updated = publisher.run("update")
    #expect(
      updated.output == "voicebox 0.1.0 -> 0.2.0 in \(publisher.prefix)\n", "\(updated.errors)")
    let other = publisher.bench.scratch.file("other")
    let pinned = publisher.run("install", "--prefix", other, "--locked", pins)
    #expect(pinned.status == 0, "\(pinned.errors)")
    #expect(publisher.started == "voicebox 0.2.0\n")
  }

  @Test func `I6: without a hash beside an archive nothing is asked for, and nothing changes`()
    throws
  {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    publisher.server.publish("\(Publisher.librariesPath).sha256", nil)
    let run = publisher.run("install", "--track", publisher.newest, "--json")
    #expect(run.status == 65)
    let error = try #require(try run.events.last?.error)
    #expect(error.code == "no_hash")
    #expect(error.message.contains("\(Publisher.librariesPath).sha256"))
    #expect(!publisher.server.log.contains { $0.path.hasSuffix(".tar.gz") })
    #expect(namesIn(publisher.prefix) == [])
    publisher.release("0.3.1")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
  }

  @Test
  func `I6 I9: with a wrong hash fail, the version before goes on, and the next run succeeds`()
    throws
  {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
    publisher.release("0.3.2")
    let archive = Publisher.serverArchive("0.3.2")
    publisher.publish(
      Publisher.serverPath("0.3.2"), archive, hash: String(repeating: "0", count: 63) + "1")
    let run = publisher.run("update")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1 && run.errors.contains("has the wrong hash"), "\(run.errors)")
    #expect(publisher.started == "voicebox 0.3.1\n")
    // Nobody was watching, and yet it is seen.
    #expect(publisher.run("status").output.contains("update FAILED"))
    publisher.release("0.3.2")
    #expect(publisher.run("update").status == 0)
    #expect(publisher.started == "voicebox 0.3.2\n")
  }

  @Test func `are archives alone, where there is no description`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    let urls = [Publisher.serverPath("0.3.1"), Publisher.librariesPath]
      .map { publisher.server.url($0) }
    let run = publisher.run("install", "--archive", urls[0], urls[1])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == "voicebox-server-cuda 0.3.1 installed in \(publisher.prefix)/0.3.1\n")
    #expect(publisher.started == "voicebox 0.3.1\n")
    publisher.release("0.3.2")
    let next = publisher.run(
      "install", "--use", "--archive", publisher.server.url(Publisher.serverPath("0.3.2")), urls[1])
    #expect(next.status == 0, "\(next.errors)")
    #expect(publisher.fetched.filter { $0 == Self.libraries }.count == 1)
    #expect(publisher.started == "voicebox 0.3.2\n")
    // All of them count for what is pinned, and nothing but their hashes.
    let pins = publisher.bench.scratch.file("pins")
    #expect(
      publisher.run("install", "--locked", pins, "--archive", urls[0], urls[1]).status == 0)
    let other = publisher.bench.scratch.file("other")
    let pinned = publisher.run("install", "--locked", pins, "--prefix", other)
    #expect(pinned.status == 0, "\(pinned.errors)")
    // Nothing leads from one to the next.
    #expect(publisher.run("update").output == "everything is up to date\n")
  }

  @Test func `are installed in parts as well, and repaired when their place has gone on`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.1", more: "platform: linux-x86_64")
    #expect(
      publisher.run("install", "--track", publisher.newest, "voicebox-server-cuda").status == 0)
    let rest = publisher.run("install", "--track", publisher.newest, "cuda-libs-cu128")
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(publisher.run("verify").status == 0)
    #expect(publisher.run("list", "--components").output.contains("voicebox-server-cuda"))
    // The hash of what is installed is known; that nobody says it any more is no reason to fail.
    publisher.describe("0.4.0")
    publisher.server.publish("\(Publisher.librariesPath).sha256", nil)
    writeFile("\(publisher.prefix)/current/lib/libcublas.so.12", [0])
    let repair = publisher.run("verify", "--repair")
    #expect(repair.status == 0, "\(repair.errors)")
    #expect(publisher.run("verify").status == 0)
  }

  @Test func `of several platforms need no more than this one's archive to be there`() throws {
    let publisher = try Publisher()
    let directory = publisher.bench.scratch.file("release")
    let archive = Publisher.serverArchive("1.0.0")
    writeFile("\(directory)/my server-1.0.0.tar.gz", archive)
    writeFile("\(directory)/server-1.0.0.tar.gz", archive)
    writeFile(
      "\(directory)/here.release",
      Array(
        """
        product: app\r
        release: 1.0.0\r
        platform: linux-x86_64\r
        \(sha256(archive)) *server-1.0.0.tar.gz\r
        platform: linux-sbsa\r
        \(String(repeating: "1", count: 64))  server-arm-1.0.0.tar.gz
        """.utf8))
    let run = publisher.run(
      "install", "--manifest", "\(directory)/here.release", "--platform", "linux-x86_64")
    #expect(run.status == 0, "\(run.errors)")
    #expect(publisher.started == "voicebox 1.0.0\n")
  }

  @Test func `never go back by themselves, and an old description is said to be one`() throws {
    let publisher = try Publisher()
    publisher.release("0.3.2")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
    publisher.release("0.3.1", more: "valid-until: 2020-01-31")
    let check = publisher.run("update")
    #expect(check.status == 0)
    #expect(check.output == "everything is up to date\n")
    #expect(
      check.errors.contains(
        "is older than what is installed: it has voicebox 0.3.1, and 0.3.2 is here"),
      "\(check.errors)")
    #expect(check.errors.contains("was to be replaced by 2020-01-31"))
    // Nor does who asks at each start for what is the newest.
    let start = publisher.run("install", "--use", "--track", publisher.newest)
    #expect(start.output.hasPrefix("voicebox 0.3.2 is already installed"), "\(start.errors)")
    #expect(start.errors.contains("is older than what is installed"))
    #expect(start.errors.contains("was to be replaced by 2020-01-31"))
    #expect(publisher.started == "voicebox 0.3.2\n")
    #expect(publisher.fetched.count == 2)
  }

  @Test
  func `I1 I2: are updated once, by the update at the start and the button at the same moment`()
    throws
  {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
    publisher.release("0.3.2")
    // The first question is for the archive's size.
    publisher.server.hold(Publisher.serverPath("0.3.2")).release()
    let hold = publisher.server.hold(Publisher.serverPath("0.3.2"), afterBytes: 1000)
    let start = publisher.start("update", "--json", "--wait")
    try #require(start.waitForOutput("\"all_done\":1000,"))
    let button = publisher.start(
      "install", "--track", publisher.newest, "--use", "--json", "--wait")
    try #require(button.waitForOutput("\"state\":\"waiting\""))
    // Whoever looks is told at once who is at work and how far, and the application runs on.
    #expect(publisher.run("status").output.contains("Busy     pid \(start.pid), update"))
    #expect(publisher.run("update", "--no-wait").status == 75)
    #expect(publisher.started == "voicebox 0.3.1\n")
    hold.release()
    #expect(start.wait() == 0 && button.wait() == 0, "\(button.output)")
    #expect(publisher.started == "voicebox 0.3.2\n")
    #expect(
      publisher.fetched.filter { $0.contains("0.3.2") } == ["voicebox-server-cuda-0.3.2.tar.gz"])
    #expect(try Ended(button).events.last?.changed == false)
    // What its window shows, in its own words.
    let shown = try Download.states(of: Ended(start).output)
    #expect(shown.first?.status == "downloading")
    #expect(shown.contains { $0.current == 1000 && $0.progress > 0 && $0.progress < 100 })
    #expect(shown.last?.status == "complete")
    #expect(try Download.states(of: Ended(button).output).last?.status == "complete")
  }

  private static let stages = [
    Publisher.newest, "\(Publisher.serverPath("0.3.2")).sha256", Publisher.serverPath("0.3.2"),
  ]

  @Test(arguments: stages, [SIGKILL, SIGTERM])
  func `I9: survive whatever kills the update, at whatever it asks for, and the next one succeeds`(
    stage: String, signal: Int32
  ) throws {
    let publisher = try Publisher()
    publisher.release("0.3.1")
    #expect(publisher.run("install", "--track", publisher.newest).status == 0)
    publisher.release("0.3.2")
    // The size is asked for first: of an archive, the second request is the one for its bytes.
    for question in 0..<(stage.hasSuffix(".tar.gz") ? 2 : 1) {
      if question == 1 { publisher.server.hold(stage).release() }
      let hold = publisher.server.hold(stage, afterBytes: question == 0 ? 0 : 1000)
      let run = publisher.start("update")
      #expect(hold.waitUntilReached(by: run))
      kill(run.pid, signal)
      #expect(run.wait() == 128 + signal)
      hold.release()
      #expect(publisher.started == "voicebox 0.3.1\n")
    }
    let next = publisher.run("update")
    #expect(next.status == 0, "\(next.errors)")
    #expect(publisher.started == "voicebox 0.3.2\n")
    #expect(publisher.bench.leftovers.isEmpty && publisher.bench.partials.isEmpty)
    #expect(publisher.run("remove", "0.3.2", "--yes").output.hasPrefix("removed voicebox 0.3.2"))
    #expect(publisher.run("remove", "0.3.1").output.hasPrefix("removed voicebox 0.3.1"))
  }
}

/// What the application's window knows of a download, from the events of `--json`.
private struct Download {
  var current: Int64
  var progress: Double
  /// `downloading`, `extracting`, `complete` or `error`
  var status: String

  private struct Line: Decodable {
    var type: String
    var phase: String?
    var all_done: Int64?
    var all_total: Int64?
    var ok: Bool?
  }

  static func states(of output: String) throws -> [Download] {
    try output.split(separator: "\n").compactMap { text in
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      let (done, total) = (line.all_done ?? 0, line.all_total ?? 0)
      switch line.type {
      case "progress":
        return Download(
          current: done, progress: total > 0 ? 100 * Double(done) / Double(total) : 0,
          status: line.phase == "extract" ? "extracting" : "downloading")
      case "result":
        return Download(
          current: done, progress: 100, status: line.ok == true ? "complete" : "error")
      default: return nil
      }
    }
  }
}

/// The number of the file that a path leads to.
private func identity(_ path: String) -> UInt? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_ino : nil
}
