import CUDACatalog
import CUDADigest
import CUDAPlanning
import TestSupport
import Testing

func version(_ text: String) throws -> Version { try #require(Version(text)) }
func name(_ text: String) throws -> ComponentName { try #require(ComponentName(text)) }
func productName(_ text: String) throws -> ProductName { try #require(ProductName(text)) }
func platform(_ text: String = "linux-x86_64") throws -> Platform { try #require(Platform(text)) }

/// A real release; tests that use it are enabled by `Shared.isThere`.
func realRelease(_ label: String, of product: String = "cuda") throws -> Release {
  let file = "\(product)/redistrib_\(label).json"
  return try Redistrib.read(try Shared.bytes("manifests/\(file)"), document: file)
}

/// A component whose archive's digest is that of `contents`, for `linux-x86_64` unless said.
func component(
  _ text: String, contents: String? = nil, byteCount: Int64 = 10, license: String = "CUDA Toolkit",
  variants: [String?] = [nil], on platforms: [String] = ["linux-x86_64"]
) throws -> Component {
  var builds: [Build] = []
  for each in platforms {
    for variant in variants {
      let id = "\(text)-\(each)-\(variant ?? "")"
      let artifact = Artifact(
        path: try #require(ArtifactPath("\(id).tar.xz")),
        digest: SHA256.digest(of: Array((contents ?? id).utf8)), byteCount: byteCount)
      builds.append(Build(platform: try platform(each), variant: variant, artifact: artifact))
    }
  }
  return Component(
    name: try name(text), title: text, license: license, version: try version("1.0"),
    builds: builds)
}

func release(
  _ label: String, product: String = "cuda", _ components: [Component]
) throws -> Release {
  Release(
    product: try productName(product), label: try version(label),
    manifestDigest: SHA256.digest(of: Array(label.utf8)), components: components)
}

/// The state after `plan` was carried out for `request`.
func installed(
  _ plan: Plan, for request: Request, tree: String, unpacked: Int64 = 77
) throws -> InstalledRelease {
  let items = try #require(plan.tree).items
  let components = items.map { item in
    Receipt.Installed(
      name: item.component.name, product: item.product, title: item.component.title,
      version: item.component.version,
      license: item.component.license, variant: item.build.variant, artifact: item.build.artifact,
      byteCount: unpacked, fileCount: 1,
      asked: item.asked)
  }
  let digest = SHA256.digest(of: [])
  return InstalledRelease(
    release: plan.release, tree: tree,
    receipt: Receipt(
      product: plan.product, release: plan.release, track: request.track.description,
      profile: request.profile?.rawValue, platform: request.platform, source: "file:///mirror/",
      manifestDigest: digest, components: components,
      additions: plan.tree?.additions ?? [],
      files: Receipt.FileList(count: 1, byteCount: 1, digest: digest)))
}

extension Resolution {
  var names: [String] { items.map(\.component.name.text).sorted() }
  var megabytes: Double {
    Double(items.reduce(0) { $0 + $1.build.artifact.byteCount }) / 1e6
  }
}

extension Plan {
  var names: [String] { (tree?.items ?? []).map(\.component.name.text) }
}
