/// The file name of a wheel: `nvidia_nvvm-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl`.
///
/// https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention
package struct WheelName: Hashable, Sendable {
  /// Normalised: `nvidia-nvvm`.
  package let project: String
  package let version: Version
  /// The number that breaks ties between wheels that are otherwise the same; 0 without one.
  package let build: Int
  private let pythons: [String]
  private let abi: String
  private let platforms: [String]

  /// The name that `text` spells; `nil` for everything else on an index's page, source distributions among it.
  package init?(_ text: String) {
    guard text.hasSuffix(".whl"), text.utf8.count <= 255 else { return nil }
    let parts = text.dropLast(".whl".count).split(
      separator: "-", omittingEmptySubsequences: false
    ).map(String.init)
    guard parts.count == 5 || parts.count == 6, parts.allSatisfy({ !$0.isEmpty }),
      Grammar.isName(parts[0], marks: "._", longest: 128), let version = Version(parts[1])
    else { return nil }
    project = Self.normalized(parts[0])
    self.version = version
    if parts.count == 6 {
      guard let number = Int(parts[2].prefix { $0.isASCII && $0.isNumber }) else { return nil }
      build = number
    } else {
      build = 0
    }
    pythons = Self.tags(parts[parts.count - 3])
    abi = parts[parts.count - 2]
    platforms = Self.tags(parts[parts.count - 1])
  }

  /// Whether this is for `platform`, and for any Python: what is for one Python alone holds modules of it.
  ///
  /// The C library in the tag is not looked at, as nobody looks at it for NVIDIA's own archives.
  package func fits(_ platform: Platform) -> Bool {
    guard abi == "none", pythons.contains(where: { $0.hasPrefix("py") }) else { return false }
    return platforms.contains { $0 == "any" || Self.fits($0, platform) }
  }

  /// The one to take of wheels of one version: that for no platform in particular last, the highest build first.
  package static func best(of names: [WheelName], for platform: Platform) -> WheelName? {
    names.filter { $0.fits(platform) }.max { left, right in
      (left.isSpecific ? 1 : 0, left.build, left.platforms.joined())
        < (right.isSpecific ? 1 : 0, right.build, right.platforms.joined())
    }
  }

  /// PEP 503: lower case, with one hyphen for each run of `-`, `_` and `.`.
  package static func normalized(_ project: String) -> String {
    project.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
  }

  private var isSpecific: Bool { !platforms.contains("any") }

  /// One tag may stand for several: `py2.py3`.
  private static func tags(_ text: String) -> [String] {
    text.split(separator: ".").map(String.init)
  }

  private static func fits(_ tag: String, _ platform: Platform) -> Bool {
    let machine: String
    switch platform.text {
    case "linux-x86_64": machine = "x86_64"
    case "linux-sbsa": machine = "aarch64"
    // Jetson's libraries are others than the servers', and are not published as wheels.
    default: return false
    }
    return tag == "linux_\(machine)"
      || tag.hasPrefix("manylinux") && tag.hasSuffix("_\(machine)")
  }
}
