import ArgumentParser
import CUDACatalog
import CUDAInstall

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare the files of a release with its receipt.",
    discussion:
      "Status 65 if they differ. --repair makes a new tree, and fetches only what is damaged.")

  @Argument(
    help: "The release; by default the current one.", completion: Completion.installed)
  var version: String?

  @Flag(help: "Mend what is damaged.")
  var repair = false

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: repair)
    var isDamaged = false
    try session.run { (installer) throws(InstallError) in
      if repair {
        let outcome = try installer.repair(version)
        session.report.finish(
          outcome, changes: ["\(outcome.title) repaired"],
          otherwise: outcome.doneBy.map { "\(outcome.title) was just repaired by pid \($0)" }
            ?? "\(outcome.title) is intact")
        return
      }
      let (release, findings) = try installer.verify(version)
      isDamaged = !findings.isEmpty
      let lines = findings.map { "\($0.kind.rawValue) \(cleaned($0.path))\n" }
      let intact = options.quiet > 0 ? "" : "\(release.title) is intact\n"
      session.report.answer(
        isDamaged ? lines.joined() : intact, VerifyJSON(release.release, findings))
    }
    if isDamaged { throw Failure(exitStatus: 65) }
  }
}

private struct VerifyJSON: Encodable {
  struct Item: Encodable {
    var kind: String
    var path: String
  }

  var v = 1
  var release: String
  var ok: Bool
  var findings: [Item]

  init(_ release: Version, _ findings: [Finding]) {
    self.release = release.text
    ok = findings.isEmpty
    self.findings = findings.map { Item(kind: $0.kind.rawValue, path: cleaned($0.path)) }
  }
}
