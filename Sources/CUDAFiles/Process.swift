import CKernel
import Glibc

/// Replaces this process by `command`, looked up on PATH, with `environment` added to its own.
///
/// Returns only if that fails, with the errno.
package func replaceProcess(
  by command: [String], environment: [(String, String)]
) -> Int32 {
  for (name, value) in environment { setenv(name, value, 1) }
  let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  defer { for pointer in arguments { free(pointer) } }
  signal(SIGPIPE, SIG_DFL)
  signal(SIGXFSZ, SIG_DFL)
  ckernel_unwatch_signals()
  execvp(command[0], arguments)
  return errno
}

/// Ends this process with an exit status, after buffered output.
package func exitProcess(_ status: Int32) -> Never { exit(status) }

extension Int32 {
  /// An errno's text: `No such file or directory`.
  package var reason: String { String(cString: strerror(self)) }

  /// Whether this errno says that nothing of that name is there.
  package var isMissing: Bool { self == ENOENT }
}
