import Glibc

/// One connection and its requests, one after the other (RFC 9112).
struct LoopbackConnection {
  let descriptor: Int32
  let server: LoopbackServer

  func serve() {
    var pending: [UInt8] = []
    while let request = nextRequest(&pending) {
      guard answer(request) else { return }
    }
  }

  /// `nil` at the end of the connection, and for what is not a request without a body.
  private func nextRequest(_ pending: inout [UInt8]) -> LoopbackServer.Request? {
    while true {
      if let end = endOfHead(pending) {
        let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
        pending.removeFirst(end)
        return parse(lines)
      }
      var piece = [UInt8](repeating: 0, count: 8192)
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      pending += piece[..<count]
    }
  }

  private func endOfHead(_ bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (mark.count...bytes.count).first { bytes[($0 - mark.count)..<$0].elementsEqual(mark) }
  }

  private func parse(_ lines: [Substring]) -> LoopbackServer.Request? {
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    let path = words[1].prefix { $0 != "?" }
    return .init(method: String(words[0]), path: decodePercent(path), headers: headers)
  }

  /// Whether the connection goes on.
  private func answer(_ request: LoopbackServer.Request) -> Bool {
    let (entry, fault, hold) = server.arrived(request)
    // There is no body at a byte of which it could stand.
    if request.method == "HEAD" { hold?.stand() }
    var reply = Reply(request, server.content(request.path))
    var isFramed = true
    var end = Int.max
    switch fault {
    case nil: break
    case .cut(let after): end = after
    case .unframed(let after): (isFramed, end) = (false, after)
    case .status(let status, let headers, let body):
      reply = Reply(status: status, headers: headers, body: Array(body.utf8)[...])
    case .redirect(let target):
      reply = Reply(status: 302, headers: ["Location: \(target)"], body: [])
    case .ignoreRange:
      var whole = request
      whole.headers["range"] = nil
      reply = Reply(whole, server.content(request.path))
    case .corrupt(let place): reply.corrupt(at: place)
    case .hangUp: return false
    }
    server.answered(entry, reply.status)
    var head = "HTTP/1.1 \(reply.status) Status\r\n"
    for header in reply.headers { head += "\(header)\r\n" }
    head += isFramed ? "Content-Length: \(reply.body.count)\r\n\r\n" : "Connection: close\r\n\r\n"
    guard send(Array(head.utf8)[...]) else { return false }
    guard request.method != "HEAD", reply.status != 304 else { return true }
    guard send(reply.body.prefix(end), entry, hold) else { return false }
    return isFramed && reply.body.count <= end
  }

  /// Whether all of `body` went out.
  private func send(_ body: ArraySlice<UInt8>, _ entry: Int, _ hold: Hold?) -> Bool {
    var rest = body
    if let hold {
      let head = rest.prefix(hold.afterBytes)
      server.sending(entry, head.count)
      guard send(head) else { return false }
      rest = rest.dropFirst(head.count)
      hold.stand()
    }
    while !rest.isEmpty {
      let piece = rest.prefix(64 << 10)
      server.sending(entry, piece.count)
      guard send(piece) else { return false }
      rest = rest.dropFirst(piece.count)
    }
    return true
  }

  private func send(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

/// What a well-behaved server answers.
private struct Reply {
  var status: Int
  var headers: [String]
  var body: ArraySlice<UInt8>

  init(status: Int, headers: [String], body: ArraySlice<UInt8>) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  init(_ request: LoopbackServer.Request, _ content: [UInt8]?) {
    guard let content else {
      self.init(status: 404, headers: [], body: Array("nothing here".utf8)[...])
      return
    }
    let tag = "\"\(String(fingerprint(content), radix: 16))\""
    self.init(status: 200, headers: ["ETag: \(tag)", "Accept-Ranges: bytes"], body: content[...])
    if request.headers["if-none-match"] == tag {
      (status, body) = (304, [])
    } else if let range = request.range, request.headers["if-range"] ?? tag == tag {
      take(range, of: content)
    }
  }

  /// Of ranges only `bytes=A-` and `bytes=A-B`; any other is ignored, as it may be (RFC 9110 §14.2).
  private mutating func take(_ range: String, of content: [UInt8]) {
    guard range.hasPrefix("bytes="), !range.contains(",") else { return }
    let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int(ends[0]) else { return }
    guard first < content.count else {
      headers.append("Content-Range: bytes */\(content.count)")
      (status, body) = (416, [])
      return
    }
    let last = min(Int(ends[1]) ?? .max, content.count - 1)
    guard first <= last else { return }
    headers.append("Content-Range: bytes \(first)-\(last)/\(content.count)")
    (status, body) = (206, content[first...last])
  }

  /// The indices of a body are places in the whole.
  mutating func corrupt(at place: Int) {
    guard body.indices.contains(place) else { return }
    body[place] ^= 0xff
  }
}

/// The same for the same bytes as long as the process lasts.
private func fingerprint(_ bytes: [UInt8]) -> UInt {
  var hasher = Hasher()
  bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  return UInt(bitPattern: hasher.finalize())
}

private func decodePercent(_ text: Substring) -> String {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    let digits = String(rest.prefix(2)) ?? ""
    if byte == UInt8(ascii: "%"), let code = UInt8(digits, radix: 16) {
      bytes.append(code)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
