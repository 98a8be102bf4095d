// Unpacking reads bytes of strangers with libraries in C. It runs on a thread that cannot do what unpacking never does:
// a mistake there, ours or a library's, is an error of this archive, and not one of the machine.
//
// Of the thread, not of the process: who makes a library run code of his own still shares the memory of the
// threads beside it. Landlock (kernel 5.19, where it may link files between directories) and seccomp are for good,
// so that the thread ends with its archive.

import CKernel
import Glibc

package enum Sandbox {
  /// Why this machine has none; `nil` where it has.
  package static let objection: String? = {
    let version = ckernel_landlock_version()
    switch version {
    case 2...: return nil
    case 0, 1: return "Landlock is too old here: it came with Linux 5.19"
    default:
      switch errno {
      case ENOSYS: return "this kernel has no Landlock: it came with Linux 5.19"
      case EOPNOTSUPP: return "Landlock is turned off in this kernel"
      case let code: return "Landlock is refused here: \(String(cString: strerror(code)))"
      }
    }
  }()

  /// Tries it on a thread of its own, with an empty directory of the caller's, and its parent.
  package static func trial(
    in scratch: SharedDirectory, beside parent: SharedDirectory
  ) throws(SystemCallError) -> SandboxTrial {
    try Thread.result {
      var trial = SandboxTrial()
      do throws(SystemCallError) {
        try enter(writingBeneath: scratch)
        _ = try scratch.directory.create("inside")
        trial.works = true
      } catch {
        trial.failure = error.message
      }
      trial.confinesFiles =
        isRefused { () throws(SystemCallError) in _ = try Directory.open("/") }
        && isRefused { () throws(SystemCallError) in _ = try parent.directory.create("outside") }
      trial.refusesProcesses = isRefused { () throws(SystemCallError) in
        try systemCall("kill", "the parent process") { kill(getppid(), 0) }
      }
      trial.refusesSockets = isRefused { () throws(SystemCallError) in
        try systemCall("socket", "an address") { ckernel_try_socket() }
      }
      return trial
    }
  }

  private static func isRefused(_ body: () throws(SystemCallError) -> Void) -> Bool {
    do throws(SystemCallError) { try body() } catch { return error.isPermission }
    return false
  }

  /// From now on, and for good, the calling thread opens and makes nothing but what lies beneath `root`, if there is
  /// one; it has no network, and starts no process; threads that it starts are confined as it is.
  fileprivate static func enter(writingBeneath root: SharedDirectory?) throws(SystemCallError) {
    // Read from files, which are out of reach then.
    _ = Machine.umask
    tzset()
    try systemCall("landlock_restrict_self", root?.directory.path ?? "this thread") {
      ckernel_confine(root?.directory.descriptor ?? -1)
    }
    try systemCall("seccomp", "this thread") { ckernel_refuse_calls() }
  }
}

/// What a trial of the sandbox has shown.
package struct SandboxTrial: Sendable, Equatable {
  /// A file was made beneath its directory.
  package var works = false
  /// Nothing could be opened, made or changed outside.
  package var confinesFiles = false
  package var refusesSockets = false
  /// No other process could be sent a signal.
  package var refusesProcesses = false
  /// Why it could not be had.
  package var failure: String?

  package var isGood: Bool { works && confinesFiles && refusesSockets && refusesProcesses }
}

extension Thread {
  /// The result of `body`, on a thread that can change nothing but what lies beneath `root`, and what is open.
  ///
  /// `orNot`: called on it, if the sandbox cannot be had, or not all of it.
  package static func confined<Value: Sendable>(
    beneath root: SharedDirectory?, orNot: @escaping @Sendable (SystemCallError) -> Void,
    _ body: @escaping @Sendable () -> Value
  ) throws(SystemCallError) -> Value {
    try result {
      do throws(SystemCallError) { try Sandbox.enter(writingBeneath: root) } catch { orNot(error) }
      return body()
    }
  }

  /// The result of `body`, on a thread of its own.
  package static func result<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
  ) throws(SystemCallError) -> Value {
    let result = Monitor<Value?>(nil)
    let thread = try Thread {
      let value = body()
      result.update { $0 = value }
    }
    thread.join()
    guard let value = result.update({ $0 }) else { preconditionFailure("the thread has ended") }
    return value
  }
}
