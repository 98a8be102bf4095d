import CCurl

/// The exchanges of one loop: in line, under way, or waiting for their next attempt.
struct Exchanges {
  private let multi: UnsafeMutableRawPointer
  private let options: TransferOptions
  /// libcurl has a line of its own for want of connections, but forgets who came first.
  private var line: [Exchange] = []
  /// By libcurl's handle of the attempt.
  private var active: [UnsafeMutableRawPointer: Exchange] = [:]
  private var waiting: [(until: ContinuousClock.Instant, exchange: Exchange)] = []

  init(_ multi: UnsafeMutableRawPointer, _ options: TransferOptions) {
    self.multi = multi
    self.options = options
  }

  var isEmpty: Bool { line.isEmpty && active.isEmpty && waiting.isEmpty }

  mutating func add(_ exchange: Exchange) { line.append(exchange) }

  /// Does all that can be done without waiting.
  mutating func advance() {
    let now = ContinuousClock.now
    line.insert(contentsOf: waiting.filter { $0.until <= now }.map(\.exchange), at: 0)
    waiting.removeAll { $0.until <= now }
    admit()
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    var code = CURLE_OK
    while let pointer = ccurl_multi_next_done(multi, &code) {
      curl_multi_remove_handle(multi, pointer)
      guard let exchange = active.removeValue(forKey: pointer) else { continue }
      follow(exchange.ended(code), exchange)
    }
    admit()
  }

  mutating func cancel() {
    for exchange in active.values {
      if let handle = exchange.abandon() { curl_multi_remove_handle(multi, handle.pointer) }
    }
    let ended = active.values + waiting.map(\.exchange) + line
    (active, waiting, line) = ([:], [], [])
    for exchange in ended { exchange.receiver.finish(.failure(.cancelled)) }
  }

  /// Waits for the network, the next attempt or a call of curl_multi_wakeup(3).
  func wait(atMost interval: Duration) {
    var longest = interval
    if let next = waiting.map(\.until).min() { longest = min(longest, next - .now) }
    let milliseconds = max(0, (longest / .milliseconds(1)).rounded(.up))
    curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
  }

  /// Begins whatever there is a connection for, first come, first served.
  private mutating func admit() {
    var place = 0
    while place < line.count, active.count < options.connections {
      let host = line[place].host
      if active.values.count(where: { $0.host == host }) < options.connectionsPerHost {
        let exchange = line.remove(at: place)
        follow(exchange.attempt(), exchange)
      } else {
        place += 1
      }
    }
  }

  private mutating func follow(_ next: Exchange.Next, _ exchange: Exchange) {
    switch next {
    case .ask(let handle):
      let code = curl_multi_add_handle(multi, handle.pointer)
      precondition(code == CURLM_OK, "a new handle is refused: \(code)")
      active[handle.pointer] = exchange
    case .wait(let duration):
      waiting.append((.now + duration, exchange))
    case .end(let result):
      exchange.receiver.finish(result)
    }
  }
}
