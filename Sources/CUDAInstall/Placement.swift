import CUDAArchive
import CUDACatalog
import CUDAStore

/// Where a component's files go in the merged tree.
enum Placement {
  /// Every archive has a LICENSE at its top, so each gets a place of its own; pkg-config files name
  /// `/usr/local/cuda` and are rewritten before they are written.
  static func destination(
    of path: EntryPath, component: ComponentName, hasStatic: Bool
  ) -> Unpacking.Destination {
    let names = path.names
    if !hasStatic, StaticArchives.contains(names) { return .omitted }
    if names.count == 1, names[0].hasPrefix("LICENSE") {
      return .tree(path.moved(to: ["share", "licenses", "cuda", component.text] + names))
    }
    if Layout.isReserved(names[0]) { return .refused("the name is one of cuda-install's own") }
    if names.count > 1, names.last?.hasSuffix(".pc") == true,
      pkgConfig.contains(Array(names.dropLast())),
      let name = names.last
    {
      return .memory(path.moved(to: ["lib", "pkgconfig", name]))
    }
    if names.count == 1, pkgConfig.contains(names) { return .memory(path) }
    return .tree(path)
  }

  /// An application's files are where it expects them.
  static func flatDestination(of path: EntryPath) -> Unpacking.Destination {
    Layout.isReserved(path.names[0])
      ? .refused("the name is one of cuda-install's own") : .tree(path)
  }

  private static let pkgConfig: Set<[String]> = [
    ["pkg-config"], ["pkgconfig"], ["lib", "pkgconfig"], ["lib", "pkg-config"],
  ]
}

/// The archives in `lib` for linking statically: in NVIDIA's larger libraries most of the bytes.
enum StaticArchives {
  /// Whether that path is one that may be left out.
  static func contains(_ names: [String]) -> Bool {
    names.count == 2 && names[0] == "lib" && names[1].hasSuffix(".a") && !needed.contains(names[1])
  }

  /// nvcc links these two unless it is told otherwise, and CMake does not find the toolkit without.
  private static let needed: Set = ["libcudart_static.a", "libcudadevrt.a"]
}

/// A pkg-config file of NVIDIA's, made to follow the tree wherever it is.
enum PkgConfig {
  /// Replaces `/usr/local/cuda` and `/usr/local/cuda-13.0` by the tree's own place, which pkg-config puts
  /// into `pcfiledir`. `targets/x86_64-linux/lib` behind it exists in the tree.
  static func relocatable(_ bytes: [UInt8]) -> [UInt8] {
    let root = Array(fixedRoot.utf8)
    let place = Array("${pcfiledir}/../..".utf8)
    let versionBytes = Set("-.0123456789".utf8)
    var result: [UInt8] = []
    var rest = bytes[...]
    while let first = rest.first {
      if rest.starts(with: root) {
        result += place
        rest = rest.dropFirst(root.count).drop { versionBytes.contains($0) }
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// `cudart.pc` for `cudart-13.0.pc`; `nil` if the name has no version.
  static func unversioned(_ name: String) -> String? {
    let stem = name.dropLast(".pc".count)
    guard let dash = stem.lastIndex(of: "-") else { return nil }
    let version = stem[stem.index(after: dash)...]
    guard !version.isEmpty, version.allSatisfy({ $0.isNumber || $0 == "." }) else { return nil }
    return stem[..<dash] + ".pc"
  }

  private static let fixedRoot = "/usr/local/cuda"
}
