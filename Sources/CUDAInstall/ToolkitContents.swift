import CUDACatalog
import CUDADigest

/// A release as the metapackage describes it: projects and pins, before any of their pages has been read.
struct ToolkitContents {
  struct Part {
    var component: ComponentName
    var project: String
    var pin: WheelPin

    func component(version: Version, builds: [Build]) -> Component {
      Component(
        name: component, title: WheelProject.title(of: component),
        // What the redistributables say of the same binaries.
        license: "CUDA Toolkit", version: version, builds: builds)
    }
  }

  private let metadata: ToolkitMetadata
  private let label: Version

  init(_ metadata: ToolkitMetadata, label: Version) {
    self.metadata = metadata
    self.label = label
  }

  var digest: SHA256Digest { metadata.digest }

  /// What the release consists of on `platform`, by component.
  func parts(on platform: Platform) -> [Part] {
    var parts: [ComponentName: Part] = [:]
    for (project, pin) in metadata.pins(on: platform).sorted(by: { $0.key < $1.key }) {
      guard let component = WheelProject.component(of: project, in: label),
        parts[component] == nil
      else { continue }
      parts[component] = Part(component: component, project: project, pin: pin)
    }
    return parts.values.sorted { $0.component < $1.component }
  }

  /// All components, each with a build of which nothing is known yet for every machine that has one.
  var skeleton: Release {
    var found: [ComponentName: (part: Part, builds: [Build])] = [:]
    let platforms = ["linux-x86_64", "linux-sbsa"].compactMap { Platform($0) }
    for platform in platforms {
      for part in parts(on: platform) {
        guard let artifact = Self.unknown(part.component) else { continue }
        found[part.component, default: (part, [])].builds.append(
          Build(platform: platform, variant: nil, artifact: artifact))
      }
    }
    var components = found.values.map {
      $0.part.component(version: $0.part.pin.version, builds: $0.builds)
    }
    components += missingCompiler(platforms)
    return Release(label: label, date: nil, manifestDigest: digest, components: components)
  }

  /// Who asks for a compiler where there is none is to hear why, and not to get everything else without it.
  private func missingCompiler(_ platforms: [Platform]) -> [Component] {
    guard !WheelProject.hasCompiler(label), let name = ComponentName("cuda_nvcc"),
      let artifact = Self.unknown(name)
    else { return [] }
    return [
      Component(
        name: name, title: WheelProject.title(of: name), license: "CUDA Toolkit", version: label,
        builds: platforms.map { Build(platform: $0, variant: nil, artifact: artifact) })
    ]
  }

  /// Stands for an artifact until its page has been read; 0 bytes are what no real one has.
  private static func unknown(_ component: ComponentName) -> Artifact? {
    ArtifactPath("\(component).whl").map {
      Artifact(
        path: $0, digest: SHA256Digest(bytes: [UInt8](repeating: 0, count: 32)), byteCount: 0)
    }
  }
}
