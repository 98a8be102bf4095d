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

  init(_ location: Location) { root = location.slashed }

  var description: String { root.description }

  /// What one product has there.
  struct Catalog {
    enum Form {
      /// Manifests by name, as the server or the directory lists them.
      case names([Version])
      case list(ReleaseList)
    }

    let directory: Location
    let form: Form

    var labels: [Version] {
      switch form {
      case .names(let labels): labels
      case .list(let list): list.labels
      }
    }
  }

  /// The releases of a product, from the first place that lists some.
  func catalog(of product: ProductName) throws(InstallError) -> Catalog {
    var failure: InstallError?
    var empty: Catalog?
    for place in try places(of: product) {
      do throws(InstallError) {
        guard let catalog = try Self.catalog(at: place) else { continue }
        guard catalog.labels.isEmpty else { return catalog }
        empty = empty ?? catalog
      } catch {
        guard case .noIndex = error.reason else { throw error }
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    if let empty { return empty }
    if case .file(let path) = root {
      // That it is not there is another matter than that there is nothing in it.
      do { _ = try Directory.open(path) } catch { throw InstallError(.unreadable(error)) }
    }
    return Catalog(directory: root, form: .names([]))
  }

  /// The newest release of a track.
  func offer(of product: ProductName, _ track: Track) throws(InstallError) -> Offer {
    if case .exact(let label) = track {
      for place in try places(of: product) {
        if let offer = try Self.offer(label, of: product, in: place) { return offer }
      }
    }
    let catalog: Catalog
    do throws(InstallError) {
      catalog = try self.catalog(of: product)
    } catch {
      guard case .exact = track, case .noIndex = error.reason else { throw error }
      // The index was only for the message: which would there be?
      throw InstallError(.planning(.noSuchRelease(product, track, available: [])))
    }
    let label: Version? =
      if case .exact(let label) = track { label } else { track.newest(of: catalog.labels) }
    guard let label, let offer = try Self.offer(label, of: product, in: catalog) else {
      throw InstallError(
        .planning(
          .noSuchRelease(product, label.map { .exact($0) } ?? track, available: catalog.labels)))
    }
    return offer
  }

  // Places

  /// The directories in which the product's manifests may be, the likeliest first.
  private func places(of product: ProductName) throws(InstallError) -> [Location] {
    let names = root.description.split(separator: "/")
    if names.last == "redist", names.count > 2 {
      return names[names.count - 2] == product.text
        ? [root] : [try root.resolving("../../\(product)/redist").slashed]
    }
    var places = [root]
    for path in ["release/\(product)", "compute/\(product)/redist", "\(product)/redist"] {
      places.append(try root.resolving(path).slashed)
    }
    return places
  }

  /// What is listed in a directory; `nil` if it is not there.
  private static func catalog(at directory: Location) throws(InstallError) -> Catalog? {
    var failure: InstallError?
    do throws(InstallError) {
      guard let names = try names(at: directory) else { return nil }
      if !names.isEmpty { return Catalog(directory: directory, form: .names(names)) }
    } catch {
      guard case .noIndex = error.reason else { throw error }
      failure = error
    }
    let list = try directory.resolving(ReleaseList.fileName)
    if let bytes = try list.contents(limit: 4 << 20) {
      do {
        let list = try ReleaseList.read(bytes, document: list.description)
        return Catalog(directory: directory, form: .list(list))
      } catch {
        throw InstallError(.catalog(error))
      }
    }
    if let failure { throw failure }
    return Catalog(directory: directory, form: .names([]))
  }

  /// The releases whose manifests the server or the directory lists there.
  private static func names(at directory: Location) throws(InstallError) -> [Version]? {
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
      do {
        page = try Transfer.document(
          at: url, limit: 4 << 20, options: .ours, isCancelled: { Interruption.signal != nil }
        ).bytes
      } catch {
        if case .http(let status, _) = error, status < 500 {
          throw InstallError(.noIndex(url: directory.description, error))
        }
        throw InstallError(error)
      }
      return try cataloging { () throws(CatalogError) in
        try ReleaseIndex.labels(in: page, document: directory.description)
      }
    }
  }

  // Manifests

  private static func offer(
    _ label: Version, of product: ProductName, in catalog: Catalog
  ) throws(InstallError) -> Offer? {
    switch catalog.form {
    case .names: return try offer(label, of: product, in: catalog.directory)
    case .list(let list):
      guard let entry = list[label] else { return nil }
      let location = try catalog.directory.resolving(entry.path)
      guard let bytes = try location.contents(limit: Int(entry.byteCount)) else { return nil }
      // I6: before it is parsed.
      let found = SHA256.digest(of: bytes)
      guard found == entry.digest else {
        throw InstallError(
          .manifestChanged(url: location.description, expected: entry.digest, found: found))
      }
      return try offer(
        bytes, label, of: product, at: location, from: catalog.directory)
    }
  }

  private static func offer(
    _ label: Version, of product: ProductName, in directory: Location
  ) throws(InstallError) -> Offer? {
    let location = try directory.resolving("redistrib_\(label).json")
    guard let bytes = try location.contents(limit: 16 << 20) else { return nil }
    return try offer(bytes, label, of: product, at: location, from: directory)
  }

  private static func offer(
    _ bytes: [UInt8], _ label: Version, of product: ProductName, at location: Location,
    from directory: Location
  ) throws(InstallError) -> Offer {
    let document = location.description
    let source = CatalogSource(kind: .manifests(ManifestSource(directory)))
    do throws(CatalogError) {
      let release = try Redistrib.read(
        bytes, document: document, product: product, source: source.description)
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
