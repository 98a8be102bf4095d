import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDATransfer

/// What a source lists of a product.
struct Listing: Sendable {
  /// Oldest first.
  var labels: [Version]
  /// As of `Offer`.
  var validUntil: String?
}

/// One release as a source offers it, and where its artifacts are.
struct Offer: Sendable {
  var release: Release
  /// Where paths of its artifacts begin; `nil` if each says where it is by itself.
  let directory: Location?
  /// Directories in which the same may be, by the same paths.
  var mirrors: [Location] = []
  /// Until when its publisher means to have said something newer, `2027-06-30`.
  var validUntil: String?
  /// Who knows the wheels' index, its password and its certificates.
  private var wheels: WheelSource?
  /// Whether it is the one release of its source for ever, which no update leaves.
  var isFixed = false

  init(release: Release, directory: Location?) {
    self.release = release
    self.directory = directory
  }

  /// What the receipts of an installed release say of one of its products: no source is asked.
  init(_ release: Release) throws(InstallError) {
    let directory: Location?
    var wheels: WheelSource?
    switch try CatalogSource(release.source).kind {
    case .manifests(let source): directory = source.root
    case .document(let location, _): directory = location.directory
    case .archives: directory = nil
    case .wheels(let source): (directory, wheels) = (nil, source)
    }
    self.init(release: release, directory: directory)
    self.wheels = wheels
  }

  /// How to ask for its artifacts.
  func options(_ options: TransferOptions) -> TransferOptions {
    wheels?.options(options) ?? options
  }

  /// Where an artifact of the release is, the likeliest place first.
  func locations(of artifact: Artifact) throws(InstallError) -> [Location] {
    let path = artifact.path.text
    if let wheels { return [try Location(wheels.location(of: artifact.path))] }
    guard let directory else { return [try Location(path)] }
    return [try directory.resolving(path)]
      + mirrors.compactMap { try? $0.resolving(path) }
  }

  /// The same with the size of every artifact that is selected and for the platform.
  func completed(
    for platform: Platform, selecting: ((Release) throws(InstallError) -> Set<ComponentName>)?,
    _ network: Network
  ) throws(InstallError) -> Offer {
    guard release.components.contains(where: { $0.builds.contains { $0.artifact.byteCount == 0 } })
    else { return self }
    let wanted = try selecting?(release)
    var completed = self
    completed.release = release.with(
      try release.components.map { component throws(InstallError) in
        guard wanted?.contains(component.name) ?? true else { return component }
        let builds = try component.builds.map { build throws(InstallError) in
          guard platform.runs(build.platform) || build.platform == .source else { return build }
          return Build(
            platform: build.platform, variant: build.variant,
            artifact: try sized(build.artifact, network))
        }
        return component.with(builds)
      })
    return completed
  }

  private func sized(_ artifact: Artifact, _ network: Network) throws(InstallError) -> Artifact {
    guard artifact.byteCount == 0 else { return artifact }
    let location = try locations(of: artifact)[0]
    guard let count = try location.byteCount(network), (1...1 << 40).contains(count) else {
      throw InstallError(.noSize(url: location.description))
    }
    return Artifact(
      path: artifact.path, digest: artifact.digest, byteCount: count, layout: artifact.layout,
      published: artifact.published)
  }
}

// Wheels

extension Offer {
  /// The newest release of a track, as wheels.
  init(
    wheelsOf source: WheelSource, named name: String, _ track: Track, for platform: Platform,
    _ network: Network,
    selecting: ((Release) throws(InstallError) -> Set<ComponentName>)?
  ) throws(InstallError) {
    var label: Version?
    if case .exact(let exact) = track {
      label = exact
    } else {
      label = track.newest(of: try source.labels(by: network))
    }
    let release = try label.flatMap { label throws(InstallError) in
      try source.release(label, for: platform, by: network) { skeleton throws(InstallError) in
        try selecting?(skeleton)
          ?? Set(
            skeleton.components.filter {
              $0.isBuilt(for: platform)
                && ($0.name.text != "cuda_nvcc" || WheelProject.hasCompiler(label))
            }.map(\.name))
      }
    }
    guard let release else {
      throw InstallError(
        .planning(.noSuchRelease(.cuda, track, available: try source.labels(by: network))))
    }
    self.init(
      release: Release(
        label: release.label, source: name, manifestDigest: release.manifestDigest,
        components: release.components), directory: nil)
    wheels = source
  }
}

// Documents and archives

/// A document that says one release.
enum ReleaseDocument {
  /// Of NVIDIA's form.
  case manifest(Release)
  case description(ReleaseDescription, SHA256Digest)

  init(
    at location: Location, named source: String, _ network: Network
  ) throws(InstallError) {
    let name = location.description
    guard let bytes = try location.contents(limit: 16 << 20, network) else {
      throw InstallError(.noDocument(url: name))
    }
    let isJSON =
      bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
      == UInt8(ascii: "{")
    self = try cataloging { () throws(CatalogError) in
      isJSON
        ? .manifest(try Redistrib.read(bytes, document: name, source: source))
        : .description(
          try ReleaseDescription.read(bytes, document: name), SHA256.digest(of: bytes))
    }
  }

  var listing: Listing {
    switch self {
    case .manifest(let release): Listing(labels: [release.label])
    case .description(let description, _):
      Listing(labels: [description.label], validUntil: description.validUntil)
    }
  }
}

extension Offer {
  /// The release that a manifest of NVIDIA's form or a release description says.
  init(
    documentAt location: Location, named source: String, _ track: Track, follows: Bool,
    _ network: Network
  ) throws(InstallError) {
    switch try ReleaseDocument(at: location, named: source, network) {
    case .manifest(let release): self.init(release: release, directory: location.directory)
    case .description(let description, let digest):
      // Before its archives' hashes are asked for.
      guard track == .latest || track.contains(description.label) else {
        throw InstallError(
          .planning(
            .noSuchRelease(description.product, track, available: [description.label])))
      }
      let parts = try description.parts.map { part throws(InstallError) in
        (part, try location.directory.resolving(part.location))
      }
      let components = try Self.components(of: parts, network)
      self.init(
        release: Release(
          product: description.product, label: description.label, source: source,
          manifestDigest: digest, components: components),
        directory: location.directory)
      validUntil = description.validUntil
    }
    isFixed = !follows
  }

  /// The release that these archives are. Its name is `label`, or what the first archive's name or a directory above
  /// it says: `v0.3.1`.
  init(
    archives: [Location], label: Version?, named source: String, _ network: Network
  ) throws(InstallError) {
    var parts: [(part: ReleaseDescription.Part, location: Location)] = []
    var product: ProductName?
    var version: Version?
    for archive in archives {
      guard let (component, own) = ReleaseDescription.parseName(archive.name) else {
        throw InstallError(
          .usage(
            "\(cleaned(archive.description)) is not an archive: its name ends in none of "
              + ArtifactPath.suffixes.joined(separator: " ")))
      }
      guard !parts.contains(where: { $0.part.component == component }) else {
        throw InstallError(
          .usage("two of the archives are for the component \(component)"))
      }
      if parts.isEmpty {
        product = ProductName(component.text)
        version = label ?? own ?? Self.version(above: archive)
      }
      guard let version else {
        throw InstallError(
          .usage(
            "no version is in the name or the path of \(cleaned(archive.description)): "
              + "say one, as in 'install 1.2.0 --archive ...'"))
      }
      parts.append(
        (.init(component: component, version: own ?? version, location: archive.url), archive))
    }
    guard let product, let version, version.isLabel else {
      throw InstallError(.usage("the first archive's name is no name of a product"))
    }
    let components = try Self.components(of: parts, network)
    let digests = components.flatMap(\.builds).map { "\($0.artifact.digest)" }
    self.init(
      release: Release(
        product: product, label: version, source: source,
        // There is no manifest: the archives are all that there is to know.
        manifestDigest: SHA256.digest(of: Array(digests.joined(separator: "\n").utf8)),
        components: components),
      directory: archives[0].directory)
    isFixed = true
  }

  /// `v0.3.1` of `https://example.org/releases/download/v0.3.1/server.tar.gz`
  private static func version(above location: Location) -> Version? {
    location.directory.description.split(separator: "/").last { segment in
      let number = segment.hasPrefix("v") ? segment.dropFirst() : segment
      return number.contains(".") && Version(String(number))?.isNumeric == true
    }.flatMap { Version(String($0)) }
  }

  /// One component for each archive, each with its hash: nothing of an archive is asked for before all hashes are known.
  private static func components(
    of parts: [(part: ReleaseDescription.Part, location: Location)], _ network: Network
  ) throws(InstallError) -> [Component] {
    var components: [Component] = []
    for (part, location) in parts {
      guard let path = ArtifactPath(location.url) else {
        throw InstallError(
          .catalog(.badReference(document: "the release", location.description)))
      }
      let digest: SHA256Digest
      if let known = part.digest {
        digest = known
      } else {
        digest = try sidecar(of: location, network)
      }
      let build = Build(
        platform: part.platform ?? .anyLinux, variant: nil,
        artifact: Artifact(path: path, digest: digest, byteCount: 0, layout: .flat))
      if let index = components.firstIndex(where: { $0.name == part.component }) {
        components[index] = components[index].with(components[index].builds + [build])
      } else {
        components.append(
          Component(
            name: part.component, title: part.component.text, license: "", version: part.version,
            builds: [build]))
      }
    }
    return components
  }

  /// The hash that the archive's `.sha256` says.
  private static func sidecar(
    of archive: Location, _ network: Network
  ) throws(InstallError) -> SHA256Digest {
    let location: Location =
      switch archive {
      case .web(let url): .web(url + ".sha256")
      case .file(let path): .file(path + ".sha256")
      }
    guard let bytes = try location.contents(limit: 1 << 16, network) else {
      throw InstallError(.noHash(url: location.description))
    }
    return try cataloging { () throws(CatalogError) in
      try ChecksumLine.digest(in: bytes, of: archive.name, document: location.description)
    }
  }
}

/// What a document is not is the source's fault.
func cataloging<Value>(_ body: () throws(CatalogError) -> Value) throws(InstallError) -> Value {
  do { return try body() } catch { throw InstallError(.catalog(error)) }
}
