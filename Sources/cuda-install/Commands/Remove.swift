import ArgumentParser
import CUDACatalog
import CUDAInstall

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove releases, or some components of one.",
    discussion: """
      With COMPONENTs, the release that VERSION names, by default the current one, gets a new tree without \
      them: nothing is fetched, and rollback undoes it. Without, the releases go, each named exactly.
      """, aliases: ["uninstall", "rm"])

  @Argument(
    help: ArgumentHelp(
      "Versions; or one version, if it is first, and components.",
      valueName: "version or component"),
    completion: Completion.removable)
  var words: [String]

  @Flag(
    name: [.short, .long],
    help: "Remove the current release as well; it changes nothing for components.")
  var yes = false

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: true)
    try session.run { (installer) throws(InstallError) in
      let versions = words.filter(isVersion)
      let components = words.filter { !isVersion($0) }
      if components.isEmpty {
        try removeReleases(versions, installer, session.report)
        return
      }
      guard versions.count < 2 else {
        throw InstallError(.usage("components are removed from one release at a time"))
      }
      if let version = versions.first, words.first != version {
        let line = ([version] + components).joined(separator: " ")
        throw InstallError(
          .usage("the version comes first: cuda-install remove \(cleaned(line, limit: .max))"))
      }
      try remove(components, from: versions.first, installer, session.report)
    }
  }

  private func removeReleases(
    _ versions: [String], _ installer: Installer, _ report: any Report
  ) throws(InstallError) {
    let (outcome, removed, notices) = try installer.remove(versions, removesCurrent: yes)
    for notice in notices { report.show(.notice(notice)) }
    report.finish(
      outcome,
      changes: removed.map {
        "removed \($0.title)" + ($0.byteCount.map { " (\(Size($0)))" } ?? "")
      },
      otherwise: outcome.doneBy.map { "\(outcome.release) was just removed by pid \($0)" }
        ?? "\(outcome.release) is removed already")
  }

  private func remove(
    _ components: [String], from version: String?, _ installer: Installer, _ report: any Report
  ) throws(InstallError) {
    let (outcome, removed) = try installer.remove(components: components, from: version)
    let names = components.joined(separator: ", ")
    report.finish(
      outcome,
      changes: removed.map {
        "removed \($0.name) from \(outcome.title) (\(Size($0.byteCount)))"
      },
      otherwise: outcome.doneBy.map {
        "\(cleaned(names)) was just removed from \(outcome.title) by pid \($0)"
      } ?? "\(cleaned(names)) is removed from \(outcome.title) already")
  }
}

/// Whether a word names a version, and no component.
func isVersion(_ word: String) -> Bool {
  let number = word.hasPrefix("v") || word.hasPrefix("=") ? word.dropFirst() : word[...]
  return word == "latest" || number.first?.isNumber == true
}
