import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

@main
enum Main {
  static func main() {
    // Before anything is opened: a file of ours must never become a standard stream.
    CUDAFiles.Stream.fillStandardDescriptors()
    // Whoever calls a set-user-ID program chooses its environment: the prefix, the source and the certificates.
    guard !Machine.isPrivileged else {
      let console = Console(stream: .error)
      console.say("error: this program must not have rights that its caller does not have")
      console.say("hint: take its set-user-ID and set-group-ID bits and its capabilities away")
      end(with: 77)
    }
    Interruption.watch()
    do {
      var command = try CudaInstall.parseAsRoot(Arguments.normalized(Machine.arguments))
      try command.run()
    } catch let failure as Failure {
      end(with: failure.exitStatus)
    } catch {
      end(with: explain(error))
    }
  }

  /// What argument parsing has to say: help and the version are answers, everything else is a usage error.
  private static func explain(_ error: any Error) -> Int32 {
    guard CudaInstall.exitCode(for: error) != .success else {
      CUDAFiles.Stream.output.write(CudaInstall.fullMessage(for: error) + "\n")
      guard let lost = CUDAFiles.Stream.lostAnswer else { return 0 }
      Console(stream: .error).say("error: \(lost.message)")
      return 74
    }
    let message = unknownCommand(CudaInstall.message(for: error)) ?? CudaInstall.message(for: error)
    if Machine.arguments.contains("--json") {
      JSONReport(isQuery: false).fail(InstallError(.usage(message)))
    }
    let console = Console(stream: .error)
    for (index, line) in message.split(separator: "\n").enumerated() {
      console.say(index == 0 ? "error: \(line)" : String(line))
    }
    console.say(
      "hint: 'cuda-install --help' lists the commands, 'cuda-install help COMMAND' its options")
    return 64
  }

  /// The parser knows no commands, only arguments: `instal` is unexpected to it, and nothing is near.
  private static func unknownCommand(_ message: String) -> String? {
    let words = message.split(separator: "'")
    guard words.count >= 2,
      words[0] == "Unexpected argument " || words[0].hasSuffix(" unexpected arguments: ")
    else { return nil }
    let typed = String(words[1])
    let names = CudaInstall.commandNames
    guard !Machine.arguments.contains(where: names.contains) else { return nil }
    let near = names.filter { NameSearch.distance(typed, $0) <= max(1, typed.utf8.count / 3) }
    let guess = near.min { NameSearch.distance(typed, $0) < NameSearch.distance(typed, $1) }
    return "there is no command \(cleaned(typed))" + (guess.map { "; did you mean \($0)?" } ?? "")
  }

  private static func end(with status: Int32) -> Never {
    if status > 128 { Interruption.die(of: status - 128) }
    exitProcess(status)
  }
}

/// A run that ended badly and has said why.
struct Failure: Error {
  let exitStatus: Int32
}

enum Arguments {
  /// `--wait` may stand alone or have `=SECONDS`; the parser wants a value.
  static func normalized(_ arguments: [String]) -> [String] {
    var rest = arguments.dropFirst()
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    for index in rest.indices where index < end && rest[index] == "--wait" {
      rest[index] = "--wait=unlimited"
    }
    return Array(rest)
  }
}
