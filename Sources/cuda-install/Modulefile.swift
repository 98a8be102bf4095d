import CUDACatalog
import CUDAFiles

/// A release for environment modules, Tcl's or Lmod.
///
/// It stays in a file, so it names the release's own path, which outlives the tree, and not the tree.
enum Modulefile {
  static func text(prefix: String, release: Version) -> String {
    let root = "\(prefix)/\(release)"
    var lines = [
      "#%Module1.0",
      "proc ModulesHelp { } { puts stderr \"CUDA \(release), installed by cuda-install\" }",
      "module-whatis \"CUDA \(release)\"",
      "conflict cuda",
      "set root \(quoted(root))",
    ]
    lines += ["CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"].map { "setenv \($0) $root" }
    // The file is kept, and components may come; but few bring manuals or pkg-config files, and what is not there makes
    // each search longer.
    for (name, folder, isAlways) in [
      ("PATH", "bin", true), ("LD_LIBRARY_PATH", "lib64", true), ("MANPATH", "share/man", false),
      ("PKG_CONFIG_PATH", "lib/pkgconfig", false),
    ] where isAlways || Machine.resolved("\(root)/\(folder)") != nil {
      lines.append("prepend-path \(name) $root/\(folder)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Tcl(n): behind a backslash, all but letters and digits stand for themselves.
  private static func quoted(_ text: String) -> String {
    var quoted = ""
    for character in text {
      if character.isASCII, !character.isLetter, !character.isNumber, !"/._-".contains(character) {
        quoted.append("\\")
      }
      quoted.append(character)
    }
    return quoted
  }
}
