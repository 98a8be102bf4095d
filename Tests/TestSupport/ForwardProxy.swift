// A proxy on 127.0.0.1 in this process, for tests: it takes `GET http://host:port/path` and `CONNECT host:port`
// (RFC 9110 §9.3.6), and asks 127.0.0.1 whatever the host is called, so that a name which nobody else can look up
// shows that it was asked. It asks for each request anew, and keeps a log.

import Glibc
import Synchronization

package final class ForwardProxy: Sendable {
  package struct Request: Sendable {
    package var method: String
    /// `http://host:port/path`, or `host:port`.
    package var target: String
    /// Whether it was passed on.
    package var isRelayed: Bool
  }

  package let port: UInt16
  private let listener: Int32
  /// `user:password`, if any are asked for.
  private let credentials: String?

  private struct State {
    var log: [Request] = []
    var connections: Set<Int32> = []
    var isStopped = false
  }

  private let state = Mutex(State())

  package init(credentials: String? = nil) throws {
    self.credentials = credentials
    (listener, port) = try listenOnLoopback()
    startThread { [listener, self] in
      while let connection = nextConnection(listener) {
        guard admit(connection) else { continue }
        startThread {
          self.serve(connection)
          self.leave(connection)
        }
      }
      close(listener)
    }
  }

  package func url(_ credentials: String? = nil) -> String {
    "http://\(credentials.map { "\($0)@" } ?? "")127.0.0.1:\(port)"
  }

  package var log: [Request] { state.withLock { $0.log } }

  /// Ends all connections. Needed: the proxy serves until then.
  package func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
      shutdown(listener, Int32(SHUT_RDWR))
    }
  }

  private func admit(_ connection: Int32) -> Bool {
    state.withLock { state in
      if state.isStopped { close(connection) } else { state.connections.insert(connection) }
      return !state.isStopped
    }
  }

  private func leave(_ connection: Int32) {
    state.withLock { _ = $0.connections.remove(connection) }
    shutdown(connection, Int32(SHUT_RDWR))
    close(connection)
  }

  private func serve(_ connection: Int32) {
    guard let stream = LoopbackStream(connection, nil) else { return }
    var pending: [UInt8] = []
    while true {
      guard let end = endOfHead(pending) else {
        let piece = stream.receive()
        guard !piece.isEmpty else { return }
        pending += piece
        continue
      }
      let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
      let words = lines.first?.split(separator: " ").map(String.init) ?? []
      guard words.count == 3 else { return }
      let isAllowed = permits(headers(of: lines)["proxy-authorization"])
      note(Request(method: words[0], target: words[1], isRelayed: isAllowed))
      guard isAllowed else {
        let head = "HTTP/1.1 407 Status\r\nProxy-Authenticate: Basic realm=\"a\"\r\n"
        guard stream.send(head + "Content-Length: 0\r\n\r\n") else { return }
        pending.removeFirst(end)
        continue
      }
      return relay(words, lines, stream, connection)
    }
  }

  private func note(_ request: Request) { state.withLock { $0.log.append(request) } }

  private func permits(_ authorization: String?) -> Bool {
    guard let credentials else { return true }
    return authorization == "Basic \(base64(credentials))"
  }

  private func relay(
    _ words: [String], _ lines: [Substring], _ stream: LoopbackStream, _ connection: Int32
  ) {
    let isTunnel = words[0] == "CONNECT"
    let target = isTunnel ? words[1] : String(words[1].dropFirst("http://".count))
    let authority = target.prefix { $0 != "/" }
    guard let colon = authority.lastIndex(of: ":"),
      let port = UInt16(authority[authority.index(after: colon)...]),
      let far = connectToLoopback(port), admit(far)
    else {
      _ = stream.send("HTTP/1.1 502 Status\r\nContent-Length: 0\r\n\r\n")
      return
    }
    defer { leave(far) }
    guard let farStream = LoopbackStream(far, nil) else { return }
    if isTunnel {
      guard stream.send("HTTP/1.1 200 Status\r\n\r\n") else { return }
      startThread {
        copy(connection, to: far)
        shutdown(far, Int32(SHUT_WR))
      }
    } else {
      let kept = lines.dropFirst().filter { !$0.lowercased().hasPrefix("proxy-") }
      let first = "\(words[0]) \(target.dropFirst(authority.count)) HTTP/1.1"
      let head = [first] + kept.map(String.init) + ["Connection: close", "\r\n"]
      guard farStream.send(head.joined(separator: "\r\n")) else { return }
    }
    copy(far, to: connection)
  }
}

/// Until either ends.
private func copy(_ source: Int32, to target: Int32) {
  guard let source = LoopbackStream(source, nil), let target = LoopbackStream(target, nil) else {
    return
  }
  while true {
    let piece = source.receive()
    guard !piece.isEmpty, target.send(piece) else { return }
  }
}

/// RFC 4648 §4.
package func base64(_ text: String) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  let bytes = Array(text.utf8)
  var result = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start...].prefix(3)
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 {
      result += place <= group.count ? String(digits[bits >> (18 - 6 * place) & 63]) : "="
    }
  }
  return result
}
