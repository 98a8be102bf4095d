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

  /// A directory of the tree in front of a search path of this process, and no other tree in it.
  static func prepending(_ directory: String, of root: String, to name: String) -> String {
    let trees = trees(root)
    let rest = (environment(name) ?? "").split(separator: ":").filter { !$0.hasPrefix(trees) }
    return (["\(root)/\(directory)"] + rest.map(String.init)).joined(separator: ":")
  }

  /// What all trees of the prefix begin with.
  private static func trees(_ root: String) -> String {
    String(root.prefix(through: root.lastIndex(of: "/") ?? root.startIndex))
  }

  private static func json(_ root: String) -> String {
    String(decoding: JSONRecord.encodePretty(variables(root)), as: UTF8.self)
  }

  static func text(_ root: String, _ shell: Env.Shell) -> String {
    let trees = trees(root)
    switch shell {
    case .json: return json(root)
    case .modulefile: preconditionFailure("a modulefile names no tree")
    case .sh, .bash, .zsh:
      return """
        CUDA_HOME=\(shellQuoted(root)); export CUDA_HOME
        CUDA_PATH="$CUDA_HOME"; export CUDA_PATH
        CUDAToolkit_ROOT="$CUDA_HOME"; export CUDAToolkit_ROOT
        \(SearchPath.posix("PATH", without: trees))
        PATH="$CUDA_HOME/bin$cuda_kept"; export PATH
        \(SearchPath.posix("LD_LIBRARY_PATH", without: trees))
        LD_LIBRARY_PATH="$CUDA_HOME/lib64$cuda_kept"; export LD_LIBRARY_PATH
        unset cuda_rest cuda_kept

        """
    case .fish:
      return """
        set -gx CUDA_HOME \(fishQuoted(root))
        set -gx CUDA_PATH $CUDA_HOME
        set -gx CUDAToolkit_ROOT $CUDA_HOME
        begin
          set -l below \(fishQuoted(trees)); set -l length (string length -- $below)
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
        setenv CUDA_BELOW \(cshQuoted(trees));
        \(SearchPath.csh("PATH", front: "/bin"))
        \(SearchPath.csh("LD_LIBRARY_PATH", front: "/lib64"))
        unsetenv CUDA_BELOW;

        """
    case .github:
      let quoted = shellQuoted(root)
      // Not echo: that of some shells makes a line break of \\n.
      return """
        \(SearchPath.posix("LD_LIBRARY_PATH", without: trees))
        printf '%s\\n' CUDA_HOME=\(quoted) CUDA_PATH=\(quoted) CUDAToolkit_ROOT=\(quoted) >>"$GITHUB_ENV"
        printf '%s\\n' LD_LIBRARY_PATH=\(shellQuoted("\(root)/lib64"))"$cuda_kept" >>"$GITHUB_ENV"
        printf '%s\\n' \(shellQuoted("\(root)/bin")) >>"$GITHUB_PATH"
        unset cuda_rest cuda_kept

        """
    }
  }
}
