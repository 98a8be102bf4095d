import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for problems in and around the prefix.",
    discussion: """
      Proves in the prefix itself, with a second process, that its lock excludes, that SIGKILL frees it, and that \
      a link can be replaced without a gap. The exit status is that of the first failure. Behind the checks, each \
      setting and where it comes from.
      """)

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options)
    var exit: Int32 = 0
    try session.run { (installer) throws(InstallError) in
      let checks = try installer.examine()
      exit = checks.first { $0.verdict == .fail }?.exitStatus ?? 0
      let settings = try EffectiveSetting.all(options, session.settings, installer)
      let shown = options.quiet > 0 ? checks.filter { $0.verdict != .ok } : checks
      session.report.answer(
        Self.text(shown) + (options.quiet > 0 ? "" : "\n" + Self.text(settings)),
        DoctorJSON(checks, settings, prefix: installer.prefix))
    }
    if exit != 0 { throw Failure(exitStatus: exit) }
  }

  private static func text(_ checks: [Check]) -> String {
    let rows = checks.flatMap { check in
      [[check.verdict.rawValue, check.name, check.text]]
        + (check.hint.map { [["", "", "hint: \($0)"]] } ?? [])
    }
    return Columns.aligned(rows).map { $0 + "\n" }.joined()
  }

  private static func text(_ settings: [EffectiveSetting]) -> String {
    Columns.aligned(settings.map { [$0.name, $0.value, $0.origin] })
      .map { cleaned($0, limit: .max) + "\n" }.joined()
  }
}

private struct DoctorJSON: Encodable {
  struct Item: Encodable {
    var name: String
    var verdict: String
    var text: String
    var hint: String?
  }

  struct SettingItem: Encodable {
    var name: String
    var value: String
    var origin: String
  }

  var v = 1
  var ok: Bool
  var prefix: String
  var tool = Installer.version
  var checks: [Item]
  var settings: [SettingItem]

  init(_ checks: [Check], _ settings: [EffectiveSetting], prefix: String) {
    self.settings = settings.map {
      SettingItem(
        name: $0.name, value: cleaned($0.value, limit: .max), origin: cleaned($0.origin))
    }
    ok = !checks.contains { $0.verdict == .fail }
    self.prefix = prefix
    self.checks = checks.map {
      Item(
        name: $0.name, verdict: $0.verdict.rawValue, text: cleaned($0.text, limit: .max),
        hint: $0.hint.map { cleaned($0) })
    }
  }
}
