import CKernel
import Glibc

/// What another program printed, and how it ended.
package struct ProgramOutput: Sendable {
  /// Its standard output, and its standard error if that was wanted as well.
  package var bytes: [UInt8]
  /// 0 if it succeeded.
  package var status: Int32

  /// Runs `command`, which begins with a path, with `environment` added to this process's own and nothing to read, and waits
  /// for its end. It is killed after 60 seconds, after `limit` bytes, and once `isCancelled`, which is asked ten
  /// times a second; what it had printed is not whole then, and its status not 0.
  package static func of(
    _ command: [String], environment: [String: String] = [:], withErrors: Bool = false,
    limit: Int = 1 << 20, isCancelled: () -> Bool = { Interruption.signal != nil }
  ) throws(SystemCallError) -> ProgramOutput {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe2", command[0]) { ckernel_pipe(&ends) }
    defer { close(ends[0]) }
    let pid: pid_t
    do {
      defer { close(ends[1]) }
      pid = try start(command, environment, output: ends[1], errors: withErrors ? ends[1] : nil)
    }
    var bytes: [UInt8] = []
    // Also one that says no more and does not end: what it printed is all that is wanted of it.
    let isWhole = read(ends[0], into: &bytes, limit: limit, isCancelled: isCancelled)
    var status: Int32 = -1
    let grace = ContinuousClock.now + .seconds(2)
    while isWhole, .now < grace, waitpid(pid, &status, WNOHANG) != pid {
      Thread.pause(milliseconds: 10)
    }
    if status == -1 {
      kill(pid, SIGKILL)
      while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }
    return ProgramOutput(bytes: bytes, status: status)
  }

  private static func start(
    _ command: [String], _ environment: [String: String], output: Int32, errors: Int32?
  ) throws(SystemCallError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    if let errors {
      posix_spawn_file_actions_adddup2(&actions, errors, 2)
    } else {
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    // Signals that this process takes by itself are the other's to die of.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    let arguments = command.map { strdup($0) } + [nil]
    let variables = variables(with: environment).map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var pid = pid_t()
    try systemCall("posix_spawn", command[0]) { () -> Int32 in
      errno = posix_spawn(&pid, command[0], &actions, &attributes, arguments, variables)
      return errno == 0 ? 0 : -1
    }
    return pid
  }

  private static func variables(with environment: [String: String]) -> [String] {
    var variables = environment.map { "\($0.key)=\($0.value)" }
    var next = ckernel_environment()
    while let variable = next?.pointee {
      let text = String(cString: variable)
      if environment[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
      next = next?.successor()
    }
    return variables
  }

  /// Whether it was read to its end.
  private static func read(
    _ descriptor: Int32, into bytes: inout [UInt8], limit: Int, isCancelled: () -> Bool
  ) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit, !isCancelled(), .now < deadline {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 100) > 0 else { continue }
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count == -1, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      bytes += piece[..<count]
    }
    return false
  }
}
