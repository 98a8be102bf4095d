// Any number of requests, one libcurl multi handle, one thread.
//
// `start`, `cancel` and `close` may be called from anywhere: they leave a word in the mailbox and wake the
// thread. All else, every call of libcurl and of a receiver, happens on that thread, so that nothing
// else here is shared. A request that comes too late for the thread is answered on the caller's.

import CCurl
import Synchronization

/// A thread that transfers, a few requests at a time, in the order in which they were started.
package final class Transfer: Sendable {
  private let loop: TransferLoop
  private let thread: Mutex<pthread_t?>

  package init(options: TransferOptions) {
    let loop = TransferLoop(options)
    self.loop = loop
    var thread = pthread_t()
    let context = Unmanaged.passRetained(loop)
    let code = ccurl_thread_start(
      &thread,
      { context in
        if let context { Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    if code != 0 {
      context.release()
      loop.end(.network(code: 2, text: "no thread for transfers: errno \(code)", url: "libcurl"))
    }
    self.thread = Mutex(code == 0 ? thread : nil)
  }

  deinit {
    cancel()
    close()
  }

  /// Hands over a request. The receiver hears of it on the transfer's thread, or on this one if the
  /// transfer has been closed.
  package func start(_ request: TransferRequest, _ receiver: any TransferReceiver) {
    loop.start(Start(request: request, receiver: receiver))
  }

  /// All requests, also those started later, end with `cancelled`. Does not wait for that.
  package func cancel() { loop.cancel() }

  /// Waits until every request has ended and the thread with them. Not to be called by a receiver.
  package func close() {
    loop.close()
    thread.withLock { thread in
      if let ended = thread.take() { ccurl_thread_wait(ended) }
    }
  }
}

/// A request that has been handed over.
struct Start: Sendable {
  let request: TransferRequest
  let receiver: any TransferReceiver
}
