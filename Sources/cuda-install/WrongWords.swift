import ArgumentParser
import CUDACatalog
import CUDAInstall
import CUDAPlanning

/// What to say of a command line that cannot be meant.
struct WrongWords {
  private let arguments: [String]
  private let parserMessage: String

  init(_ arguments: [String], _ parserMessage: String) {
    self.arguments = arguments
    self.parserMessage = parserMessage
  }

  var message: String { unknownHelp ?? unknownCommand ?? parserMessage }

  /// Where the right words are to be found.
  var hint: String {
    let command = named(Array(arguments.dropFirst()))
    guard !command.path.isEmpty else {
      return "'cuda-install --help' lists the commands, 'cuda-install help COMMAND' its options"
    }
    let path = command.path.joined(separator: " ")
    return command.type.commands.isEmpty
      ? "'cuda-install help \(path)' lists its options"
      : "'cuda-install help \(path)' lists its commands"
  }

  /// `help instal`: to the parser that is a question for all commands.
  var unknownHelp: String? {
    guard arguments.dropFirst().first == "help" else { return nil }
    let words = Array(arguments.dropFirst(2).prefix { !$0.hasPrefix("-") })
    let command = named(words)
    guard command.path.count < words.count else { return nil }
    return missing(words[command.path.count], command)
  }

  /// The parser knows no commands, only arguments: `instal` is unexpected to it, and nothing is near.
  private var unknownCommand: String? {
    let words = parserMessage.split(separator: "'")
    guard words.count >= 2,
      words[0] == "Unexpected argument " || words[0].hasSuffix(" unexpected arguments: ")
    else { return nil }
    let command = named(Array(arguments.dropFirst()))
    guard !command.type.commands.isEmpty else { return nil }
    return missing(String(words[1]), command)
  }

  private struct Command {
    var path: [String] = []
    var type: any ParsableCommand.Type = CudaInstall.self
  }

  /// The innermost command that words name, options between them left out.
  private func named(_ words: [String]) -> Command {
    var found = Command()
    for word in words {
      guard let next = found.type.commands.first(where: { $0.names.contains(word) }) else {
        continue
      }
      found = Command(path: found.path + [word], type: next)
    }
    return found
  }

  private func missing(_ word: String, _ command: Command) -> String {
    let place = (command.path + [""]).joined(separator: " ")
    let near = command.type.commands.flatMap { $0.names }
      .filter { NameSearch.distance(word, $0) <= max(1, word.utf8.count / 3) }
      .min { NameSearch.distance(word, $0) < NameSearch.distance(word, $1) }
    return "there is no command \(place)\(cleaned(word))"
      + (near.map { "; did you mean \(place)\($0)?" } ?? "")
  }
}
