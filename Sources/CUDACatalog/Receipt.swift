package import CUDADigest

/// The record inside a tree: what it consists of, and from where.
///
/// A pure function of request and artifacts: no times, no process ids, no machine. Two installs of
/// one request write the same bytes.
package struct Receipt: Sendable, Equatable, Codable {
  /// The form that this program writes.
  package static let currentFormat = 3
  /// The forms that it reads: in form 2 there was one product in a tree.
  package static let knownFormats = 2...3

  package var format: Int
  /// The product that the tree is named for.
  package var product: ProductName
  package var release: Version
  /// What was asked for, and what an update may move along: `13.0`, `latest`.
  package var track: String
  package var profile: String?
  package var platform: Platform
  /// The source's address.
  package var source: String
  package var manifestDigest: SHA256Digest
  /// Whether static archives are installed, and not only those that CMake and nvcc need.
  package var hasStatic: Bool
  package var components: [Installed]
  /// Other products in the tree, sorted.
  package var additions: [Addition]
  /// Components that were removed by name, sorted: an update does not bring them back.
  package var without: [ComponentName]
  package var files: FileList

  package init(
    product: ProductName, release: Version, track: String, profile: String?, platform: Platform,
    source: String, manifestDigest: SHA256Digest, hasStatic: Bool = true, components: [Installed],
    additions: [Addition] = [], without: [ComponentName] = [], files: FileList
  ) {
    self.format = Self.currentFormat
    self.product = product
    self.release = release
    self.track = track
    self.profile = profile
    self.platform = platform
    self.source = source
    self.manifestDigest = manifestDigest
    self.hasStatic = hasStatic
    self.components = components
    self.additions = additions
    self.without = without
    self.files = files
  }

  private enum CodingKeys: String, CodingKey {
    case format, product, release, track, profile, platform, source, manifestDigest
    case hasStatic = "static"
    case components, without, files
    // Behind `checksum` in the order of keys.
    case additions = "products"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    format = try container.decode(Int.self, forKey: .format)
    product = try container.decode(ProductName.self, forKey: .product)
    release = try container.decode(Version.self, forKey: .release)
    track = try container.decode(String.self, forKey: .track)
    profile = try container.decodeIfPresent(String.self, forKey: .profile)
    platform = try container.decode(Platform.self, forKey: .platform)
    source = try container.decode(String.self, forKey: .source)
    manifestDigest = try container.decode(SHA256Digest.self, forKey: .manifestDigest)
    hasStatic = try container.decode(Bool.self, forKey: .hasStatic)
    components = try container.decode([Installed].self, forKey: .components)
    additions = try container.decodeIfPresent([Addition].self, forKey: .additions) ?? []
    without = try container.decode([ComponentName].self, forKey: .without)
    files = try container.decode(FileList.self, forKey: .files)
    let products = Set(additions.map(\.product))
    guard products.count == additions.count, !products.contains(product),
      components.allSatisfy({ $0.product.map(products.contains) ?? true })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .additions, in: container, debugDescription: "the products do not fit together")
    }
  }

  /// `CUDA 13.0.2`
  package var title: String { "\(product.title) \(release)" }

  /// The components of one product; `nil` is the one that the tree is named for.
  package func components(of product: ProductName?) -> [Installed] {
    let product = product == self.product ? nil : product
    return components.filter { $0.product == product }
  }

  /// Another product's release in the tree, such as cuDNN's in one of CUDA's.
  package struct Addition: Sendable, Equatable, Codable {
    package var product: ProductName
    package var release: Version
    /// As the receipt's own.
    package var track: String
    /// As it was asked for; `nil` if the tree's own release decided.
    package var variant: String?
    package var source: String
    package var manifestDigest: SHA256Digest

    package init(
      product: ProductName, release: Version, track: String, variant: String?, source: String,
      manifestDigest: SHA256Digest
    ) {
      self.product = product
      self.release = release
      self.track = track
      self.variant = variant
      self.source = source
      self.manifestDigest = manifestDigest
    }
  }

  /// A component of the tree.
  package struct Installed: Sendable, Equatable, Codable {
    package var name: ComponentName
    /// Which addition it is a part of; `nil` for the product that the tree is named for.
    package var product: ProductName?
    /// The name for people, cleaned.
    package var title: String
    package var version: Version
    package var license: String
    package var variant: String?
    package var artifact: Artifact
    /// Unpacked.
    package var byteCount: Int64
    package var fileCount: Int
    /// Its static archives that were left out; `nil` if there are none.
    package var omitted: Omission?
    /// Whether it was asked for by name, rather than by a profile or another component.
    package var asked: Bool

    package init(
      name: ComponentName, product: ProductName? = nil, title: String, version: Version,
      license: String, variant: String?,
      artifact: Artifact, byteCount: Int64, fileCount: Int, omitted: Omission? = nil, asked: Bool
    ) {
      self.name = name
      self.product = product
      self.title = title
      self.version = version
      self.license = license
      self.variant = variant
      self.artifact = artifact
      self.byteCount = byteCount
      self.fileCount = fileCount
      self.omitted = omitted
      self.asked = asked
    }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(ComponentName.self, forKey: .name)
      product = try container.decodeIfPresent(ProductName.self, forKey: .product)
      title = try container.decode(String.self, forKey: .title)
      version = try container.decode(Version.self, forKey: .version)
      license = try container.decode(String.self, forKey: .license)
      variant = try container.decodeIfPresent(String.self, forKey: .variant)
      artifact = try container.decode(Artifact.self, forKey: .artifact)
      byteCount = try container.decode(Int64.self, forKey: .byteCount)
      fileCount = try container.decode(Int.self, forKey: .fileCount)
      omitted = try container.decodeIfPresent(Omission.self, forKey: .omitted)
      asked = try container.decode(Bool.self, forKey: .asked)
      // Sums of these must not overflow.
      let sizes = [byteCount, omitted?.byteCount ?? 0]
      guard sizes.allSatisfy({ (0...1 << 45).contains($0) }), omitted.map({ $0.count > 0 }) ?? true
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .byteCount, in: container, debugDescription: "it is no size of a component")
      }
    }
  }

  /// Files of an artifact that are not in the tree.
  package struct Omission: Sendable, Equatable, Codable {
    package var count: Int
    package var byteCount: Int64

    package init(count: Int, byteCount: Int64) {
      self.count = count
      self.byteCount = byteCount
    }
  }

  /// What the tree's list of entries must be.
  package struct FileList: Sendable, Equatable, Codable {
    package var count: Int
    package var byteCount: Int64
    /// Of the list's bytes, as `ReceiptJSON.encodeEntries` makes them.
    package var digest: SHA256Digest

    package init(count: Int, byteCount: Int64, digest: SHA256Digest) {
      self.count = count
      self.byteCount = byteCount
      self.digest = digest
    }
  }
}
