import TestSupport
import Testing

private let path = "Sources/CUDAInstall/Documentation.docc/Embedding.md"

/// The program that the page shows, run as it says, with the built `cuda-install` on PATH.
@Suite(.enabled(if: hasProgram("python3"), "there is no python3"))
struct `The program that the page on embedding shows` {
  private let scratch = Scratch()
  private let server: LoopbackServer

  init() throws {
    var mirror = Mirror()
    mirror.add("13.0.2", [Mirror.component("libcurand", "13.0.88")])
    server = try LoopbackServer(mirror.files)
    let program = Documents.text(path).split(separator: "```python\n")[1].split(separator: "```")[0]
    scratch.write("embedding.py", Array(program.utf8))
  }

  private func start() -> Program {
    let folder = BuiltBinary.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    return Program(
      ["python3", scratch.file("embedding.py"), "13", "curand"],
      environment: [
        "PATH": "\(folder):/usr/local/bin:/usr/bin:/bin", "HOME": scratch.path,
        "CUDA_INSTALL_PREFIX": scratch.file("cuda"),
        "CUDA_INSTALL_MIRROR": server.url(Mirror.base), "CUDA_INSTALL_CONFIG": "/dev/null",
      ], in: scratch)
  }

  private func lines(_ program: Program, _ status: Int32) -> [String] {
    #expect(program.wait() == status, "\(program.output)\(program.errors)")
    #expect(program.errors == "")
    return program.output.split(separator: "\n").map(String.init)
  }

  @Test func `accepts, shows how far it is, and knows what is there and who is at work`() throws {
    defer { server.stop() }
    let hold = server.hold("*.tar.gz", afterBytes: 1000)
    let first = start()
    try #require(first.waitForOutput("download libcurand "))
    let second = lines(start(), 75)
    #expect(second.count == 1)
    #expect(second[0].wholeMatch(of: #/409 busy: pid [0-9]+ install/#) != nil, "\(second)")
    hold.release()
    let all = lines(first, 0)
    #expect(all.first == "202 accepted")
    #expect(
      all.contains { $0.wholeMatch(of: #/download libcurand [1-9][0-9]?%/#) != nil }, "\(all)")
    #expect(all.last == "complete: 13.0.2")
    #expect(lines(start(), 0) == ["200 already there: 13.0.2"])
  }

  @Test func `tells a failure by its code`() throws {
    server.stop()
    let failed = lines(start(), 69)
    #expect(failed.count == 1 && failed[0].hasPrefix("502 network: "), "\(failed)")
  }
}
