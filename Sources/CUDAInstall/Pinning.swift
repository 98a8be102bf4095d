// `--locked FILE`: the first run writes down what it installs, later ones install exactly that. Whoever commits the file
// has reviewed every hash once; neither a publisher, nor a mirror, nor time changes what is installed by it.

import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// A pin file.
struct PinFile: Equatable {
  /// Absolute.
  let path: String
  /// What it says; `nil` if it is to be written.
  let pins: Pins?

  init(_ path: String) throws(InstallError) {
    guard !path.isEmpty, case .file(let absolute) = try Location(path) else {
      throw InstallError(.usage("--locked names a file of this machine"))
    }
    self.path = absolute
    guard let bytes = try Location.contents(ofFile: absolute, limit: 4 << 20) else {
      pins = nil
      return
    }
    do {
      pins = try Pins.read(bytes, document: absolute)
    } catch {
      throw InstallError(.badPins(file: absolute, error))
    }
  }

  /// Throws if the file could not be written at the end, when all the work is done.
  func checkDirectory() throws(InstallError) {
    let directory = Location.file(path).directory.description
    do {
      _ = try Directory.open(directory)
    } catch {
      guard error.isMissing else { throw InstallError(.store(.files(error))) }
      throw InstallError(
        .usage("there is no directory \(cleaned(directory)) for the file that --locked names"))
    }
  }

  /// The file says what the receipt does, in one step; if it said something before, it still does.
  func write(_ receipt: Receipt) throws(InstallError) {
    guard pins == nil else { return }
    let location = Location.file(path)
    do {
      try Directory.open(location.directory.description)
        .replace(String(location.name), with: Pins(receipt).bytes, .bytesAndName)
    } catch {
      throw InstallError(.store(.files(error)))
    }
  }
}

extension Installer {
  /// What pins say is to be had for `request`, which must not want anything else.
  func offers(
    for request: Request, pinned pins: Pins, by path: String, in state: InstalledState
  ) throws(InstallError) -> Offers {
    try check(request, pins, path)
    let releases = pins.releases
    var pinned = request
    pinned.joinsCurrent = false
    pinned.product = pins.products[0].product
    if !request.hasTrack { pinned.track = .exact(releases[0].label) }
    pinned.profile = pins.profile.flatMap { Profile(rawValue: $0) }
    pinned.components = pins.products[0].components.filter(\.asked).map(\.name.text)
    pinned.kept = pins.products[0].components.filter { !$0.asked }.map(\.name)
    pinned.without = pins.without
    pinned.hasStatic = pins.hasStatic
    pinned.additions = pins.products.dropFirst().map { product in
      var addition = Request.Addition(
        product: product.product, track: .exact(product.release),
        variant: product.variant)
      if let typed = request.additions.first(where: { $0.product == product.product }) {
        addition.track = typed.track
      }
      addition.components = product.components.filter(\.asked).map(\.name.text)
      return addition
    }
    let known = state.knownReleases.first { $0.release == releases[0].label }
    var offers = Offers(
      request: pinned, main: try Offer(releases[0]),
      additions: try releases.dropFirst().map { release throws(InstallError) in
        try Offer(release)
      }, known: known?.receipt)
    // What is here already needs no source.
    let plan = try makePlan(offers, state)
    guard plan.tree?.items.contains(where: { $0.source == .fetch }) ?? false else { return offers }
    offers.main = try compared(offers.main, pins.platform)
    offers.additions = try offers.additions.map { offer throws(InstallError) in
      try compared(offer, pins.platform)
    }
    return offers
  }

  /// The pinned release as the source has it now: the same, or, at another source, archives of the same hashes.
  private func compared(_ pinned: Offer, _ platform: Platform) throws(InstallError) -> Offer {
    let release = pinned.release
    // Single archives have nothing but their hashes.
    let source = try source(of: release.product, release.source)
    let isOwn = try source == CatalogSource(release.source)
    if case .archives = source.kind, isOwn { return pinned }
    let offer: Offer
    do throws(InstallError) {
      offer = try source.offer(
        of: release.product, .exact(release.label), for: platform, network
      ) { _ in Set(release.components.map(\.name)) }
    } catch {
      // It has gone on; the archives may be where they were.
      guard isOwn, error.isOfMissingRelease else { throw error }
      return pinned
    }
    if offer.release.source == release.source {
      guard offer.release.manifestDigest == release.manifestDigest else {
        throw InstallError(
          .manifestChanged(
            url: "\(CatalogSource.shown(release.source)) (\(release.title))",
            expected: release.manifestDigest, found: offer.release.manifestDigest))
      }
      return pinned
    }
    var places: [SHA256Digest: Artifact] = [:]
    for build in offer.release.components.flatMap(\.builds) {
      places[build.artifact.digest] = build.artifact
    }
    var moved = Offer(release: release, directory: offer.directory)
    moved.release = release.with(
      try release.components.map { component throws(InstallError) in
        component.with(
          try component.builds.map { build throws(InstallError) in
            guard let artifact = places[build.artifact.digest] else {
              throw InstallError(
                .notPinned(
                  component: component.name, digest: build.artifact.digest,
                  source: CatalogSource.shown(offer.release.source)))
            }
            return Build(
              platform: build.platform, variant: build.variant,
              artifact: Artifact(
                path: artifact.path, digest: artifact.digest,
                byteCount: build.artifact.byteCount, layout: build.artifact.layout,
                published: build.artifact.published))
          })
      })
    return moved
  }

  /// Throws if the command line wants something that is not in the pins.
  private func check(_ request: Request, _ pins: Pins, _ path: String) throws(InstallError) {
    let main = pins.products[0]
    func refuse(_ wanted: String) -> InstallError {
      InstallError(
        .otherPins(
          file: path, has: "\(main.product.title) \(main.release) for \(pins.platform)",
          wanted: wanted))
    }
    guard request.platform == pins.platform else { throw refuse("\(request.platform)") }
    if let profile = request.profile, profile.rawValue != pins.profile {
      throw refuse("the profile \(profile.rawValue)")
    }
    if let hasStatic = request.hasStatic, hasStatic != pins.hasStatic {
      throw refuse(hasStatic ? "--static" : "--no-static")
    }
    if request.hasTrack, !request.track.contains(main.release), request.track != .latest {
      throw refuse("\(request.track)")
    }
    for addition in request.additions {
      guard let pinned = pins.products.first(where: { $0.product == addition.product }),
        addition.track == .latest || addition.track.contains(pinned.release),
        addition.variant == nil || addition.variant == pinned.variant
      else { throw refuse("\(addition.product) \(addition.track)") }
    }
    for typed in request.components
    where !pins.releases.contains(where: { NameSearch.component(typed, in: $0) != nil }) {
      throw refuse(cleaned(typed))
    }
  }
}
