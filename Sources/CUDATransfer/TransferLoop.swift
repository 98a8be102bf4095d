import CCurl
import Synchronization

/// The loop that one thread runs, and its mailbox.
final class TransferLoop: Sendable {
  private struct Mailbox {
    var started: [Start] = []
    var isCancelled = false
    var isClosing = false
    /// What comes after the end is answered with.
    var end: TransferError?
  }

  private let options: TransferOptions
  private let mailbox = Mutex(Mailbox())
  /// Used by the thread only, but for curl_multi_wakeup(3), which is safe from any. Without libcurl every request has been
  /// answered.
  private nonisolated(unsafe) let connections: Connections
  private var multi: UnsafeMutableRawPointer? { connections.multi }

  init(_ options: TransferOptions, over connections: Connections = Connections()) {
    self.options = options
    self.connections = connections
    guard let multi = connections.multi else {
      end(.unavailable(connections.problem ?? ""))
      return
    }
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.connections)
  }

  func start(_ start: Start) {
    let end = mailbox.withLock { mailbox in
      if mailbox.end == nil { mailbox.started.append(start) }
      return mailbox.end
    }
    if let end { start.receiver.finish(.failure(end)) }
    wake()
  }

  func cancel() {
    mailbox.withLock { $0.isCancelled = true }
    wake()
  }

  func close() {
    mailbox.withLock { $0.isClosing = true }
    wake()
  }

  /// There is nothing to run this loop on, or with.
  func end(_ error: TransferError) { mailbox.withLock { $0.end = error } }

  private func wake() {
    if let multi { _ = ccurl_multi_wakeup(multi) }
  }

  /// Transfers until closed and done. `isCancelled` is asked at least every `interval`.
  func run(
    asking isCancelled: @escaping () -> Bool = { false }, every interval: Duration = .seconds(60)
  ) {
    guard let multi else { return }
    var exchanges = Exchanges(multi, options)
    let isCancelled = { self.mailbox.withLock { $0.isCancelled } || isCancelled() }
    while true {
      for start in mailbox.withLock({ $0.started.take() }) {
        exchanges.add(Exchange(start, options, isCancelled: isCancelled))
      }
      if isCancelled() { exchanges.cancel() }
      exchanges.advance()
      let isDone = mailbox.withLock { mailbox in
        guard mailbox.isClosing, mailbox.started.isEmpty, exchanges.isEmpty else { return false }
        mailbox.end = .cancelled
        return true
      }
      if isDone { return }
      exchanges.wait(atMost: interval)
    }
  }
}

extension Array {
  /// The elements, which are then no longer here.
  fileprivate mutating func take() -> [Element] {
    defer { self = [] }
    return self
  }
}
