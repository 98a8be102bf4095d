import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

/// Where releases come from: NVIDIA's server or a mirror of it, one document, single archives, or wheels.
public struct CatalogSource: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// Directories of manifests and what they name.
    case manifests(ManifestSource)
    /// One manifest or release description; `follows`: whether it is where the newest one always is.
    case document(Location, follows: Bool)
    /// Archives with their `.sha256` beside them.
    case archives([Location])
    case wheels(WheelSource)
  }

  package let kind: Kind

  init(kind: Kind) { self.kind = kind }

  /// NVIDIA's own server.
  public static let nvidia = "https://developer.download.nvidia.com/compute/cuda/redist/"

  /// A source at an `http`, `https` or `file` URL, or at a path: a directory of manifests. As receipts write it, one
  /// of another kind has that before it, as in `manifest+https://example.org/product.json`.
  public init(_ text: String) throws(InstallError) {
    if let form = Form.allCases.first(where: { text.hasPrefix("\($0)+") }) {
      let address = String(text.dropFirst("\(form)+".count))
      switch form {
      case .manifest: self.init(kind: .document(try Location(address), follows: false))
      case .track: self.init(kind: .document(try Location(address), follows: true))
      case .archive: self.init(kind: .archives([try Location(address)]))
      case .wheels: self.init(kind: .wheels(try WheelSource(recorded: address)))
      }
      return
    }
    guard !text.contains(where: { "?#".contains($0) }) || !text.contains("://") else {
      throw InstallError(
        .usage("\(cleaned(redacted(text))): a mirror's URL names a directory, without ? and #"))
    }
    self.init(kind: .manifests(ManifestSource(try Location(text))))
  }

  /// Copies of one directory of manifests, each as `init(_:)` takes it: the first that answers says what there is, and
  /// what one of them does not have is taken from the next.
  public init(mirrors texts: [String]) throws(InstallError) {
    var roots: [Location] = []
    for text in texts {
      guard case .manifests(let source) = try CatalogSource(text).kind else {
        throw InstallError(
          .usage("\(cleaned(redacted(text))): only directories of manifests have mirrors"))
      }
      roots.append(source.root)
    }
    guard let first = roots.first else { throw InstallError(.usage("there is no mirror")) }
    self.init(
      kind: .manifests(ManifestSource(first, mirrors: Array(roots.dropFirst()))))
  }

  /// Whether a server is asked what there is.
  var isOnline: Bool {
    switch kind {
    case .manifests(let source): source.root.isWeb
    case .document(let location, _): location.isWeb
    case .archives(let locations): locations.contains(where: \.isWeb)
    case .wheels: true
    }
  }

  /// The one manifest or release description at a URL or path. `follows`: whether that is where the newest one always
  /// is, so that updates ask there.
  package static func document(_ text: String, follows: Bool) throws(InstallError) -> CatalogSource
  {
    CatalogSource(kind: .document(try documentLocation(text), follows: follows))
  }

  /// Archives at URLs or paths.
  package static func archives(_ texts: [String]) throws(InstallError) -> CatalogSource {
    CatalogSource(
      kind: .archives(
        try texts.map { text throws(InstallError) in try documentLocation(text) }))
  }

  /// NVIDIA's wheels at a package index; `nil`: at the one that pip asks.
  package static func wheels(index: String?) throws(InstallError) -> CatalogSource {
    CatalogSource(kind: .wheels(try WheelSource(index: index)))
  }

  private static func documentLocation(_ text: String) throws(InstallError) -> Location {
    guard !text.contains(where: { "?#".contains($0) }) || !text.contains("://") else {
      throw InstallError(
        .usage("\(cleaned(redacted(text))): a release's URL has no ? and no #"))
    }
    return try Location(text)
  }

  /// What stands before an address that is none of a directory.
  private enum Form: String, CaseIterable {
    case manifest, track, archive, wheels
  }

  /// Whether it says itself of which product it is.
  var isDocument: Bool {
    switch kind {
    case .document, .archives: true
    case .manifests, .wheels: false
    }
  }

  /// An address as a receipt writes it, for people: without what stands before that of a document.
  static func shown(_ description: String) -> String {
    let form = Form.allCases.first { description.hasPrefix("\($0)+") }
    return String(description.dropFirst(form.map { "\($0)+".count } ?? 0))
  }

  /// Whether it is one of directories.
  var isOfManifests: Bool { if case .manifests = kind { true } else { false } }

  /// As a receipt writes it: without user, password and query.
  package var description: String {
    switch kind {
    case .manifests(let source): source.description
    case .document(let location, follows: true): "\(Form.track)+\(location.description)"
    case .document(let location, follows: false):
      "\(Form.manifest)+\(location.description)"
    case .wheels(let source): "\(Form.wheels)+\(source.description)"
    case .archives(let locations):
      "\(Form.archive)+\(locations.first?.description ?? "")"
    }
  }

  /// What the source lists of a product.
  func listing(of product: ProductName, _ network: Network) throws(InstallError) -> Listing {
    try network.believing { () throws(InstallError) in try read(product, network) }
  }

  private func read(_ product: ProductName, _ network: Network) throws(InstallError) -> Listing {
    switch kind {
    case .manifests(let source):
      return Listing(labels: try source.labels(of: product, network))
    case .document(let location, _):
      return try ReleaseDocument(at: location, named: description, network).listing
    case .wheels(let source):
      guard product.isCUDA else { throw InstallError(.wheels(.otherProduct(product))) }
      return Listing(labels: try source.labels(by: network))
    case .archives:
      // No platform makes a difference to what they are called.
      return Listing(labels: [try offer(of: nil, .latest, for: .anyLinux, network).release.label])
    }
  }

  /// Whether it has one release for ever.
  var isFixed: Bool {
    switch kind {
    case .manifests, .wheels, .document(_, follows: true): false
    case .document, .archives: true
    }
  }

  /// The newest release of a track, ready to be planned.
  ///
  /// - Parameters:
  ///   - product: which; a document's own, whatever it is, if `nil`.
  ///   - platform: what the artifacts must be for, where a source is asked for each.
  ///   - selecting: which components of it are wanted; of others the source need not know the size. `nil`: all.
  func offer(
    of product: ProductName?, _ track: Track, for platform: Platform, _ network: Network,
    selecting: ((Release) throws(InstallError) -> Set<ComponentName>)? = nil
  ) throws(InstallError) -> Offer {
    try network.believing { () throws(InstallError) in
      try read(product, track, platform, network, selecting)
    }
  }

  private func read(
    _ product: ProductName?, _ track: Track, _ platform: Platform, _ network: Network,
    _ selecting: ((Release) throws(InstallError) -> Set<ComponentName>)?
  ) throws(InstallError) -> Offer {
    let offer: Offer
    switch kind {
    case .manifests(let source):
      offer = try source.offer(of: product ?? .cuda, track, network)
    case .document(let location, let follows):
      offer = try Offer(documentAt: location, named: description, track, follows: follows, network)
    case .wheels(let source):
      guard product?.isCUDA ?? true else {
        throw InstallError(.wheels(.otherProduct(product ?? .cuda)))
      }
      offer = try Offer(
        wheelsOf: source, named: description, track, for: platform, network, selecting: selecting)
    case .archives(let locations):
      var label: Version?
      switch track {
      case .exact(let version), .within(let version): label = version
      case .latest: break
      }
      offer = try Offer(archives: locations, label: label, named: description, network)
    }
    if case .wheels = kind { return offer }
    let release = offer.release
    if let product, release.product != product {
      throw InstallError(
        .otherProduct(source: Self.shown(description), has: release.product, wanted: product))
    }
    guard track.contains(release.label) || track == .latest else {
      throw InstallError(
        .planning(.noSuchRelease(release.product, track, available: [release.label])))
    }
    return try offer.completed(for: platform, selecting: selecting, network)
  }
}

extension InstallError {
  /// A cancelled transfer is a signal's work, and what a receiver could not write is the disk's.
  init(_ error: TransferError) {
    switch error {
    case .receiver(let error as SystemCallError): self.init(.store(.files(error)))
    case .cancelled:
      self.init(Interruption.signal.map { .interrupted($0) } ?? .transfer(error))
    default: self.init(.transfer(error))
    }
  }
}
