package import CUDADigest

/// One artifact of a component: for one platform and, where a product has them, one variant.
package struct Build: Hashable, Sendable {
  package let platform: Platform
  /// The manifest's key as written, `cuda13` or `12`; `nil` where the platform has one build.
  package let variant: String?
  package let artifact: Artifact

  package init(platform: Platform, variant: String?, artifact: Artifact) {
    self.platform = platform
    self.variant = variant
    self.artifact = artifact
  }
}

/// One named part of a release.
package struct Component: Hashable, Sendable {
  package let name: ComponentName
  /// The name for people. Any text: clean it before it is printed.
  package let title: String
  /// What NVIDIA calls the licence, `CUDA Toolkit`; empty if the manifest does not say. Any text:
  /// clean it before it is printed.
  package let license: String
  package let version: Version
  /// Sorted by platform and variant; may be empty.
  package let builds: [Build]

  package init(
    name: ComponentName, title: String, license: String, version: Version, builds: [Build]
  ) {
    self.name = name
    self.title = title
    self.license = license
    self.version = version
    self.builds = builds
  }
}

extension Component {
  /// The same with other builds.
  package func with(_ builds: [Build]) -> Component {
    Component(name: name, title: title, license: license, version: version, builds: builds)
  }
}

/// One published set of components: what a manifest says.
package struct Release: Sendable, Equatable {
  package let product: ProductName
  /// The release's name. It is no component's version: 12.6.3 has nvcc 12.6.85.
  package let label: Version
  /// `2025-10-09`; `nil` in a few manifests made by hand.
  package let date: String?
  /// The address of the source it is from, without credentials.
  package let source: String
  /// The digest of the manifest's own bytes: NVIDIA has changed manifests in place.
  package let manifestDigest: SHA256Digest
  /// Sorted by name.
  package let components: [Component]

  package init(
    product: ProductName = .cuda, label: Version, date: String? = nil, source: String = "",
    manifestDigest: SHA256Digest, components: [Component]
  ) {
    self.product = product
    self.label = label
    self.date = date
    self.source = source
    self.manifestDigest = manifestDigest
    self.components = components.sorted { $0.name < $1.name }
  }

  /// `CUDA 13.0.2`
  package var title: String { "\(product.title) \(label)" }

  /// The component of that name, or `nil` if this release has none.
  package subscript(_ name: ComponentName) -> Component? {
    components.first { $0.name == name }
  }
}

extension Release {
  /// What a receipt knows of its release: the components that are installed, each with its one build. With it a
  /// tree can be made again without the manifest.
  package init(_ receipt: Receipt) {
    self.init(
      product: receipt.product, label: receipt.release, source: receipt.source,
      manifestDigest: receipt.manifestDigest,
      components: receipt.components(of: nil).map { Component($0, for: receipt.platform) })
  }

  /// What a receipt knows of another product's release beside its own.
  package init(_ addition: Receipt.Addition, in receipt: Receipt) {
    self.init(
      product: addition.product, label: addition.release, source: addition.source,
      manifestDigest: addition.manifestDigest,
      components: receipt.components(of: addition.product).map {
        Component($0, for: receipt.platform)
      })
  }

  /// All that a receipt knows, of whichever product, as if it were one release.
  package init(allOf receipt: Receipt) {
    self = Release(receipt)
      .with(receipt.components.map { Component($0, for: receipt.platform) })
  }

  /// The same with other components.
  package func with(_ components: [Component]) -> Release {
    Release(
      product: product, label: label, date: date, source: source, manifestDigest: manifestDigest,
      components: components)
  }
}

extension Component {
  package init(_ installed: Receipt.Installed, for platform: Platform) {
    self.init(
      name: installed.name, title: installed.title, license: installed.license,
      version: installed.version,
      builds: [
        Build(platform: platform, variant: installed.variant, artifact: installed.artifact)
      ])
  }
}
