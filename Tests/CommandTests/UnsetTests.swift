import TestSupport
import Testing

@Suite struct `Undoing the settings` {
  private func run(_ bench: Bench, _ shell: String, _ lines: [String]) -> Ended {
    bench.settings(behind: lines, in: shell, environment: ["LD_LIBRARY_PATH": "/a::/b"])
  }

  @Test(arguments: shells, ["cuda", hardPrefix])
  func `gives the environment back that was there before`(shell: String, prefix: String) throws {
    let bench = try Bench(prefix: prefix)
    for release in ["13.0.1", "13.0.2"] {
      #expect(bench.run("install", release, "curand").status == 0)
    }
    let before = run(bench, shell, [])
    #expect(before.output.contains("LD_LIBRARY_PATH=/a::/b\n"), "\(before.errors)")
    let set = ["", "13.0.2"].map { reading($0, shell) }
    let during = run(bench, shell, set)
    #expect(during.output.contains("13.0.2-2/bin:"), "\(during.output) \(during.errors)")
    #expect(during.output.contains("CUDAToolkit_ROOT=\(bench.prefix)/.cuda-install/trees/13.0.2-2"))
    let unset = reading("--unset", shell)
    for lines in [[unset], set + [unset], set + [unset, unset]] {
      let after = run(bench, shell, lines)
      #expect(after.status == 0, "\(after.errors)")
      #expect(after.output == before.output && after.errors == "")
    }
  }

  @Test(arguments: shells)
  func `leaves another CUDA alone, and nothing behind that was not there`(shell: String) throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "curand").status == 0)
    let other = ["fish": "set -gx CUDA_HOME /other", "csh": "setenv CUDA_HOME /other"]
    let clear = ["fish": "set -e LD_LIBRARY_PATH", "csh": "unsetenv LD_LIBRARY_PATH"]
    let lines = [
      clear[shell] ?? "unset LD_LIBRARY_PATH", reading("", shell),
      other[shell] ?? "export CUDA_HOME=/other", reading("--unset", shell),
    ]
    let run = run(bench, shell, lines)
    #expect(run.output == "CUDA_HOME=/other\nPATH=\(bench.environment["PATH"] ?? "")\n")
    #expect(run.errors == "")
  }

  @Test func `needs no release, and is no setting of what is not a shell`() throws {
    let bench = try Bench()
    #expect(bench.run("env", "--unset").status == 0)
    #expect(bench.run("env", "--unset", "13").status == 64)
    for shell in ["json", "github", "modulefile"] {
      #expect(bench.run("env", "--unset", "--shell", shell).status == 64)
    }
  }
}
