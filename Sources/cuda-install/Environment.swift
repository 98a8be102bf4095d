import CUDACatalog
import CUDAFiles

/// What a shell, a build or a program needs to find a tree.
///
/// The texts are safe under `set -eu`, put the release first however often they are read, take what they put there
/// for another release out, and add no empty element to a search path: that would make the loader look in the
/// current directory.
enum Environment {
  static func variables(_ root: String) -> [String: String] {
    ["CUDA_HOME": root, "CUDA_PATH": root, "CUDAToolkit_ROOT": root]
  }

  /// A directory of the tree in front of a search path of this process, and nothing else of its prefix in it.
  static func prepending(_ directory: String, of root: String, to name: String) -> String {
    let below = below(root)
    let rest = (environment(name) ?? "").split(separator: ":").filter { !$0.hasPrefix(below) }
    return (["\(root)/\(directory)"] + rest.map(String.init)).joined(separator: ":")
  }

  /// What everything in the prefix of a tree begins with.
  private static func below(_ root: String) -> String {
    let names = root.split(separator: "/", omittingEmptySubsequences: false)
    // PREFIX/.cuda-install/trees/13.0.2-1
    return names.dropLast(3).joined(separator: "/") + "/"
  }

  private static func json(_ root: String) -> String {
    String(decoding: JSONRecord.encodePretty(variables(root)), as: UTF8.self)
  }

  static func text(_ root: String, _ shell: Env.Shell) -> String {
    let below = below(root)
    switch shell {
    case .json: return json(root)
    case .modulefile: preconditionFailure("a modulefile names no tree")
    case .sh, .bash, .zsh:
      return """
        CUDA_HOME=\(shellQuoted(root)); export CUDA_HOME
        CUDA_PATH="$CUDA_HOME"; export CUDA_PATH
        CUDAToolkit_ROOT="$CUDA_HOME"; export CUDAToolkit_ROOT
        \(SearchPath.posix("PATH", without: below))
        PATH="$CUDA_HOME/bin$cuda_kept"; export PATH
        \(SearchPath.posix("LD_LIBRARY_PATH", without: below))
        LD_LIBRARY_PATH="$CUDA_HOME/lib64$cuda_kept"; export LD_LIBRARY_PATH
        unset cuda_rest cuda_kept

        """
    case .fish:
      return """
        set -gx CUDA_HOME \(fishQuoted(root))
        set -gx CUDA_PATH $CUDA_HOME
        set -gx CUDAToolkit_ROOT $CUDA_HOME
        begin
          set -l below \(fishQuoted(below)); set -l length (string length -- $below)
          \(SearchPath.fish("PATH"))
          set -gx --path PATH $CUDA_HOME/bin $kept
          \(SearchPath.fish("LD_LIBRARY_PATH"))
          set -gx --path LD_LIBRARY_PATH $CUDA_HOME/lib64 $kept
        end

        """
    case .csh:
      return """
        setenv CUDA_HOME \(cshQuoted(root));
        setenv CUDA_PATH "$CUDA_HOME";
        setenv CUDAToolkit_ROOT "$CUDA_HOME";
        setenv CUDA_BELOW \(cshQuoted(below));
        \(SearchPath.csh("PATH", front: "/bin"))
        \(SearchPath.csh("LD_LIBRARY_PATH", front: "/lib64"))
        unsetenv CUDA_BELOW;

        """
    case .github:
      let quoted = shellQuoted(root)
      // Not echo: that of some shells makes a line break of \\n.
      return """
        \(SearchPath.posix("LD_LIBRARY_PATH", without: below))
        printf '%s\\n' CUDA_HOME=\(quoted) CUDA_PATH=\(quoted) CUDAToolkit_ROOT=\(quoted) >>"$GITHUB_ENV"
        printf '%s\\n' LD_LIBRARY_PATH=\(shellQuoted("\(root)/lib64"))"$cuda_kept" >>"$GITHUB_ENV"
        printf '%s\\n' \(shellQuoted("\(root)/bin")) >>"$GITHUB_PATH"
        unset cuda_rest cuda_kept

        """
    }
  }
}
