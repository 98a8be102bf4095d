import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List releases, or the components of one.")

  @Flag(help: "What the source offers, not what is installed.")
  var available = false

  @Flag(help: "The components of a release.")
  var components = false

  @Flag(help: "With --components: why each is there, or which profiles it is in.")
  var why = false

  @Argument(
    help: """
      The version; by default the current release, or the latest with --available. There another product as well, \
      as in cudnn or cudnn@9.13.
      """, completion: Completion.listable)
  var version: String?

  @OptionGroup var source: SourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func validate() throws {
    guard available || !source.isNamed else {
      throw ValidationError("what a source offers is listed with --available")
    }
    guard components || !why else {
      throw ValidationError("--why says something of components: write it behind --components")
    }
  }

  mutating func run() throws {
    let session = try Session(options, source)
    try session.run { (installer) throws(InstallError) in
      switch (available, components) {
      case (false, false): try listInstalled(installer, session.report)
      case (false, true): try listInstalledComponents(installer, session.report)
      case (true, false): try listAvailable(installer, session.report)
      case (true, true): try listAvailableComponents(installer, session.report)
      }
    }
  }

  private func listInstalled(_ installer: Installer, _ report: any Report) throws(InstallError) {
    let state = try installer.installed()
    let track = try version.map { text throws(InstallError) in try Track(typed: text) }
    let releases = state.releases.filter { track?.contains($0.release) ?? true }
    let rows = releases.map { release in
      [
        release.name, release.release == state.current ? "*" : "",
        release.contents + (release.receipt.hasStatic ? "" : ", no static"),
        PlanText.count(release.receipt.components.count, "component"),
        "\(Size(release.receipt.files.byteCount))", "track \(release.receipt.track)",
      ]
    }
    report.answer(
      lines(options.quiet > 0 ? releases.map(\.release.text) : Columns.aligned(rows)),
      ListJSON(state, releases))
  }

  private func listInstalledComponents(
    _ installer: Installer, _ report: any Report
  ) throws(InstallError) {
    let release = try installer.installedRelease(version)
    let current = try installer.installed().current
    var document = ReleaseJSON(release, isCurrent: release.release == current)
    document.v = 1
    let reasons = release.receipt.reasons
    let rows = release.receipt.components.map { component in
      [
        component.name.text, component.version.text, "\(Size(component.byteCount))",
        component.license,
      ] + (why ? [PlanText.why(reasons[component.name] ?? .installed)] : [])
    }
    report.answer(
      lines(
        options.quiet > 0
          ? release.receipt.components.map(\.name.text) : Columns.aligned(rows)),
      document)
  }

  private func listAvailable(_ installer: Installer, _ report: any Report) throws(InstallError) {
    let (product, track) = try product()
    let labels = try installer.labels(of: product ?? .cuda)
      .filter { track?.contains($0) ?? true }.reversed()
    let installed = try installer.installed().releases
      .flatMap(\.receipt.labels).filter { $0.key == product ?? .cuda }.map(\.value)
    let rows = labels.map { [$0.text, installed.contains($0) ? "installed" : ""] }
    report.answer(
      lines(options.quiet > 0 ? labels.map(\.text) : Columns.aligned(rows)),
      AvailableJSON(releases: labels.map(\.text)))
  }

  private func listAvailableComponents(
    _ installer: Installer, _ report: any Report
  ) throws(InstallError) {
    let (product, track) = try product()
    let here = Platform.of(machine: Machine.architecture, isTegra: Machine.isTegra)
    let release = try installer.offered(
      source.isDocument ? product : product ?? .cuda, track ?? .latest, for: here ?? .anyLinux)
    let rows = release.components.map { component in
      let builds = component.builds.filter { here?.runs($0.platform) ?? false }
      let size = builds.map { "\(Size($0.artifact.byteCount))" }.first ?? "not for this platform"
      return [component.name.text, component.version.text, size, cleaned(component.title)]
        + (why ? [membership(component, in: release)] : [])
    }
    report.answer(
      lines(
        options.quiet > 0 ? release.components.map(\.name.text) : Columns.aligned(rows)),
      AvailableComponentsJSON(release))
  }

  /// The product and the version that are asked about, as far as they are said.
  private func product() throws(InstallError) -> (ProductName?, Track?) {
    guard let version, !isVersion(version) else {
      return (nil, try version.map { text throws(InstallError) in try Track(typed: text) })
    }
    guard version.contains("@") || ProductName.published.contains(version) else {
      guard version == ProductName.cuda.text else {
        throw InstallError(.planning(.noSuchProduct(version)))
      }
      return (.cuda, nil)
    }
    let wish = try Wish([version])
    guard let addition = wish.additions.first else { return (.cuda, wish.track) }
    return (addition.product, version.contains("@") ? addition.track : nil)
  }

  /// `runtime, devel, full`
  private func membership(_ component: Component, in release: Release) -> String {
    if component.isDriverClass(in: release.product) {
      return "never unless asked for by name: it belongs to the driver or the system"
    }
    return Profile.holding(component, in: release).map(\.rawValue).joined(separator: ", ")
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

extension InstalledRelease {
  /// `13.0.2`, `voicebox 0.3.1`
  var name: String { receipt.product == .cuda ? release.text : title }

  /// What it was asked for as: `devel, cudnn 9.13.0`
  var contents: String {
    ([receipt.profile ?? "custom"] + receipt.additions.map { "\($0.product) \($0.release)" })
      .joined(separator: ", ")
  }
}

struct ListJSON: Encodable {
  var v = 1
  var releases: [ReleaseJSON]

  init(_ state: InstalledState, _ releases: [InstalledRelease]) {
    self.releases = releases.map { ReleaseJSON($0, isCurrent: $0.release == state.current) }
  }
}

struct ReleaseJSON: Encodable {
  struct Component: Encodable {
    var name: String
    var version: String
    var bytes: Int64
    var sha256: String
    /// Of what its publisher published, where a mirror compressed that anew.
    var published_sha256: String?
    var why: String
    /// Of which of `products` it is a part.
    var product: String?
  }

  struct Product: Encodable {
    var product: String
    var version: String
    var track: String
    var source: String
  }

  /// Of a document; `nil` within another.
  var v: Int?
  var product: String
  var version: String
  var current: Bool
  var profile: String?
  var track: String
  var static_archives: Bool
  /// Removed by name.
  var without: [String]
  var tree: String
  var source: String
  var bytes: Int64
  var components: [Component]
  /// Others in its tree.
  var products: [Product]

  init(_ release: InstalledRelease, isCurrent: Bool) {
    product = release.receipt.product.text
    version = release.release.text
    current = isCurrent
    profile = release.receipt.profile
    track = release.receipt.track
    static_archives = release.receipt.hasStatic
    without = release.receipt.without.map(\.text)
    tree = release.tree
    source = release.receipt.source
    bytes = release.receipt.files.byteCount
    let reasons = release.receipt.reasons
    components = release.receipt.components.map {
      Component(
        name: $0.name.text, version: $0.version.text, bytes: $0.byteCount,
        sha256: "\($0.artifact.digest)",
        published_sha256: $0.artifact.published.map { "\($0.digest)" },
        why: PlanText.why(reasons[$0.name] ?? .installed),
        product: $0.product?.text)
    }
    products = release.receipt.additions.map {
      Product(
        product: $0.product.text, version: $0.release.text, track: $0.track, source: $0.source)
    }
  }
}

private struct AvailableJSON: Encodable {
  var v = 1
  var releases: [String]
}

private struct AvailableComponentsJSON: Encodable {
  struct Component: Encodable {
    var name: String
    var version: String
    var platforms: [String: Int64]
    /// None of what is installed only when asked for by name.
    var profiles: [String]
  }

  var v = 1
  var release: String
  var components: [Component]

  init(_ release: Release) {
    self.release = release.label.text
    components = release.components.map { component in
      var platforms: [String: Int64] = [:]
      for build in component.builds { platforms[build.platform.text] = build.artifact.byteCount }
      return Component(
        name: component.name.text, version: component.version.text, platforms: platforms,
        profiles: Profile.holding(component, in: release).map(\.rawValue))
    }
  }
}
