import CUDACatalog
import CUDAFiles

/// What a shell, a build or a program needs to find a tree.
///
/// The texts are safe under `set -eu`, put the release first however often they are read, and never leave an empty element in a search path:
/// that would make the loader look in the current directory.
enum Environment {
  static func variables(_ root: String) -> [String: String] {
    ["CUDA_HOME": root, "CUDA_PATH": root, "CUDAToolkit_ROOT": root]
  }

  /// `element` in front of a search path of this process.
  static func prepending(_ element: String, to name: String) -> String {
    let rest = (environment(name) ?? "").split(separator: ":").filter { $0 != element }
    return ([element] + rest.map(String.init)).joined(separator: ":")
  }

  private static func json(_ root: String) -> String {
    String(decoding: JSONRecord.encodePretty(variables(root)), as: UTF8.self)
  }

  static func text(_ root: String, _ shell: Env.Shell) -> String {
    let quoted = shellQuoted(root)
    switch shell {
    case .json: return json(root)
    case .modulefile: preconditionFailure("a modulefile names no tree")
    case .sh, .bash, .zsh:
      return """
        CUDA_HOME=\(quoted); export CUDA_HOME
        CUDA_PATH="$CUDA_HOME"; export CUDA_PATH
        CUDAToolkit_ROOT="$CUDA_HOME"; export CUDAToolkit_ROOT
        case ":${PATH-}:" in ":$CUDA_HOME/bin:"*) ;; *) PATH="$CUDA_HOME/bin${PATH:+:$PATH}"; export PATH ;; esac
        case ":${LD_LIBRARY_PATH-}:" in ":$CUDA_HOME/lib64:"*) ;; *) LD_LIBRARY_PATH="$CUDA_HOME/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; export LD_LIBRARY_PATH ;; esac

        """
    case .fish:
      return """
        set -gx CUDA_HOME \(fishQuoted(root))
        set -gx CUDA_PATH $CUDA_HOME
        set -gx CUDAToolkit_ROOT $CUDA_HOME
        contains -- $CUDA_HOME/bin $PATH[1]; or set -gx --path PATH $CUDA_HOME/bin $PATH
        contains -- $CUDA_HOME/lib64 $LD_LIBRARY_PATH[1]; or set -gx --path LD_LIBRARY_PATH $CUDA_HOME/lib64 $LD_LIBRARY_PATH

        """
    case .csh:
      return """
        setenv CUDA_HOME \(quoted);
        setenv CUDA_PATH "$CUDA_HOME";
        setenv CUDAToolkit_ROOT "$CUDA_HOME";
        if ( "$PATH" !~ "$CUDA_HOME/bin"* ) setenv PATH "$CUDA_HOME/bin:$PATH";
        if ( ! $?LD_LIBRARY_PATH ) setenv LD_LIBRARY_PATH "";
        if ( "$LD_LIBRARY_PATH" == "" ) setenv LD_LIBRARY_PATH "$CUDA_HOME/lib64";
        if ( "$LD_LIBRARY_PATH" !~ "$CUDA_HOME/lib64"* ) setenv LD_LIBRARY_PATH "$CUDA_HOME/lib64:$LD_LIBRARY_PATH";

        """
    case .github:
      return """
        {
          echo CUDA_HOME=\(quoted)
          echo CUDA_PATH=\(quoted)
          echo CUDAToolkit_ROOT=\(quoted)
          echo LD_LIBRARY_PATH=\(shellQuoted(prepending("\(root)/lib64", to: "LD_LIBRARY_PATH")))
        } >> "$GITHUB_ENV"
        echo \(shellQuoted("\(root)/bin")) >> "$GITHUB_PATH"

        """
    }
  }

  static func fishQuoted(_ text: String) -> String {
    // fish: within single quotes only \\ and \' are special.
    var quoted = "'"
    for character in text {
      if character == "\\" || character == "'" { quoted.append("\\") }
      quoted.append(character)
    }
    return quoted + "'"
  }
}

/// `text` as one word for a POSIX shell.
func shellQuoted(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    + "'"
}
