import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// Where archives and manifests are in a directory of downloads. A path never comes to mean other bytes as long as a
/// manifest there names it.
struct Places {
  /// What all of it lies below.
  static let root = "compute"

  private let directory: String
  private let product: ProductName
  /// What the directory's manifests, and those that will be, say of paths below it.
  private var claims: [[String]: SHA256Digest] = [:]
  /// What its manifests say of archives that were compressed anew, by what was published.
  private var recompressed: [ProductName: [SHA256Digest: [Artifact]]] = [:]

  /// As they are now, in a directory that is locked.
  init(in directory: String, of plan: Plan) throws(InstallError) {
    self.directory = directory
    product = plan.product
    for product in [plan.product] + (plan.tree?.additions.map(\.product) ?? []) {
      for release in try releases(of: product) {
        for artifact in release.components.flatMap(\.builds).map(\.artifact) {
          claims[Self.path(of: artifact, product)] = artifact.digest
          guard let published = artifact.published else { continue }
          recompressed[product, default: [:]][published.digest, default: []].append(artifact)
        }
      }
    }
  }

  /// The item's archive as it has its place there: as at its source, if that says it plainly and the place is not
  /// another's.
  func artifact(of item: Plan.Item) -> Artifact {
    let artifact = item.build.artifact
    let segments = artifact.path.text.split(separator: "/").map(String.init)
    if !artifact.path.isURL, segments.first != "..",
      isFree(Self.place(of: product(of: item)) + segments, for: artifact.digest)
    {
      return artifact
    }
    let name = artifact.path.name
    let suffix = ArtifactPath.suffixes.first(where: name.hasSuffix) ?? ""
    return artifact.moved(
      to: [
        item.component.name.text, item.build.platform.text, "\(artifact.digest)",
        ArtifactPath(name) == nil ? "archive\(suffix)" : name,
      ])
  }

  /// The item's archive as it may be there already, the likeliest first: what was compressed anew stays so.
  func known(_ item: Plan.Item, recompresses: Bool) -> [Artifact] {
    let known = recompressed[product(of: item)]?[item.build.artifact.digest] ?? []
    return recompresses && item.recompressedName != nil ? known : known + [artifact(of: item)]
  }

  /// What the item's archive has become, with a place beside the one that this would have; it is taken from now on.
  mutating func take(_ item: Plan.Item, _ recompressed: Recompressed) -> Artifact {
    let source = item.build.artifact
    let directory = artifact(of: item).path.text.split(separator: "/").dropLast().map(String.init)
    let stem = (item.recompressedName ?? "").dropLast(Self.suffix.count)
    let names = ["\(stem)\(Self.suffix)", "\(stem).\(recompressed.digest)\(Self.suffix)"]
    let base = Self.place(of: product(of: item)) + directory
    // Another libzstd makes other bytes of the same; and neighbours may differ by their suffix alone.
    let name =
      names.first {
        ArtifactPath($0) != nil && isFree(base + [$0], for: recompressed.digest)
      } ?? "\(recompressed.digest)\(Self.suffix)"
    claims[base + [name]] = recompressed.digest
    return Artifact(
      path: source.moved(to: directory + [name]).path, digest: recompressed.digest,
      byteCount: recompressed.byteCount, layout: source.layout,
      published: source.published
        ?? .init(path: source.path, digest: source.digest, byteCount: source.byteCount))
  }

  /// The place of an artifact of the directory is taken from now on, whether a manifest says so or not.
  mutating func take(_ artifact: Artifact, of item: Plan.Item) {
    claims[path(of: artifact, item)] = artifact.digest
  }

  /// Where an artifact of the directory is in it.
  func path(of artifact: Artifact, _ item: Plan.Item) -> [String] {
    Self.path(of: artifact, product(of: item))
  }

  /// Where the item's archive is as it was published, if it is there.
  func copy(of item: Plan.Item) -> Location {
    .file(([directory] + path(of: artifact(of: item), item)).joined(separator: "/"))
  }

  static func manifest(of release: Release) -> [String] {
    place(of: release.product) + ["redistrib_\(release.label).json"]
  }

  /// What the directory's manifest of that release says; `nil` if there is none.
  func listed(_ release: Release) throws(InstallError) -> Release? {
    // What differs in other things than components is not worth a change.
    try read(Self.manifest(of: release), release.product).map { release.with($0.components) }
  }

  private static let suffix = ArchiveFormat.tarZst.rawValue

  private static func place(of product: ProductName) -> [String] {
    [root, product.text, "redist"]
  }

  private static func path(of artifact: Artifact, _ product: ProductName) -> [String] {
    place(of: product) + artifact.path.text.split(separator: "/").map(String.init)
  }

  private func product(of item: Plan.Item) -> ProductName { item.product ?? product }

  private func isFree(_ path: [String], for digest: SHA256Digest) -> Bool {
    claims[path] == nil || claims[path] == digest
  }

  private func releases(of product: ProductName) throws(InstallError) -> [Release] {
    let path = ([directory] + Self.place(of: product)).joined(separator: "/")
    let names: [String]
    do { names = try Directory.open(path).names() } catch {
      if error.isMissing { return [] }
      throw InstallError(.store(.files(error)))
    }
    var releases: [Release] = []
    for label in ReleaseIndex.labels(ofFileNames: names) {
      let name = "redistrib_\(label).json"
      if let release = try read(Self.place(of: product) + [name], product) {
        releases.append(release)
      }
    }
    return releases
  }

  private func read(
    _ path: [String], _ product: ProductName
  ) throws(InstallError) -> Release? {
    let path = ([directory] + path).joined(separator: "/")
    guard let bytes = try Location.contents(ofFile: path, limit: 16 << 20) else { return nil }
    // Nobody wrote one that cannot be read through us; to write it anew would lose what it said.
    return try cataloging { () throws(CatalogError) in
      try Redistrib.read(bytes, document: path, product: product)
    }
  }
}

extension Artifact {
  /// The same at another path below its source.
  fileprivate func moved(to path: [String]) -> Artifact {
    guard let path = ArtifactPath(path.joined(separator: "/")) else {
      preconditionFailure("the path's segments are plain")
    }
    return Artifact(
      path: path, digest: digest, byteCount: byteCount, layout: layout, published: published)
  }
}
