import Glibc
import TestSupport
import Testing

@Test(arguments: [
  (shell: "bash", path: "completions/cuda-install.bash"), ("zsh", "completions/_cuda-install"),
  ("fish", "completions/cuda-install.fish"),
])
func `the committed completions are those that the program prints`(shell: String, path: String) {
  let printed = runProgram([BuiltBinary.path, "--generate-completion-script", shell])
  #expect(printed.status == 0)
  #expect(
    printed.output == Documents.text(path),
    "cuda-install --generate-completion-script \(shell) > \(path)")
}

/// Those that somebody calls.
private let scripts = [
  ".ci/deb", ".ci/run", ".ci/setup", "Tests/cron", "Tests/deb", "Tests/demo",
  "Tests/download-cost", "Tests/fuzz", "Tests/hook", "Tests/instructions", "Tests/latency",
  "Tests/liblzma", "Tests/model",
  "Tests/power-cut", "Tests/readme", "Tests/real-cuda", "Tests/real-wheels", "Tests/sandbox-cost",
  "Tests/sanitize", "Tests/screens", "Tests/speed", "Tests/strace", "Tests/units",
  "Tests/update-cost",
]

@Test(
  arguments: scripts + [
    "Tests/chroot.bash", "Tests/consumers.bash", "Tests/mirror.bash", "Tests/releases.bash",
    "Tests/showing.bash",
    "completions/cuda-install.bash",
  ])
func `bash can read the script`(path: String) {
  let reading = runProgram(["bash", "-n", "\(Documents.root)/\(path)"])
  #expect(reading.status == 0, "\(reading.errors)")
}

@Test(arguments: scripts)
func `the script can be run as it is called`(path: String) {
  #expect(access("\(Documents.root)/\(path)", X_OK) == 0)
}

@Test(.enabled(if: hasProgram("zsh"), "there is no zsh; .ci/setup --tests installs it"))
func `zsh can read its completions`() {
  let reading = runProgram(["zsh", "-n", "\(Documents.root)/completions/_cuda-install"])
  #expect(reading.status == 0, "\(reading.errors)")
}

@Test(.enabled(if: hasProgram("fish"), "there is no fish; .ci/setup --tests installs it"))
func `fish can read its completions`() {
  let reading = runProgram(["fish", "-n", "\(Documents.root)/completions/cuda-install.fish"])
  #expect(reading.status == 0, "\(reading.errors)")
}
