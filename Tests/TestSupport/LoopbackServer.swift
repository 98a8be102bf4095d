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
  package struct Request: Sendable {
    package var method: String
    package var path: String
    package var query: String?
    /// With names in lower case.
    package var headers: [String: String]
    /// 0 until the answer begins.
    package var status = 0
    /// Of the body.
    package var bytesSent = 0
    /// The number of the connection that it came on: 1 for the first.
    package var connection: Int

    /// As it was sent: `bytes=100-`.
    package var range: String? { headers["range"] }
  }

  private struct State {
    var content: [String: [UInt8]]
    var faults: [(pattern: String, fault: Fault, left: Int)] = []
    var holds: [(pattern: String, hold: Hold)] = []
    var allHolds: [Hold] = []
    var versions: [(pattern: String, left: [Version])] = []
    var log: [Request] = []
    var connections: Set<Int32> = []
    var connectionCount = 0
    var isStopped = false
  }

  package let port: UInt16
  private let listener: Int32
  private let identity: Identity?
  private let root: String?
  private let more: @Sendable (String) -> [UInt8]?
  private let state: Mutex<State>

  /// Serves `content`, then what `more` has for a path, then the files and directories below `root`; by HTTPS if
  /// `tls` is given.
  package init(
    _ content: [String: [UInt8]] = [:], root: String? = nil, tls: TLS? = nil,
    more: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
  ) throws {
    state = Mutex(State(content: content))
    self.root = root
    identity = tls.map { Identity($0) }
    self.more = more
    (listener, port) = try listenOnLoopback()
    startThread { [listener, self] in
      while let connection = nextConnection(listener) {
        guard let number = admit(connection) else { continue }
        startThread { self.serve(connection, number) }
      }
      close(listener)
    }
  }

  /// A path's URL at 127.0.0.1, or at another name of it.
  package func url(_ path: String, host: String = "127.0.0.1") -> String {
    "\(identity == nil ? "http" : "https")://\(host):\(port)\(path)"
  }

  /// All requests so far, in the order of their arrival.
  package var log: [Request] { state.withLock { $0.log } }

  /// Connections so far, those on which no request came among them.
  package var connectionCount: Int { state.withLock { $0.connectionCount } }

  package func requests(for path: String) -> [Request] { log.filter { $0.path == path } }

  /// All is well from now on: no more faults, holds and versions.
  package func mend() {
    state.withLock { state in
      for hold in state.allHolds { hold.release() }
      (state.faults, state.holds, state.versions) = ([], [], [])
    }
  }

  /// What `path` has from now on.
  package func publish(_ path: String, _ bytes: [UInt8]?) {
    state.withLock { $0.content[path] = bytes }
  }

  /// The next `times` requests that match go wrong. Faults of one path follow each other in the order given.
  package func fault(_ pattern: String, _ fault: Fault, times: Int = 1) {
    state.withLock { $0.faults.append((pattern, fault, times)) }
  }

  /// Successive answers for what matches say that they are of these versions, later ones of the last; otherwise each
  /// content has a strong ETag of its own.
  package func identify(_ pattern: String, as versions: [Version]) {
    state.withLock { $0.versions.append((pattern, versions)) }
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
  /// The connection's number; `nil` if it was closed.
  private func admit(_ connection: Int32) -> Int? {
    state.withLock { state in
      guard !state.isStopped else {
        close(connection)
        return nil
      }
      state.connections.insert(connection)
      state.connectionCount += 1
      return state.connectionCount
    }
  }

  private func serve(_ connection: Int32, _ number: Int) {
    let stream = LoopbackStream(connection, identity)
    let end = stream.map { LoopbackConnection(stream: $0, number: number, server: self).serve() }
    state.withLock { _ = $0.connections.remove(connection) }
    // A child that a test started in between may have the descriptor too.
    stream?.end(end ?? .orderly)
    close(connection)
  }

  /// A request's place in the log, and what is to happen to it.
  struct Arrival {
    var entry: Int
    var fault: Fault?
    var hold: Hold?
    var version: Version?
  }

  func arrived(_ request: Request) -> Arrival {
    state.withLock { state in
      state.log.append(request)
      var arrival = Arrival(entry: state.log.count - 1)
      if let index = state.faults.firstIndex(where: { matches(request.path, $0.pattern) }) {
        arrival.fault = state.faults[index].fault
        state.faults[index].left -= 1
        if state.faults[index].left == 0 { state.faults.remove(at: index) }
      }
      if let index = state.holds.firstIndex(where: { matches(request.path, $0.pattern) }) {
        arrival.hold = state.holds.remove(at: index).hold
      }
      if let index = state.versions.firstIndex(where: { matches(request.path, $0.pattern) }) {
        arrival.version = state.versions[index].left.first
        if state.versions[index].left.count > 1 { state.versions[index].left.removeFirst() }
      }
      return arrival
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
