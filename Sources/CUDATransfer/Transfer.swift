// Any number of requests, one libcurl multi handle, one thread.
//
// `start`, `cancel` and `close` may be called from anywhere: they leave a word in the mailbox and wake the
// thread. All else, every call of libcurl and of a receiver, happens on that thread, so that nothing
// else here is shared. A request that comes too late for the thread is answered on the caller's.

import CCurl
import Synchronization

/// A thread that transfers, a few requests at a time, in the order in which they were started. There is none, and no
/// libcurl, before the first request.
package final class Transfer: Sendable {
  private struct State {
    var loop: TransferLoop?
    var thread: pthread_t?
    var isCancelled = false
    var isClosed = false
  }

  private let options: TransferOptions
  private let state = Mutex(State())

  package init(options: TransferOptions) { self.options = options }

  deinit {
    cancel()
    close()
  }

  /// Hands over a request. The receiver hears of it on the transfer's thread, or on this one if the
  /// transfer has been closed.
  package func start(_ request: TransferRequest, _ receiver: any TransferReceiver) {
    let loop = state.withLock { state in
      let loop = state.loop ?? Self.begin(options, &state)
      state.loop = loop
      return loop
    }
    loop.start(Start(request: request, receiver: receiver))
  }

  private static func begin(_ options: TransferOptions, _ state: inout State) -> TransferLoop {
    let loop = TransferLoop(options)
    guard !state.isClosed else {
      loop.end(.cancelled)
      return loop
    }
    if state.isCancelled { loop.cancel() }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(loop)
    let code = ccurl_thread_start(
      &thread,
      { context in
        if let context { Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    if code == 0 {
      state.thread = thread
    } else {
      context.release()
      loop.end(.network(code: 2, text: "no thread for transfers: errno \(code)", url: "libcurl"))
    }
    return loop
  }

  /// All requests, also those started later, end with `cancelled`. Does not wait for that.
  package func cancel() {
    let loop = state.withLock { state in
      state.isCancelled = true
      return state.loop
    }
    loop?.cancel()
  }

  /// Waits until every request has ended and the thread with them. Not to be called by a receiver.
  package func close() {
    let (loop, thread) = state.withLock { state in
      state.isClosed = true
      return (state.loop, state.thread.take())
    }
    loop?.close()
    if let thread { ccurl_thread_wait(thread) }
  }
}

/// A request that has been handed over.
struct Start: Sendable {
  let request: TransferRequest
  let receiver: any TransferReceiver
}
