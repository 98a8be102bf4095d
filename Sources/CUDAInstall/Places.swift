import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// Where archives and manifests are in a directory of downloads. A path never comes to mean other bytes as long as a
/// manifest there names it.
struct Places {
  /// The directories above a product's manifest.
  static let depth = 3

  private let directory: String
  /// What the directory's manifests say of paths below it.
  private var claims: [[String]: SHA256Digest] = [:]

  /// As they are now, in a directory that is locked.
  init(in directory: String, of plan: Plan) throws(InstallError) {
    self.directory = directory
    let products = [plan.product] + (plan.tree?.additions.map(\.product) ?? [])
    for product in products {
      for release in try releases(of: product) {
        for artifact in release.components.flatMap(\.builds).map(\.artifact) {
          let path =
            Self.place(of: product) + artifact.path.text.split(separator: "/").map(String.init)
          claims[path] = artifact.digest
        }
      }
    }
  }

  /// Where an item's archive is: as at its source, if that says it plainly and the place is not another's.
  func path(of item: Plan.Item, _ plan: Plan) -> [String] {
    let artifact = item.build.artifact
    let place = Self.place(of: item.product ?? plan.product)
    let segments = artifact.path.text.split(separator: "/").map(String.init)
    if !artifact.path.isURL, segments.first != ".." {
      let path = place + segments
      if claims[path] == nil || claims[path] == artifact.digest { return path }
    }
    let name = artifact.path.name
    let suffix = ArtifactPath.suffixes.first(where: name.hasSuffix) ?? ""
    return place + [
      item.component.name.text, item.build.platform.text, "\(artifact.digest)",
      ArtifactPath(name) == nil ? "archive\(suffix)" : name,
    ]
  }

  static func manifest(of release: Release) -> [String] {
    place(of: release.product) + ["redistrib_\(release.label).json"]
  }

  /// What the directory's manifest of that release says; `nil` if there is none.
  func listed(_ release: Release) throws(InstallError) -> Release? {
    // What differs in other things than components is not worth a change.
    try read(Self.manifest(of: release), release.product).map { release.with($0.components) }
  }

  private static func place(of product: ProductName) -> [String] {
    ["compute", product.text, "redist"]
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
