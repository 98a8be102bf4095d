import CUDACatalog
import CUDADigest
import Testing

// Real lines of the metapackage of 13.4.2, 13.0.2 and 12.9.2.0.
private let linuxOnly =
  "(sys_platform == 'linux' and platform_machine == 'aarch64' or sys_platform == 'linux' and platform_machine == 'x86_64')"
private let everywhere =
  "(sys_platform == 'linux' and platform_machine == 'aarch64' or sys_platform == 'linux' and platform_machine == 'x86_64' or sys_platform == 'win32' and platform_machine == 'ARM64' or sys_platform == 'win32' and platform_machine == 'AMD64')"
private let document = """
  Metadata-Version: 2.5
  Name: cuda-toolkit
  Version: 13.4.2
  Summary: CUDA Toolkit meta-package
  Project-URL: homepage, https://developer.nvidia.com/cuda-toolkit
  Provides-Extra: all
  Requires-Dist: nvidia-cublas==13.8.0.4.*; \(everywhere) and extra == 'all'
  Requires-Dist: nvidia-cudla==13.4.92.*; (sys_platform == 'linux' and platform_machine == 'aarch64') and extra == 'all'
  Requires-Dist: nvidia-nvjitlink<14,>=13.4.92; \(everywhere) and extra == 'all'
  Provides-Extra: cccl
  Requires-Dist: nvidia-cuda-cccl==13.3.4.3.1.*; \(everywhere) and extra == 'cccl'
  Provides-Extra: cublas
  Requires-Dist: nvidia-cublas==13.8.0.4.*; \(everywhere) and extra == 'cublas'
  Requires-Dist: nvidia-cufile==1.19.1.55.*; \(linuxOnly) and extra == 'cufile'
  Requires-Dist: nvidia-windows==1; sys_platform == 'win32' and extra == 'windows'
  Description-Content-Type: text/markdown

  # cuda-toolkit 13.4.2

  Requires-Dist: not==1
  """

private func read(_ text: String) throws(CatalogError) -> ToolkitMetadata {
  try ToolkitMetadata.read(Array(text.utf8), document: "METADATA")
}

private func pins(_ text: String, _ platform: String = "linux-x86_64") throws -> [String: String] {
  try read(text).pins(on: #require(Platform(platform))).mapValues(\.description)
}

@Suite struct `The toolkit's metapackage` {
  @Test func `says what a release consists of, on each machine`() throws {
    let metadata = try read(document)
    #expect(metadata.version.text == "13.4.2")
    #expect(metadata.digest == SHA256.digest(of: Array(document.utf8)))
    let x86 = [
      "nvidia-cublas": "==13.8.0.4.*", "nvidia-nvjitlink": "<14,>=13.4.92",
      "nvidia-cuda-cccl": "==13.3.4.3.1.*", "nvidia-cufile": "==1.19.1.55.*",
    ]
    #expect(try pins(document) == x86)
    let arm = x86.merging(["nvidia-cudla": "==13.4.92.*"]) { $1 }
    #expect(try pins(document, "linux-sbsa") == arm)
    #expect(try pins(document, "windows-x86_64")["nvidia-windows"] == "==1")
  }

  @Test func `of CUDA 13 and 12 is read the same`() throws {
    let head = "Name: CUDA_Toolkit\r\nVersion: 12.6.3\r\n"
    let text =
      head
      + "Requires-Dist: nvidia-cuda-cccl-cu12 (==12.6.77.*) ;\r\n  (sys_platform == 'linux' or sys_platform == 'win32') and extra == 'cccl'\r\n\r\n"
    #expect(try pins(text) == ["nvidia-cuda-cccl-cu12": "==12.6.77.*"])
  }

  @Test func `names an exact version where one place of it does`() throws {
    let text =
      "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a<2,>=1\nRequires-Dist: nvidia-a[x]==1.5.*\nRequires-Dist: nvidia-a<3,>=1\n"
    #expect(try pins(text) == ["nvidia-a": "==1.5.*"])
  }

  @Test(arguments: [
    "", "Name: other\nVersion: 1\n", "Name: cuda-toolkit\n", "Name: cuda-toolkit\nVersion: a b\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a<2\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a~=2.0\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a==1; (sys_platform == 'linux'\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a==1; sys_platform 'linux'\n",
    "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: ../a==1\n",
  ])
  func `is not`(text: String) {
    #expect(throws: CatalogError.self) { try read(text) }
  }

  static let markers = [
    ("sys_platform == 'linux'", true), ("'linux' == sys_platform", true),
    ("sys_platform != \"linux\"", false),
    ("sys_platform == 'win32' or sys_platform == 'linux'", true),
    ("sys_platform == 'linux' and platform_machine == 'aarch64'", false),
    ("sys_platform == 'win32' and python_version < '3' or os_name == 'posix'", true),
    ("(platform_system == 'Linux') and (extra == 'a' or extra == 'b')", true),
    ("python_version < '2'", true), ("platform_machine not in 'x86_64'", true),
  ]

  @Test(arguments: markers)
  func `has conditions on the machine, and no other counts`(marker: String, holds: Bool) throws {
    let text = "Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a==1; \(marker)\n"
    #expect(try pins(text).isEmpty != holds)
  }

  @Test func `with endless parentheses is refused`() {
    let deep = String(repeating: "(", count: 900)
    #expect(throws: CatalogError.self) {
      try read("Name: cuda-toolkit\nVersion: 1\nRequires-Dist: nvidia-a==1; \(deep)\n")
    }
  }

  @Test func `broken off or changed in one byte is read or refused, never a trap`() {
    let bytes = Array(document.utf8)
    for index in bytes.indices {
      for byte in [0, UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: "\n")] {
        var changed = bytes
        changed[index] = byte
        _ = try? ToolkitMetadata.read(changed, document: "METADATA")
      }
      _ = try? ToolkitMetadata.read(Array(bytes[..<index]), document: "METADATA")
    }
  }

  static let labels = [
    ("13.0.2", "13.0.2"), ("13.4.1.0", "13.4.1"), ("12.9.2.0", "12.9.2"), ("13.0.2.1", "13.0.2.1"),
    ("13.4.0rc1", "13.4.0rc1"), ("13.0", "13.0"), ("13.0.2.post1", "13.0.2"),
    ("13.4.1.0.post2", "13.4.1"),
    ("13.0.0.00", "13.0.0"),
  ]

  @Test(arguments: labels)
  func `of a release has its name without zeros behind it`(version: String, label: String) {
    #expect(Version(version)?.toolkitLabel.text == label)
  }
}

@Suite struct `A pin` {
  static let choices: [(String, [String], String?)] = [
    ("==13.0.88.*", ["13.0.8", "13.0.88", "13.0.881", "13.1.88"], "13.0.88"),
    ("==13.0.88.*", ["13.0.88", "13.0.88.10", "13.0.88.9"], "13.0.88.10"),
    ("==12.9.2.0.*", ["12.9.2"], "12.9.2"),
    ("==13.0.88", ["13.0.88.1", "13.0.88.0"], "13.0.88.0"),
    ("<14,>=13.4.92", ["13.4.52", "13.4.92", "13.5.37", "14.0"], "13.4.92"),
    ("<14, >=13.4.92", ["13.5.37", "13.6.1"], "13.5.37"),
    ("<14,>=13.4.92", ["14", "14.0.1", "13.4.91"], nil),
    ("==13.0.88.*,!=13.0.88.1", ["13.0.88.1", "13.0.88"], "13.0.88"),
    (">=13.4.46", ["13.4.46rc1"], nil), ("==13.4.46rc1", ["13.4.46rc1", "13.4.46"], "13.4.46rc1"),
    // What is left of nvidia-cuda-cccl-cu11: the wheels of 11.8.89 were withdrawn.
    ("==11.8.89.*", ["11.8.89.post1"], "11.8.89.post1"),
    (
      "==11.8.89.*", ["11.8.89.post1", "11.8.89", "11.8.89.post", "11.8.90.post1"], "11.8.89.post1"
    ),
    ("==13.0.88.*", ["13.0.88.dev1", "13.0.88rc1", "13.0.88.post1a"], nil),
    ("==13.0.88.*", ["0.0.1", "0.0.0a0", "0.0.1.dev5"], nil),
  ]

  @Test(arguments: choices)
  func `chooses the release's own version`(pin: String, versions: [String], expected: String?)
    throws
  {
    let pin = try #require(WheelPin(pin))
    #expect(pin.choice(of: versions.compactMap(Version.init))?.text == expected)
  }

  @Test(arguments: ["", "13", "==", "==*", ">=1.*", "~=1", "===1", "<2", "==1,,>2", "== 1 2 /"])
  func `is not`(text: String) {
    #expect(WheelPin(text) == nil)
  }
}

@Suite struct `A wheel's project` {
  static let names = [
    ("nvidia-cuda-runtime", "13.0.2", "cuda_cudart"),
    ("nvidia-cuda-runtime-cu12", "12.6.3", "cuda_cudart"),
    ("nvidia-cuda-runtime-cu11", "11.8.0", "cuda_cudart"), ("nvidia-cublas", "13.0.2", "libcublas"),
    ("nvidia-nvvm", "13.0.2", "libnvvm"), ("nvidia-nvml-dev", "13.0.2", "cuda_nvml_dev"),
    ("nvidia-npp-cu12", "12.6.3", "libnpp"), ("nvidia-nvtx", "13.0.2", "cuda_nvtx"),
    ("nvidia-nvjitlink", "13.5.0", "libnvjitlink"), ("nvidia-cuda-crt", "13.0.2", "cuda_crt"),
    ("nvidia-cuda-cccl", "13.2.1", "cuda_cccl"), ("nvidia-cuda-cccl", "13.3.0", "cccl"),
    ("nvidia-cuda-cccl", "14.0.0", "cccl"), ("nvidia-cuda-cccl-cu12", "12.9.1", "cuda_cccl"),
    ("nvidia-cuda-nvcc", "13.0.2", "cuda_nvcc"), ("nvidia-cuda-nvcc-cu12", "12.9.1", "cuda_crt"),
    ("nvidia-cuda-tileiras", "13.4.2", "cuda_tileiras"),
    ("nvidia-cuda-something-new", "13.9.0", "cuda_something_new"),
  ]

  @Test(arguments: names)
  func `is a component of NVIDIA's redistributables`(
    project: String, label: String, component: String
  ) throws {
    let label = try #require(Version(label))
    #expect(WheelProject.component(of: project, in: label)?.text == component)
  }

  @Test func `of somebody else is none`() throws {
    let label = try #require(Version("13.0.2"))
    #expect(WheelProject.component(of: "numpy", in: label) == nil)
    #expect(WheelProject.component(of: "nvidia-", in: label) == nil)
  }
}
