import Testing

private let lines = Documents.lines("README.md")

@Test func `the README has 150 lines at most`() {
  #expect(lines.count <= 150)
}

@Test func `the README's commands and options exist`() {
  let names = Set(Help.commands.joined())
  let typed = lines.filter { $0.hasPrefix("    $ cuda-install ") }
  #expect(!typed.isEmpty)
  for line in typed {
    let words = line.split(separator: " ").dropFirst(2)
    #expect(names.contains(words.first.map(String.init) ?? ""), "\(line)")
    // What stands behind -- belongs to another program.
    let flags = words.prefix { $0 != "--" && $0 != "|" }.filter { $0.hasPrefix("-") }
    for flag in flags.map({ String($0.prefix { $0 != "=" }) }) {
      #expect(Help.allFlags.contains(flag), "\(line)")
    }
  }
  for match in Documents.text("README.md").matches(of: /\$\(cuda-install ([a-z]+)/) {
    #expect(names.contains(String(match.output.1)))
  }
}

@Test func `I12: the README's table has every exit status`() {
  let table = lines.compactMap { line in line.prefixMatch(of: /\| (\d+) \|/)?.output.1 }
  #expect(table.compactMap { Int($0) } == ExitStatus.allNumbers.sorted())
}
