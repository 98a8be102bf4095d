import TestSupport

/// The repository's files, as text.
enum Documents {
  static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

  static func text(_ path: String) -> String {
    guard let bytes = readFile("\(root)/\(path)") else { fatalError("there is no \(path)") }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func lines(_ path: String) -> [Substring] {
    text(path).split(separator: "\n", omittingEmptySubsequences: false)
  }
}

/// What the built program says of itself.
enum Help {
  /// The commands, each with its aliases: `["remove", "uninstall", "rm"]`.
  static let commands = listed(in: root)

  private static func listed(in help: [Substring]) -> [[String]] {
    var commands: [[String]] = []
    var isListing = false
    for line in help {
      if !line.hasPrefix(" ") {
        isListing = line.hasSuffix("SUBCOMMANDS:") || line.contains(#/^[A-Z][a-z]+  /#)
      }
      // Deeper lines go on with a description; the last one, "See ...", names no command. Of all commands' list
      // the first column is the group's name.
      guard isListing,
        let column = line.firstMatch(of: #/^(?:  (?! )|[A-Z][a-z]+ +|      )(?=[a-z])/#)
      else { continue }
      let names = line[column.range.upperBound...].split(separator: #/ {2,}/#)[0]
        .split(separator: ", ")
      commands.append(names.map(String.init))
    }
    return commands
  }

  /// The commands of a command that has some: of `timer`, `enable` and others.
  static func commands(of command: String) -> [String] {
    listed(in: print(["help", command])).map { $0[0] }
  }

  /// The options of every command: `--prefix`, `-p`.
  static let globalFlags = flags(of: print(["help", "rollback"]))

  /// The options that this command alone has.
  static func ownFlags(of command: String) -> Set<String> {
    commands(of: command).map { flags(of: print(["help", command, $0])) }
      .reduce(flags(of: print(["help", command]))) { $0.union($1) }.subtracting(globalFlags)
  }

  static let allFlags = commands.reduce(globalFlags) { $0.union(ownFlags(of: $1[0])) }

  private static let root = print([])

  private static func print(_ arguments: [String]) -> [Substring] {
    runProgram([BuiltBinary.path] + arguments).output.split(separator: "\n")
  }

  private static func flags(of lines: [Substring]) -> Set<String> {
    Set(
      lines.filter { $0.hasPrefix("  -") }.flatMap { line in
        line.split(separator: #/ {2,}/#)[0].matches(of: #/(?:^|[\s\/])(--?[a-z][a-z-]*)/#).map {
          String($0.output.1)
        }
      })
  }
}

/// An exit status and its word for programs.
struct ExitStatus: Hashable {
  var number: Int
  var word: String

  /// The statuses of the switch in InstallError.swift.
  static let ofErrors = Set(
    Documents.text("Sources/CUDAInstall/InstallError.swift")
      .matches(of: #/\((\d+), "([a-z_]+)"\)/#)
      .compactMap { match in
        Int(match.output.1).map { Self(number: $0, word: .init(match.output.2)) }
      })

  /// Those, 0, and what commands end with that found something.
  static let allNumbers: Set<Int> = {
    let commands = "Sources/cuda-install/Commands"
    let found = namesIn("\(Documents.root)/\(commands)").flatMap { name in
      Documents.text("\(commands)/\(name)").matches(of: #/Failure\(exitStatus: (\d+)\)/#)
        .compactMap { Int($0.output.1) }
    }
    return Set(ofErrors.map(\.number) + found + [0])
  }()
}

/// Whether a program is on PATH.
func hasProgram(_ name: String) -> Bool {
  runProgram(["sh", "-c", "command -v \(name)"]).status == 0
}
