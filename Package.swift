// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target is compiled with: nothing implicit, nothing tolerated.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// The layers, bottom up; LayeringTests holds the imports to this picture.
let package = Package(
  name: "cuda-install",
  products: [
    .library(name: "CUDAInstall", targets: ["CUDAInstall"]),
    .executable(name: "cuda-install", targets: ["cuda-install"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Foreign interfaces, each imported by exactly one module.
    .target(name: "CKernel"),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // Of these two only the headers: they are loaded when they are needed.
    .target(name: "CCurl"),
    .target(name: "CArchive"),
    // Its source: see Sources/CLZMA/README.md.
    .target(
      name: "CLZMA", exclude: ["README.md", "xz/COPYING.0BSD"],
      cSettings: [.define("HAVE_CONFIG_H")]
        + ["", "xz/src/common", "xz/src/liblzma/api"].map { .headerSearchPath($0) }
        + ["check", "common", "delta", "lz", "lzma", "rangecoder", "simple"].map {
          .headerSearchPath("xz/src/liblzma/\($0)")
        }),
    .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // Pure: no input or output, no clock, no environment.
    .target(name: "CUDADigest", dependencies: ["CCrypto"], swiftSettings: strict),
    .target(name: "CUDACatalog", dependencies: ["CUDADigest"], swiftSettings: strict),
    .target(name: "CUDAPlanning", dependencies: ["CUDACatalog"], swiftSettings: strict),

    // Edges: the kernel, libcurl, libarchive and the decompressors in front of it.
    .target(name: "CUDAFiles", dependencies: ["CKernel"], swiftSettings: strict),
    .target(name: "CUDATransfer", dependencies: ["CCurl"], swiftSettings: strict),
    .target(
      name: "CUDAArchive",
      dependencies: ["CUDAFiles", "CUDADigest", "CArchive", "CIsal", "CLZMA", "CZlib", "CZstd"],
      swiftSettings: strict),

    // Heart, spine and face.
    .target(
      name: "CUDAStore", dependencies: ["CUDAFiles", "CUDACatalog", "CUDADigest"],
      swiftSettings: strict),
    .target(
      name: "CUDAInstall",
      dependencies: [
        "CUDAStore", "CUDATransfer", "CUDAArchive", "CUDAFiles", "CUDAPlanning", "CUDACatalog",
        "CUDADigest",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "cuda-install",
      dependencies: [
        "CUDAInstall", "CUDAPlanning", "CUDACatalog", "CUDAFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests. TestSupport: scratch directories, the built binary, a loopback server, which CTestTLS gives TLS.
    .systemLibrary(
      name: "COpenSSL", path: "Tests/COpenSSL", pkgConfig: "libssl",
      providers: [.apt(["libssl-dev"])]),
    .target(name: "CTestTLS", dependencies: ["COpenSSL"], path: "Tests/CTestTLS"),
    .target(
      name: "TestSupport", dependencies: ["CUDADigest", "CTestTLS"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "CUDACatalogTests", dependencies: ["CUDACatalog", "CUDADigest", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CUDAPlanningTests",
      dependencies: ["CUDAPlanning", "CUDACatalog", "CUDADigest", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CUDATransferTests", dependencies: ["CUDATransfer", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CUDAFilesTests", dependencies: ["CUDAFiles", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CUDAArchiveTests",
      dependencies: ["CUDAArchive", "CUDAFiles", "CUDADigest", "CZstd", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CUDAStoreTests",
      dependencies: ["CUDAStore", "CUDAFiles", "CUDACatalog", "CUDADigest", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "InstallTests",
      dependencies: [
        "CUDAInstall", "CUDAStore", "CUDATransfer", "CUDAFiles", "CUDAPlanning", "CUDACatalog",
        "CUDADigest", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: ["CUDACatalog", "CUDADigest", "TestSupport", "cuda-install"],
      swiftSettings: strict),
    .testTarget(
      name: "DocumentTests", dependencies: ["TestSupport", "cuda-install"], swiftSettings: strict),
    .testTarget(
      name: "LayeringTests", dependencies: ["TestSupport"], swiftSettings: strict),

    // What is fuzzed, and what must hold of it; see Tests/fuzz.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "CUDAInstall", "CUDAStore", "CUDATransfer", "CUDAArchive", "CUDAFiles", "CUDAPlanning",
        "CUDACatalog", "CUDADigest", "TestSupport",
      ],
      path: "Tests/Fuzzing/Targets", swiftSettings: strict),
    .testTarget(
      name: "FuzzingTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),
  ]
)

// libFuzzer brings `main`, which only `Tests/fuzz` can link.
if Context.environment["CUDA_INSTALL_FUZZING"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "cuda-install-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Driver",
      swiftSettings: strict))
}
