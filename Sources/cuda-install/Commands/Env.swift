import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall

struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env", abstract: "Print shell settings for a release.",
    discussion: """
      Use it as: eval "$(cuda-install env)". It names the release's own tree, not current, so that a \
      switch in the middle of a build mixes nothing. A modulefile, which is kept, names the release's path.
      """)

  @Argument(
    help: "The release; by default the current one.", completion: Completion.installed)
  var version: String?

  @Option(help: "For which shell, or what else.")
  var shell: Shell = .sh

  @Flag(help: "Undo the settings, whatever release they are for.")
  var unset = false

  @OptionGroup var options: GlobalOptions

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case sh, bash, zsh, fish, csh, json, github, modulefile
  }

  mutating func validate() throws {
    guard unset else { return }
    guard version == nil, !options.json, UnsetText.text("", shell) != nil else {
      throw ValidationError("--unset is for shells, and names no release")
    }
  }

  mutating func run() throws {
    let session = try Session(options)
    try session.run { (installer) throws(InstallError) in
      if unset, let text = UnsetText.text(installer.prefix, shell) {
        session.report.answer(text, [String: String]())
        return
      }
      let (release, root) = try installer.environment(of: version)
      session.report.answer(
        shell == .modulefile
          ? Modulefile.text(prefix: installer.prefix, release: release)
          : Environment.text(root, shell),
        Environment.variables(root))
    }
  }
}

struct Exec: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a command with a release's settings.",
    usage: "cuda-install exec [<version>] [<options>] -- <command> [<argument> ...]",
    discussion: "The command's exit status is passed through; 126 and 127 are as in the shell.",
    aliases: ["run"])

  @Argument(
    help: "The release; by default the current one.", completion: Completion.installed)
  var version: String?

  @Argument(parsing: .postTerminator, help: "The command and its arguments, behind --.")
  var command: [String] = []

  @OptionGroup var options: GlobalOptions

  mutating func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("say what to run behind --, as in: cuda-install exec -- nvcc --version")
    }
  }

  mutating func run() throws {
    let session = try Session(options)
    try session.run { (installer) throws(InstallError) in
      let (_, root) = try installer.leasedEnvironment(of: version)
      var variables = Environment.variables(root)
      variables["PATH"] = Environment.prepending("bin", of: root, to: "PATH")
      variables["LD_LIBRARY_PATH"] = Environment.prepending(
        "lib64", of: root, to: "LD_LIBRARY_PATH")
      let code = replaceProcess(by: command, environment: variables.map { ($0.key, $0.value) })
      Console(stream: .error).say("error: cannot run \(cleaned(command[0])): \(code.reason)")
      exitProcess(code.isMissing ? 127 : 126)
    }
  }
}
