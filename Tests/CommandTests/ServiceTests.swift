// As a service of systemd's: the journal, and systemctl status.

import Glibc
import TestSupport
import Testing

/// What $NOTIFY_SOCKET leads to.
private final class ServiceSocket {
  let path: String
  private let descriptor: Int32

  init(_ scratch: Scratch) {
    path = scratch.file("notify")
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    precondition(bound == 0)
  }

  deinit { close(descriptor) }

  /// What has been said.
  func messages() -> [String] {
    var messages: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    return messages
  }
}

@Suite struct `As a service` {
  @Test func `what it does is told to the service manager, and how it ended`() throws {
    let bench = try Bench()
    let manager = ServiceSocket(bench.scratch)
    let environment = ["NOTIFY_SOCKET": manager.path]
    #expect(bench.run("install", "13.0.2", "curand", environment: environment).status == 0)
    let messages = manager.messages()
    #expect(messages.contains { $0.hasPrefix("STATUS=CUDA 13.0.2: ") })
    let done = "CUDA 13.0.2 (curand) installed in \(bench.prefix)/13.0.2"
    #expect(messages.last == "STATUS=\(done)")
    #expect(messages.allSatisfy { $0.hasPrefix("STATUS=") && !$0.contains("\n") })
    let holding = bench.hold()
    let busy = bench.run("update", "--json", environment: environment)
    holding.release()
    #expect(busy.status == 75)
    #expect(manager.messages().last?.hasPrefix("STATUS=\(bench.prefix) is locked by pid ") ?? false)
    // A query is no news, and a command that is run has the socket to itself.
    let executed = bench.run(
      "exec", "--", "printenv", "NOTIFY_SOCKET", environment: environment)
    #expect(executed.output == "\(manager.path)\n" && manager.messages() == [])
  }

  @Test(arguments: [
    "", "@", "nothing", "@\(String(repeating: "a", count: 200))", "/nowhere/socket",
  ])
  func `a service manager that is none is no failure`(socket: String) throws {
    let bench = try Bench()
    #expect(
      bench.run("install", "13", "curand", environment: ["NOTIFY_SOCKET": socket]).status == 0)
  }

  @Test func `the journal learns what each line is, and a pipe that is not it does not`() throws {
    let bench = try Bench()
    let journal = "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/"
    // The standard output of what stands in $() is another.
    let output = bench.inShell(
      "exec 3>&1; \(journal)3); exec 3>&-; exec \"$@\"", "install", "13.0.2", "curand")
    #expect(output.output == "<5>CUDA 13.0.2 (curand) installed in \(bench.prefix)/13.0.2\n")
    #expect(output.errors.hasPrefix("cuda-install: CUDA 13.0.2: "))
    let errors = bench.inShell(journal + "2); exec \"$@\"", "install", "99")
    #expect(errors.errors.split(separator: "\n").first?.hasPrefix("<3>error: ") ?? false)
    let note = bench.inShell(journal + "2); exec \"$@\"", "install", "13.0.1", "curand")
    #expect(note.errors.split(separator: "\n").first?.hasPrefix("<6>CUDA 13.0.1: ") ?? false)
    writeFile(bench.scratch.file("home/.config/cuda-install/config"), Array("kep = 1\n".utf8))
    let warning = bench.inShell(journal + "2); exec \"$@\"", "status")
    #expect(warning.errors.hasPrefix("<4>warning: "))
    let other = bench.run("install", "99", environment: ["JOURNAL_STREAM": "1:2"])
    #expect(other.errorLines.count == 1)
  }
}
