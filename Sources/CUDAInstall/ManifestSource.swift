// Where the manifests of a product are. NVIDIA's servers and their mirrors differ in that:
//
//   .../compute/cuda/redist/            redistrib_<label>.json, listed by the server; every product has such a directory
//   .../release/cuda/releases.json      the newer host's list, with the manifests' hashes
//
// A mirror may be named by the directory itself, by a product's beside it, or by the root of either layout.

import CUDACatalog
import CUDAFiles
import CUDADigest
import CUDAPlanning
import CUDATransfer

/// A directory of manifests, or the root of several.
package struct ManifestSource: Sendable, Equatable {
  /// As it was named.
  let root: Location
  /// Other copies of the same: what this one does not have, they may.
  private(set) var mirrors: [ManifestSource] = []

  init(_ location: Location, mirrors: [Location] = []) {
    root = location.slashed
    self.mirrors = mirrors.map { ManifestSource($0) }
  }

  var description: String { root.description }

  private var all: [ManifestSource] { [self] + mirrors }

  /// The releases of a product, oldest first, of the first copy that answers.
  func labels(of product: ProductName, _ network: Network) throws(InstallError) -> [Version] {
    try network.first(of: all, named: \.description) { (source) throws(InstallError) in
      try source.catalog(of: product, network).labels
    }
  }

  /// The newest release of a track, of the first copy that has one.
  func offer(
    of product: ProductName, _ track: Track, _ network: Network
  ) throws(InstallError) -> Offer {
    let all = all
    return try network.first(of: all, named: \.description) { (source) throws(InstallError) in
      var offer = try source.ownOffer(of: product, track, network)
      for other in all where other.root != source.root {
        offer.mirrors += try other.places(like: offer.directory, in: source, of: product)
      }
      return offer
    }
  }

  /// What one product has there.
  private struct Catalog {
    enum Form {
      /// Manifests by name, as the server or the directory lists them.
      case names([Version])
      case list(ReleaseList)
    }

    let place: Place
    let form: Form

    /// The releases to choose from, oldest first.
    ///
    /// cudnn lists some twice: as 8.9.7 and, older and for one CUDA only, by the component's version, 8.9.7.29. That one
    /// is to be asked for exactly.
    var labels: [Version] {
      let all =
        switch form {
        case .names(let labels): labels
        case .list(let list): list.labels
        }
      let known = Set(all.map(\.parts))
      return all.filter { $0.parts.count < 4 || !known.contains($0.parts.dropLast()) }
    }
  }

  /// The releases of a product, from the first place that lists some.
  private func catalog(
    of product: ProductName, _ network: Network
  ) throws(InstallError) -> Catalog {
    var failure: InstallError?
    var empty: Catalog?
    for place in try places(of: product) {
      do throws(InstallError) {
        guard let catalog = try Self.catalog(at: place, of: product, network) else { continue }
        guard catalog.labels.isEmpty else { return catalog }
        empty = empty ?? catalog
      } catch {
        guard case .noIndex = error.reason else { throw error }
        failure = failure ?? error
      }
    }
    // Whether a server has no such directory or only does not list it cannot be told; of a product that nobody knows
    // it is the name.
    let isKnown = product.isCUDA || ProductName.published.contains(product.text)
    if let failure {
      throw isKnown ? failure : InstallError(.planning(.noSuchProduct(product.text)))
    }
    if let empty { return empty }
    if case .file(let path) = root {
      // That it is not there is another matter than that there is nothing in it.
      do { _ = try Directory.open(path) } catch { throw InstallError(.unreadable(error)) }
    }
    guard isKnown else { throw InstallError(.planning(.noSuchProduct(product.text))) }
    return Catalog(place: Place(directory: root, isOwn: false), form: .names([]))
  }

  private func ownOffer(
    of product: ProductName, _ track: Track, _ network: Network
  ) throws(InstallError) -> Offer {
    // A place that cannot be asked may be the wrong one, and another's answer be here.
    var unasked: InstallError?
    if case .exact(let label) = track {
      for place in try places(of: product) {
        do throws(InstallError) {
          if let offer = try Self.offer(label, of: product, in: place, network) { return offer }
        } catch {
          guard error.isOfSilence else { throw error }
          unasked = unasked ?? error
        }
      }
      if let unasked { throw unasked }
    }
    let catalog: Catalog
    do throws(InstallError) {
      catalog = try self.catalog(of: product, network)
    } catch {
      guard case .exact = track, case .noIndex = error.reason else { throw error }
      // The index was only for the message: which would there be?
      throw InstallError(.planning(.noSuchRelease(product, track, available: [])))
    }
    let label: Version? =
      if case .exact(let label) = track { label } else { track.newest(of: catalog.labels) }
    if let label, let offer = try Self.offer(label, of: product, in: catalog, network) {
      return offer
    }
    if let label, catalog.labels.contains(label) {
      throw InstallError(
        .listedOnly(release: "\(product.title) \(label)", url: catalog.place.directory.description))
    }
    throw InstallError(
      .planning(
        .noSuchRelease(product, label.map { .exact($0) } ?? track, available: catalog.labels)))
  }

  // Places

  /// A directory in which a product's manifests may be.
  private struct Place {
    let directory: Location
    /// Whether it is the product's alone; in others a manifest says whose it is.
    let isOwn: Bool
  }

  /// The likeliest first.
  private func places(of product: ProductName) throws(InstallError) -> [Place] {
    let names = root.description.split(separator: "/").map(String.init)
    if names.last == "redist", names.count > 2 {
      let owner = names[names.count - 2]
      if owner == product.text { return [Place(directory: root, isOwn: true)] }
      if owner == ProductName.cuda.text || ProductName.published.contains(owner) {
        let other = try root.resolving("../../\(product)/redist").slashed
        return [Place(directory: other, isOwn: true)]
      }
    }
    var places = [Place(directory: root, isOwn: false)]
    for path in ["release/\(product)", "compute/\(product)/redist", "\(product)/redist"] {
      places.append(Place(directory: try root.resolving(path).slashed, isOwn: true))
    }
    return places
  }

  /// Where another copy has what `directory` has: at the same path below its root, if it has the same form, as copies do.
  private func places(
    like directory: Location?, in source: ManifestSource, of product: ProductName
  ) throws(InstallError) -> [Location] {
    let places = try places(of: product).map(\.directory)
    let all = try source.places(of: product).map(\.directory)
    guard places.count == all.count, let index = all.firstIndex(where: { $0 == directory }) else {
      return places
    }
    return [places[index]]
  }

  /// What is listed in a directory; `nil` if it is not there.
  private static func catalog(
    at place: Place, of product: ProductName, _ network: Network
  ) throws(InstallError) -> Catalog? {
    let directory = place.directory
    var failure: InstallError?
    do throws(InstallError) {
      guard var names = try names(at: directory, network) else { return nil }
      // CUDA's are as many as there are: whose they are turns out when one is read.
      if !place.isOwn, !product.isCUDA {
        var own: [Version] = []
        for label in names where try offer(label, of: product, in: place, network) != nil {
          own.append(label)
        }
        names = own
      }
      if !names.isEmpty { return Catalog(place: place, form: .names(names)) }
    } catch {
      guard case .noIndex = error.reason else { throw error }
      failure = error
    }
    let list = try directory.resolving(ReleaseList.fileName)
    if let bytes = try list.contents(limit: 4 << 20, network) {
      do {
        let list = try ReleaseList.read(bytes, document: list.description)
        return Catalog(place: place, form: .list(list))
      } catch {
        throw InstallError(.catalog(error))
      }
    }
    if let failure { throw failure }
    return Catalog(place: place, form: .names([]))
  }

  /// The releases whose manifests the server or the directory lists there.
  private static func names(
    at directory: Location, _ network: Network
  ) throws(InstallError) -> [Version]? {
    switch directory {
    case .file(let path):
      do {
        return ReleaseIndex.labels(ofFileNames: try Directory.open(path).names())
      } catch {
        if error.isMissing { return nil }
        throw InstallError(.unreadable(error))
      }
    case .web(let url):
      let page: [UInt8]
      do throws(InstallError) {
        page = try network.documents([TransferRequest(url: url, byteLimit: 4 << 20)])[0].get()
          .bytes
      } catch {
        if case .transfer(let reason) = error.reason, case .http(let status, _) = reason,
          status < 500
        {
          throw InstallError(.noIndex(url: directory.description, reason))
        }
        throw error
      }
      return try cataloging { () throws(CatalogError) in
        try ReleaseIndex.labels(in: page, document: directory.description)
      }
    }
  }

  // Manifests

  private static func offer(
    _ label: Version, of product: ProductName, in catalog: Catalog, _ network: Network
  ) throws(InstallError) -> Offer? {
    switch catalog.form {
    case .names: return try offer(label, of: product, in: catalog.place, network)
    case .list(let list):
      guard let entry = list[label] else { return nil }
      let location = try catalog.place.directory.resolving(entry.path)
      guard let bytes = try location.contents(limit: Int(entry.byteCount), network) else {
        return nil
      }
      // I6: before it is parsed.
      let found = SHA256.digest(of: bytes)
      guard found == entry.digest else {
        throw InstallError(
          .manifestChanged(url: location.description, expected: entry.digest, found: found))
      }
      return try offer(bytes, label, of: product, at: location, from: catalog.place)
    }
  }

  private static func offer(
    _ label: Version, of product: ProductName, in place: Place, _ network: Network
  ) throws(InstallError) -> Offer? {
    let location = try place.directory.resolving("redistrib_\(label).json")
    guard let bytes = try location.contents(limit: 16 << 20, network) else { return nil }
    return try offer(bytes, label, of: product, at: location, from: place)
  }

  private static func offer(
    _ bytes: [UInt8], _ label: Version, of product: ProductName, at location: Location,
    from place: Place
  ) throws(InstallError) -> Offer? {
    let document = location.description
    let source = CatalogSource(kind: .manifests(ManifestSource(place.directory)))
    do throws(CatalogError) {
      let release = try Redistrib.read(
        bytes, document: document, product: place.isOwn ? product : nil,
        source: source.description)
      guard release.product == product else { return nil }
      // The label becomes a name on disk, and `current` is one already.
      guard release.label == label else {
        throw CatalogError.unacceptable(
          document: document, place: CatalogError.Place(key: "release_label"),
          reason: "it says \(release.label), not \(label)")
      }
      return Offer(release: release, directory: location.directory)
    } catch {
      throw InstallError(.catalog(error))
    }
  }
}
