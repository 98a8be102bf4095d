import FoundationEssentials
import TestSupport
import Testing

@Suite struct `Settings for shells and programs` {
  private func installed(prefix: String = "cuda") throws -> (bench: Bench, tree: String) {
    let bench = try Bench(prefix: prefix)
    try #require(bench.run("install", "13", "curand").status == 0)
    return (bench, "\(bench.prefix)/.cuda-install/trees/13.0.2-1")
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

  @Test(arguments: shells, ["cuda", hardPrefix])
  func `the release is first and its settings are there once, whatever was read before`(
    shell: String, prefix: String
  ) throws {
    let (bench, tree) = try installed(prefix: prefix)
    let old = "\(bench.prefix)/.cuda-install/trees/13.0.1-1"
    let system = bench.environment["PATH"] ?? ""
    let settings = reading("", shell)
    for (library, rest) in [
      (nil, ""), ("", ""), ("/a:/b", ":/a:/b"), ("\(old)/lib64:/a:\(old)/x:/b", ":/a:/b"),
    ] as [(String?, String)] {
      let names = "\(bench.prefix)/current/bin:\(bench.prefix)/13.0.1/bin"
      let variables = ["PATH": "\(old)/bin:\(names):\(system)"].merging(
        library.map { ["LD_LIBRARY_PATH": $0] } ?? [:]
      ) { $1 }
      let twice = bench.settings(
        behind: [settings, settings], in: shell, environment: variables)
      let expected = [
        "CUDAToolkit_ROOT=\(tree)", "CUDA_HOME=\(tree)", "CUDA_PATH=\(tree)",
        "LD_LIBRARY_PATH=\(tree)/lib64\(rest)", "PATH=\(tree)/bin:\(system)",
      ]
      #expect(twice.output.split(separator: "\n").map(String.init) == expected)
      #expect(twice.status == 0 && twice.errors == "", "\(twice.errors)")
    }
    let between =
      ["fish": "set -gx PATH /other $PATH", "csh": "setenv PATH \"/other:$PATH\""][shell]
      ?? "PATH=/other:$PATH"
    let over = bench.settings(behind: [settings, between, settings], in: shell)
    #expect(over.output.contains("\nPATH=\(tree)/bin:/other:\(system)\n"), "\(over.output)")
    #expect(over.errors == "")
  }

  @Test(arguments: ["cuda", hardPrefix], ["sh", "bash"])
  func `github: the search path is the job's, with the release once and in front`(
    prefix: String, shell: String
  ) throws {
    let (bench, tree) = try installed(prefix: prefix)
    for (before, after) in [
      ("unset LD_LIBRARY_PATH", ""), ("LD_LIBRARY_PATH=", ""),
      ("LD_LIBRARY_PATH='/a b:/$c\\n'", ":/a b:/$c\\n"),
      ("LD_LIBRARY_PATH=/a:$PREFIX/.cuda-install/trees/13.0.2-1/lib64:/b", ":/a:/b"),
    ] {
      // What counts is the value when the settings are read.
      let run = bench.inShell(
        """
        exec \(shell) -euc 'settings=$("$@"); \(before.replacing("'", with: "'\\''"))
          export GITHUB_ENV="$SCRATCH/variables" GITHUB_PATH="$SCRATCH/path"
          : >"$GITHUB_ENV" >"$GITHUB_PATH"
          eval "$settings"; cat "$GITHUB_ENV" "$GITHUB_PATH"' "$0" "$@"
        """, "env", "--shell", "github", environment: ["LD_LIBRARY_PATH": "/other"])
      let expected = [
        "CUDA_HOME=\(tree)", "CUDA_PATH=\(tree)", "CUDAToolkit_ROOT=\(tree)",
        "LD_LIBRARY_PATH=\(tree)/lib64\(after)", "\(tree)/bin",
      ]
      #expect(run.output.split(separator: "\n").map(String.init) == expected, "\(run.errors)")
      #expect(run.status == 0 && run.errors == "")
    }
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
    let other = "\(bench.prefix)/.cuda-install/trees/13.0.1-1/lib64:/a"
    let library = bench.run(
      "exec", "--", "printenv", "LD_LIBRARY_PATH", environment: ["LD_LIBRARY_PATH": other])
    #expect(library.output == "\(tree)/lib64:/a\n")
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
