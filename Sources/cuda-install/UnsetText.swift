/// The lines that undo what `env` set, whatever release it was for: everything below the prefix leaves the search
/// paths, and variables that name something there are unset.
///
/// Like the settings they are safe under `set -eu`, and read twice they do nothing the second time.
enum UnsetText {
  static func text(_ prefix: String, _ shell: Env.Shell) -> String? {
    let below = "\(prefix)/"
    return switch shell {
    case .sh, .bash, .zsh: posix(below)
    case .fish: fish(below)
    case .csh: csh(below)
    case .json, .github, .modulefile: nil
    }
  }

  private static let names = ["CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"]
  private static let paths = ["PATH", "LD_LIBRARY_PATH"]

  private static func posix(_ below: String) -> String {
    let lines =
      names.map { "case \"${\($0)-}\" in \(shellQuoted(below))*) unset \($0) ;; esac" }
      + paths.flatMap {
        [
          SearchPath.posix($0, without: below),
          "\($0)=\"${cuda_kept#:}\"; [ -n \"$\($0)\" ] || unset \($0)",
        ]
      }
    return lines.map { $0 + "\n" }.joined() + "unset cuda_rest cuda_kept\n"
  }

  private static func fish(_ below: String) -> String {
    let paths = paths.map {
      """
        \(SearchPath.fish($0))
        if set -q kept[1]; set -gx --path \($0) $kept; else if set -q \($0); set -eg \($0); end

      """
    }
    return """
      begin
        set -l below \(fishQuoted(below)); set -l length (string length -- $below)
        for name in \(names.joined(separator: " "))
          set -q $name; and test (string sub -l $length -- "$$name") = $below; and set -eg $name
        end
      \(paths.joined())end

      """
  }

  private static func csh(_ below: String) -> String {
    // A variable that holds one path is a search path of one element.
    let lines = (names + paths).flatMap {
      [SearchPath.csh($0), "if ( \"$\($0)\" == \"\" ) unsetenv \($0);"]
    }
    return "setenv CUDA_BELOW \(cshQuoted(below));\n" + lines.map { $0 + "\n" }.joined()
      + "unsetenv CUDA_BELOW;\n"
  }
}
