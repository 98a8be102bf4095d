// Where a wheel's files go in the merged tree. A wheel is laid out for Python's site-packages:
//
//   nvidia/cu13/lib/libcudart.so.13           CUDA 13: one tree for all, as the merged one is
//   nvidia/cuda_runtime/lib/libcudart.so.12   CUDA 12 and 11: a tree for each library
//   nvidia/cuda_runtime/__init__.py           for Python only
//   nvidia_cuda_runtime-13.0.96.dist-info/    the wheel about itself: only its licences are kept

import CUDAArchive
import CUDACatalog

enum WheelPlacement {
  static func destination(
    of path: EntryPath, component: ComponentName, hasStatic: Bool
  ) -> Unpacking.Destination {
    let names = path.names
    if names[0].hasSuffix(".dist-info") {
      guard let license = license(Array(names.dropFirst())) else { return .nowhere }
      return .tree(path.moved(to: ["share", "licenses", "cuda", component.text] + license))
    }
    // NVIDIA's wheels of CUDA bring nothing else. What does is made for a Python that would look there, and a tree
    // without it would be less than its publisher meant.
    guard names[0] == "nvidia" else {
      return .refused("a wheel of CUDA has its files in nvidia/")
    }
    let rest = Array(names.dropFirst(2))
    guard let first = rest.first, !isPython(names) else { return .nowhere }
    // `.metadata`: what the scanners that made the wheel had to say.
    guard !first.hasPrefix(".") else { return .nowhere }
    // What there is below is taken as it is, under names that are not known here too.
    return Placement.destination(
      of: path.moved(to: rest), component: component, hasStatic: hasStatic)
  }

  /// `licenses/License.txt` and, in older wheels, `License.txt` of a dist-info.
  private static func license(_ names: [String]) -> [String]? {
    guard let last = names.last, names != ["licenses"] else { return nil }
    let isLicense = last.lowercased().hasPrefix("license")
    // As the archives of the redistributables call it.
    let name = isLicense ? "LICENSE" + last.dropFirst("license".count) : last
    if names.count > 1, names[0] == "licenses" { return names.dropFirst().dropLast() + [name] }
    return names.count == 1 && isLicense ? [name] : nil
  }

  private static func isPython(_ names: [String]) -> Bool {
    names.last == "__init__.py" || names.contains("__pycache__")
  }
}

/// Links without a version for the libraries of wheels, which cannot hold links: the linker looks for `libcudart.so`.
enum WheelLibraries {
  /// A link's path and its target, for each library in `lib` of `paths` that has no such name yet. Of several
  /// versions of a library the shortest is the one that programs ask for: `libcufft.so.12` before `libcufft.so.12.0`.
  static func missingLinks(for paths: some Sequence<String>) -> [(path: [String], target: String)] {
    var libraries: [String: [String]] = [:]
    for path in paths {
      let names = path.split(separator: "/").map(String.init)
      guard names.count == 2, names[0] == "lib", let plain = plainName(of: names[1]) else {
        continue
      }
      libraries[plain, default: []].append(names[1])
    }
    return libraries.sorted { $0.key < $1.key }.compactMap { plain, versions in
      versions.min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { (["lib", plain], $0) }
    }
  }

  /// `libX.so` for `libX.so.13.0`; `nil` for other names.
  private static func plainName(of name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let version = parts.reversed().prefix {
      !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    let rest = parts.dropLast(version.count)
    guard name.hasPrefix("lib"), !version.isEmpty, rest.count > 1, rest.last == "so" else {
      return nil
    }
    return rest.joined(separator: ".")
  }
}
