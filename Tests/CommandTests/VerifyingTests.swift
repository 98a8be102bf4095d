import CUDACatalog
import CUDADigest
import TestSupport
import Testing

@Suite struct `Verifying what takes a while` {
  /// A tree with 2 GiB to read, of which none is on disk: a hole, with the receipt made to fit.
  private func large() throws -> Bench {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let script = """
      cd "$PREFIX/current/" && chmod u+w . bin bin/libcurand receipt* && truncate -s 2G bin/libcurand
      sed -i '/"path":"bin.libcurand"/ s/"size":[0-9]*/"size":2147483648/' receipt.ndjson
      chmod 555 . bin bin/libcurand; chmod 444 receipt*
      """
    let run = bench.inShell(script)
    #expect(run.status == 0, "\(run.errors)")
    let list = try #require(bench.file("13.0.2/receipt.ndjson"))
    try bench.editReceipt(of: "13.0.2") {
      $0.files.byteCount = 2 << 30
      $0.files.digest = SHA256.digest(of: list)
    }
    return bench
  }

  @Test func `on a terminal a bar shows how much is read, elsewhere nothing does`() throws {
    let bench = try large()
    let terminal = bench.inShell(
      "exec script -qec \"stty cols 80; '$CUDA_INSTALL' verify --prefix '$PREFIX'\" /dev/null",
      environment: ["TERM": "xterm"])
    #expect(terminal.status == 65, "\(terminal.output)")
    #expect(
      terminal.output.contains(/checked .* [1-9]\d?%  \d\.\d\d\/2\.00 GiB/), "\(terminal.output)")
    // It is gone before the answer comes.
    #expect(terminal.output.hasSuffix("\u{1B}[1A\r\u{1B}[Jchanged bin/libcurand\r\n"))
    let plain = bench.run("verify")
    #expect(plain.output == "changed bin/libcurand\n")
    #expect(plain.errors == "")
    let events = bench.run("verify", "--repair", "--json")
    #expect(events.status == 0, "\(events.errors)")
    #expect(events.output.contains(/"all_total":2147483648,.*"phase":"verify"/))
  }
}
