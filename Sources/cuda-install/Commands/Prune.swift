import ArgumentParser
import CUDACatalog
import CUDAInstall

struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Delete what nothing uses.",
    discussion: """
      Releases that a newer one on their track has replaced, trees that no link names, and downloads that \
      nobody continues. What a running program uses through exec stays.
      """)

  // Unconditional: -1 is a number, if a wrong one, and no option.
  @Option(
    parsing: .unconditional,
    help: "How many old releases of a track, and old trees, stay to go back to; 1 by default.")
  var keep: Int?

  @Flag(name: [.customShort("n"), .long], help: "Print what would be deleted.")
  var dryRun = false

  @OptionGroup var options: GlobalOptions

  mutating func validate() throws {
    guard (0...1000).contains(keep ?? 1) else {
      throw ValidationError("--keep is a number from 0 to 1000")
    }
  }

  mutating func run() throws {
    let session = try Session(options, changes: !dryRun)
    try session.run { (installer) throws(InstallError) in
      let set = try session.settings.number(of: .keep)
      let keep = self.keep ?? set ?? 1
      if dryRun {
        let superfluous = try installer.superfluous(keep: keep)
        let lines = self.lines(superfluous, verb: "would delete").map { $0 + "\n" }
        session.report.answer(
          lines.isEmpty ? "nothing to delete\n" : lines.joined(), PruneJSON(superfluous))
        return
      }
      let (outcome, pruned, notices) = try installer.prune(keep: keep)
      for notice in notices { session.report.show(.notice(notice)) }
      session.report.finish(
        outcome, changes: lines(pruned, verb: "deleted"),
        otherwise: outcome.doneBy.map { "nothing is left to delete behind pid \($0)" }
          ?? "nothing to delete")
    }
  }

  private func lines(_ superfluous: Superfluous, verb: String) -> [String] {
    guard !superfluous.isEmpty else { return [] }
    return superfluous.titles.map { "\(verb) \($0)" }
      + superfluous.trees.map { "\(verb) tree \($0)" }
      + (superfluous.downloads.isEmpty
        ? [] : ["\(verb) \(PlanText.count(superfluous.downloads.count, "unfinished download"))"])
      + ["\(Size(superfluous.byteCount)) \(dryRun ? "would be " : "")freed"]
  }
}

private struct PruneJSON: Encodable {
  var v = 1
  var releases: [String]
  var trees: [String]
  var downloads: Int
  var bytes: Int64

  init(_ superfluous: Superfluous) {
    releases = superfluous.releases.map(\.text)
    trees = superfluous.trees
    downloads = superfluous.downloads.count
    bytes = superfluous.byteCount
  }
}
