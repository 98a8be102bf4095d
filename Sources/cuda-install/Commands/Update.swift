import ArgumentParser
import CUDACatalog
import CUDAInstall

struct Update: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Bring what is installed to the newest of its track.",
    discussion: """
      A release that was asked for as 13.0 moves to the newest 13.0.x, one that was asked for exactly never \
      moves. The old release stays until prune. Without --mirror, each comes from where it came before.
      """,
    aliases: ["upgrade"])

  @Argument(help: "The installed releases; by default all.", completion: Completion.installed)
  var versions: [String] = []

  @Flag(help: "Only say what there is: status 100 if there are updates, else 0.")
  var check = false

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    // Off a terminal the next run will do: a timer that waits for a timer helps nobody.
    let session = try Session(options, changes: !check, skips: true)
    var hasUpdates = false
    try session.run { (installer) throws(InstallError) in
      if check {
        let (updates, warnings) = try installer.updates(of: versions)
        for warning in warnings { session.report.show(.warning(warning)) }
        hasUpdates = !updates.isEmpty
        let lines = lines(updates, installer).map { $0 + "\n" }.joined()
        session.report.answer(
          lines.isEmpty && options.quiet == 0 ? "everything is up to date\n" : lines,
          UpdatesJSON(updates, warnings))
        return
      }
      let (outcome, updates) = try installer.update(versions)
      session.report.finish(
        outcome, changes: lines(updates, installer),
        otherwise: outcome.doneBy.map { "everything was just updated by pid \($0)" }
          ?? "everything is up to date")
    }
    if hasUpdates { throw Failure(exitStatus: 100) }
  }

  private func lines(_ updates: [CUDAInstall.Update], _ installer: Installer) -> [String] {
    updates.flatMap { update in
      update.changes.map { change in
        // Another product's release says nothing about where it is.
        let place =
          change.product == update.product ? "" : " with \(update.product.title) \(update.to)"
        return "\(change.text)\(place) in \(installer.prefix)"
      }
    }
  }
}

private struct UpdatesJSON: Encodable {
  struct Item: Encodable {
    var product: String
    var from: String
    var to: String
    var track: String
  }

  var v = 1
  var updates: [Item]
  var warnings: [String]

  init(_ updates: [CUDAInstall.Update], _ warnings: [String]) {
    self.warnings = warnings.map { cleaned($0, limit: .max) }
    self.updates = updates.flatMap { update in
      update.changes.map { change in
        let receipt = update.installed.receipt
        let addition = receipt.additions.first { $0.product == change.product }
        return Item(
          product: change.product.text, from: change.from.text, to: change.to.text,
          track: addition?.track ?? receipt.track)
      }
    }
  }
}
