import CUDACatalog
import CUDAPlanning
import TestSupport
import Testing

@Suite(.enabled(if: Shared.isThere, "\(Shared.absence)")) struct `Of NVIDIA's releases` {
  /// Megabytes of archives for x86_64, added up with jq from the manifests (reference/redist.md §4).
  static let sizes = [
    ("11.8.0", Profile.runtime, 1220.0), ("12.6.3", .runtime, 1555), ("12.9.1", .runtime, 2404),
    ("13.0.2", .runtime, 2014), ("13.4.2", .runtime, 2085), ("11.8.0", .full, 2650),
    ("12.6.3", .full, 2890), ("12.9.1", .full, 4570), ("13.0.2", .full, 4040),
    ("13.4.2", .full, 4310),
  ]

  @Test(arguments: sizes) func `a profile has the size that was counted`(
    label: String, profile: Profile, megabytes: Double
  ) throws {
    let found = try resolve(label, profile: profile).megabytes
    #expect(abs(found - megabytes) < 10, "\(found)")
  }

  static let counts = [
    ("11.8.0", 1, 9, 17), ("12.6.3", 1, 10, 19), ("13.0.2", 1, 10, 23), ("13.4.2", 1, 10, 23),
  ]

  @Test(arguments: counts) func `each profile holds the smaller ones`(
    label: String, base: Int, runtime: Int, devel: Int
  ) throws {
    let sets = try Profile.allCases.map { Set(try resolve(label, profile: $0).names) }
    #expect(sets.dropLast().map(\.count) == [base, runtime, devel])
    for (smaller, larger) in zip(sets, sets.dropFirst()) { #expect(smaller.isSubset(of: larger)) }
    #expect(!sets[2].contains { $0.hasPrefix("nsight") })
  }

  @Test func `devel knows the renamed cccl and the split compiler`() throws {
    let (old, split, renamed) = (
      try resolve("12.6.3").names, try resolve("13.0.2").names, try resolve("13.4.2").names
    )
    #expect(old.contains("cuda_cccl") && !old.contains("cuda_crt"))
    #expect(split.contains("cuda_cccl") && !split.contains("cccl"))
    #expect(renamed.contains("cccl") && !renamed.contains("cuda_cccl"))
    for names in [split, renamed] {
      #expect(Set(["cuda_nvcc", "cuda_crt", "libnvvm", "cuda_culibos"]).isSubset(of: names))
    }
  }

  static let platforms = ["linux-x86_64", "linux-sbsa", "linux-aarch64", "linux-ppc64le"]

  @Test(arguments: ["11.4.4", "11.8.0", "12.6.3", "12.9.1", "13.0.2", "13.4.2"])
  func `nothing of the driver's comes unasked`(label: String) throws {
    let release = try realRelease(label)
    for here in Self.platforms {
      let request = Request(profile: .full, platform: try platform(here))
      guard let found = try? Resolution(request: request, release: release) else { continue }
      for part in [
        "driver", "fabricmanager", "nscq", "nvsdm", "imex", "nvlsm", "mft", "collectx", "nvidia_fs",
        "cuda_compat",
      ] {
        #expect(!found.names.contains { $0.contains(part) }, "\(here)")
      }
      let licenses = Set(found.items.map(\.component.license))
      #expect(licenses.isSubset(of: ["CUDA Toolkit", "CCCL EULA", "NVIDIA SLA"]))
    }
  }

  @Test func `the driver comes when asked for by name`() throws {
    #expect(try resolve("13.0.2", "nvidia_driver").names == ["nvidia_driver"])
    #expect(try resolve("12.6.3", "nvidia_fs", "imex").names == ["imex", "nvidia_fs"])
  }

  @Test func `what is asked for brings what it needs`() throws {
    #expect(
      try resolve("13.4.2", "cusolver").names == [
        "cuda_nvrtc", "libcublas", "libcusolver", "libcusparse", "libnvjitlink",
      ])
    // nvJitLink came with 12.0, and cuBLAS needs nvrtc from 13 on.
    #expect(try resolve("11.8.0", "cusolver").names == ["libcublas", "libcusolver", "libcusparse"])
    #expect(
      try resolve("13.4.2", "nvcc").names == [
        "cccl", "cuda_crt", "cuda_cudart", "cuda_nvcc", "libnvvm",
      ])
    #expect(try resolve("12.6.3", "cudart").names == ["cuda_cccl", "cuda_cudart", "cuda_nvcc"])
    let nvcc = try name("cuda_nvcc")
    let reasons = try resolve("13.4.2", "nvcc").items.map(\.reason)
    #expect(reasons.first == .asked)
    #expect(reasons.dropFirst().first == .neededBy(nvcc))
  }

  static let names = [
    ("13.4.2", "nvcc", "cuda_nvcc"), ("13.4.2", "cuda_nvcc", "cuda_nvcc"),
    ("13.4.2", "cublas", "libcublas"), ("13.4.2", "cuda_cccl", "cccl"), ("13.4.2", "cccl", "cccl"),
    ("13.0.2", "cccl", "cuda_cccl"), ("13.0.2", "cuda_cccl", "cuda_cccl"),
  ]

  @Test(arguments: names) func `a component is found by each of its names`(
    label: String, typed: String, found: String
  ) throws {
    #expect(try resolve(label, typed).items.first?.component.name.text == found)
  }

  static let misspelled = [
    ("nvvc", "cuda_nvcc"), ("cudart2", "cuda_cudart"), ("libcubals", "libcublas"),
    ("cufftt", "libcufft"), ("CUDA_NVCC", "cuda_nvcc"), ("nsight-compute", "nsight_compute"),
  ]

  @Test(arguments: misspelled) func `a near miss is answered with what was meant`(
    typed: String, meant: String
  ) throws {
    let error = #expect(throws: PlanningError.self) { try resolve("13.0.2", typed) }
    guard case .noSuchComponent(typed, _, _, let suggestions)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(suggestions.first == meant)
    #expect(error?.hint?.contains(meant) == true)
  }

  @Test(arguments: ["", "..", "tensorflow", "\u{1b}[31m", String(repeating: "n", count: 100_000)])
  func `what is no component at all is refused without a guess`(typed: String) throws {
    let error = #expect(throws: PlanningError.self) { try resolve("13.0.2", typed) }
    #expect(error?.hint?.contains("list --available --components 13.0.2") == true)
    #expect((error?.message.utf8.count ?? .max) < 1000)
    #expect(error?.message.utf8.contains(0x1b) == false)
  }

  @Test func `one that is built elsewhere says where`() throws {
    let error = #expect(throws: PlanningError.self) { try resolve("13.4.2", "libcudla") }
    #expect(
      error?.message
        == "component libcudla has no build for linux-x86_64, only for linux-sbsa, windows-arm64")
  }

  @Test func `one that has nothing for the platform says for which it has`() throws {
    let request = Request(platform: try platform("linux-ppc64le"))
    let error = #expect(throws: PlanningError.self) {
      try Resolution(request: request, release: try realRelease("13.4.2"))
    }
    #expect(error?.message.contains("nothing to install for linux-ppc64le") == true)
    #expect(error?.message.contains("linux-sbsa") == true)
  }

  @Test func `a bad manifest is refused when it is read or planned, with the same words`() throws {
    for bad in try BadManifests.read() {
      let bytes = try Shared.bytes("bad-manifests/\(bad.file)")
      let request = Request(components: ["cuda_cudart"], platform: try platform())
      var refusal: String?
      do {
        let release = try Redistrib.read(bytes, document: bad.file)
        _ = try Resolution(request: request, release: release)
      } catch let error as CatalogError {
        refusal = error.message
      } catch let error as PlanningError {
        refusal = error.message
      }
      #expect((refusal == nil) == (bad.expect == "ok"), "\(bad.file): \(refusal ?? "read")")
      for word in bad.field { #expect(refusal?.contains(word) == true, "\(bad.file)") }
    }
  }

  @discardableResult
  private func resolve(
    _ label: String, _ typed: String..., profile: Profile? = nil
  ) throws -> Resolution {
    let request = Request(components: typed, profile: profile, platform: try platform())
    return try Resolution(request: request, release: try realRelease(label))
  }
}
