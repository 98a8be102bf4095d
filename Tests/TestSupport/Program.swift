import Glibc

/// A real process of a test. Its output goes to files, so that it never blocks on the test. It is killed with
/// the value.
package final class Program: @unchecked Sendable {
  // Sendable because a test waits for a program on one thread.
  package let pid: Int32
  private let outputPath: String
  private let errorPath: String
  private var status: Int32?

  /// Starts `command`, looked up on PATH, with nothing on stdin. `environment` replaces the whole environment.
  /// `descriptor` is its descriptor 3.
  package init(
    _ command: [String], environment: [String: String]? = nil, descriptor: Int32? = nil,
    in scratch: Scratch
  ) {
    let number = UInt64.random(in: .min ... .max)
    outputPath = scratch.file("output-\(number)")
    errorPath = scratch.file("errors-\(number)")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    // One that is 3 already loses its FD_CLOEXEC by this.
    if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, 3) }
    var attributes = untouchedSignals()
    defer { posix_spawnattr_destroy(&attributes) }
    let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?]? = environment.map {
      $0.map { strdup("\($0.key)=\($0.value)") } + [nil]
    }
    defer { for pointer in arguments + (variables ?? []) { free(pointer) } }
    var pid = pid_t()
    let code = posix_spawnp(
      &pid, command[0], &actions, &attributes, arguments, variables ?? environ.copied)
    guard code == 0 else {
      fatalError("cannot start \(command[0]): \(String(cString: strerror(code)))")
    }
    self.pid = pid
  }

  deinit {
    guard status == nil else { return }
    Glibc.kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// Waits until it has ended; the exit status, or 128 and the signal.
  @discardableResult
  package func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(pid, &raw, 0) == -1 {
      guard errno == EINTR else { fatalError("waitpid: \(String(cString: strerror(errno)))") }
    }
    let result = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
    status = result
    return result
  }

  package func kill(_ signal: Int32 = SIGKILL) { Glibc.kill(pid, signal) }

  package var output: String { String(decoding: readFile(outputPath) ?? [], as: UTF8.self) }
  package var errors: String { String(decoding: readFile(errorPath) ?? [], as: UTF8.self) }

  /// Returns once stdout holds `text`: whether it came before the program's end.
  package func waitForOutput(_ text: String) -> Bool {
    waitForChange(of: outputPath) { self.output.contains(text) }
  }

  /// Returns once stderr holds `text`: whether it came before the program's end.
  package func waitForErrors(_ text: String) -> Bool {
    waitForChange(of: errorPath) { self.errors.contains(text) }
  }

  private func waitForChange(of path: String, until isTrue: () -> Bool) -> Bool {
    let watch = inotify_init1(Int32(IN_CLOEXEC))
    guard watch >= 0, inotify_add_watch(watch, path, UInt32(IN_MODIFY)) >= 0 else {
      fatalError("cannot watch \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(watch) }
    while true {
      // In this order: what it wrote before it ended is there once it has ended.
      let ended = hasEnded
      if isTrue() { return true }
      if ended { return false }
      // A program that ends writes nothing: now and then the question is whether it is still there.
      var descriptor = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 100) > 0 else { continue }
      var events = [UInt8](repeating: 0, count: 4096)
      _ = read(watch, &events, events.count)
    }
  }

  package var hasEnded: Bool {
    if status != nil { return true }
    var information = siginfo_t()
    let code = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
    return code == 0 && information.si_signo == SIGCHLD
  }
}

/// Signals as a login shell's children have them, whatever the test runner was started with: a job in the
/// background ignores SIGINT.
private func untouchedSignals() -> posix_spawnattr_t {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { sigaddset(&signals, signal) }
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
  return attributes
}

extension UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
  fileprivate var copied: [UnsafeMutablePointer<CChar>?] {
    var pointers: [UnsafeMutablePointer<CChar>?] = []
    var next = self
    while let pointer = next.pointee {
      pointers.append(pointer)
      next += 1
    }
    return pointers + [nil]
  }
}

/// Runs a command to its end.
package func runProgram(
  _ command: [String], environment: [String: String]? = nil
) -> (status: Int32, output: String, errors: String) {
  let scratch = Scratch()
  let program = Program(command, environment: environment, in: scratch)
  let status = program.wait()
  return (status, program.output, program.errors)
}

/// Whether this, and each program of the build, runs under a sanitizer of Tests/sanitize, which makes calls of its own and
/// cannot be without some of the machine.
package let isSanitized = dlsym(nil, "__sanitizer_set_report_fd") != nil

/// The real `cuda-install`, which lies beside the test bundle.
package enum BuiltBinary {
  package static let path: String = {
    guard var directory = resolved("/proc/self/exe") else { fatalError("no /proc/self/exe") }
    // The test runner is the bundle itself, or lies with the toolchain and was given the bundle's path.
    let candidates = [directory] + CommandLine.arguments
    for candidate in candidates {
      guard let slash = candidate.lastIndex(of: "/") else { continue }
      directory = String(candidate[..<slash])
      let path = "\(directory)/cuda-install"
      if access(path, X_OK) == 0 { return path }
    }
    fatalError("cuda-install is not beside the test bundle: \(candidates)")
  }()
}
