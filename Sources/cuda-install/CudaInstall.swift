import ArgumentParser
import CUDAFiles
import CUDAInstall

/// The root of the commands. Without one, it prints what there is.
struct CudaInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cuda-install",
    abstract: "Install CUDA components into one directory, from any number of processes at once.",
    discussion: "Exit status, files and environment: man cuda-install",
    version: "cuda-install \(Installer.version)",
    groupedSubcommands: [
      CommandGroup(name: "Get", subcommands: [Install.self, Update.self, Remove.self]),
      CommandGroup(
        name: "Use", subcommands: [Use.self, RollBack.self, Env.self, Exec.self]),
      CommandGroup(name: "Look", subcommands: [Status.self, List.self, Verify.self, Doctor.self]),
      CommandGroup(name: "Keep", subcommands: [Prune.self, Timer.self]),
    ])

  // Options may stand before the command as well; subcommands see the values.
  @OptionGroup var options: GlobalOptions

  /// What commands may be called.
  static var commandNames: [String] {
    configuration.groupedSubcommands.flatMap(\.subcommands).flatMap { command in
      [command.configuration.commandName ?? command._commandName] + command.configuration.aliases
    }
  }

  func run() { Console(stream: .output).write(CudaInstall.helpMessage() + "\n") }
}
