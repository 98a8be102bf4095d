// Wheels are named by project, `nvidia-cuda-runtime-cu12`, and components as in NVIDIA's redistributables,
// `cuda_cudart`: profiles, needs and what people type know the latter.

package enum WheelProject {
  /// The component that `project` is in the release `label`; `nil` for what is none of NVIDIA's.
  ///
  /// One that the table does not know is named after itself.
  package static func component(of project: String, in label: Version) -> ComponentName? {
    guard project.hasPrefix("nvidia-") else { return nil }
    let stem = withoutMajor(project.dropFirst("nvidia-".count))
    guard !stem.isEmpty else { return nil }
    if stem == "cuda-cccl", isBefore(label, 13, 3) { return ComponentName("cuda_cccl") }
    if stem == compiler, isBefore(label, 13, 0) { return ComponentName("cuda_crt") }
    let known = table.first { $0.project == stem }?.component
    return ComponentName(known ?? stem.split(separator: "-").joined(separator: "_"))
  }

  /// What the component is called by NVIDIA.
  package static func title(of component: ComponentName) -> String {
    table.first { $0.component == component.text }?.title ?? component.text
  }

  /// Whether that release's wheels hold a compiler. Those of CUDA 12 and 11 that are called `nvcc` have its headers,
  /// ptxas and libNVVM, and are the component `cuda_crt` here: what the runtime's headers need.
  package static func hasCompiler(_ label: Version) -> Bool { !isBefore(label, 13, 0) }

  private static let compiler = "cuda-nvcc"

  /// `cuda-runtime` for `cuda-runtime-cu12`.
  private static func withoutMajor(_ stem: Substring) -> String {
    guard let dash = stem.lastIndex(of: "-") else { return String(stem) }
    let end = stem[dash...].dropFirst()
    let isMajor = end.hasPrefix("cu") && end.count > 2 && end.dropFirst(2).allSatisfy(\.isNumber)
    return String(isMajor ? stem[..<dash] : stem)
  }

  private static func isBefore(_ label: Version, _ major: Int, _ minor: Int) -> Bool {
    // `4rc1` counts as 4.
    let parts = label.parts.map { Int($0.prefix { $0.isASCII && $0.isNumber }) ?? 0 }
    return (parts.first ?? 0, parts.dropFirst().first ?? 0) < (major, minor)
  }

  private static let table: [(component: String, project: String, title: String)] = [
    ("cccl", "cuda-cccl", "CXX Core Compute Libraries"),
    ("cuda_cccl", "", "CXX Core Compute Libraries"),
    ("cuda_crt", "cuda-crt", "CUDA CRT headers"),
    ("cuda_cudart", "cuda-runtime", "CUDA Runtime (cudart)"),
    ("cuda_culibos", "cuda-culibos", "CUDA culibos"),
    ("cuda_cuobjdump", "cuda-cuobjdump", "cuobjdump"),
    ("cuda_cupti", "cuda-cupti", "CUPTI"),
    ("cuda_cuxxfilt", "cuda-cuxxfilt", "CUDA cuxxfilt (demangler)"),
    ("cuda_nvcc", "cuda-nvcc", "CUDA NVCC"),
    ("cuda_nvdisasm", "cuda-nvdisasm", "CUDA nvdisasm"),
    ("cuda_nvml_dev", "nvml-dev", "CUDA NVML Headers"),
    ("cuda_nvrtc", "cuda-nvrtc", "CUDA NVRTC"),
    ("cuda_nvtx", "nvtx", "CUDA NVTX"),
    ("cuda_opencl", "cuda-opencl", "CUDA OpenCL"),
    ("cuda_profiler_api", "cuda-profiler-api", "CUDA Profiler API"),
    ("cuda_sanitizer_api", "cuda-sanitizer-api", "CUDA Compute Sanitizer API"),
    ("cuda_tileiras", "cuda-tileiras", "CUDA Tile IR Optimizing Assembler"),
    ("libcublas", "cublas", "CUDA cuBLAS"),
    ("libcudla", "cudla", "cuDLA"),
    ("libcufft", "cufft", "CUDA cuFFT"),
    ("libcufile", "cufile", "CUDA cuFile"),
    ("libcurand", "curand", "CUDA cuRAND"),
    ("libcusolver", "cusolver", "CUDA cuSOLVER"),
    ("libcusparse", "cusparse", "CUDA cuSPARSE"),
    ("libnpp", "npp", "CUDA NPP"),
    ("libnvfatbin", "nvfatbin", "NVIDIA Fatbin Utilities"),
    ("libnvjitlink", "nvjitlink", "NVIDIA JIT Linker"),
    ("libnvjpeg", "nvjpeg", "CUDA nvJPEG"),
    ("libnvptxcompiler", "nvptxcompiler", "CUDA NVPTX Compiler"),
    ("libnvvm", "nvvm", "CUDA NVVM"),
  ]
}
