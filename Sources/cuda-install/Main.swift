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
    HelpText.prepareScreen()
    if Completion.isAsked, CudaInstall.exitCode(for: error) != .success { return 64 }
    let wrong = WrongWords(Machine.arguments, CudaInstall.message(for: error))
    let isAnswer = CudaInstall.exitCode(for: error) == .success
    guard !isAnswer || wrong.unknownHelp != nil else {
      CUDAFiles.Stream.output.write(HelpText.shown(CudaInstall.fullMessage(for: error)))
      guard let lost = CUDAFiles.Stream.lostAnswer else { return 0 }
      Console(stream: .error).say("error: \(lost.message)")
      return 74
    }
    if Machine.arguments.contains("--json") {
      JSONReport(isQuery: false).fail(InstallError(.usage(wrong.message)))
    }
    let console = Console(stream: .error)
    for (index, line) in wrong.message.split(separator: "\n").enumerated() {
      console.say(index == 0 ? "error: \(line)" : String(line))
    }
    console.say("hint: \(wrong.hint)")
    return 64
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
    if Completion.isAsked { return Completion.normalized(Array(arguments.dropFirst())) }
    var rest = arguments.dropFirst()
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    for index in rest.indices where index < end && rest[index] == "--wait" {
      rest[index] = "--wait=unlimited"
    }
    return Array(rest)
  }
}
