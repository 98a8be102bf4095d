// The completions as the shells ask for them.

import TestSupport
import Testing

/// What is typed, and words that must be among those offered; those behind `!` must not.
private let lines: [(typed: String, offered: String)] = [
  ("", "install update remove use env status timer !instal"),
  ("in", "install !update"),
  ("use ", "13.0.1 12.9.1 - !13.0.2"),
  ("use 12", "12.9.1 !13.0.1"),
  ("env ", "13.0.1 12.9.1"),
  ("update ", "13.0.1 12.9.1"),
  ("remove ", "12.9.1 libcurand"),
  ("install ", "13.0.2 13.0.1 12.9.1 cuda_nvcc cudnn"),
  ("install 13.0.2 cuda_n", "cuda_nvcc !13.0.2"),
  ("install --for", "--force --for-driver !--use"),
  ("install --profile ", "base runtime devel full !13.0.2"),
  ("env --shell ", "sh bash zsh fish csh json github modulefile"),
  ("timer ", "enable disable status print"),
  ("--prefix PREFIX use ", "13.0.1 12.9.1"),
  ("use --prefix /nowhere ", "!13.0.1 !-"),
]

private let completions =
  #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
  + "/completions"

/// A prefix with two releases, and what the mirror has said of its third.
private func filledBench() throws -> Bench {
  let bench = try Bench()
  // To find the newest 12 the server was asked what there is.
  for release in ["12", "13.0.1"] {
    #expect(bench.run("install", release, "curand").status == 0)
  }
  return bench
}

private func environment(_ bench: Bench) -> [String: String] {
  let folder = BuiltBinary.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
  let own = [
    "CUDA_INSTALL_PREFIX": bench.prefix, "CUDA_INSTALL_MIRROR": bench.mirror,
    "CUDA_INSTALL_CONFIG": "/dev/null", "LC_ALL": "C.UTF-8", "TERM": "xterm",
    "COMPLETIONS": completions, "SCRATCH": bench.scratch.path,
  ]
  return bench.environment.merging(own) { $1 }
    .merging(["PATH": "\(folder):\(bench.environment["PATH"] ?? "")"]) { $1 }
}

/// The words that a shell offers behind each line: blocks in the lines' order.
private func expectOffers(_ output: String, _ errors: String) {
  let blocks = output.split(separator: "<line>\n", omittingEmptySubsequences: false).dropFirst()
  #expect(blocks.count == lines.count, "\(output)\(errors)")
  #expect(errors == "")
  for (line, block) in zip(lines, blocks) {
    let words = block.split(separator: "\n").map {
      String($0.split(separator: "\t")[0]).trimmingBlanks
    }
    for word in line.offered.split(separator: " ") {
      let isForbidden = word.first == "!"
      let name = isForbidden ? word.dropFirst() : word
      #expect(
        words.contains(String(name)) != isForbidden, "\(line.typed)\(name): \(words)")
    }
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

private func typed(_ bench: Bench) -> [String] {
  lines.map { "cuda-install \($0.typed.replacing("PREFIX", with: bench.prefix))" }
}

@Suite struct `Completions` {
  @Test(.enabled(if: shells.contains("bash"), "there is no bash"))
  func `bash offers commands, options, values and the releases that there are`() throws {
    let bench = try filledBench()
    bench.scratch.write("lines", Array(typed(bench).map { "\($0)\n" }.joined().utf8))
    let script = #"""
      . "$COMPLETIONS/cuda-install.bash"
      function=$(complete -p cuda-install | sed 's/.*-F \([^ ]*\).*/\1/')
      while IFS= read -r COMP_LINE; do
        echo "<line>"
        read -ra COMP_WORDS <<<"$COMP_LINE"
        [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE} COMPREPLY=()
        "$function" cuda-install "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
      done <"$SCRATCH/lines"
      """#
    let run = Ended(
      Program(
        ["bash", "--norc", "-c", script], environment: environment(bench), in: bench.scratch))
    expectOffers(run.output, run.errors)
  }

  @Test(.enabled(if: shells.contains("fish"), "there is no fish; .ci/setup --tests installs it"))
  func `fish offers commands, options, values and the releases that there are`() throws {
    let bench = try filledBench()
    let script =
      "source $COMPLETIONS/cuda-install.fish\n"
      + typed(bench).map { "echo '<line>'; complete -C '\($0)'\n" }.joined()
    let run = Ended(
      Program(
        ["fish", "--no-config", "-c", script], environment: environment(bench), in: bench.scratch))
    // Off a terminal fish 3 complains of its own `commandline`.
    expectOffers(run.output, "")
  }

  @Test(.enabled(if: shells.contains("zsh"), "there is no zsh; .ci/setup --tests installs it"))
  func `zsh offers commands, options, values and the releases that there are`() throws {
    let bench = try filledBench()
    bench.scratch.write("lines", Array(typed(bench).map { "\($0)\n" }.joined().utf8))
    bench.scratch.write(
      ".zshrc",
      Array(
        #"""
        fpath=("$COMPLETIONS" $fpath)
        autoload -U compinit && compinit -u -D
        zstyle ':completion:*' list-prompt ''
        compadd() {
          if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
          local -a hits
          builtin compadd -A hits "$@"
          (($#hits == 0)) || print -rl -- $hits >>"$SCRATCH/offers"
          builtin compadd "$@"
        }
        zle-line-init() {
          local line
          for line in "${(@f)$(<"$SCRATCH/lines")}"; do
            print "<line>" >>"$SCRATCH/offers"
            BUFFER=$line CURSOR=$#line
            zle list-choices
          done
          exit
        }
        zle -N zle-line-init

        """#.utf8))
    let run = TerminalProgram(
      ["zsh", "-i"],
      environment: environment(bench).merging(["ZDOTDIR": bench.scratch.path]) { $1 },
      in: bench.scratch)
    _ = run.end()
    let offers = readFile(bench.scratch.file("offers")) ?? []
    expectOffers(String(decoding: offers, as: UTF8.self), "")
  }

  /// As the scripts call the program for a word of `install`, of `use` and of `remove`.
  private func ask(_ command: String, _ words: [String], _ bench: Bench) -> Ended {
    let all = ["cuda-install", command] + words + [""]
    return Ended(
      Program(
        [BuiltBinary.path, "---completion", command, "--", "positional@0", "\(all.count - 1)", "0"]
          + all, environment: environment(bench), in: bench.scratch))
  }

  @Test func `words come without the lock and without the network`() throws {
    let bench = try filledBench()
    let asked = bench.server.log.count
    let holding = bench.hold()
    #expect(ask("use", [], bench).output == "13.0.1\n12.9.1\n-\n")
    #expect(ask("install", [], bench).output.hasPrefix("13.0.2\n13.0.1\n12.9.1\n"))
    #expect(bench.server.log.count == asked)
    holding.release()
  }

  @Test(arguments: ["use", "remove", "install", "list", "verify"])
  func `a prefix that is none, cannot be read or is damaged has no words and no message`(
    command: String
  ) throws {
    let bench = try filledBench()
    for words in [
      ["--prefix", "/nowhere"], ["--prefix=/dev/null"], ["-p", "a:b"], ["--prefix", "="],
      ["--prefix"], ["--prefix", "\"/nowhere\""], ["--prefix", "~/x", "--mirror", "ftp://x"],
    ] {
      let run = ask(command, words, bench)
      #expect(run.status == 0 && run.errors == "", "\(run.errors)")
      #expect(!run.output.contains("13.0") && !run.output.contains("-"), "\(run.output)")
    }
    // What is left of a release whose receipt is not one.
    writeFile("\(bench.scratch.path)/broken/.cuda-install/trees/13.0.2-1/receipt.json", [0xFF])
    let run = ask(command, ["--prefix", bench.scratch.file("broken")], bench)
    #expect(run.status == 0 && run.errors == "" && !run.output.contains("13.0.2"))
  }
}
