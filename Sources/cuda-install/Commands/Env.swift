import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall

struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print shell settings for a release.",
    discussion: """
      Use it as: eval "$(cuda-install env)". It names the release's own tree, not current, so that a \
      switch in the middle of a build mixes nothing.
      """)

  @Argument(help: "The release; by default the current one.")
  var version: String?

  @Option(help: "sh, bash, zsh, fish, csh, json or github.")
  var shell: Shell = .sh

  @OptionGroup var options: GlobalOptions

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case sh, bash, zsh, fish, csh, json, github
  }

  mutating func run() throws {
    let session = try Session(options)
    try session.run { (installer) throws(InstallError) in
      let (_, root) = try installer.environment(of: version)
      guard !root.contains("\n") else {
        throw InstallError(
          .usage("the prefix has a line break in it, which no shell setting can hold"))
      }
      session.report.answer(
        shell == .json ? Environment.json(root) : Environment.text(root, shell),
        Environment.variables(root))
    }
  }
}

struct Exec: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a command with a release's settings.",
    usage: "cuda-install exec [<version>] [<options>] -- <command> [<argument> ...]",
    discussion: "The command's exit status is passed through; 126 and 127 are as in the shell.",
    aliases: ["run"])

  @Argument(help: "The release; by default the current one.")
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
      variables["PATH"] = Environment.prepending("\(root)/bin", to: "PATH")
      variables["LD_LIBRARY_PATH"] = Environment.prepending("\(root)/lib64", to: "LD_LIBRARY_PATH")
      let code = replaceProcess(by: command, environment: variables.map { ($0.key, $0.value) })
      Console(stream: .error).say("error: cannot run \(cleaned(command[0])): \(code.reason)")
      exitProcess(code.isMissing ? 127 : 126)
    }
  }
}
