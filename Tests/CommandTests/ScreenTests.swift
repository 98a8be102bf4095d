// What is drawn on a terminal, and what is left there.

import TestSupport
import Testing

/// The places of the percentages that a terminal is told to show beside its text; -1 is that it shows none.
private func badges(_ transcript: String) -> [Int] {
  transcript.matches(of: #/\x1B\]9;4;([01]);([0-9]+)\x1B\\/#).map {
    $0.output.1 == "0" ? -1 : Int($0.output.2) ?? -2
  }
}

/// The frames that are drawn, each as its lines; what is said between them is a part of the frame before.
private func frames(_ transcript: String) -> [[Substring]] {
  transcript.replacing(#/\x1B\][^\x1B]*\x1B\\/#, with: "").replacing("\r\n", with: "\n")
    .split(separator: #/\x1B\[[0-9]+A\r?\x1B\[J/#).dropFirst()
    .map { $0.split(separator: "\n") }
}

/// An install on a terminal, which stands in the middle of its only download.
private struct Drawn {
  let bench: Bench
  let hold: Hold
  let run: TerminalProgram
  let environment: [String: String]

  init(
    _ options: [String] = [], environment: [String: String] = [:], columns: Int = 80,
    rows: Int = 24, shell: [String] = []
  ) throws {
    self.environment = environment
    bench = try Bench()
    hold = bench.server.hold("*13.0.88-archive.tar.gz", afterBytes: 1000)
    let own = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "CUDA_INSTALL_HTTP_RETRIES": "0"]
    run = TerminalProgram(
      shell + bench.command(["install", "13", "curand"] + options),
      environment: bench.environment.merging(own) { $1 }.merging(environment) { $1 },
      columns: columns, rows: rows, in: bench.scratch)
  }

  /// One in each of these environments, all at once.
  static func each(of environments: [[String: String]]) throws -> [Drawn] {
    try environments.map { try Drawn(environment: $0) }
  }

  /// Whether so many frames are drawn from now on.
  func draws(_ count: Int = 2) -> Bool {
    run.wait { $0.matches(of: #/\x1B\[[0-9]+A/#).count >= count }
  }
}

@Suite struct `What a terminal shows` {
  @Test
  func `a percentage goes to a terminal that shows it beside its text, once, and is taken back`()
    throws
  {
    for drawn in try Drawn.each(of: [
      ["TERM_PROGRAM": "WezTerm"], ["TERM_PROGRAM": "ghostty"], ["WT_SESSION": "0-1"],
      ["ConEmuANSI": "ON"], ["PTYXIS_VERSION": "48.1"], ["TERM_FEATURES": "T3CwLrSc7UwSxP"],
    ]) {
      try #require(drawn.draws(3))
      let during = badges(drawn.run.transcript)
      // What else is fetched may still be on its way at the first frame.
      let isShown = !during.isEmpty && during.allSatisfy { (0...99).contains($0) }
      #expect(isShown, "\(drawn.environment) \(during)")
      drawn.hold.release()
      #expect(drawn.run.end() == 0)
      let all = badges(drawn.run.transcript)
      #expect(all.last == -1 && all.filter { $0 == -1 }.count == 1, "\(all)")
      #expect(zip(all, all.dropFirst()).allSatisfy { $0 != $1 }, "\(all)")
    }
  }

  @Test func `no percentage goes to a terminal that may take it for a notification`() throws {
    for drawn in try Drawn.each(of: [
      [:], ["TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/tmux"], ["WT_SESSION": "0", "STY": "1"],
      ["TERM_PROGRAM": "ghostty", "TERM": "screen-256color"], ["PTYXIS_VERSION": "47.9"],
      ["TERM_FEATURES": "T3Pq1Sx"], ["ConEmuANSI": "OFF", "TERM_PROGRAM": "vscode"],
    ]) {
      try #require(drawn.draws())
      drawn.hold.release()
      #expect(drawn.run.end() == 0)
      #expect(!drawn.run.transcript.contains("\u{1B}]"), "\(drawn.environment)")
    }
  }

  @Test func `the percentage is taken back where the run fails`() throws {
    let drawn = try Drawn(environment: ["WT_SESSION": "1"])
    try #require(drawn.draws())
    drawn.bench.server.stop()
    #expect(drawn.run.end() == 69)
    #expect(badges(drawn.run.transcript).last == -1)
    #expect(frames(drawn.run.transcript).last?.first?.hasPrefix("error: ") == true)
  }

  @Test func `I3: Ctrl-C takes back the percentage, and all that was drawn`() throws {
    let drawn = try Drawn(environment: ["WT_SESSION": "1"])
    try #require(drawn.draws())
    drawn.run.type("\u{3}")
    #expect(drawn.run.end() == 128 + 2)
    #expect(badges(drawn.run.transcript).last == -1)
    #expect(frames(drawn.run.transcript).last == ["error: stopped by SIGINT"])
  }

  @Test(.enabled(if: Rights.toCompile, Rights.noCompiler))
  func `a second Ctrl-C, too, leaves no percentage behind where the disk does not answer`() throws {
    let scratch = Scratch()
    let shim = Shim.environment(["SYNCFS": "stuck"], in: scratch)
    let drawn = try Drawn(environment: shim.merging(["WT_SESSION": "1"]) { $1 })
    try #require(drawn.draws())
    drawn.hold.release()
    #expect(drawn.run.wait(from: 0) { $0.contains("stuck") })
    drawn.run.type("\u{3}")
    #expect(drawn.run.wait(from: 0) { badges($0).last == -1 }, "while the disk is still silent")
    // What comes within 150 ms of the first counts as the same one.
    while !drawn.run.program.hasEnded { drawn.run.program.kill(2) }
    #expect(drawn.run.end() == 128 + 2)
    #expect(badges(drawn.run.transcript).last == -1)
    withExtendedLifetime(scratch) {}
  }

  @Test func `no line of progress is as wide as the terminal, and each has a percentage`() throws {
    let widths = [120, 80, 60, 40, 20, 9, 6]
    for (columns, drawn) in zip(widths, try widths.map { try Drawn(columns: $0) }) {
      try #require(drawn.draws())
      let lines = frames(drawn.run.transcript).dropLast().joined()
      drawn.hold.release()
      #expect(drawn.run.end() == 0)
      #expect(!lines.isEmpty)
      for line in lines { #expect(line.count < columns && line.contains("%"), "\(line)") }
      if columns >= 20 { #expect(lines.contains { $0.hasPrefix("  libcurand ") }) }
      if columns >= 40 { #expect(lines.contains { $0.contains("━") }) }
      if columns >= 80 { #expect(lines.contains { $0.contains("KiB") }) }
      let last = frames(drawn.run.transcript).last ?? []
      #expect(last.first == "CUDA 13.0.2 (curand) installed in \(drawn.bench.prefix)/13.0.2")
      #expect(!drawn.run.transcript.contains("\u{1B}[?"), "the cursor is never hidden")
    }
  }

  @Test func `a terminal that is too low for all gets the total alone`() throws {
    let drawn = try Drawn(rows: 2)
    try #require(drawn.draws())
    let lines = frames(drawn.run.transcript).dropLast().joined()
    #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("  total ") })
    drawn.hold.release()
    #expect(drawn.run.end() == 0)
  }

  @Test func `a wait says on a narrow terminal what it can, up to the end of a fact`() throws {
    let drawn = try Drawn()
    try #require(drawn.hold.waitUntilReached(by: drawn.run.program))
    let bench = drawn.bench
    let second = TerminalProgram(
      bench.command(["install", "13", "curand"]),
      environment: bench.environment.merging(["TERM": "xterm"]) { $1 }, columns: 26,
      in: bench.scratch)
    #expect(second.wait { $0.matches(of: #/\x1B\[[0-9]+A/#).count >= 2 })
    let lines = frames(second.transcript).dropLast().joined()
    #expect(lines.allSatisfy { $0.count < 26 }, "\(lines)")
    #expect(lines.first?.wholeMatch(of: #/waiting: pid [0-9]+(, install)?/#) != nil, "\(lines)")
    #expect(lines.contains("  Ctrl-C stops waiting"))
    drawn.hold.release()
    #expect(second.end() == 0)
    #expect(frames(second.transcript).last?.count == 1)
  }

  @Test func `a window that becomes narrower is cleared of what it wrapped`() throws {
    let drawn = try Drawn()
    try #require(drawn.draws())
    let before = frames(drawn.run.transcript).dropLast().last ?? []
    let start = drawn.run.transcript.utf8.count
    drawn.run.resize(columns: 30)
    let rows = before.map { ($0.count + 29) / 30 }.reduce(0, +)
    #expect(rows > before.count)
    #expect(drawn.run.wait(from: start) { $0.contains("\u{1B}[\(rows)A") })
    drawn.hold.release()
    #expect(drawn.run.end() == 0)
  }

  @Test func `what a shell writes while a run is stopped stays, and drawing goes on below it`()
    throws
  {
    let drawn = try Drawn(
      environment: ["WT_SESSION": "1"],
      shell: ["bash", "-c", "set -m; \"$@\"; echo between; fg %1 >/dev/null", "bash"])
    try #require(drawn.draws())
    drawn.run.type("\u{1A}")
    try #require(drawn.run.wait { $0.contains("between\r\n") })
    #expect(drawn.draws(3))
    let parts = drawn.run.transcript.split(separator: "between\r\n")
    try #require(parts.count == 2)
    #expect(badges(String(parts[0])).last == -1)
    #expect(badges(String(parts[1])).first ?? -1 > 0)
    // The first frame erases nothing.
    let first = parts[1].split(separator: "\u{1B}[")[0]
    #expect(first.contains("  total "), "\(parts[1])")
    drawn.hold.release()
    #expect(drawn.run.end() == 0)
  }

  @Test func `where nothing may be redrawn a terminal gets no escape sequence`() throws {
    let settings = [
      ["TERM": "dumb"], ["TERM": ""], ["CI": "1"], ["DPKG_MAINTSCRIPT_NAME": "postinst"],
      ["CUDA_INSTALL_PROGRESS": "none"], [:],
    ].map { $0.merging(["WT_SESSION": "1"]) { $1 } }
    let options = [["--progress", "plain"], ["--progress", "none"], ["-q"], ["--json"]]
    var all = try settings.map { try Drawn(environment: $0, columns: $0.count == 1 ? 0 : 80) }
    all += try options.map { try Drawn($0, environment: ["WT_SESSION": "1"]) }
    for plain in all { try #require(plain.hold.waitUntilReached(by: plain.run.program)) }
    // A later one has drawn: these have had the time for it.
    let drawn = try Drawn()
    try #require(drawn.draws())
    drawn.hold.release()
    #expect(drawn.run.end() == 0)
    for plain in all {
      plain.hold.release()
      #expect(plain.run.end() == 0)
      #expect(!plain.run.transcript.contains("\u{1B}"), "\(plain.run.transcript)")
    }
  }
}
