/// A made-up package index with wheels, as paths and bytes for a `LoopbackServer`.
package struct PackageIndex: Sendable {
  /// In which form its pages are.
  package enum Form: Sendable, CaseIterable {
    /// Says how large files are.
    case json
    case html
  }

  package struct Wheel: Sendable {
    package var name: String
    package var bytes: [UInt8]
    /// What stands in METADATA, if that lies beside the wheel.
    package var metadata: [UInt8]?

    /// `nvidia_nvvm-13.0.88-py3-none-manylinux_2_17_x86_64.whl`
    package init(
      _ project: String, _ version: String, _ members: [Member], tag: String = PackageIndex.x86
    ) {
      let stem = "\(project.replacing("-", with: "_"))-\(version)"
      name = "\(stem)-\(tag).whl"
      bytes = ArchiveMaker.zip(
        members + [
          .file("\(stem).dist-info/METADATA", "Name: \(project)\nVersion: \(version)\n"),
          .file("\(stem).dist-info/WHEEL", "Wheel-Version: 1.0\n"),
          .file("\(stem).dist-info/licenses/License.txt", "Licence of \(project)\n"),
          .file("\(stem).dist-info/RECORD", "none\n"),
        ])
    }

    /// NVIDIA's metapackage: `requirements` as `nvidia-nvvm==13.0.88.*; sys_platform == 'linux'`.
    package init(
      toolkit version: String, _ requirements: [String], separately: Bool = false
    ) {
      let text =
        "Name: cuda-toolkit\nVersion: \(version)\n"
        + requirements.map { "Requires-Dist: \($0)\n" }.joined() + "\nText\n"
      name = "cuda_toolkit-\(version)-py2.py3-none-any.whl"
      bytes = ArchiveMaker.zip([
        .file("cuda_toolkit-\(version).dist-info/METADATA", text),
        .file("cuda_toolkit-\(version).dist-info/RECORD", "none\n"),
      ])
      metadata = separately ? Array(text.utf8) : nil
    }
  }

  package static let x86 = "py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64"

  package let form: Form
  /// Where its files are, seen from a page.
  package var place = "../../packages"
  private var wheels: [String: [Wheel]] = [:]

  package init(_ form: Form) { self.form = form }

  /// Adds wheels to their projects' pages.
  package mutating func add(_ added: Wheel...) {
    for wheel in added {
      let stem = String(wheel.name.prefix { $0 != "-" })
      wheels[stem.replacing("_", with: "-"), default: []].append(wheel)
    }
  }

  /// A release of CUDA 13 with a few components, that works as far as its files are concerned.
  package mutating func addToolkit(_ label: String = "13.0.2", separately: Bool = false) {
    let always = "(sys_platform == 'linux' or sys_platform == 'win32') and extra == 'all'"
    add(
      Wheel(
        toolkit: label,
        [
          "nvidia-cuda-runtime==13.0.96.*; \(always)", "nvidia-cuda-nvcc==13.0.88.*; \(always)",
          "nvidia-nvvm==13.0.88.*; \(always)", "nvidia-cuda-crt==13.0.88.*; \(always)",
          "nvidia-cuda-cccl==13.0.85.*; \(always)", "nvidia-nvjitlink<14,>=13.0.88; \(always)",
          "nvidia-cudla==13.0.85.*; sys_platform == 'linux' and platform_machine == 'aarch64'",
        ], separately: separately))
    add(
      Wheel(
        "nvidia-cuda-runtime", "13.0.96",
        [
          .file("nvidia/cu13/include/cuda_runtime.h", "#include <crt/host_defines.h>\n"),
          .file("nvidia/cu13/lib/libcudart.so.13", "library"),
          .file("nvidia/cu13/lib/libcudart_static.a", "archive"),
        ]),
      Wheel("nvidia-cuda-runtime", "13.0.48", []),
      Wheel("nvidia-cuda-runtime", "13.0.96", [], tag: "py3-none-win_amd64"),
      Wheel("nvidia-cuda-runtime", "0.0.0a0", [], tag: "py2.py3-none-any"),
      Wheel(
        "nvidia-cuda-nvcc", "13.0.88",
        [
          .file("nvidia/cu13/bin/nvcc", "#!/bin/sh\necho nvcc\n", mode: 0o744),
          .file("nvidia/cu13/bin/nvcc.profile", "TOP = $(_HERE_)/..\n"),
        ]),
      Wheel(
        "nvidia-nvvm", "13.0.88",
        [
          .file("nvidia/cu13/nvvm/bin/cicc", "#!/bin/sh\n", mode: 0o744),
          .file("nvidia/cu13/lib/libnvvm.so.4", "library"),
        ]),
      Wheel(
        "nvidia-cuda-crt", "13.0.88", [.file("nvidia/cu13/include/crt/host_defines.h", "\n")]),
      Wheel(
        "nvidia-cuda-cccl", "13.0.85",
        [
          .file("nvidia/cu13/.metadata/scan.txt", "clean\n"),
          .file("nvidia/cu13/include/cccl/nv/target", "\n"),
        ]),
      Wheel("nvidia-nvjitlink", "13.0.88", [.file("nvidia/cu13/lib/libnvJitLink.so.13", "l")]),
      Wheel("nvidia-nvjitlink", "13.1.5", []))
  }

  /// Path and content: `/simple/<project>/` and `/packages/<file>`.
  package var files: [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (project, wheels) in wheels {
      files["/simple/\(project)/"] = Array(page(wheels).utf8)
      for wheel in wheels {
        files["/packages/\(wheel.name)"] = wheel.bytes
        files["/packages/\(wheel.name).metadata"] = wheel.metadata
      }
    }
    return files
  }

  private func page(_ wheels: [Wheel]) -> String {
    switch form {
    case .json:
      let files = wheels.map { wheel in
        let metadata = wheel.metadata.map { ", \"core-metadata\": {\"sha256\": \"\(sha256($0))\"}" }
        return """
          {"filename": "\(wheel.name)", "url": "\(place)/\(wheel.name)", "size": \(wheel.bytes.count),
           "yanked": false, "hashes": {"sha256": "\(sha256(wheel.bytes))"}\(metadata ?? "")}
          """
      }
      return "{\"meta\": {\"api-version\": \"1.1\"}, \"files\": [\(files.joined(separator: ","))]}"
    case .html:
      return wheels.map { wheel in
        let metadata = wheel.metadata.map { " data-core-metadata=\"sha256=\(sha256($0))\"" } ?? ""
        return """
          <a href="\(place)/\(wheel.name)#sha256=\(sha256(wheel.bytes))"\(metadata)>\(wheel.name)</a><br/>

          """
      }.joined()
    }
  }
}
