package import CUDACatalog

/// A set of components for one purpose.
///
/// NVIDIA's manifests hold no such sets, and components come, go, split and change their names, so
/// each entry lists names of which the first that a release has counts, and is passed over if it
/// has none. `cuda_crt`, `libnvvm` and `cuda_culibos` were parts of nvcc and cudart until 13.0.
public enum Profile: String, CaseIterable, Sendable {
  /// What a program needs to start: the CUDA runtime.
  case base
  /// What programs, PyTorch and its like among them, load: the runtime and the libraries.
  case runtime
  /// What it takes to build and run programs: `runtime` and the compiler, without Nsight.
  case devel
  /// Everything that there is for the platform, except what belongs to the driver.
  case full

  /// The alternatives of each entry, or `nil` for `full`, which has no list.
  package var entries: [[String]]? {
    switch self {
    case .base: Self.baseEntries
    case .runtime: Self.runtimeEntries
    case .devel: Self.runtimeEntries + Self.compilerEntries
    case .full: nil
    }
  }

  /// This profile's components of a release. The lists are CUDA's own; of another product every profile is all there is.
  package func components(in release: Release) -> [Component] {
    guard release.product.isCUDA, let entries else {
      return release.components.filter { !$0.isDriverClass(in: release.product) }
    }
    return entries.compactMap { NameSearch.first(of: $0, in: release) }
  }

  /// The profiles that a component of a release is in, the smallest first; none for what is installed only when asked
  /// for by name, and what belongs to the driver.
  package static func holding(_ component: Component, in release: Release) -> [Profile] {
    allCases.filter { $0.components(in: release).contains(component) }
  }

  private static let baseEntries = [["cuda_cudart"]]

  private static let runtimeEntries = [
    ["cuda_cudart"], ["libcublas"], ["libcufft"], ["libcurand"], ["libcusolver"], ["libcusparse"],
    ["libnvjitlink"], ["cuda_nvrtc"], ["cuda_nvtx"], ["cuda_cupti"],
  ]

  private static let compilerEntries = [
    ["cuda_nvcc"], ["cuda_cccl", "cccl"], ["cuda_crt"], ["libnvvm"], ["cuda_culibos"],
    ["libnvfatbin"], ["libnvptxcompiler"], ["cuda_profiler_api"], ["cuda_nvml_dev"],
    ["cuda_cuobjdump"], ["cuda_nvdisasm"], ["cuda_nvprune"], ["cuda_cuxxfilt"],
  ]
}

extension Profile: Comparable {
  /// Whether `left` is a part of `right`.
  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .base: 0
    case .runtime: 1
    case .devel: 2
    case .full: 3
    }
  }
}

/// Names that one component has had.
package enum Renaming {
  /// Each list: all names of one component, the oldest first. 13.3 renamed the one known.
  package static let names = [["cuda_cccl", "cccl"]]

  /// The names, with those that the same components have had or have got.
  package static func allNames(of components: [ComponentName]) -> Set<String> {
    let known = Set(components.map(\.text))
    return names.filter { !known.isDisjoint(with: $0) }.reduce(known) { $0.union($1) }
  }
}

extension Component {
  /// Whether this belongs to the driver, to the system or to a cluster's fabric, and is therefore
  /// installed only when asked for by name.
  ///
  /// By name where NVIDIA's licence looks like the toolkit's (a kernel module; a libcuda that would
  /// hide the driver's), and by licence, so that new names fall under it too.
  package func isDriverClass(in product: ProductName) -> Bool {
    if Self.driverClassNames.contains(name.text) { return true }
    return product.isCUDA
      ? !Self.toolkitLicenses.contains(license) : Self.driverLicenses.contains(license)
  }

  private static let driverClassNames: Set = [
    "nvidia_driver", "fabricmanager", "libnvidia_nscq", "libnvsdm", "imex", "nvlsm", "mft",
    "mft_oem", "mft_autocomplete", "collectx_bringup", "nvidia_fs", "driver_assistant",
    "cuda_compat", "cuda_compat_orin",
  ]

  /// The licences of everything else in the releases of CUDA 11.4 to 13.4.
  private static let toolkitLicenses: Set = ["CUDA Toolkit", "CCCL EULA", "NVIDIA SLA"]

  /// Other products have licences of their own; these are the driver's and its companions'.
  private static let driverLicenses: Set = [
    "NVIDIA Driver", "NVIDIA Proprietary", "NVIDIA", "MIT",
  ]
}
