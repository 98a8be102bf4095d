import ArgumentParser
import CUDAFiles
import CUDAInstall

/// The root of the commands. Without one, it prints what there is.
struct CudaInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cuda-install",
    abstract: "Install CUDA components, from any number of processes at once.",
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

  func run() { Console(stream: .output).write(HelpText.root) }
}

extension ParsableCommand {
  /// What it may be called.
  static var names: [String] {
    [configuration.commandName ?? _commandName] + configuration.aliases
  }

  /// Its commands, in whatever groups they are.
  static var commands: [any ParsableCommand.Type] {
    configuration.subcommands
      + configuration.groupedSubcommands.flatMap(\.subcommands).filter { group in
        !configuration.subcommands.contains { $0 == group }
      }
  }
}
