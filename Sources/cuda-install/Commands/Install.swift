public import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
public import CUDAPlanning

struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Install a release, or some components of it.",
    usage: "cuda-install install [<version>] [<component> ...] [<options>]",
    discussion: """
      VERSION is an exact release (13.0.2), the newest of a line (13.0 or 13), or latest, the default. \
      COMPONENTs are named as in NVIDIA's manifests; the prefix cuda_ may be left out. Without any, the \
      profile devel is installed. Another product, as in cudnn@9.13, goes into the same tree; without a version, \
      into the current release. The first release becomes the current one; later ones only with --use.
      """)

  @Argument(
    help: "The version, if it is first, components, and other products.",
    completion: Completion.installable)
  var words: [String] = []

  @Option(help: "A set of components.")
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

  @Option(
    help: "For another platform than this machine's, as in linux-sbsa.",
    completion: Completion.platforms)
  var platform: String?

  @Flag(help: "The newest release on the track that this machine's driver supports.")
  var forDriver = false

  @Option(help: "The variant of other products, as in 13, where CUDA's release does not decide.")
  var variant: String?

  @Option(
    help: ArgumentHelp(
      "Write down what is installed, with all hashes; if the file is there, install exactly that.",
      valueName: "file"),
    completion: .file())
  var locked: String?

  @Option(
    help: ArgumentHelp(
      "Install nothing, and put what it takes into a directory that can serve as a mirror.",
      valueName: "dir"),
    completion: .directory)
  var downloadOnly: String?

  @Option(
    help: ArgumentHelp(
      "With --download-only: compress archives anew, which makes installs from there faster.",
      valueName: "compression"))
  var recompress: Compression?

  @OptionGroup var source: SourceOptions
  @OptionGroup var options: GlobalOptions

  /// What archives are compressed anew with.
  enum Compression: String, CaseIterable, ExpressibleByArgument {
    case zstd
  }

  mutating func validate() throws {
    guard downloadOnly != "" else { throw ValidationError("--download-only needs a directory") }
    guard recompress == nil || downloadOnly != nil else {
      throw ValidationError("--recompress needs --download-only, and a directory for that")
    }
  }

  mutating func run() throws {
    if let downloadOnly { options.prefix = downloadOnly }
    let session = try Session(options, source, changes: !dryRun)
    try session.run { (installer) throws(InstallError) in
      let request = try request(session.settings)
      if dryRun {
        let summary = try installer.plan(
          request, pinnedBy: locked, unpacks: downloadOnly == nil)
        session.report.answer(PlanText.table(summary), PlanJSON(summary))
        return
      }
      guard downloadOnly == nil else {
        let outcome = try installer.download(
          request, pinnedBy: locked, recompresses: recompress != nil)
        return finishDownload(
          outcome, label(outcome, request), installer.prefix, session.report)
      }
      let outcome = try installer.install(request, pinnedBy: locked)
      let label = label(outcome, request)
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
        if outcome.product == .cuda { adviseNextSteps(installer) }
      } else {
        Console(stream: .error).say(
          "'cuda-install use \(outcome.release)' makes it the current release")
      }
    }
  }

  private func finishDownload(
    _ outcome: Outcome, _ label: String, _ place: String, _ report: any Report
  ) {
    report.finish(
      outcome, changes: ["\(label) downloaded to \(place)"],
      otherwise: outcome.doneBy.map { "\(label) was just downloaded by pid \($0)" }
        ?? "\(label) is in \(place) already")
    guard outcome.changed, !options.json, options.quiet == 0, Stream.error.isTerminal else {
      return
    }
    let manifest = "\(place)/compute/\(outcome.product)/redist/redistrib_\(outcome.release).json"
    let words =
      outcome.product == .cuda
      ? "\(outcome.release) --offline --mirror \(shellQuoted(place))"
      : "--offline --manifest \(shellQuoted(manifest))"
    Console(stream: .error).say("'cuda-install install \(words)' installs it")
  }

  /// What was typed, as values that cannot be wrong.
  private func request(_ settings: Settings) throws(InstallError) -> Request {
    let wish = try Wish(words, variant: variant)
    let chosen: Platform
    if let platform {
      guard let named = Platform(platform) else {
        throw InstallError(
          .usage(
            "\(platform.isEmpty ? "an empty word" : cleaned(platform)) is not a platform: "
              + "write one as in linux-x86_64"))
      }
      chosen = named
    } else {
      guard let here = Platform.of(machine: Machine.architecture, isTegra: Machine.isTegra) else {
        throw InstallError(.noPlatform(machine: Machine.architecture))
      }
      chosen = here
    }
    var request = Request(
      track: wish.track ?? .latest, components: wish.components, profile: profile,
      platform: chosen, variant: variant, hasStatic: hasStatic, reinstalls: force,
      makesCurrent: use)
    if let profile = try settings.profile() { request.defaultProfile = profile }
    request.hasTrack = wish.track != nil
    request.additions = wish.additions
    if forDriver {
      let found = Machine.driver
      guard let driver = found.parsed else { throw InstallError(.noDriver(found)) }
      request.driver = driver
    }
    request.joinsCurrent = wish.joinsCurrent && profile == nil && !source.isDocument
    return request
  }

  /// `CUDA 13.0.2 (devel, cudnn 9.13.0)`
  private func label(_ outcome: Outcome, _ request: Request) -> String {
    let names = words.filter {
      !isVersion($0) && !$0.contains("@") && !ProductName.published.contains($0)
    }
    var contents = names
    if locked != nil {
      // The file says what it is.
    } else if let profile {
      contents.append(profile.rawValue)
    } else if names.isEmpty, outcome.additions.isEmpty || !isForCurrent, outcome.product == .cuda {
      contents.append(request.defaultProfile.rawValue)
    }
    contents += outcome.additions
    return contents.isEmpty
      ? outcome.title : "\(outcome.title) (\(contents.joined(separator: ", ")))"
  }

  private var isForCurrent: Bool { (try? Wish(words))?.joinsCurrent == true && profile == nil }

  /// Four lines for a person who has just installed something.
  private func adviseNextSteps(_ installer: Installer) {
    let prefix = options.prefix == nil ? "" : " --prefix \(shellQuoted(installer.prefix))"
    let found = Machine.driver
    let driver = found == .none ? "none found; programs that use a GPU need one" : found.phrase
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
