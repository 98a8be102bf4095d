import CUDACatalog
import CUDAPlanning
import TestSupport
import Testing

@Suite struct `Why a component is there` {
  private func reasons(
    _ label: String, _ names: [String], asked: Set<String>, profile: Profile? = nil
  ) throws -> [String: Reason] {
    let offer = try release(label, try names.map { try component($0) })
    let request = Request(
      components: names, profile: profile, platform: try platform(), makesCurrent: false)
    let plan = try Plan(request: request, release: offer, state: InstalledState())
    var receipt = try installed(plan, for: request, tree: "\(label)-1").receipt
    for index in receipt.components.indices {
      receipt.components[index].asked = asked.contains(receipt.components[index].name.text)
    }
    return [String: Reason](
      uniqueKeysWithValues: receipt.reasons.map { ($0.key.text, $0.value) })
  }

  @Test func `asked for by name, by a profile, needed, or from before`() throws {
    let nvcc = try name("cuda_nvcc")
    let found = try reasons(
      "13.4.2", ["cuda_nvcc", "cuda_crt", "libnvvm", "cuda_cudart", "cccl", "libnpp", "libcurand"],
      asked: ["cuda_nvcc"], profile: .base)
    #expect(
      found == [
        "cuda_nvcc": .asked, "cuda_crt": .neededBy(nvcc), "libnvvm": .neededBy(nvcc),
        "cuda_cudart": .profile(.base), "cccl": .neededBy(try name("cuda_cudart")),
        "libnpp": .installed, "libcurand": .installed,
      ])
  }

  @Test func `what is needed by the needed has that as its reason`() throws {
    let found = try reasons(
      "13.4.2", ["libcusolver", "libcublas", "libcusparse", "libnvjitlink", "cuda_nvrtc"],
      asked: ["libcusolver"])
    #expect(found["libnvjitlink"] == .neededBy(try name("libcusolver")))
    #expect(found["cuda_nvrtc"] == .neededBy(try name("libcublas")))
  }

  @Test func `two that need each other are no reason for either`() throws {
    // Until 13.0 cudart's headers needed nvcc, and nvcc needs cudart.
    let found = try reasons(
      "12.9.1", ["cuda_cudart", "cuda_nvcc", "libcurand"], asked: ["libcurand"])
    #expect(found == ["cuda_cudart": .installed, "cuda_nvcc": .installed, "libcurand": .asked])
  }

  @Test func `full is a reason for all but what belongs to the driver`() throws {
    let found = try reasons("13.0.2", ["libnpp", "nvidia_fs"], asked: [], profile: .full)
    #expect(found == ["libnpp": .profile(.full), "nvidia_fs": .installed])
  }
}

@Suite(.enabled(if: Shared.isThere, "\(Shared.absence)"))
struct `Of the components of NVIDIA's releases` {
  static let driverClass = [
    ("11.4.4", ["fabricmanager", "nvidia_driver", "nvidia_fs"]),
    (
      "12.6.3",
      [
        "cuda_compat", "fabricmanager", "imex", "libnvidia_nscq", "libnvsdm", "nvidia_driver",
        "nvidia_fs",
      ]
    ),
    (
      "12.9.1",
      [
        "collectx_bringup", "cuda_compat", "driver_assistant", "fabricmanager", "imex",
        "libnvidia_nscq", "libnvsdm", "mft", "mft_autocomplete", "mft_oem", "nvidia_driver",
        "nvidia_fs", "nvlsm",
      ]
    ),
    (
      "13.0.2",
      [
        "collectx_bringup", "driver_assistant", "fabricmanager", "imex", "libnvidia_nscq",
        "libnvsdm", "mft", "mft_autocomplete", "mft_oem", "nvidia_driver", "nvidia_fs", "nvlsm",
      ]
    ),
    ("13.4.2", ["cuda_compat_orin"]),
  ]

  @Test(arguments: driverClass) func `exactly these belong to the driver, and are in no profile`(
    label: String, names: [String]
  ) throws {
    let release = try realRelease(label)
    let found = release.components.filter { $0.isDriverClass(in: .cuda) }
    #expect(found.map(\.name.text) == names)
    for component in found { #expect(Profile.holding(component, in: release) == []) }
    for component in release.components where !found.contains(component) {
      #expect(Profile.holding(component, in: release).last == .full, "\(component.name)")
    }
  }

  @Test(arguments: ["CUDA Toolkit", "NVIDIA Driver"])
  func `a libcuda of its own belongs to the driver, whatever its licence`(license: String) throws {
    for text in ["cuda_compat", "cuda_compat_orin"] {
      #expect(try component(text, license: license).isDriverClass(in: .cuda))
    }
  }

  @Test(arguments: [
    ("cudnn", "9.27.0"), ("cudss", "0.8.0"), ("cusparselt", "0.8.1"), ("cutensor", "2.3.1"),
    ("nvcomp", "5.0.0.6"),
  ])
  func `another product's licence of its own is none of the driver's`(
    product: String, label: String
  ) throws {
    let release = try realRelease(label, of: product)
    for component in release.components {
      #expect(
        !component.isDriverClass(in: release.product), "\(component.name): \(component.license)")
    }
  }

  /// Both sides of 13.0, which split nvcc and cudart, and of 13.3, which renamed cccl.
  static let needs = [
    ("12.9.1", "cuda_nvcc", ["cuda_cccl", "cuda_cudart"]),
    ("13.0.2", "cuda_nvcc", ["cuda_cccl", "cuda_crt", "cuda_cudart", "libnvvm"]),
    ("13.4.2", "cuda_nvcc", ["cccl", "cuda_crt", "cuda_cudart", "libnvvm"]),
    ("12.9.1", "cuda_cudart", ["cuda_cccl", "cuda_nvcc"]),
    ("13.0.2", "cuda_cudart", ["cuda_cccl", "cuda_crt"]),
    ("13.4.2", "cuda_cudart", ["cccl", "cuda_crt"]),
    ("12.9.1", "libcublas", []), ("13.0.2", "libcublas", ["cuda_nvrtc"]),
    ("12.9.1", "libcufft", ["libnvjitlink"]), ("13.4.2", "libcusparse", ["libnvjitlink"]),
    ("12.9.1", "libcusolver", ["libcublas", "libcusparse", "libnvjitlink"]),
    ("13.4.2", "libcusolver", ["cuda_nvrtc", "libcublas", "libcusparse", "libnvjitlink"]),
    (
      "13.4.2", "cuda_tileiras",
      ["cccl", "cuda_crt", "cuda_cudart", "cuda_nvcc", "libnvjitlink", "libnvvm"]
    ),
  ]

  @Test(arguments: needs) func `one brings exactly what it needs there`(
    label: String, typed: String, needs: [String]
  ) throws {
    let request = Request(components: [typed], platform: try platform())
    let found = try Resolution(request: request, release: try realRelease(label))
    #expect(found.names == (needs + [typed]).sorted())
  }

  @Test func `the profiles of a component are the smallest that has it and all larger ones`() throws
  {
    let release = try realRelease("13.0.2")
    for (text, profiles) in [
      ("cuda_cudart", Profile.allCases), ("libcublas", [.runtime, .devel, .full]),
      ("cuda_crt", [.devel, .full]), ("nsight_compute", [.full]), ("nvidia_driver", []),
    ] {
      let component = try #require(release[try name(text)])
      #expect(Profile.holding(component, in: release) == profiles, "\(text)")
    }
  }
}
