public import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
public import CUDAPlanning

struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Install a release, or some components of it.",
    discussion: """
      VERSION is an exact release (13.0.2), the newest of a line (13.0 or 13), or latest, the default. \
      COMPONENTs are named as in NVIDIA's manifests; the prefix cuda_ may be left out. Without any, the \
      profile devel is installed. The first release becomes the current one; later ones only with --use.
      """)

  @Argument(help: "The version, if it is first, and components.")
  var words: [String] = []

  @Option(help: "A set of components: base, runtime, devel or full.")
  var profile: Profile?

  @Flag(
    name: .customLong("static"), inversion: .prefixedNo, exclusivity: .exclusive,
    help: "With or without the static archives that CMake and nvcc do not need.")
  var hasStatic: Bool?

  @Flag(help: "Make it the current release.")
  var use = false

  @Flag(help: "Fetch and unpack everything again.")
  var force = false

  @Flag(name: [.customShort("n"), .long], help: "Print what would be done.")
  var dryRun = false

  @Option(help: "For another platform than this machine's, as in linux-sbsa.")
  var platform: String?

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options, changes: !dryRun)
    try session.run { (installer) throws(InstallError) in
      let request = try request()
      if dryRun {
        let summary = try installer.plan(request)
        session.report.answer(PlanText.table(summary), PlanJSON(summary))
        return
      }
      let outcome = try installer.install(request)
      let label = "CUDA \(outcome.release) (\(contents(outcome)))"
      let place = "\(installer.prefix)/\(outcome.release)"
      let current = outcome.plan?.makesCurrent == true && outcome.plan?.tree == nil
      session.report.finish(
        outcome,
        changes: [current ? "current: \(outcome.release)" : "\(label) installed in \(place)"],
        otherwise: outcome.doneBy.map { "\(label) was just installed by pid \($0)" }
          ?? "\(label) is already installed in \(place)")
      guard outcome.changed, !options.json, options.quiet == 0, Stream.error.isTerminal else {
        return
      }
      if outcome.plan?.makesCurrent == true || outcome.record?.after.current == outcome.release {
        adviseNextSteps(installer)
      } else {
        Console(stream: .error).say(
          "'cuda-install use \(outcome.release)' makes it the current release")
      }
    }
  }

  /// What was typed, as values that cannot be wrong.
  private func request() throws(InstallError) -> Request {
    var components = words
    var track = Track.latest
    if let first = words.first, isVersion(first) {
      track = try Track(typed: first)
      components.removeFirst()
    }
    let chosen: Platform
    if let platform {
      guard let named = Platform(platform) else {
        throw InstallError(
          .usage("\(cleaned(platform)) is not a platform: write one as in linux-x86_64"))
      }
      chosen = named
    } else {
      guard let here = Platform.of(machine: Machine.architecture, isTegra: Machine.isTegra) else {
        throw InstallError(.noPlatform(machine: Machine.architecture))
      }
      chosen = here
    }
    return Request(
      track: track, components: components, profile: profile, platform: chosen,
      hasStatic: hasStatic, reinstalls: force, makesCurrent: use)
  }

  /// `devel`, or `9 components`
  private func contents(_ outcome: Outcome) -> String {
    let names = words.filter { !isVersion($0) }
    if names.isEmpty { return (profile ?? .devel).rawValue }
    return names.joined(separator: ", ") + (profile.map { " and \($0.rawValue)" } ?? "")
  }

  /// Four lines for a person who has just installed something.
  private func adviseNextSteps(_ installer: Installer) {
    let prefix = options.prefix == nil ? "" : " --prefix \(shellQuoted(installer.prefix))"
    let driver =
      Machine.driverVersion.map { "\($0) found" } ?? "none found; programs that use a GPU need one"
    Console(stream: .error).write(
      """

      Use it in this shell:      eval "$(cuda-install\(prefix) env)"
      In every new shell:        add that line to ~/.bashrc
      With CMake:                -DCUDAToolkit_ROOT=\(shellQuoted(installer.prefix + "/current"))
      Driver:                    \(driver)

      """)
  }
}

extension Profile: ExpressibleByArgument {}
