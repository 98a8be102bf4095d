import CUDAFiles
import Glibc
import TestSupport
import Testing

private func run(
  _ script: String, _ environment: [String: String] = [:], limit: Int = 1 << 20,
  isCancelled: () -> Bool = { false }
) throws(SystemCallError) -> ProgramOutput {
  try ProgramOutput.of(
    ["/bin/sh", "-c", script], environment: environment, limit: limit, isCancelled: isCancelled)
}

extension ProgramOutput {
  fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}

@Suite struct `Another program` {
  @Test func `is heard to its end, and how it ended`() throws {
    let output = try run("echo one; echo wrong >&2; cat; echo two; exit 3")
    #expect(output.text == "one\ntwo\n")
    #expect(output.status == 3 << 8)
    #expect(try run("exit 0").status == 0)
  }

  @Test func `has this process's environment, with what is added`() throws {
    let output = try run("echo $PATH; echo $LC_ALL", ["LC_ALL": "C"])
    #expect(output.text == "\(Machine.environment("PATH") ?? "")\nC\n")
    #expect(output.status == 0)
  }

  @Test func `I4: inherits no descriptor of ours`() throws {
    let scratch = Scratch()
    let directory = try Directory.open(scratch.path)
    let file = try directory.create("file")
    let output = try run("ls -l /proc/$$/fd")
    #expect(!output.text.contains(scratch.path))
    #expect(file.descriptor > 2 && directory.descriptor > 2)
  }

  @Test func `is killed once it has said too much, or nobody listens any more`() throws {
    let endless = try run("while :; do echo endless; done", limit: 1000)
    #expect(endless.status == SIGKILL)
    #expect(endless.bytes.count < 1 << 20)
    var count = 0
    let cancelled = try run("echo here; exec cat /dev/zero", limit: .max) {
      count += 1
      return count > 2
    }
    #expect(cancelled.status == SIGKILL)
  }

  @Test func `that is not there is an error`() {
    let error = #expect(throws: SystemCallError.self) {
      try ProgramOutput.of(
        ["no-such-program-anywhere"], environment: [:], limit: 10, isCancelled: { false })
    }
    #expect(error?.isMissing == true)
  }
}
