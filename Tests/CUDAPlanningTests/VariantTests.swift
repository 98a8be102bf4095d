import CUDACatalog
import CUDAPlanning
import TestSupport
import Testing

@Suite struct `Of a component's variants` {
  /// Variants there are, the one asked for, the one taken; `nil` where that is an error, and `-` for
  /// the build without one.
  static let choices =
    [
      (["cuda12", "cuda13"], "cuda13", "cuda13"), (["cuda12", "cuda13"], "13", "cuda13"),
      (["cuda12", "cuda13"], "13.1", "cuda13"), (["cuda13", "cuda13.1"], "13.1", "cuda13.1"),
      (["cuda13.1", "cuda13.3"], "13", nil), (["cuda12", "cuda13"], nil, nil),
      (["cuda13"], nil, "cuda13"), (["cuda13"], "12", nil), (["12", "13"], "cuda12", "12"),
      ([nil], nil, "-"), ([nil], "13", "-"), ([nil, "cuda13"], "13", "cuda13"),
      ([nil, "cuda13"], nil, "-"), ([nil, "cuda13"], "12", nil),
      (["cuda1", "cuda12"], "1", "cuda1"),
    ] as [([String?], String?, String?)]

  @Test(arguments: choices) func `the one that fits is taken`(
    variants: [String?], asked: String?, taken: String?
  ) throws {
    let release = try release(
      "9.0.0", product: "cudnn", [try component("cudnn", variants: variants)])
    let request = Request(
      product: try productName("cudnn"), platform: try platform(), variant: asked)
    let found = try? Resolution(request: request, release: release)
    #expect(found?.items.first.map { $0.build.variant ?? "-" } == taken)
  }

  @Test func `CUDA's own releases take theirs`() throws {
    let compat = try component("cuda_compat", variants: ["cuda13.1", "cuda13.3", "cuda12"])
    for (label, taken) in [("13.1.1", "cuda13.1"), ("13.3.0", "cuda13.3"), ("12.9.1", "cuda12")] {
      let request = Request(components: ["cuda_compat"], platform: try platform())
      let found = try Resolution(request: request, release: try release(label, [compat]))
      #expect(found.items.map(\.build.variant) == [taken])
    }
  }

  @Test(
    .enabled(if: Shared.isThere, "\(Shared.absence)"),
    arguments: [("9.13.0", "12"), ("9.27.0", "13"), ("8.9.7", "11")])
  func `cuDNN's are chosen by CUDA's major, and never guessed`(label: String, major: String) throws
  {
    let cudnn = try realRelease(label, of: "cudnn")
    var request = Request(
      product: try productName("cudnn"), platform: try platform(), variant: major)
    let found = try Resolution(request: request, release: cudnn)
    #expect(Set(found.items.map(\.build.variant)) == ["cuda\(major)"])
    #expect(found.items.first?.build.artifact.path.text.contains("_cuda\(major)-archive") == true)
    // The samples of 9.x are built for no platform, and no error.
    #expect(found.items.count == 2)

    request.variant = nil
    let error = #expect(throws: PlanningError.self) {
      try Resolution(request: request, release: cudnn)
    }
    #expect(error?.message.contains("several variants: cuda1") == true)
    request.variant = "cuda10"
    let other = #expect(throws: PlanningError.self) {
      try Resolution(request: request, release: cudnn)
    }
    #expect(other?.message.contains("no variant cuda10, only cuda1") == true)
  }

  @Test(.enabled(if: Shared.isThere, "\(Shared.absence)"))
  func `a platform's only one is taken, whatever the list says`() throws {
    let cudss = try realRelease("0.8.0", of: "cudss")
    let request = Request(
      product: try productName("cudss"), platform: try platform("linux-aarch64"))
    let found = try Resolution(request: request, release: cudss)
    #expect(found.items.map(\.build.variant) == ["cuda12"])
  }
}
