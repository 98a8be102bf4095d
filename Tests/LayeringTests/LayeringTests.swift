// Dependencies point down only. The compiler does not enforce it: a transitive import compiles.

import Foundation
import Testing

/// Who may import whom. A module that is not named here may not exist.
private let picture: [String: Set<String>] = [
  "cuda-install": ["CUDAInstall", "CUDAPlanning", "CUDACatalog", "CUDAFiles", "ArgumentParser"],
  "CUDAInstall": [
    "CUDAStore", "CUDATransfer", "CUDAArchive", "CUDAFiles", "CUDAPlanning", "CUDACatalog",
    "CUDADigest", "Synchronization",
  ],
  "CUDAStore": ["CUDAFiles", "CUDACatalog", "CUDADigest"],
  "CUDAArchive": [
    "CUDAFiles", "CUDADigest", "CArchive", "CIsal", "CLZMA", "CZlib", "CZstd",
  ],
  "CUDATransfer": ["CCurl", "Synchronization"],
  "CUDAFiles": ["CKernel", "Glibc"],
  "CUDAPlanning": ["CUDACatalog"],
  "CUDACatalog": ["CUDADigest", "FoundationEssentials"],
  "CUDADigest": ["CCrypto"],
]

/// The C modules, which import no Swift.
private let foreign: Set<String> = [
  "CKernel", "CCrypto", "CCurl", "CArchive", "CIsal", "CLZMA", "CZlib", "CZstd",
]

private let sources = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

@Test func `a module imports only what the picture of the layers shows`() throws {
  let modules = try FileManager.default.contentsOfDirectory(atPath: sources.path)
  #expect(Set(modules) == Set(picture.keys).union(foreign))
  for (module, allowed) in picture {
    let folder = sources.appending(path: module)
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    for file in files ?? [] where file.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      for imported in imports(of: text) where !allowed.contains(imported) {
        Issue.record("\(module)/\(file) imports \(imported)")
      }
    }
  }
}

@Test func `each foreign interface is imported by one module`() {
  for library in foreign.union(["Glibc", "FoundationEssentials", "ArgumentParser"]) {
    #expect(picture.values.filter { $0.contains(library) }.count == 1, "\(library)")
  }
}

@Test func `imports are found whatever stands before them`() {
  let text =
    "package import A\n@testable import B\nimport struct C.D\n// import E\nlet x = 1 // import F\n"
  #expect(imports(of: text) == ["A", "B", "C"])
}

private func imports(of text: String) -> [String] {
  text.split(separator: "\n").compactMap { line in
    var words = line.split(separator: " ")[...]
    while let first = words.first,
      first.hasPrefix("@")
        || ["public", "package", "internal", "private", "fileprivate"].contains(first)
    {
      words = words.dropFirst()
    }
    guard words.first == "import" else { return nil }
    let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    words = words.dropFirst().drop { kinds.contains(String($0)) }
    return words.first.map { String($0.prefix { $0 != "." }) }
  }
}
