import TestSupport
import Testing

private func isThere(_ name: String) -> Bool {
  runProgram(["sh", "-c", "command -v \(name)"]).status == 0
}

@Suite struct `A modulefile` {
  private func installed(_ prefix: String = "cuda") throws -> Bench {
    let bench = try Bench(prefix: prefix)
    try #require(bench.run("install", "13", "curand").status == 0)
    let run = bench.run("env", "--shell", "modulefile")
    #expect(run.status == 0)
    bench.scratch.write("modules/cuda/13", Array(run.output.utf8))
    return bench
  }

  @Test func `names the release's path, and the directories that are there`() throws {
    let bench = try installed()
    let root = "\(bench.prefix)/13.0.2"
    #expect(
      readFile(bench.scratch.file("modules/cuda/13")).map { String(decoding: $0, as: UTF8.self) }
        == """
        #%Module1.0
        proc ModulesHelp { } { puts stderr "CUDA 13.0.2, installed by cuda-install" }
        module-whatis "CUDA 13.0.2"
        conflict cuda
        set root \(root)
        setenv CUDA_HOME $root
        setenv CUDA_PATH $root
        setenv CUDAToolkit_ROOT $root
        prepend-path PATH $root/bin
        prepend-path LD_LIBRARY_PATH $root/lib64
        prepend-path PKG_CONFIG_PATH $root/lib/pkgconfig

        """)
  }

  @Test(.enabled(if: isThere("tclsh"), "there is no tclsh"))
  func `is Tcl, whatever the prefix`() throws {
    let bench = try installed("a {dir} with [x] $y \\ \"z\" ; #")
    bench.scratch.write(
      "reader.tcl",
      Array(
        """
        proc module-whatis {text} {}
        proc conflict {name} {}
        proc setenv {name value} { puts "$name=$value" }
        proc prepend-path {name value} { puts "$name=$value" }
        source [lindex $argv 0]
        """.utf8))
    let run = bench.inShell("tclsh \"$SCRATCH/reader.tcl\" \"$SCRATCH/modules/cuda/13\"")
    let root = "\(bench.prefix)/13.0.2"
    #expect(
      run.output.split(separator: "\n").map(String.init) == [
        "CUDA_HOME=\(root)", "CUDA_PATH=\(root)", "CUDAToolkit_ROOT=\(root)", "PATH=\(root)/bin",
        "LD_LIBRARY_PATH=\(root)/lib64", "PKG_CONFIG_PATH=\(root)/lib/pkgconfig",
      ], "\(run.errors)")
  }

  @Test(.enabled(if: isThere("modulecmd"), "there is no modulecmd; .ci/setup --tests installs it"))
  func `is loaded and unloaded by environment modules, also over an update of its tree`() throws {
    let bench = try installed("a dir")
    let run = bench.inShell(
      """
      export MODULEPATH="$SCRATCH/modules"
      use() { eval "$(modulecmd sh "$@" 2>"$SCRATCH/messages")"; }
      before=$PATH
      use load cuda/13; libcurand; echo "$CUDA_HOME"
      use unload cuda/13; [ "$PATH" = "$before" ] && echo "gone${CUDA_HOME-}"
      "$CUDA_INSTALL" install 13 nvcc --prefix "$PREFIX" --mirror "$MIRROR" >/dev/null 2>&1
      use load cuda; nvcc
      """, environment: ["MIRROR": bench.mirror])
    #expect(
      run.output
        == "libcurand 13.0.88\n\(bench.prefix)/13.0.2\ngone\ncuda_nvcc 13.0.88\n",
      "\(run.errors)")
  }
}
