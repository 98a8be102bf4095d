package import CUDADigest
import FoundationEssentials

/// What a pin file says: releases and the very artifacts of an install, so that the same can be had again, whatever the
/// source offers by then. Made to be committed beside a program: its text depends on what is installed alone.
package struct Pins: Sendable, Equatable, Codable {
  package static let currentVersion = 1

  /// One product's release.
  package struct Product: Sendable, Equatable, Codable {
    package var product: ProductName
    package var release: Version
    package var variant: String?
    package var source: String
    package var manifestDigest: SHA256Digest
    package var components: [Component]

    private enum CodingKeys: String, CodingKey {
      case product, release, variant, source, components
      case manifestDigest = "manifest_sha256"
    }
  }

  package struct Component: Sendable, Equatable, Codable {
    package var name: ComponentName
    package var title: String
    package var version: Version
    package var license: String
    package var variant: String?
    package var artifact: Artifact
    package var asked: Bool
  }

  package var v = currentVersion
  package var platform: Platform
  package var profile: String?
  package var hasStatic: Bool
  package var without: [ComponentName]
  /// The first is the one that the tree is named for.
  package var products: [Product]

  private enum CodingKeys: String, CodingKey {
    case v, platform, profile, without, products
    case hasStatic = "static"
  }

  /// Of an installed release.
  package init(_ receipt: Receipt) {
    func components(of product: ProductName?) -> [Component] {
      receipt.components(of: product).map {
        Component(
          name: $0.name, title: $0.title, version: $0.version, license: $0.license,
          variant: $0.variant, artifact: $0.artifact, asked: $0.asked)
      }
    }
    platform = receipt.platform
    profile = receipt.profile
    hasStatic = receipt.hasStatic
    without = receipt.without
    products = [
      Product(
        product: receipt.product, release: receipt.release, source: receipt.source,
        manifestDigest: receipt.manifestDigest, components: components(of: nil))
    ]
    products += receipt.additions.map {
      Product(
        product: $0.product, release: $0.release, variant: $0.variant, source: $0.source,
        manifestDigest: $0.manifestDigest, components: components(of: $0.product))
    }
  }

  /// The pins that the bytes of a file say.
  package static func read(_ bytes: [UInt8], document: String) throws(CatalogError) -> Pins {
    try JSONText.check(bytes, document: document)
    let pins: Pins
    do {
      pins = try JSONDecoder().decode(Pins.self, from: Data(bytes))
    } catch {
      throw CatalogError(error, document: document)
    }
    guard pins.v == currentVersion else {
      throw .unacceptable(
        document: document, place: CatalogError.Place(key: "v"),
        reason: "\(pins.v) is not the form that this program knows")
    }
    guard !pins.products.isEmpty,
      pins.products.allSatisfy({ !$0.components.isEmpty && $0.release.isLabel }),
      Set(pins.products.map(\.product)).count == pins.products.count
    else {
      throw .unacceptable(
        document: document, place: CatalogError.Place(key: "products"),
        reason: "it names no releases with components, each once")
    }
    return pins
  }

  /// The bytes of a file that says this.
  package var bytes: [UInt8] { JSONRecord.encodePretty(self) }

  /// The releases with the pinned artifacts only, in the order of `products`.
  package var releases: [Release] {
    products.map { product in
      Release(
        product: product.product, label: product.release, source: product.source,
        manifestDigest: product.manifestDigest,
        components: product.components.map {
          CUDACatalog.Component(
            name: $0.name, title: $0.title, license: $0.license, version: $0.version,
            builds: [Build(platform: platform, variant: $0.variant, artifact: $0.artifact)])
        })
    }
  }
}
