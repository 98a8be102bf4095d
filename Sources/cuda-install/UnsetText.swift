/// The lines that undo what `env` set, whatever release it was for: everything below the prefix leaves the search
/// paths, and variables that name something there are unset.
///
/// Like the settings they are safe under `set -eu`, and read twice they do nothing the second time.
enum UnsetText {
  static func text(_ prefix: String, _ shell: Env.Shell) -> String? {
    switch shell {
    case .sh, .bash, .zsh: posix(shellQuoted("\(prefix)/"))
    case .fish: fish(Environment.fishQuoted("\(prefix)/"))
    case .csh: csh(shellQuoted("\(prefix)/"))
    case .json, .github, .modulefile: nil
    }
  }

  private static let names = ["CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"]
  private static let paths = ["PATH", "LD_LIBRARY_PATH"]

  private static func posix(_ below: String) -> String {
    var lines = names.map { "case \"${\($0)-}\" in \(below)*) unset \($0) ;; esac" }
    for name in paths {
      lines += [
        "cuda_rest=\"${\(name)-}:\"; cuda_kept=",
        "while [ -n \"$cuda_rest\" ]; do case \"$cuda_rest\" in \(below)*) ;; "
          + "*) cuda_kept=\"$cuda_kept:${cuda_rest%%:*}\" ;; esac; cuda_rest=\"${cuda_rest#*:}\"; done",
        "\(name)=\"${cuda_kept#:}\"; [ -n \"$\(name)\" ] || unset \(name)",
      ]
    }
    return lines.map { $0 + "\n" }.joined() + "unset cuda_rest cuda_kept\n"
  }

  private static func fish(_ below: String) -> String {
    """
    begin
      set -l below \(below)
      set -l length (string length -- $below)
      for name in \(names.joined(separator: " "))
        set -q $name; and test (string sub -l $length -- "$$name") = $below; and set -eg $name
      end
      for name in \(paths.joined(separator: " "))
        set -l kept
        for element in $$name
          test (string sub -l $length -- "$element") = $below; or set -a kept $element
        end
        if set -q kept[1]
          set -gx --path $name $kept
        else if set -q $name
          set -eg $name
        end
      end
    end

    """
  }

  /// One command a line, since csh's eval makes one line of all; and a variable must be there when a line names it.
  private static func csh(_ below: String) -> String {
    var lines = ["setenv CUDA_BELOW \(below)"]
    // A variable that holds one path is a search path of one element. No =~: its pattern may be in the prefix.
    for name in names + paths {
      lines += [
        "if ( ! $?\(name) ) setenv \(name) \"\"",
        "setenv \(name) \"`awk -v c=: -v n=\(name) -v b=CUDA_BELOW 'BEGIN { "
          + "k = split(ENVIRON[n], e, c); for (i = 1; i <= k; i++) "
          + "if (index(e[i], ENVIRON[b]) - 1) s = s c e[i]; print substr(s, 2) }'`\"",
        "if ( \"$\(name)\" == \"\" ) unsetenv \(name)",
      ]
    }
    return lines.map { $0 + ";\n" }.joined() + "unsetenv CUDA_BELOW;\n"
  }
}
