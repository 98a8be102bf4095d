import CUDACatalog
import CUDADigest
import CUDAInstall
import TestSupport
import Testing

private let x86 = "linux-x86_64"

/// Runs `body` with an index on this machine.
private func serving<Result>(
  _ form: PackageIndex.Form = .json, separately: Bool = false,
  _ change: (inout PackageIndex) -> Void = { _ in },
  _ body: (LoopbackServer, [String: [UInt8]]) throws -> Result
) throws -> Result {
  var index = PackageIndex(form)
  index.addToolkit(separately: separately)
  change(&index)
  let server = try LoopbackServer(index.files)
  defer { server.stop() }
  return try body(server, index.files)
}

private func release(
  _ source: WheelSource, _ label: String = "13.0.2", _ components: Set<String>? = nil,
  platform: String = x86
) throws -> Release? {
  try source.release(
    #require(Version(label)), for: #require(Platform(platform)), by: Network()
  ) { skeleton throws(InstallError) in
    Set(skeleton.components.map(\.name)).filter { components?.contains($0.text) ?? true }
  }
}

@Suite struct `An index of wheels` {
  @Test(arguments: PackageIndex.Form.allCases)
  func `has a release with what was selected of it, and is asked for nothing else`(
    form: PackageIndex.Form
  ) throws {
    try serving(form) { server, files in
      let source = try WheelSource(index: server.url("/simple"))
      var names: [String] = []
      let found = try source.release(
        #require(Version("13.0.2")), for: #require(Platform(x86)), by: Network()
      ) { skeleton throws(InstallError) in
        names = skeleton.components.filter { !$0.builds.filter { $0.platform.text == x86 }.isEmpty }
          .map(\.name.text)
        return Set(["cuda_cudart", "libnvjitlink"].compactMap { ComponentName($0) })
      }
      #expect(
        names == [
          "cuda_cccl", "cuda_crt", "cuda_cudart", "cuda_nvcc", "libnvjitlink", "libnvvm",
        ])
      let release = try #require(found)
      #expect(release.product.description == "cuda")
      #expect(release.label.text == "13.0.2")
      #expect(release.components.map(\.name.text) == ["cuda_cudart", "libnvjitlink"])
      #expect(release.components.map(\.version.text) == ["13.0.96", "13.0.88"])
      #expect(release.components.map(\.title) == ["CUDA Runtime (cudart)", "NVIDIA JIT Linker"])
      let build = try #require(release.components.first?.builds.first)
      #expect(release.components.allSatisfy { $0.builds.count == 1 })
      #expect(
        build.artifact.path.text.hasPrefix(server.url("/packages/nvidia_cuda_runtime-13.0.96")))
      let path = String(build.artifact.path.text.dropFirst(server.url("").count))
      let bytes = try #require(files[path])
      #expect(build.artifact.byteCount == Int64(bytes.count))
      #expect(build.artifact.digest == SHA256.digest(of: bytes))
      #expect(
        Set(server.log.map(\.path).filter { $0.hasPrefix("/simple") }) == [
          "/simple/cuda-toolkit/", "/simple/nvidia-cuda-runtime/", "/simple/nvidia-nvjitlink/",
        ])
      #expect(server.log.filter { $0.method == "HEAD" }.count == (form == .html ? 2 : 0))
    }
  }

  @Test func `is asked for JSON first`() throws {
    try serving { server, files in
      _ = try WheelSource(index: server.url("/simple/")).labels(by: Network())
      #expect(
        server.log.first?.headers["accept"]?.hasPrefix("application/vnd.pypi.simple.v1+json")
          == true)
    }
  }

  @Test func `lists releases by the names that they have everywhere`() throws {
    try serving(
      .html,
      { index in
        for label in ["13.4.0rc1", "13.4.1.0", "12.9.2.0", "12.6.3"] {
          index.add(.init(toolkit: label, []))
        }
      }
    ) { server, files in
      let source = try WheelSource(index: server.url("/simple"))
      #expect(
        try source.labels(by: Network()).map(\.text) == [
          "12.6.3", "12.9.2", "13.0.2", "13.4.0rc1", "13.4.1",
        ])
      #expect(try release(source, "13.4.1")?.label.text == "13.4.1")
      #expect(try release(source, "13.9.9") == nil)
    }
  }

  @Test(arguments: PackageIndex.Form.allCases)
  func `I6: the metapackage is read from beside its wheel, or out of it, and only as hashed`(
    form: PackageIndex.Form
  ) throws {
    for separately in [true, false] {
      try serving(form, separately: separately) { server, files in
        let source = try WheelSource(index: server.url("/simple"))
        let release = try #require(try release(source, "13.0.2", ["libnvvm"]))
        let wheel = "/packages/cuda_toolkit-13.0.2-py2.py3-none-any.whl"
        #expect(server.requests(for: wheel).isEmpty == separately)
        #expect(server.requests(for: wheel + ".metadata").isEmpty == !separately)
        let text = try #require(files[separately ? wheel + ".metadata" : wheel])
        if separately { #expect(release.manifestDigest == SHA256.digest(of: text)) }

        server.fault(separately ? wheel + ".metadata" : wheel, .corrupt(at: 20))
        let error = failure { _ = try InstallTests.release(source, "13.0.2", []) }
        #expect(error?.code == "hash_mismatch")
        #expect(error?.exitStatus == 65)

        if separately {
          server.publish(wheel + ".metadata", nil)
          #expect(
            try InstallTests.release(source, "13.0.2", [])?.manifestDigest == release.manifestDigest
          )
        }
      }
    }
  }

  @Test func `says which versions it has instead`() throws {
    try serving(
      .json,
      { index in
        index.add(
          .init(toolkit: "13.7.0", ["nvidia-cuda-runtime==13.7.5.*", "nvidia-nothing==1.*"]))
        index.add(
          .init("nvidia-cuda-runtime", "13.7.5", [], tag: "py3-none-win_amd64"))
      }
    ) { server, files in
      let source = try WheelSource(index: server.url("/simple"))
      let none = failure { _ = try release(source, "13.7.0", ["nothing"]) }
      #expect(none?.message == "\(server.url("/simple/")) has no nvidia-nothing")
      let foreign = failure { _ = try release(source, "13.7.0", ["cuda_cudart"]) }
      #expect(
        foreign?.message
          == "\(server.url("/simple/")) has nvidia-cuda-runtime 13.7.5, but no wheel of it for linux-x86_64"
      )
      server.publish("/simple/nvidia-cuda-runtime/", files["/simple/nvidia-nvvm/"])
      let other = failure { _ = try release(source, "13.0.2", ["cuda_cudart"]) }
      #expect(
        other?.message
          == "\(server.url("/simple/")) has no wheel of nvidia-cuda-runtime ==13.0.96.*, only source distributions or withdrawn files"
      )
      server.publish("/simple/nvidia-cuda-runtime/", nil)
      #expect(
        [none, foreign, other].allSatisfy { $0?.exitStatus == 66 && $0?.code == "not_found" })
      server.publish("/simple/cuda-toolkit/", nil)
      let empty = failure { _ = try source.labels(by: Network()) }
      #expect(empty?.message == "\(server.url("/simple/")) has no cuda-toolkit")
      server.fault("/simple/cuda-toolkit/", .status(403))
      #expect(failure { _ = try source.labels(by: Network()) }?.exitStatus == 69)
    }
  }

  @Test func `has no compiler of CUDA 12, and says so instead of installing the rest`() throws {
    try serving(
      .json,
      { index in
        index.add(
          .init(
            toolkit: "12.9.2.0",
            ["nvidia-cuda-runtime-cu12==12.9.79.*", "nvidia-cuda-nvcc-cu12==12.9.86.*"]),
          .init("nvidia-cuda-runtime-cu12", "12.9.79", []),
          .init("nvidia-cuda-nvcc-cu12", "12.9.86", []))
      }
    ) { server, files in
      let source = try WheelSource(index: server.url("/simple"))
      let error = failure { _ = try release(source, "12.9.2") }
      #expect(
        error?.message
          == "the wheels of CUDA 12 hold no nvcc, only ptxas, libnvvm and headers")
      #expect(
        error?.hint
          == "take it from NVIDIA's redistributables, without --source wheels; --profile runtime needs none"
      )
      #expect(error?.exitStatus == 66)
      let rest = try #require(try release(source, "12.9.2", ["cuda_cudart", "cuda_crt"]))
      #expect(rest.components.map(\.name.text) == ["cuda_crt", "cuda_cudart"])
      #expect(
        rest["cuda_crt"]?.builds.first?.artifact.path.name.hasPrefix(
          "nvidia_cuda_nvcc_cu12-12.9.86") == true)
    }
  }

  @Test func `is told the user and the password of its URL, and nobody else is`() throws {
    let other = try LoopbackServer()
    defer { other.stop() }
    var index = PackageIndex(.html)
    index.addToolkit()
    let server = try LoopbackServer(index.files)
    defer { server.stop() }
    let url = server.url("/simple").replacing("//", with: "//somebody:s3cret@", maxReplacements: 1)
    let source = try WheelSource(index: url)
    #expect(source.description == server.url("/simple/"))
    #expect(!"\(source) \([source])".contains("s3cret"))
    let release = try #require(try release(source, "13.0.2", ["libnvvm"]))
    #expect(!"\(release)".contains("s3cret"))
    // "somebody:s3cret"
    #expect(server.log.allSatisfy { $0.headers["authorization"] == "Basic c29tZWJvZHk6czNjcmV0" })
    let path = try #require(release.components.first?.builds.first?.artifact.path)
    #expect(source.location(of: path).contains("//somebody:s3cret@127.0.0.1:"))
    let elsewhere = try #require(ArtifactPath(other.url("/a.whl")))
    #expect(source.location(of: elsewhere) == other.url("/a.whl"))

    server.fault("/simple/cuda-toolkit/", .status(401))
    let refused = failure { _ = try source.labels(by: Network()) }
    #expect(refused?.exitStatus == 69)
    #expect(refused?.message.contains("127.0.0.1") == true)
    #expect(refused?.message.contains("s3cret") == false)
    let wrong = failure { _ = try WheelSource(index: "ftp://somebody:s3cret@index.example/simple") }
    #expect(wrong?.exitStatus == 64)
    #expect(wrong?.message.contains("s3cret") == false)
  }

  @Test(arguments: [
    "", "index.example/simple", "file:///srv", "https://", "https://index.example/?a",
    "https://index.example/#a",
  ])
  func `is at a URL`(text: String) {
    #expect(failure { _ = try WheelSource(index: text) }?.exitStatus == 64)
  }
}

extension Release {
  fileprivate subscript(_ name: String) -> Component? { ComponentName(name).flatMap { self[$0] } }
}
