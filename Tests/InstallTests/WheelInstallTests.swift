import CUDACatalog
import CUDADigest
import CUDAInstall
import CUDAPlanning
import Glibc
import TestSupport
import Testing

/// A release of redistributables whose archives are wheels: what unpacks and merges them asks only what an artifact's
/// name ends in.
private func manifest(_ label: String, _ wheels: [String: PackageIndex.Wheel]) -> [UInt8] {
  let components = wheels.map { name, wheel in
    """
    "\(name)": {"name": "\(name)", "license": "CUDA Toolkit", "version": "1.0", "linux-x86_64": {
      "relative_path": "wheels/\(wheel.name)", "sha256": "\(sha256(wheel.bytes))",
      "size": "\(wheel.bytes.count)"}}
    """
  }
  return Array("{\"release_label\": \"\(label)\", \(components.joined(separator: ","))}".utf8)
}

private func install(
  _ wheels: [String: PackageIndex.Wheel], in scratch: Scratch, hasStatic: Bool? = nil
) throws -> String {
  var files = ["/redistrib_13.0.2.json": manifest("13.0.2", wheels)]
  for wheel in wheels.values { files["/wheels/\(wheel.name)"] = wheel.bytes }
  let server = try LoopbackServer(files)
  defer { server.stop() }
  let prefix = scratch.file("prefix")
  var wanted = try request("13.0.2")
  wanted.components = wheels.keys.sorted()
  wanted.hasStatic = hasStatic
  _ = try Installer(prefix: prefix, source: CatalogSource(server.url("/"))).install(wanted)
  // A listing does not follow the link that the release is.
  return "\(prefix)/\(linkTarget("\(prefix)/13.0.2") ?? "missing")"
}

private func paths(_ tree: String) -> [String] {
  listing(tree).keys.filter { !$0.hasPrefix("receipt.") && !$0.hasPrefix("version.") && $0 != "." }
    .sorted()
}

@Suite struct `Installed wheels` {
  @Test func `of CUDA 13 are one tree, with licences and without what is Python's`() throws {
    let scratch = Scratch()
    let tree = try install(
      [
        "cuda_cudart": .init(
          "nvidia-cuda-runtime", "13.0.96",
          [
            Member("nvidia/", .directory, mode: 0o755),
            Member("nvidia/cu13/", .directory, mode: 0o755),
            .file("nvidia/__init__.py", "1"), .file("nvidia/cu13/__pycache__/a.pyc", "1"),
            .file("nvidia/cu13/.metadata/scan.txt", "clean"),
            .file("nvidia/cu13/include/cuda.h", "header"),
            .file("nvidia/cu13/lib/libcudart.so.13", "library"),
            .file("nvidia/cu13/lib/libcudart_static.a", "archive"),
            .file("nvidia/cu13/lib/libother_static.a", "archive"),
            .file(
              "nvidia_cuda_runtime-13.0.96.dist-info/License.txt",
              "Licence of nvidia-cuda-runtime\n"),
            .file("nvidia_cuda_runtime-13.0.96.dist-info/licenses/more/NOTICE", "notice"),
          ]),
        "cuda_nvcc": .init(
          "nvidia-cuda-nvcc", "13.0.88",
          [
            .file("nvidia/__init__.py", "another"),
            .file("nvidia/cu13/bin/nvcc", "program", mode: 0o744),
            .file("nvidia/cu13/nvvm/bin/cicc", "program", mode: 0o100),
            .file("nvidia/cu13/unknown/thing", "kept"),
          ]),
      ], in: scratch)
    #expect(
      paths(tree) == [
        "bin", "bin/nvcc", "include", "include/cuda.h", "lib", "lib/libcudart.so",
        "lib/libcudart.so.13", "lib/libcudart_static.a", "lib/libother_static.a", "lib64", "nvvm",
        "nvvm/bin", "nvvm/bin/cicc", "share", "share/licenses", "share/licenses/cuda",
        "share/licenses/cuda/cuda_cudart", "share/licenses/cuda/cuda_cudart/LICENSE.txt",
        "share/licenses/cuda/cuda_cudart/more", "share/licenses/cuda/cuda_cudart/more/NOTICE",
        "share/licenses/cuda/cuda_nvcc", "share/licenses/cuda/cuda_nvcc/LICENSE.txt", "targets",
        "targets/x86_64-linux", "targets/x86_64-linux/include", "targets/x86_64-linux/lib",
        "unknown",
        "unknown/thing",
      ])
    #expect(modeOf("\(tree)/bin/nvcc") == 0o555)
    #expect(modeOf("\(tree)/nvvm/bin/cicc") == 0o555)
    #expect(modeOf("\(tree)/lib/libcudart.so.13") == 0o444)
    #expect(linkTarget("\(tree)/lib/libcudart.so") == "libcudart.so.13")
    #expect(try flaws(of: scratch.file("prefix")) == [])
  }

  @Test func `of CUDA 12 are one tree, though each has its own`() throws {
    let scratch = Scratch()
    let tree = try install(
      [
        "cuda_cudart": .init(
          "nvidia-cuda-runtime-cu12", "12.9.79",
          [
            .file("nvidia/cuda_runtime/include/__init__.py", ""),
            .file("nvidia/cuda_runtime/include/cuda.h", "header"),
            .file("nvidia/cuda_runtime/bin/tool", "program", mode: 0o755),
            .file("nvidia/cuda_runtime/lib/libcudart.so.12", "library"),
          ]),
        "libcufft": .init(
          "nvidia-cufft-cu12", "11.4.1.4",
          [
            .file("nvidia/cufft/lib/libcufft.so.11.4", "longer"),
            .file("nvidia/cufft/lib/libcufft.so.11", "library"),
            .file("nvidia/cufft/lib/libcufftw.so.11.10", "library"),
            .file("nvidia/cufft/lib/libcufftw.so.11.9", "library"),
            .file("nvidia/cufft/lib/libplain.so", "no version"),
            .file("nvidia/cufft/lib/libplain.so.1", "library"),
            .file("nvidia/cufft/lib/libnvrtc-builtins.alt.so.12.9", "library"),
            .file("nvidia/cufft/lib/stubs/libcuda.so.1", "stub"),
            .file("nvidia/cufft/lib/libodd.so.1a", "no library"),
          ]),
      ], in: scratch)
    #expect(namesIn("\(tree)/include") == ["cuda.h"])
    let links = namesIn("\(tree)/lib").compactMap { name in
      linkTarget("\(tree)/lib/\(name)").map { "\(name) -> \($0)" }
    }
    #expect(
      links == [
        "libcudart.so -> libcudart.so.12", "libcufft.so -> libcufft.so.11",
        "libcufftw.so -> libcufftw.so.11.9",
        "libnvrtc-builtins.alt.so -> libnvrtc-builtins.alt.so.12.9",
      ])
    #expect(namesIn("\(tree)/lib/stubs") == ["libcuda.so.1"])
    #expect(try flaws(of: scratch.file("prefix")) == [])
  }

  @Test func `leave out static archives as others do, and count nothing else as left out`() throws {
    let scratch = Scratch()
    let wheel = PackageIndex.Wheel(
      "nvidia-npp", "13.0",
      [.file("nvidia/cu13/lib/libnpp_static.a", "archive"), .file("nvidia/__init__.py", "")])
    let tree = try install(["libnpp": wheel], in: scratch, hasStatic: false)
    let receipt = String(decoding: readFile("\(tree)/receipt.json") ?? [], as: UTF8.self)
    #expect(namesIn("\(tree)/lib") == [])
    #expect(
      receipt.filter { !$0.isWhitespace }.contains("\"omitted\":{\"byteCount\":7,\"count\":1}"))
  }

  @Test func `with files outside of nvidia are refused`() throws {
    for name in ["bin/tool", "nvidia_npp-1.data/scripts/tool", "other.pth"] {
      let scratch = Scratch()
      let wheel = PackageIndex.Wheel("nvidia-npp", "1", [.file(name, "x")])
      let error = failure { _ = try install(["libnpp": wheel], in: scratch) }
      #expect(error?.code == "bad_archive")
      #expect(error?.message.contains(name) == true)
      #expect(namesIn(scratch.file("prefix/.cuda-install/trees")) == [])
    }
  }

  @Test func `get no links for libraries that are no wheels'`() throws {
    let scratch = Scratch()
    var mirror = Mirror()
    mirror.add("13.0.2", [Mirror.Component("libx", "1.0", [.file("lib/libx.so.1", "library")])])
    let source = try CatalogSource(mirror.write(to: scratch.file("mirror")))
    let prefix = scratch.file("prefix")
    _ = try Installer(prefix: prefix, source: source).install(request("13.0.2", "libx"))
    #expect(namesIn("\(prefix)/13.0.2/lib") == ["libx.so.1"])
  }

  @Test func `are the same bytes and times wherever the clock stands`() async {
    await #expect(processExitsWith: .success) {
      let wheel = PackageIndex.Wheel(
        "nvidia-npp", "1", [.file("nvidia/cu13/lib/libnpp.so.13", "x")])
      var found: Set<[String: String]> = []
      for zone in ["UTC", "XYZ-11", "XYZ11"] {
        setenv("TZ", zone, 1)
        tzset()
        let scratch = Scratch()
        // The receipt names the source, which has another port each time.
        found.insert(
          listing(try install(["libnpp": wheel], in: scratch)).filter {
            !$0.key.hasPrefix("receipt.")
          })
      }
      #expect(found.count == 1)
      // 2020-02-02 00:00:00, as the wheel says.
      #expect(found.first?["lib/libnpp.so.13"]?.hasSuffix("modified 1580601600") == true)
    }
  }
}
