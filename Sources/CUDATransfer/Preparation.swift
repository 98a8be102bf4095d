import CCurl
import Synchronization

/// libcurl being loaded on a thread of its own, because a server is going to be asked.
package final class Preparation: Sendable {
  private let thread: Mutex<pthread_t?>

  package init() {
    var thread = pthread_t()
    let code = ccurl_thread_start(
      &thread,
      { context in
        _ = ccurl_load()
        return context
      }, nil)
    // Without a thread it is loaded when it is needed.
    self.thread = Mutex(code == 0 ? thread : nil)
  }

  /// Waits until that is done: no process may end while its libraries still begin.
  package func end() {
    thread.withLock { thread in
      if let ended = thread.take() { ccurl_thread_wait(ended) }
    }
  }
}
