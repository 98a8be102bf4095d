import TestSupport
import Testing

private let path = "man/cuda-install.1"

/// The lines of one section of the man page.
private func section(_ name: String) -> [Substring] {
  Array(
    Documents.lines(path).drop { $0 != ".Sh \(name)" }.dropFirst().prefix {
      !$0.hasPrefix(".Sh ")
    })
}

/// `-p` and `--prefix` of mdoc's `Fl p , -prefix`.
private func flags(in line: Substring) -> Set<String> {
  line.firstRange(of: "Fl ").map { range in
    let words = line[range.upperBound...].split(separator: " ").prefix { $0 != "Ar" && $0 != "Ns" }
    return Set(words.filter { $0.contains(/^-?[a-z]/) }.map { "-\($0)" })
  } ?? []
}

@Test func `the man page has the commands that the program has, and no others`() {
  let lines = section("SYNOPSIS")
  let synopsis = zip(lines, lines.dropFirst()).compactMap { line, next in
    line == ".Nm" ? next.wholeMatch(of: /\.Cm ([a-z]+)/).map { String($0.output.1) } : nil
  }
  #expect(synopsis.sorted() == Help.commands.map { $0[0] }.sorted())
  let explained = Set(
    section("COMMANDS").filter { $0.contains("Cm ") }.flatMap { line in
      line.split(separator: /[^a-z]+/).map(String.init)
    })
  let names = Help.commands.flatMap { $0 + Help.commands(of: $0[0]) }
  for name in names { #expect(explained.contains(name), "\(name)") }
}

@Test func `the man page has the options that the program has, and no others`() {
  let explained = section("OPTIONS").filter { $0.hasPrefix(".It Fl ") }
    .reduce(into: Set<String>()) { $0.formUnion(flags(in: $1)) }
  #expect(explained == Help.allFlags)
  for line in Documents.lines(path) where line.contains("Fl ") {
    #expect(flags(in: line).isSubset(of: Help.allFlags), "\(line)")
  }
}

@Test func `the synopsis of each command has that command's own options`() {
  var command = ""
  var synopsis: [String: Set<String>] = [:]
  for line in section("SYNOPSIS") {
    if let match = line.wholeMatch(of: /\.Cm ([a-z]+)/) { command = String(match.output.1) }
    synopsis[command, default: []].formUnion(flags(in: line))
  }
  for command in Help.commands.map({ $0[0] }) {
    let own = Help.ownFlags(of: command).filter { $0.hasPrefix("--") }
    #expect(synopsis[command] == own, "\(command)")
  }
}

@Test func `I12: every exit status and its word are in the man page, and no others`() {
  let rows = section("EXIT STATUS").compactMap { line in
    line.prefixMatch(of: #/\.It (\d+) Ta (?:([a-z_]+) )?Ta\b/#)
  }
  #expect(Set(rows.compactMap { Int($0.output.1) }) == ExitStatus.allNumbers)
  let named = rows.compactMap { row in
    row.output.2.map { ExitStatus(number: Int(row.output.1) ?? -1, word: String($0)) }
  }
  #expect(ExitStatus.ofErrors.count > 10)
  #expect(Set(named) == ExitStatus.ofErrors)
  #expect(named.count == Set(named).count)
}

@Test(.enabled(if: hasProgram("mandoc"), "there is no mandoc; .ci/setup --tests installs it"))
func `mandoc finds nothing wrong with the man page`() {
  let lint = runProgram(["mandoc", "-Tlint", "-Wstyle", "\(Documents.root)/\(path)"])
  let remarks = (lint.output + lint.errors).split(separator: "\n").filter {
    // Which other pages this machine has says nothing about this one.
    !$0.contains("referenced manual not found") && !$0.contains("outdated mandoc.db")
  }
  #expect(remarks == [])
}
