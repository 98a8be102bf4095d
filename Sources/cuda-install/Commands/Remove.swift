import ArgumentParser
import CUDACatalog
import CUDAInstall

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove installed releases.", aliases: ["uninstall", "rm"])

  @Argument(help: "The releases, by their exact versions.")
  var versions: [String]

  @Flag(name: [.short, .long], help: "Remove the current release as well.")
  var yes = false

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: true)
    try session.run { (installer) throws(InstallError) in
      let (outcome, removed, notices) = try installer.remove(versions, removesCurrent: yes)
      for notice in notices { session.report.show(.notice(notice)) }
      session.report.finish(
        outcome,
        changes: removed.map {
          "removed CUDA \($0.release)" + ($0.byteCount.map { " (\(Size($0)))" } ?? "")
        }, otherwise: outcome.doneBy.map { "\(outcome.release) was just removed by pid \($0)" })
    }
  }
}
