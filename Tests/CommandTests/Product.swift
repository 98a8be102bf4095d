// Another product than CUDA at a mirror: its components may have variants.

import TestSupport

struct Product {
  struct Component {
    var name: String
    var version: String
    /// Empty: one build without a variant.
    var variants: [String]
    var platforms: [String]

    init(
      _ name: String, _ version: String, _ variants: [String],
      on platforms: [String] = ["linux-x86_64"]
    ) {
      self.name = name
      self.version = version
      self.variants = variants
      self.platforms = platforms
    }
  }

  let name: String
  /// Paths and contents, the manifests and the index included.
  private(set) var files: [String: [UInt8]] = [:]

  init(_ name: String, _ releases: [(label: String, components: [Component])]) {
    self.name = name
    let base = "/compute/\(name)/redist/"
    for (label, components) in releases {
      var blocks: [String] = []
      for component in components {
        let platforms = component.platforms.map { platform in
          let leaves = (component.variants.isEmpty ? ["-"] : component.variants).map { variant in
            let leaf = leaf(of: component, platform, variant, base)
            return component.variants.isEmpty ? leaf : "\"\(variant)\": {\(leaf)}"
          }
          return "\"\(platform)\": {\(leaves.joined(separator: ", "))}"
        }
        blocks.append(
          """
          "\(component.name)": {"name": "\(component.name)", "license": "\(name)",
           "version": "\(component.version)", \(platforms.joined(separator: ", "))}
          """)
      }
      files["\(base)redistrib_\(label).json"] = Array(
        """
        {"release_label": "\(label)", "release_product": "\(name)",
         \(blocks.joined(separator: ",\n "))}
        """.utf8)
    }
    files[base] = Array(
      releases.map { "<a href='redistrib_\($0.label).json'>x</a>\n" }.joined().utf8)
  }

  /// A library whose text says what it is: `cudnn 9.13.0.50 cuda13`.
  private mutating func leaf(
    of component: Component, _ platform: String, _ variant: String, _ base: String
  ) -> String {
    let top = "\(component.name)-\(platform)-\(component.version)_\(variant)-archive"
    let archive = ArchiveMaker.tarGz([
      .file("\(top)/LICENSE", "Licence of \(component.name)\n"),
      .file(
        "\(top)/lib/lib\(component.name).so", "\(component.name) \(component.version) \(variant)\n"),
    ])
    let path = "\(component.name)/\(platform)/\(top).tar.gz"
    files[base + path] = archive
    return """
      "relative_path": "\(path)", "sha256": "\(sha256(archive))", "md5": "", "size": "\(archive.count)"
      """
  }
}
