import ArgumentParser
import CUDAInstall

struct Use: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "use", abstract: "Make an installed release the current one.")

  @Argument(
    help: "The release (13.0.2), the newest of a line (13), or - for the previous one.",
    completion: Completion.switchable)
  var version: String

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: true)
    try session.run { (installer) throws(InstallError) in
      let (outcome, was) = try installer.use(version)
      session.report.finish(
        outcome,
        changes: ["current: \(outcome.release)" + (was.map { " (was \($0))" } ?? "")],
        otherwise: outcome.doneBy.map { "current: \(outcome.release), just set by pid \($0)" }
          ?? "current: \(outcome.release)")
    }
  }
}

struct RollBack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Go back to what was current before the last change.")

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: true)
    try session.run { (installer) throws(InstallError) in
      let (outcome, from, to) = try installer.rollBack()
      session.report.finish(
        outcome, changes: ["rolled back: \(from) -> \(to)"],
        otherwise: outcome.doneBy.map { "just rolled back by pid \($0)" })
    }
  }
}
