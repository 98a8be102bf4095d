import Glibc

/// A thread of our own: blocking work never happens on the cooperative pool.
package final class Thread {
  private var identifier: pthread_t?

  /// Starts `body` on a new thread, under the probe of the caller. EAGAIN where there can be no more.
  package init(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
    let probe = Probe.current
    let start = Unmanaged.passRetained(
      Start { Probe.$current.withValue(probe) { body() } })
    var identifier = pthread_t()
    let code = pthread_create(&identifier, nil, runThread, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemCallError(call: "pthread_create", subject: "a thread", code: code)
    }
    self.identifier = identifier
  }

  /// Waits until it has ended.
  package func join() {
    guard let identifier = identifier.take() else { return }
    pthread_join(identifier, nil)
  }

  /// Nobody will wait for it. The process ends all the same, but not before a call of it that the kernel cannot
  /// interrupt, as syncfs(2).
  package func detach() {
    guard let identifier = identifier.take() else { return }
    pthread_detach(identifier)
  }

  /// As many threads as cores, at most `count` of them, that each run `body`: fewer if there can be no more,
  /// but one.
  package static func each(
    ofAtMost count: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemCallError) -> [Thread] {
    var threads = [try Thread(body)]
    for _ in 1..<max(1, min(Machine.coreCount, count)) {
      guard let thread = try? Thread(body) else { break }
      threads.append(thread)
    }
    return threads
  }
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
  /// Lets the calling thread rest.
  package static func pause(milliseconds: Int) {
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    nanosleep(&time, nil)
  }
}
