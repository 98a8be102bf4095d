import Glibc

/// What this machine has of NVIDIA's driver.
package enum LoadedDriver: Sendable, Equatable {
  /// No trace of one, which is normal where programs are only built.
  case none
  /// There is one, and its version is not known, because it is that: `of Windows, ...`.
  case unknown(String)
  /// `580.82.07`: three or four digits, and one or two numbers more.
  case version(String)
}

extension LoadedDriver {
  /// The version in `/sys/module/nvidia/version`, of which it is all.
  package static func version(inModule line: String) -> String? {
    words(of: line[...]).first.flatMap { words(of: line[...]).count == 1 ? version($0) : nil }
  }

  /// The version in the first line of `/proc/driver/nvidia/version`, `nil` if it has none.
  ///
  ///     NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.07  Sat Feb 17 22:55:48 UTC 2024
  ///     NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  555.58.02  Release Build  (VirtualGPU)
  package static func version(inDriver line: String) -> String? {
    let words = words(of: line[...])
    guard
      let module = zip(words, words.dropFirst()).enumerated().first(where: { _, pair in
        pair.0 == "Kernel" && pair.1 == "Module"
      })
    else { return nil }
    var rest = words.dropFirst(module.offset + 2)
    // An architecture is no version, whatever it is called.
    if rest.first == "for" { rest = rest.dropFirst(2) }
    return rest.lazy.compactMap(version).first
  }

  /// The version in the name of a library, `libcuda.so.535.161.07`.
  package static func version(inLibrary name: String) -> String? {
    let prefix = "libcuda.so."
    return name.hasPrefix(prefix) ? version(name.dropFirst(prefix.count)) : nil
  }

  /// `word` if it is written as NVIDIA writes its drivers' versions.
  private static func version(_ word: Substring) -> String? {
    let parts = word.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let areNumbers = parts.allSatisfy { part in
      (1...4).contains(part.count)
        && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard areNumbers, (2...3).contains(parts.count), parts[0].count >= 3 else { return nil }
    return String(word)
  }

  private static func words(of line: Substring) -> [Substring] {
    line.split { $0.isWhitespace }
  }
}

extension Machine {
  /// The NVIDIA driver: the kernel's module, else what there is to link with.
  ///
  /// What cannot be read, or is no version, is as if it were not there.
  package static var driver: LoadedDriver {
    let module = firstLine(of: "/sys/module/nvidia/version")
    let driver = firstLine(of: "/proc/driver/nvidia/version")
    let loaded =
      module.flatMap { LoadedDriver.version(inModule: $0) }
      ?? driver.flatMap { LoadedDriver.version(inDriver: $0) }
    if let loaded { return .version(loaded) }
    // WSL 2: Windows has the driver, and mounts its libraries here. Their names have no version.
    if access("/usr/lib/wsl/lib/libcuda.so.1", F_OK) == 0 {
      return .unknown("of Windows, and its version cannot be read here")
    }
    let libraries = libraryDirectories.compactMap { resolved("\($0)/libcuda.so.1") }
      // The libcuda of a forward compatibility package tells nothing of the driver.
      .filter { !$0.contains("/compat/") }
    let names = libraries.compactMap { $0.split(separator: "/").last.map(String.init) }
    if let version = names.lazy.compactMap({ LoadedDriver.version(inLibrary: $0) }).first {
      return .version(version)
    }
    guard module != nil || driver != nil || !libraries.isEmpty else { return .none }
    return .unknown("there, but does not tell its version")
  }

  /// Where the loader finds libcuda.so.1: Debian's place, Red Hat's, that of containers with a mounted driver.
  private static var libraryDirectories: [String] {
    [
      "/usr/lib/\(architecture)-linux-gnu", "/usr/lib64", "/usr/lib",
      "/lib/\(architecture)-linux-gnu",
      "/lib64", "/usr/lib64/nvidia", "/usr/lib/nvidia", "/usr/local/nvidia/lib64",
      "/run/opengl-driver/lib",
    ]
  }
}
