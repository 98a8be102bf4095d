package import CUDACatalog

/// "Who uses this needs that": the manifests do not say.
///
/// From NVIDIA's own Python metapackage `cuda-toolkit`, 12.9.2 and 13.4.2;
/// the last, which is about headers, from nixpkgs.
package struct Edge: Sendable {
  package let component: String
  /// Lists of alternatives: the first that a release has counts.
  package let needs: [[String]]
  /// The first major release of which this is true.
  package let since: Int

  private init(_ component: String, _ needs: [[String]], since: Int = 0) {
    self.component = component
    self.needs = needs
    self.since = since
  }

  /// The alternatives of each thing that `component` needs in a release with that label.
  package static func needs(of component: ComponentName, in label: Version) -> [[String]] {
    let major = label.parts.first.flatMap { Int($0) } ?? 0
    return all.filter { $0.component == component.text && $0.since <= major }.flatMap(\.needs)
  }

  /// What every other product needs of CUDA.
  package static let needsOfProducts = [["cuda_cudart"]]

  private static let all = [
    Edge("libcublas", [["cuda_nvrtc"]], since: 13),
    Edge("libcufft", [["libnvjitlink"]]),
    Edge("libcusparse", [["libnvjitlink"]]),
    Edge("libcusolver", [["libcublas"], ["libcusparse"], ["libnvjitlink"]]),
    Edge("cuda_nvcc", [["cuda_crt"], ["cuda_cudart"], ["libnvvm"]]),
    Edge("cudnn", [["libcublas"], ["cuda_nvrtc"]]),
    Edge("cuda_tileiras", [["cuda_nvcc"], ["libnvvm"], ["libnvjitlink"]]),
    // cudart's headers include crt/, which nvcc's archive held until 13.0, and nv/target.
    Edge("cuda_cudart", [["cuda_crt", "cuda_nvcc"], ["cuda_cccl", "cccl"]]),
  ]
}
