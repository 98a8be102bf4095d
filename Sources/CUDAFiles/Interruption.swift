import CKernel
import Glibc

/// The wish of a signal that this process ends. Long work asks for it; it is never acted on in a handler.
package enum Interruption {
  /// From now on the first SIGINT, SIGTERM or SIGHUP is noted, unless the caller has it ignored (a job of a
  /// non-interactive shell keeps ignoring them), and SIGPIPE is an errno. The second one kills at once:
  /// that is as safe as any crash.
  package static func watch() { ckernel_watch_signals() }

  /// The signal noted, or `nil`.
  package static var signal: Int32? {
    let signal = ckernel_noted_signal()
    return signal == 0 ? nil : signal
  }

  /// What a terminal on the standard error gets at once when a signal is noted, or Ctrl-Z stops this process, whatever
  /// the rest of it does then: what must not stay there when it is gone.
  package static func setLastWords(_ words: StaticString?) {
    guard let words else { return ckernel_set_last_words(nil) }
    words.withUTF8Buffer { bytes in
      // A literal is there for ever, and has a zero behind it.
      bytes.withMemoryRebound(to: CChar.self) { ckernel_set_last_words($0.baseAddress) }
    }
  }

  /// How often Ctrl-Z has stopped this process, so that others may have written to its terminal.
  package static var stopCount: Int32 { ckernel_stops() }

  /// Whether this process has nothing to clear up: then a signal ends it within a second, even in the middle of a
  /// call that the file system does not answer.
  package static func holdNothing(_ holds: Bool) { ckernel_hold_nothing(holds) }

  /// Ends this process by `signal`, so that its parent sees what happened.
  package static func die(of signal: Int32) -> Never {
    ckernel_die_of(signal)
    _exit(128 + signal)
  }

  /// `SIGINT`
  package static func name(of signal: Int32) -> String {
    switch signal {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGHUP: "SIGHUP"
    default: "signal \(signal)"
    }
  }
}
