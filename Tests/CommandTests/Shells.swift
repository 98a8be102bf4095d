import TestSupport

/// The shells that `env` knows and this machine has.
let shells = ["sh", "bash", "zsh", "fish", "csh"].filter {
  runProgram(["sh", "-c", "command -v \($0)"]).status == 0
}

/// A prefix of all that means something to a shell.
let hardPrefix = "a dir!x with [x]* \\n `id` $HOME? \"{a,b}\" ~ # and 'y'"

/// How a shell reads what `cuda-install env` with these options prints, as the manual has it.
func reading(_ options: String, _ shell: String) -> String {
  let env = "$CUDA_INSTALL env --shell \(shell) \(options)"
  switch shell {
  case "fish": return "\(env) | source"
  case "csh": return "eval \"`\(env)`\""
  default: return "eval \"$(\(env))\""
  }
}

extension Bench {
  /// What `lines` leave in a shell's environment, sorted; strictly where the shell knows that.
  func settings(
    behind lines: [String], in shell: String, environment: [String: String] = [:]
  ) -> Ended {
    let strict = ["sh", "bash", "zsh"].contains(shell) ? ["set -eu"] : []
    let show = "env | grep -E '^(CUDA_[HP]|CUDAT|PATH=|LD_LIB)' | sort"
    scratch.write("script", Array((strict + lines + [show, ""]).joined(separator: "\n").utf8))
    let options = shell == "fish" ? "--no-config" : shell == "csh" ? "-f" : ""
    return inShell(
      "exec \(shell) \(options) \"$SCRATCH/script\"",
      environment: ["CUDA_INSTALL_PREFIX": prefix].merging(environment) { $1 })
  }
}
