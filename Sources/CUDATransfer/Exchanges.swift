import CCurl

/// The exchanges of one loop, and their streams: in line, under way, or waiting for their next attempt.
struct Exchanges {
  private let multi: UnsafeMutableRawPointer
  private let options: TransferOptions
  private var all: [Exchange] = []
  /// libcurl has a line of its own for want of connections, but forgets who came first.
  private var line: [Stream] = []
  /// By libcurl's handle of the attempt.
  private var active: [UnsafeMutableRawPointer: Stream] = [:]
  private var waiting: [(until: ContinuousClock.Instant, stream: Stream)] = []
  private let start = ContinuousClock.now
  /// How many connections servers have turned out to allow, by their names.
  private var allowed: [String: Int] = [:]

  /// How long what has arrived may stay in memory alone.
  private static let patience = Duration.milliseconds(250)

  init(_ multi: UnsafeMutableRawPointer, _ options: TransferOptions) {
    self.multi = multi
    self.options = options
  }

  var isEmpty: Bool { all.isEmpty }

  mutating func add(_ exchange: Exchange) {
    all.append(exchange)
    line.append(exchange.addStream())
  }

  /// Does all that can be done without waiting.
  mutating func advance() {
    let now = ContinuousClock.now
    let due = waiting.filter { $0.until <= now }.map(\.stream)
    waiting.removeAll { $0.until <= now }
    line.insert(contentsOf: due, at: 0)
    share(now)
    admit()
    var running: Int32 = 0
    ccurl_multi_perform(multi, &running)
    var code = CURLE_OK
    while let pointer = ccurl_multi_next_done(multi, &code) {
      ccurl_multi_remove_handle(multi, pointer)
      guard let stream = active.removeValue(forKey: pointer) else { continue }
      let exchange = stream.exchange
      let hasCompany = active.values.contains {
        $0.exchange !== exchange && $0.exchange.server == exchange.server && $0.isBringing
      }
      let othersWait = line.contains {
        $0.exchange !== exchange && $0.exchange.server == exchange.server
      }
      follow(
        exchange.ended(stream, code, hasCompany: hasCompany, othersWait: othersWait), stream)
    }
    admit()
  }

  mutating func cancel() {
    for exchange in all { end(exchange, .failure(.cancelled)) }
  }

  /// Waits for the network, the next attempt or a call of curl_multi_wakeup(3).
  mutating func wait(atMost interval: Duration) {
    var longest = interval
    if let next = waiting.map(\.until).min() { longest = min(longest, next - .now) }
    if all.contains(where: \.maySplit) { longest = min(longest, Sharing.watch / 4) }
    // While there is more at hand, receivers may collect it; a little later it must be out of their hands.
    for exchange in all {
      guard let since = exchange.unsettledSince else { continue }
      let left = Self.patience - since.duration(to: .now)
      if left > .zero {
        longest = min(longest, left)
      } else if let failure = exchange.settle() {
        end(exchange, .failure(failure))
      }
    }
    let milliseconds = max(0, (longest / .milliseconds(1)).rounded(.up))
    ccurl_multi_poll(multi, Int32(milliseconds))
  }

  /// Begins whatever there is a connection for, first come, first served.
  private mutating func admit() {
    var place = 0
    while place < line.count, active.count < options.connections {
      let exchange = line[place].exchange
      if connectionCount(to: exchange.server) < limit(of: exchange.server) {
        let stream = line.remove(at: place)
        follow(exchange.next(for: stream), stream)
      } else {
        place += 1
      }
    }
  }

  private func limit(of server: String) -> Int {
    min(options.connectionsPerHost, allowed[server] ?? .max)
  }

  private func connectionCount(to server: String) -> Int {
    active.values.count { $0.exchange.server == server }
  }

  /// Gives connections that nobody waits for to those who may bring something sooner with them.
  private mutating func share(_ now: ContinuousClock.Instant) {
    // Who was started first has the most to bring, and the most to be done behind it.
    for exchange in all where exchange.maySplit {
      let isWanted = !line.isEmpty || !waiting.isEmpty
      let free = min(
        options.connections - active.count,
        limit(of: exchange.server) - connectionCount(to: exchange.server))
      line += exchange.share(
        at: now - start, free: isWanted ? 0 : max(0, free), isAlone: all.count == 1)
    }
  }

  private mutating func follow(_ next: Exchange.Next, _ stream: Stream) {
    switch next {
    case .ask(let handle):
      let code = ccurl_multi_add_handle(multi, handle.pointer)
      precondition(code == CURLM_OK, "a new handle is refused: \(code)")
      active[handle.pointer] = stream
    case .wait(let duration):
      waiting.append((.now + duration, stream))
    case .stepBack:
      // At least one is left, whose end lets this one go on.
      let server = stream.exchange.server
      allowed[server] = max(1, connectionCount(to: server))
      line.insert(stream, at: 0)
    case .leave: break
    case .end(let result):
      end(stream.exchange, result)
    }
  }

  /// Also ends what the exchange's other streams are at.
  private mutating func end(_ exchange: Exchange, _ result: Result<TransferResponse, TransferError>)
  {
    for handle in exchange.abandon() {
      ccurl_multi_remove_handle(multi, handle.pointer)
      active[handle.pointer] = nil
    }
    line.removeAll { $0.exchange === exchange }
    waiting.removeAll { $0.stream.exchange === exchange }
    all.removeAll { $0 === exchange }
    exchange.finish(result)
  }
}
