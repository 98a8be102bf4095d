import CUDADigest

/// A made-up mirror in NVIDIA's layout, as paths and bytes for a `LoopbackServer` or a directory.
package struct Mirror: Sendable {
  package static let base = "/compute/cuda/redist/"

  /// Path and content, the manifests and the index included.
  package private(set) var files: [String: [UInt8]] = [:]
  private var labels: [String: [String]] = [:]

  package init() {}

  /// One component of a release, with its archive's members behind the top directory.
  package struct Component: Sendable {
    package var name: String
    package var version: String
    package var members: [Member]
    package var platform = "linux-x86_64"
    /// `cuda13`
    package var variant: String?
    /// What the manifest says instead of the truth.
    package var claimedDigest: String?
    package var claimedByteCount: Int?

    package init(_ name: String, _ version: String, _ members: [Member]) {
      self.name = name
      self.version = version
      self.members = members
    }

    package var path: String { "\(name)/\(platform)/\(top).tar.gz" }

    private var top: String {
      "\(name)-\(platform)-\(version)\(variant.map { "_\($0)" } ?? "")-archive"
    }

    package var archive: [UInt8] {
      let top = top
      let moved = members.map { member in
        var member = member
        member.name = "\(top)/\(member.name)"
        if case .hardLink(let target) = member.kind { member.kind = .hardLink("\(top)/\(target)") }
        return member
      }
      return ArchiveMaker.tarGz([Member("\(top)/", .directory, mode: 0o755)] + moved)
    }
  }

  /// A component with a licence, a header, a library with its links, a program and a pkg-config file, and
  /// `byteCount` bytes of noise that depend on name and version.
  package static func component(
    _ name: String, _ version: String, byteCount: Int = 2000
  ) -> Component {
    let short = name.split(separator: "_").last.map(String.init) ?? name
    let noise = noise(byteCount, of: "\(name) \(version)")
    return Component(
      name, version,
      [
        .file("LICENSE", "Licence of \(name)\n"),
        .file("include/\(short).h", "#define VERSION \"\(version)\"\n"),
        Member("lib/lib\(short).so.\(version)", .file, noise, mode: 0o755),
        Member("lib/lib\(short).so", .link("lib\(short).so.\(version)")),
        .file("bin/\(short)", "#!/bin/sh\necho \(name) \(version)\n", mode: 0o755),
        .file(
          "pkg-config/\(short)-13.0.pc",
          "cudaroot=/usr/local/cuda-13.0\nlibdir=${cudaroot}/targets/x86_64-linux/lib\n\nName: \(short)\n"
        ),
      ])
  }

  /// Bytes that depend on `name` and do not compress.
  package static func noise(_ byteCount: Int, of name: String) -> [UInt8] {
    var noise: [UInt8] = []
    noise.reserveCapacity(byteCount)
    var state = UInt64(truncatingIfNeeded: name.utf8.reduce(5381) { $0 &* 33 &+ Int($1) })
    for _ in 0..<byteCount {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      noise.append(UInt8(truncatingIfNeeded: state >> 56))
    }
    return noise
  }

  /// Where a product's releases are.
  package static func base(of product: String) -> String { "/compute/\(product)/redist/" }

  package mutating func add(
    _ label: String, _ components: [Component], product: String = "cuda"
  ) {
    let base = Self.base(of: product)
    var blocks: [String] = []
    for name in Set(components.map(\.name)).sorted() {
      let builds = components.filter { $0.name == name }
      var platforms: [String] = []
      for platform in Set(builds.map(\.platform)).sorted() {
        let leaves = builds.filter { $0.platform == platform }.map { component in
          let archive = component.archive
          files[base + component.path] = archive
          let leaf = """
            "relative_path": "\(component.path)", "md5": "",
                        "sha256": "\(component.claimedDigest ?? "\(SHA256.digest(of: archive))")",
                        "size": "\(component.claimedByteCount ?? archive.count)"
            """
          return component.variant.map { "\"\($0)\": {\(leaf)}" } ?? leaf
        }
        platforms.append("\"\(platform)\": {\(leaves.joined(separator: ",\n"))}")
      }
      blocks.append(
        """
          "\(name)": {
            "name": "\(name) for tests", "license": "\(product == "cuda" ? "CUDA Toolkit" : product)",
            "version": "\(builds[0].version)",
            \(platforms.joined(separator: ",\n    "))
          }
        """)
    }
    files["\(base)redistrib_\(label).json"] = Array(
      """
      {
        "release_date": "2025-10-01", "release_label": "\(label)", "release_product": "\(product)",
      \(blocks.joined(separator: ",\n"))
      }
      """.utf8)
    labels[product, default: []].append(label)
    files[base] = Array(
      (labels[product] ?? [])
        .map { "<a href='redistrib_\($0).json'>redistrib_\($0).json</a> 4.0KB<br>\n" }.joined()
        .utf8)
  }

  /// Writes the mirror into a directory, the index left out; the path to give to `--mirror`.
  package func write(to directory: String) -> String {
    for (path, bytes) in files where !path.hasSuffix("/") { writeFile(directory + path, bytes) }
    return directory + Self.base
  }
}
