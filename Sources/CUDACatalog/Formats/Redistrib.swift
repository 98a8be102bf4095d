// NVIDIA's manifests, `redistrib_<label>.json`. Shape and quirks are from 197 real ones of 14
// products; the schema is https://developer.download.nvidia.com/compute/redist/redistrib-v2.schema.json
//
// Top level: strings, and one object for each component. A component: strings, and one object for
// each platform. A platform: a leaf, or variants that are leaves, or both (cudnn 9.27.0). Unknown
// keys are ignored at each level; what is known must be right, also for platforms of others.
//
// Manifests that others write by hand are looser: an archive has a whole URL (`full_path`, `url`), no size, or a
// size that is `null`. `layout` and `published_...` are ours, in directories that `--download-only` makes: strings, since
// an object in a leaf would be a variant to others.

import CUDADigest

package enum Redistrib {
  /// The release that a manifest describes.
  ///
  /// Its label is the manifest's `release_label` or, in those before 2023, what the last segment of
  /// `document` says: `redistrib_11.8.0.json`. Its product is the one whose directory the manifest was in, where that
  /// is known: not all manifests say it, and one says `cublasmp-v0-1` (cublasmp 0.1.0).
  package static func read(
    _ bytes: [UInt8], document: String, product: ProductName? = nil, source: String = ""
  ) throws(CatalogError) -> Release {
    let root = try JSONTree.decode(bytes, document: document)
    let reader = ManifestReader(document: document)
    let said = try reader.product(root)
    let release = Release(
      product: product ?? said ?? .cuda,
      label: try reader.label(root),
      date: reader.date(root),
      source: source,
      manifestDigest: SHA256.digest(of: bytes),
      components: try reader.components(root))
    try reader.checkPaths(release.components)
    return release
  }

  /// `13.0.2` for `redistrib_13.0.2.json`, or `nil` for another name.
  static func label(ofFileName name: some StringProtocol) -> Version? {
    guard name.hasPrefix("redistrib_"), name.hasSuffix(".json") else { return nil }
    let label = Version(String(name.dropFirst("redistrib_".count).dropLast(".json".count)))
    return label?.isLabel == true ? label : nil
  }
}

private struct ManifestReader {
  typealias Place = CatalogError.Place

  let document: String

  func product(_ root: [String: JSONTree]) throws(CatalogError) -> ProductName? {
    let place = Place(key: "release_product")
    guard let text = try text("release_product", of: root, at: place) else { return nil }
    guard let product = ProductName(text) else { throw failure(place, "\(text) is not a name") }
    return product
  }

  func label(_ root: [String: JSONTree]) throws(CatalogError) -> Version {
    let place = Place(key: "release_label")
    guard let text = try text("release_label", of: root, at: place) else {
      let name = document.split(separator: "/").last ?? ""
      guard let label = Redistrib.label(ofFileName: name) else {
        throw .unlabeled(document: document)
      }
      return label
    }
    guard let label = Version(text), label.isLabel else {
      throw failure(place, "\(text) is not a version")
    }
    return label
  }

  /// Shown to people and used for nothing else: one in another form is not worth an error.
  func date(_ root: [String: JSONTree]) -> String? {
    guard case .string(let text)? = root["release_date"], text.utf8.count == 10,
      text.utf8.allSatisfy({ Grammar.isDigit($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    return text
  }

  func components(_ root: [String: JSONTree]) throws(CatalogError) -> [Component] {
    var result: [Component] = []
    for (key, members) in objects(in: root) {
      // An object without either is something newer than this reader, but no component.
      guard members["name"] != nil || members["version"] != nil else { continue }
      result.append(try component(key, members))
    }
    return result
  }

  private func component(
    _ key: String, _ members: [String: JSONTree]
  ) throws(CatalogError) -> Component {
    var place = Place(component: key)
    guard let name = ComponentName(key) else { throw failure(place, "it is not a name") }
    place.key = "name"
    let title = try text("name", of: members, at: place)
    place.key = "license"
    let license = try text("license", of: members, at: place)
    place.key = "version"
    guard let versionText = try text("version", of: members, at: place) else {
      throw failure(place, "it is missing")
    }
    guard let version = Version(versionText) else {
      throw failure(place, "\(versionText) is not a version")
    }
    return Component(
      name: name, title: title ?? key, license: license ?? "", version: version,
      builds: try builds(of: key, members))
  }

  private func builds(
    of component: String, _ members: [String: JSONTree]
  ) throws(CatalogError) -> [Build] {
    var result: [Build] = []
    for (key, leaf) in objects(in: members) {
      var place = Place(component: component, platform: key)
      guard let platform = Platform(key) else { throw failure(place, "it is not a name") }
      if let artifact = try artifact(leaf, at: place) {
        result.append(Build(platform: platform, variant: nil, artifact: artifact))
      }
      for (variant, leaf) in objects(in: leaf) {
        place.variant = variant
        guard Grammar.isName(variant) else { throw failure(place, "it is not a name") }
        guard let artifact = try artifact(leaf, at: place) else { continue }
        result.append(Build(platform: platform, variant: variant, artifact: artifact))
      }
    }
    return result
  }

  /// The artifact that a leaf describes, or `nil` if `leaf` holds nothing of the kind.
  private func artifact(
    _ leaf: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> Artifact? {
    let keys = ["relative_path", "full_path", "url", "sha256", "md5", "size"]
    guard keys.contains(where: { leaf[$0] != nil }) else { return nil }
    let path = try path(of: leaf, at: place)
    let digest = try digest("sha256", of: leaf, at: place)
    var place = place
    place.key = "layout"
    let layoutText = try text("layout", of: leaf, at: place)
    let layout = layoutText.flatMap { Artifact.Layout(rawValue: $0) }
    guard layoutText == nil || layout != nil else {
      throw failure(place, "\(layoutText ?? "") is not a layout that this program knows")
    }
    return Artifact(
      path: path, digest: digest, byteCount: try byteCount("size", of: leaf, at: place),
      layout: layout,
      published: try published(leaf, at: place))
  }

  /// What the artifact was before it was compressed anew: all of it is said, or nothing.
  private func published(
    _ leaf: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> Artifact.Published? {
    let keys = ["published_path", "published_sha256", "published_size"]
    guard keys.contains(where: { leaf[$0] != nil }) else { return nil }
    var place = place
    place.key = keys[0]
    let pathText = try required(keys[0], of: leaf, at: place)
    guard let path = ArtifactPath(pathText) else {
      throw failure(place, "\(pathText) is neither a plain path nor the URL of an archive")
    }
    let digest = try digest(keys[1], of: leaf, at: place)
    place.key = keys[2]
    let byteCount = try byteCount(keys[2], of: leaf, at: place)
    guard byteCount > 0 else { throw failure(place, "it is missing") }
    return Artifact.Published(path: path, digest: digest, byteCount: byteCount)
  }

  private func digest(
    _ key: String, of leaf: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> SHA256Digest {
    var place = place
    place.key = key
    let text = try required(key, of: leaf, at: place)
    guard let digest = SHA256Digest(hexadecimal: text) else {
      throw failure(place, "\(text) is not 64 lower-case hexadecimal digits")
    }
    return digest
  }

  private func path(
    of leaf: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> ArtifactPath {
    var place = place
    for key in ["full_path", "url"] {
      place.key = key
      guard let text = try text(key, of: leaf, at: place) else { continue }
      guard let path = ArtifactPath(text), path.isURL else {
        throw failure(place, "\(text) is not the URL of an archive")
      }
      return path
    }
    place.key = "relative_path"
    let text = try required("relative_path", of: leaf, at: place)
    guard let path = ArtifactPath(text), !path.isURL else {
      throw failure(place, "\(text) is not a plain path of an archive")
    }
    return path
  }

  /// A decimal string in NVIDIA's manifests, a JSON integer in some of others; 0 where it is not said.
  private func byteCount(
    _ key: String, of leaf: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> Int64 {
    var place = place
    place.key = key
    let count: Int64?
    switch leaf[key] {
    case .integer(let number): count = number
    // `Int64` alone would also take "+5" and "00012".
    case .string(let text) where text.utf8.allSatisfy(Grammar.isDigit) && !text.hasPrefix("0"):
      count = Int64(text)
    case nil, .null: return 0
    default: count = nil
    }
    guard let count, (1...(1 << 40)).contains(count) else {
      throw failure(place, "it is not a number of bytes from 1 to 2^40")
    }
    return count
  }

  /// No archive can have two digests: with one path twice, one of the two entries is a mistake.
  func checkPaths(_ components: [Component]) throws(CatalogError) {
    var seen: [ArtifactPath: (digest: SHA256Digest, component: ComponentName)] = [:]
    for component in components {
      for artifact in component.builds.map(\.artifact) {
        let first = seen[artifact.path, default: (artifact.digest, component.name)]
        guard first.digest == artifact.digest else {
          throw .contradiction(
            document: document, path: artifact.path.text,
            components: [first.component.text, component.name.text])
        }
        seen[artifact.path] = first
      }
    }
  }
}

extension ManifestReader {
  /// The members that are objects, in the order of their keys, so that of two faults the same one
  /// is reported each time.
  private func objects(in members: [String: JSONTree]) -> [(String, [String: JSONTree])] {
    members.sorted { $0.key < $1.key }.compactMap { key, value in
      guard case .object(let members) = value else { return nil }
      return (key, members)
    }
  }

  private func text(
    _ key: String, of members: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> String? {
    switch members[key] {
    case nil: return nil
    case .string(let text): return text
    default: throw failure(place, "it is not a string")
    }
  }

  private func required(
    _ key: String, of members: [String: JSONTree], at place: Place
  ) throws(CatalogError) -> String {
    guard let text = try text(key, of: members, at: place) else {
      throw failure(place, "it is missing")
    }
    return text
  }

  private func failure(_ place: Place, _ reason: String) -> CatalogError {
    .unacceptable(document: document, place: place, reason: reason)
  }
}
