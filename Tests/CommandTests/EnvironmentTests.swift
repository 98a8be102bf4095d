import FoundationEssentials
import TestSupport
import Testing

@Suite struct `Settings for shells and programs` {
  private func installed(prefix: String = "cuda") throws -> (bench: Bench, tree: String) {
    let bench = try Bench(prefix: prefix)
    try #require(bench.run("install", "13", "curand").status == 0)
    return (bench, "\(bench.prefix)/.cuda-install/trees/13.0.2-1")
  }

  @Test(arguments: ["cuda", "a dir with 'quotes' and $HOME \"x\""], ["sh", "bash", "zsh"])
  func `sh: the settings may be read twice under -eu, whatever the prefix`(
    prefix: String, shell: String
  ) throws {
    let (bench, tree) = try installed(prefix: prefix)
    let run = bench.inShell(
      """
      set -eu
      settings=$("$CUDA_INSTALL" --prefix "$PREFIX" env --shell \(shell))
      eval "$settings"; eval "$settings"
      printf '%s\\n' "$CUDA_HOME" "$CUDA_PATH" "$CUDAToolkit_ROOT" "$PATH" "$LD_LIBRARY_PATH"
      """)
    #expect(run.status == 0, "\(run.errors)")
    let path = bench.environment["PATH"] ?? ""
    #expect(
      run.output.split(separator: "\n").map(String.init)
        == [tree, tree, tree, "\(tree)/bin:\(path)", "\(tree)/lib64"])
  }

  @Test(arguments: [(nil, ""), ("", ""), ("/a:/b", ":/a:/b")])
  func `a search path never gets an empty element`(before: String?, after: String) throws {
    let (bench, tree) = try installed()
    let library = before.map { ["LD_LIBRARY_PATH": $0] } ?? [:]
    let evaluated = bench.inShell(
      "eval \"$(\"$@\")\"; printf %s \"$LD_LIBRARY_PATH\"", "env", environment: library)
    #expect(evaluated.output == "\(tree)/lib64\(after)")
    let executed = bench.run(
      "exec", "--", "sh", "-c", "printf %s \"$LD_LIBRARY_PATH\"", environment: library)
    #expect(executed.output == "\(tree)/lib64\(after)")
  }

  @Test func `sh: an empty or missing PATH is no error`() throws {
    let (bench, tree) = try installed()
    for clear in ["unset PATH", "PATH="] {
      let run = bench.inShell(
        "settings=$(\"$@\"); \(clear); set -eu; eval \"$settings\"; echo \"$PATH\"", "env")
      #expect(run.output == "\(tree)/bin\n", "\(clear): \(run.errors)")
    }
  }

  @Test(.enabled(if: runProgram(["sh", "-c", "command -v fish"]).status == 0, "there is no fish"))
  func `fish: the settings may be read twice, whatever the prefix`() throws {
    let (bench, tree) = try installed(prefix: "a 'dir' with \\ $HOME")
    let script = """
      "$CUDA_INSTALL" --prefix "$PREFIX" env --shell fish >"$SCRATCH/settings"
      exec fish --no-config -c 'source $argv[1]; source $argv[1]
        printf "%s\\n" $CUDA_HOME $CUDAToolkit_ROOT $PATH[1] $PATH[2] (env | grep ^LD_LIB)' \
        "$SCRATCH/settings"
      """
    let run = bench.inShell(script)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.split(separator: "\n").map(String.init)
        == [tree, tree, "\(tree)/bin", "/usr/local/bin", "LD_LIBRARY_PATH=\(tree)/lib64"])
  }

  @Test func `json: the settings are one object`() throws {
    let (bench, tree) = try installed()
    for words in [["--shell", "json"], ["--json"]] {
      let run = Ended(
        Program(bench.command(["env"] + words), environment: bench.environment, in: bench.scratch))
      let settings = try JSONDecoder().decode([String: String].self, from: Data(run.output.utf8))
      #expect(settings == ["CUDA_HOME": tree, "CUDA_PATH": tree, "CUDAToolkit_ROOT": tree])
    }
  }

  @Test func `where nothing is installed there are no settings`() throws {
    let bench = try Bench()
    for words in [["env"], ["exec", "--", "true"]] {
      let run = Ended(
        Program(bench.command(words), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 66)
      #expect(run.output == "")
      #expect(run.errorLines == ["cuda-install: error: no CUDA is installed in \(bench.prefix)"])
    }
    #expect(listing(bench.prefix) == [:])
  }

  @Test func `exec finds the release's programs first, and passes words and status on`() throws {
    let (bench, tree) = try installed()
    #expect(bench.run("exec", "--", "libcurand").output == "libcurand 13.0.88\n")
    let run = bench.run(
      "exec", "13.0.2", "--", "sh", "-c", "echo \"$@\" $CUDA_HOME; exit 7", "sh", "--json", "a b")
    #expect(run.status == 7)
    #expect(run.output == "--json a b \(tree)\n")
    #expect(bench.run("exec", "--", "sh", "-c", "kill -TERM $$").status == 143)
  }

  @Test func `exec: 127 is for a command that is not there, 126 for one that cannot run`() throws {
    let (bench, _) = try installed()
    let missing = bench.run("exec", "--", "no-such-program")
    #expect(missing.status == 127)
    #expect(
      missing.errorLines
        == ["cuda-install: error: cannot run no-such-program: No such file or directory"])
    bench.scratch.write("text", Array("no program".utf8))
    #expect(bench.run("exec", "--", bench.scratch.file("text")).status == 126)
    #expect(bench.run("exec", "13").status == 64)
  }

  @Test func `I10: status, list, env and exec need no lock and write nothing`() throws {
    let (bench, _) = try installed()
    let lock = "\(bench.prefix)/.cuda-install.lock"
    // Whoever would open it as a lock file fails.
    #expect(runProgram(["sh", "-c", "rm \"$0\" && mkdir \"$0\"", lock]).status == 0)
    let before = listing(bench.prefix)
    for words in [
      ["status"], ["list"], ["list", "--components"], ["list", "--available"], ["env"],
      ["exec", "--", "true"], ["install", "12", "--dry-run"],
    ] {
      let run = Ended(
        Program(bench.command(words), environment: bench.environment, in: bench.scratch))
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
    #expect(listing(bench.prefix) == before)
    #expect(bench.run("use", "13").status == 73)
  }
}
