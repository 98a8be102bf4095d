import Glibc
import TestSupport
import Testing

/// 13.0.1, and then 13.0.2: a library that knows its version, its header, and another that stays as it is.
private struct Toolkit {
  let scratch = Scratch()
  private(set) var before = Mirror()
  private(set) var after = Mirror()

  init() throws {
    let still = try library("libstill", "1.0")
    let (old, new) = (try library("libmoving", "13.0.48"), try library("libmoving", "13.0.88"))
    before.add("13.0.1", [old, still])
    after.add("13.0.1", [old, still])
    after.add("13.0.2", [new, still])
  }

  private func library(_ name: String, _ version: String) throws -> Mirror.Component {
    scratch.write(
      "\(name).c", Array("const char *\(name)_version(void) { return \"\(version)\"; }\n".utf8))
    let file = scratch.file("\(name).so")
    let run = runProgram(["cc", "-shared", "-fPIC", "-o", file, scratch.file("\(name).c")])
    try #require(run.status == 0, "\(run.errors)")
    var component = Mirror.component(name, version)
    component.members += [
      Member("lib/\(name).so", .file, try #require(readFile(file)), mode: 0o755),
      .file(
        "include/\(name)_version.h",
        "#define VERSION \"\(version)\"\nconst char *\(name)_version(void);\n"),
    ]
    return component
  }
}

/// For each line that comes in, says what it finds of the tree that it was started in: by the library that it runs
/// with, a header, and a library that it loads only now.
private let program = """
  #include <dlfcn.h>
  #include <stdio.h>
  #include <stdlib.h>
  #include <libmoving_version.h>
  int main(void) {
    char line[99], path[4096];
    while (fgets(line, sizeof line, stdin)) {
      snprintf(path, sizeof path, "%s/include/libmoving_version.h", getenv("CUDA_HOME"));
      FILE *header = fopen(path, "r");
      void *late = dlopen("libstill.so", RTLD_NOW);
      const char *(*still)(void) = late ? (const char *(*)(void))dlsym(late, "libstill_version") : 0;
      printf("%s: %s %s %s%s\\n", line, libmoving_version(), VERSION,
             header ? "open " : "FAILED ", still ? still() : "FAILED");
      fflush(stdout);
      if (header) fclose(header);
      if (late) dlclose(late);
    }
    return 0;
  }
  """

/// Compiles again and again with the settings that it had in the beginning, and a lease that it took by hand.
private let compiling = """
  eval "$("$CUDA_INSTALL" env --prefix "$PREFIX")"
  cat >"$SCRATCH/unit.c" <<'END'
  #include <libmoving_version.h>
  #include <libstill_version.h>
  #include <libmoving.h>
  int main(void) { return !libmoving_version() + !libstill_version(); }
  END
  exec flock -F -s "$CUDA_HOME/" sh -c '
    round=0
    while [ ! -e "$SCRATCH/stop" ] && [ -d "$SCRATCH" ]; do
      cc -w -o "$SCRATCH/unit" "$SCRATCH/unit.c" -I"$CUDA_HOME/include" -L"$CUDA_HOME/lib64" \
        -lmoving -lstill && "$SCRATCH/unit" || echo FAILED
      round=$((round + 1)); echo "round $round"
    done'
  """

@Suite struct `What runs from a tree` {
  @Test(.enabled(if: Rights.toCompile, Rights.noCompiler))
  func `I7: lives through update, use, rollback, removal and prune without one failed open`() throws
  {
    let toolkit = try Toolkit()
    let bench = try Bench(toolkit.before)
    #expect(bench.run("install", "13.0", "--profile", "full").status == 0)
    bench.scratch.write("program.c", Array(program.utf8))
    let build = bench.run(
      "exec", "--", "sh", "-c",
      "cc -o \"$0\" \"$0.c\" -I\"$CUDA_HOME/include\" -L\"$CUDA_HOME/lib64\" -lmoving -ldl",
      bench.scratch.file("program"))
    try #require(build.status == 0, "\(build.errors)")
    let fifo = bench.scratch.file("fifo")
    try #require(runProgram(["mkfifo", fifo]).status == 0)
    let running = bench.start(
      "exec", "--", "sh", "-c", "exec \"$0\" <\"$1\"", bench.scratch.file("program"), fifo)
    let compiler = bench.startShell(compiling)
    // For reading too: then it neither waits for a reader, nor raises SIGPIPE when there is none any more.
    let input = open(fifo, O_RDWR | O_CLOEXEC)
    defer { bench.scratch.write("stop", []) }
    var round = 0

    func expectAlive(after step: String) throws {
      #expect(write(input, "\(step)\n", step.utf8.count + 1) > 0)
      try #require(running.waitForOutput("\(step)\n: "), "\(running.errors)")
      // One that began before the change may end behind it; the next began behind it.
      round = compiler.output.split(separator: "\n").count(where: { $0.hasPrefix("round") }) + 2
      try #require(compiler.waitForOutput("round \(round)\n"), "\(compiler.errors)")
    }

    try expectAlive(after: "start")
    for (path, bytes) in toolkit.after.files { bench.server.publish(path, bytes) }
    for (step, words) in [
      ["update"], ["use", "13.0.1"], ["rollback"], ["remove", "13.0.1", "libstill"],
      ["remove", "13.0.2", "libmoving"], ["prune", "--keep", "0"], ["prune", "--keep", "0"],
    ].enumerated() {
      let run = bench.ended(bench.command(words))
      #expect(run.status == 0, "\(words) \(run.errors)")
      try expectAlive(after: "\(step) \(words[0])")
    }
    #expect(linkTarget("\(bench.prefix)/13.0.1") == nil)
    #expect(bench.trees.first == "13.0.1-1" && bench.trees.count == 2)
    close(input)
    bench.scratch.write("stop", [])
    #expect(running.wait() == 0 && compiler.wait() == 0)
    let answers = running.output.split(separator: "\n").filter { $0.hasPrefix(": ") }
    #expect(answers.count == 8)
    #expect(answers.allSatisfy { $0 == ": 13.0.48 13.0.48 open 1.0" }, "\(running.output)")
    #expect(!compiler.output.contains("FAILED") && round > 8, "\(compiler.errors)")
    #expect(bench.run("prune", "--keep", "0").output.contains("deleted tree 13.0.1-1\n"))
  }
}
