package import CUDACatalog
import CUDAFiles
package import CUDAPlanning
import CUDAStore
import CUDATransfer

/// What sources offer for a request, with the request as it is meant: a document says of which product it is.
struct Offers: Sendable {
  var request: Request
  var main: Offer
  /// In the order of `request.additions`.
  var additions: [Offer]
  /// What is installed of the release; an artifact of a product that was not asked for is where its receipt says.
  private(set) var known: Receipt?
  /// What is strange about what the sources offer.
  var warnings: [String] = []

  var release: Release { main.release }
  /// How to ask for artifacts.
  func options(_ options: TransferOptions) -> TransferOptions { main.options(options) }

  init(request: Request, main: Offer, additions: [Offer], known: Receipt?) {
    self.request = request
    self.main = main
    self.additions = additions
    self.known = known
  }

  /// What is installed, as its receipt says: no source is asked.
  init(installed receipt: Receipt) throws(InstallError) {
    self.init(
      request: Request(updating: receipt, makesCurrent: false),
      main: try Offer(Release(receipt)), additions: [], known: receipt)
  }

  /// Takes note of what is installed of the release by now.
  mutating func note(_ state: InstalledState) {
    known = state.knownReleases.first { $0.release == release.label }?.receipt
  }

  /// Where the item's artifact is, the likeliest place first.
  func locations(of item: Plan.Item) throws(InstallError) -> [Location] {
    let offer: Offer
    if item.product == nil {
      offer = main
    } else if let asked = additions.first(where: { $0.release.product == item.product }) {
      offer = asked
    } else if let known, let addition = known.additions.first(where: { $0.product == item.product })
    {
      offer = try Offer(Release(addition, in: known))
    } else {
      preconditionFailure("an item is of a product that was asked for, or is there")
    }
    return try offer.locations(of: item.build.artifact)
  }
}

extension Installer {
  /// What the sources offer for `request`, beside what is installed.
  ///
  /// - Parameters:
  ///   - receipt: of an installed release, if it is about that; its products then come from where they came.
  ///   - labels: the releases of products, where the request's tracks do not decide.
  func offers(
    for request: Request, in state: InstalledState, following receipt: Receipt? = nil,
    exactly labels: [ProductName: Version] = [:]
  ) throws(InstallError) -> Offers {
    var request = request
    var receipt = receipt
    if request.joinsCurrent { receipt = try request.join(state) }
    var additions: [Offer] = []
    for addition in request.additions {
      let track = labels[addition.product].map { Track.exact($0) } ?? addition.track
      let old = receipt?.additions.first { $0.product == addition.product }
      do throws(InstallError) {
        additions.append(
          try source(of: addition.product, old?.source)
            .offer(of: addition.product, track, for: request.platform, network))
      } catch {
        // What is installed can be made again without its source, and keeps nothing else back.
        guard let old, let receipt, track == .exact(old.release) else { throw error }
        if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
        additions.append(try Offer(Release(old, in: receipt)))
      }
    }
    let others = additions.map(\.release)
    let selecting = { (release: Release) throws(InstallError) -> Set<ComponentName> in
      do throws(PlanningError) {
        let resolution = try Resolution(request: request, release: release, additions: others)
        return Set(resolution.items.map(\.component.name))
      } catch {
        throw InstallError(.planning(error))
      }
    }
    var main = try mainOffer(for: request, receipt, labels[request.product], selecting)
    request.product = main.release.product
    var warnings = ([main] + additions).compactMap {
      ageText($0.release.source, $0.validUntil)
    }
    if receipt == nil, let newer = newest(on: request.track, beside: main, in: state) {
      let release = main.release
      warnings.append(
        olderText(release.source, release.product, release.label, than: newer.release))
      // Whoever follows a place does not go back because it does.
      if source.isDocument { main = try Offer(Release(newer.receipt)) }
    }
    if main.isFixed, receipt == nil { request.track = .exact(main.release.label) }
    let known = state.knownReleases.first { $0.release == main.release.label }
    var offers = Offers(
      request: request, main: main, additions: additions, known: known?.receipt)
    offers.warnings = warnings
    return offers
  }

  /// A release that is installed and on the track, and newer than the one that is offered; none if that was asked for
  /// exactly.
  private func newest(
    on track: Track, beside offer: Offer, in state: InstalledState
  ) -> InstalledRelease? {
    let release = offer.release
    guard track != .exact(release.label), !offer.isFixed else { return nil }
    return state.knownReleases.filter {
      $0.receipt.product == release.product && track.contains($0.release)
        && $0.release > release.label
    }.max { $0.release < $1.release }
  }

  /// What the source has of a product's release, or of a document's, whatever product it is of.
  package func offered(
    _ product: ProductName?, _ track: Track, for platform: Platform
  ) throws(InstallError) -> Release {
    network.begin()
    return try source.offer(of: product, track, for: platform, network).release
  }

  /// The releases of a product that the source lists, oldest first.
  package func labels(of product: ProductName = .cuda) throws(InstallError) -> [Version] {
    network.begin()
    return try source.listing(of: product, network).labels
  }

  private func mainOffer(
    for request: Request, _ receipt: Receipt?, _ label: Version?,
    _ selecting: @escaping (Release) throws(InstallError) -> Set<ComponentName>
  ) throws(InstallError) -> Offer {
    let source = try source(of: request.product, receipt?.source)
    if source.isDocument, let receipt, !isSourceChosen, label == receipt.release {
      // What a place has by now, and its hashes, say nothing of what was installed from it.
      return try Offer(Release(receipt))
    }
    let track = try suited(label.map { .exact($0) } ?? request.track, of: request, from: source)
    let product: ProductName? = source.isDocument && receipt == nil ? nil : request.product
    do throws(InstallError) {
      return try source.offer(
        of: product, track, for: request.platform, network, selecting: selecting)
    } catch {
      // What is installed can be made again without a source that has gone on.
      guard let receipt, track == .exact(receipt.release), error.isOfMissingRelease else {
        throw error
      }
      return try Offer(Release(receipt))
    }
  }

  /// The source of one product: the one that was chosen for this run, if it can have what the receipt's had; else that.
  func source(of product: ProductName, _ recorded: String?) throws(InstallError) -> CatalogSource {
    guard let recorded else { return source }
    let own = try CatalogSource(recorded)
    // A mirror is of directories, and has no application's documents and no index of wheels.
    return isSourceChosen && own.isOfManifests == source.isOfManifests ? source : own
  }
}

extension Installer {
  /// That a description is older than its publisher means any to be that is handed out.
  func ageText(_ source: String, _ validUntil: String?) -> String? {
    guard let validUntil, Timestamp.now.rfc3339.prefix(10) > validUntil else { return nil }
    return
      "\(CatalogSource.shown(source)) was to be replaced by \(validUntil): its publisher has stopped, "
      + "or somebody hands out an old copy"
  }

  func olderText(
    _ source: String, _ product: ProductName, _ label: Version, than installed: Version
  ) -> String {
    "\(CatalogSource.shown(source)) is older than what is installed: it has \(product.title) \(label), "
      + "and \(installed) is here"
  }
}

extension Request {
  /// Makes this a request for the current release as it is, and with the additions; without one of CUDA, the first
  /// addition is what is wanted by itself. The receipt of the release that it is about.
  fileprivate mutating func join(_ state: InstalledState) throws(InstallError) -> Receipt? {
    let typed = self
    joinsCurrent = false
    if let current = state.knownReleases.first(where: { $0.release == state.current }),
      current.receipt.product.isCUDA,
      // What is not NVIDIA's is not for CUDA's tree, unless somebody says so.
      typed.additions.allSatisfy({ ProductName.published.contains($0.product.text) })
    {
      guard typed.platform == current.receipt.platform else {
        throw InstallError(
          .usage("\(current.title) is for \(current.receipt.platform), not \(typed.platform)"))
      }
      self = Request(updating: current.receipt, makesCurrent: false)
      track = .exact(current.release)
      additions = typed.additions
      components += typed.components
      reinstalls = typed.reinstalls
      hasStatic = typed.hasStatic
      return current.receipt
    }
    let first = additions.removeFirst()
    product = first.product
    track = first.track
    variant = first.variant
    return nil
  }
}

extension PlanningError {
  /// Whether a source has no such release.
  var isOfMissingRelease: Bool {
    switch self {
    case .noSuchRelease, .noSuchProduct: true
    default: false
    }
  }
}

extension InstallError {
  /// Whether a source has no such release any more, as opposed to that it cannot be asked.
  var isOfMissingRelease: Bool {
    switch reason {
    case .planning(let error): error.isOfMissingRelease
    case .noDocument: true
    default: false
    }
  }
}
