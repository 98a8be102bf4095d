// A web server on 127.0.0.1 in this process, for tests: it serves what it is told, misbehaves where it is told,
// and keeps a log. No clock: a transfer that must be under way is held at a byte until the test lets go.
//
//   let server = try LoopbackServer(["/a": bytes])
//   server.fault("/a", .cut(after: 100))                  // the first request for /a
//   let hold = server.hold("/b*", afterBytes: 10)
//
// One thread for each connection. In a pattern one `*` stands for anything.

import Glibc
import Synchronization

package final class LoopbackServer: Sendable {
  package enum Fault: Sendable {
    /// The connection closes after this many bytes of the body, of which all were announced.
    case cut(after: Int)
    /// No length is announced; the connection closes after this many bytes of the body.
    case unframed(after: Int = .max)
    case status(Int, headers: [String] = [], body: String = "an error page")
    case ignoreRange
    /// The byte of the whole body at this place is another.
    case corrupt(at: Int)
    case redirect(to: String)
    /// The connection closes without a word.
    case hangUp
  }

  package struct Request: Sendable {
    package var method: String
    package var path: String
    /// With names in lower case.
    package var headers: [String: String]
    /// 0 until the answer begins.
    package var status = 0
    /// Of the body.
    package var bytesSent = 0

    /// As it was sent: `bytes=100-`.
    package var range: String? { headers["range"] }
  }

  private struct State {
    var content: [String: [UInt8]]
    var faults: [(pattern: String, fault: Fault, left: Int)] = []
    var holds: [(pattern: String, hold: Hold)] = []
    var allHolds: [Hold] = []
    var log: [Request] = []
    var connections: Set<Int32> = []
    var isStopped = false
  }

  package let port: UInt16
  private let listener: Int32
  private let root: String?
  private let more: @Sendable (String) -> [UInt8]?
  private let state: Mutex<State>

  /// Serves `content`, then what `more` has for a path, then the files and directories below `root`.
  package init(
    _ content: [String: [UInt8]] = [:], root: String? = nil,
    more: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
  ) throws {
    state = Mutex(State(content: content))
    self.root = root
    self.more = more
    (listener, port) = try listenOnLoopback()
    startThread { [listener, self] in
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0, errno == EINTR { continue }
        guard connection >= 0 else { break }
        guard admit(connection) else { continue }
        startThread {
          LoopbackConnection(descriptor: connection, server: self).serve()
          self.state.withLock { _ = $0.connections.remove(connection) }
          // A child that a test started in between may have the descriptor too.
          shutdown(connection, Int32(SHUT_RDWR))
          close(connection)
        }
      }
      close(listener)
    }
  }

  package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// All requests so far, in the order of their arrival.
  package var log: [Request] { state.withLock { $0.log } }

  package func requests(for path: String) -> [Request] { log.filter { $0.path == path } }

  /// What `path` has from now on.
  package func publish(_ path: String, _ bytes: [UInt8]?) {
    state.withLock { $0.content[path] = bytes }
  }

  /// The next `times` requests that match go wrong. Faults of one path follow each other in the order given.
  package func fault(_ pattern: String, _ fault: Fault, times: Int = 1) {
    state.withLock { $0.faults.append((pattern, fault, times)) }
  }

  /// The next request that matches stops after `afterBytes` bytes of its body.
  package func hold(_ pattern: String, afterBytes: Int = 0) -> Hold {
    let hold = Hold(afterBytes: afterBytes)
    state.withLock { state in
      state.holds.append((pattern, hold))
      state.allHolds.append(hold)
    }
    return hold
  }

  /// Refuses and ends all connections, and lets go of what is held. Needed: the server serves until then.
  package func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      for hold in state.allHolds { hold.release() }
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
      shutdown(listener, Int32(SHUT_RDWR))
    }
  }
}

extension LoopbackServer {
  private func admit(_ connection: Int32) -> Bool {
    state.withLock { state in
      if state.isStopped { close(connection) } else { state.connections.insert(connection) }
      return !state.isStopped
    }
  }

  /// Notes a request; its place in the log, and what is to happen to it.
  func arrived(_ request: Request) -> (entry: Int, fault: Fault?, hold: Hold?) {
    state.withLock { state in
      state.log.append(request)
      var fault: Fault?
      if let index = state.faults.firstIndex(where: { matches(request.path, $0.pattern) }) {
        fault = state.faults[index].fault
        state.faults[index].left -= 1
        if state.faults[index].left == 0 { state.faults.remove(at: index) }
      }
      let held = state.holds.firstIndex { matches(request.path, $0.pattern) }
      let hold = held.map { state.holds.remove(at: $0).hold }
      return (state.log.count - 1, fault, hold)
    }
  }

  func answered(_ entry: Int, _ status: Int) { state.withLock { $0.log[entry].status = status } }

  /// Before the bytes are sent, so that whoever has them finds them in the log.
  func sending(_ entry: Int, _ count: Int) { state.withLock { $0.log[entry].bytesSent += count } }

  func content(_ path: String) -> [UInt8]? {
    if let bytes = state.withLock({ $0.content[path] }) ?? more(path) { return bytes }
    guard let root, !path.split(separator: "/").contains("..") else { return nil }
    return fileOrIndex(root + path)
  }
}

private func matches(_ path: String, _ pattern: String) -> Bool {
  guard let star = pattern.firstIndex(of: "*") else { return path == pattern }
  let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
  return path.hasPrefix(head) && path.dropFirst(head.count).hasSuffix(tail)
}
