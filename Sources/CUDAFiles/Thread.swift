import Glibc

/// A thread of our own that may be kept in an array.
package final class JoinableThread {
  private var thread: Thread?

  package init(_ body: @escaping @Sendable () -> Void) { thread = Thread(body) }

  /// Waits until it has ended.
  package func join() { thread.take()?.join() }
}

/// A thread of our own: blocking work never happens on the cooperative pool.
package struct Thread: ~Copyable {
  private let identifier: pthread_t

  /// Starts `body` on a new thread, under the probe of the caller.
  package init(_ body: @escaping @Sendable () -> Void) {
    let probe = Probe.current
    let start = Unmanaged.passRetained(
      Start { Probe.$current.withValue(probe) { body() } })
    var identifier = pthread_t()
    let code = pthread_create(&identifier, nil, runThread, start.toOpaque())
    precondition(code == 0, "pthread_create: \(String(cString: strerror(code)))")
    self.identifier = identifier
  }

  /// Waits until it has ended.
  package consuming func join() { pthread_join(identifier, nil) }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
  return nil
}

private final class Start {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

extension Thread {
  /// Lets the calling thread rest; a signal ends it early.
  package static func pause(milliseconds: Int) {
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    nanosleep(&time, nil)
  }
}
