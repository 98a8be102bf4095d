import ArgumentParser
import CUDAFiles
import CUDAInstall

@main
enum Main {
  static func main() {
    // Before anything is opened: a file of ours must never become a standard stream.
    CUDAFiles.Stream.fillStandardDescriptors()
    Interruption.watch()
    do {
      var command = try CudaInstall.parseAsRoot(Arguments.normalized(CommandLine.arguments))
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
      return 0
    }
    let console = Console(stream: .error)
    console.say("error: \(CudaInstall.message(for: error))")
    console.say(
      "hint: 'cuda-install --help' lists the commands, 'cuda-install help COMMAND' its options")
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
    var rest = arguments.dropFirst()
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    for index in rest.indices where index < end && rest[index] == "--wait" {
      rest[index] = "--wait=unlimited"
    }
    return Array(rest)
  }
}
