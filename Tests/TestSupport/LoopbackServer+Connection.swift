import Glibc

/// One connection and its requests, one after the other (RFC 9112).
struct LoopbackConnection {
  let stream: LoopbackStream
  let number: Int
  let server: LoopbackServer

  /// How the connection is to end once it is over.
  func serve() -> Answer.Close {
    var pending: [UInt8] = []
    var isDoomed = false
    while let request = nextRequest(&pending) {
      let arrival = server.arrived(request)
      if isDoomed { return .orderly }
      switch arrival.fault {
      case .hangUp: return .orderly
      case .hangUpNext: isDoomed = true
      case .raw(let text):
        _ = stream.send(text)
        return .orderly
      case .silence:
        while !stream.receive().isEmpty {}
        return .orderly
      case .headers(.max):
        guard stream.send("HTTP/1.1 200 Status\r\n") else { return .orderly }
        var count = 0
        while stream.send("\(Answer.long(count))\r\n") { count += 1 }
        return .orderly
      default: break
      }
      if let close = answer(request, arrival) { return close }
    }
    return .orderly
  }

  /// `nil` at the end of the connection, and for what is not a request without a body.
  private func nextRequest(_ pending: inout [UInt8]) -> LoopbackServer.Request? {
    while true {
      if let end = endOfHead(pending) {
        let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
        pending.removeFirst(end)
        return parse(lines)
      }
      let piece = stream.receive()
      guard !piece.isEmpty else { return nil }
      pending += piece
      // The beginning of TLS has no empty line, and whoever sends it waits for an answer.
      if pending.first == 0x16 {
        _ = stream.send("HTTP/1.1 400 Status\r\n\r\n")
        return nil
      }
    }
  }

  private func parse(_ lines: [Substring]) -> LoopbackServer.Request? {
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return .init(
      method: String(words[0]), path: decodePercent(target[0]),
      query: target.count > 1 ? String(target[1]) : nil, headers: headers(of: lines),
      connection: number)
  }

  /// How the connection ends; `nil` if it goes on.
  private func answer(
    _ request: LoopbackServer.Request, _ arrival: LoopbackServer.Arrival
  ) -> Answer.Close? {
    // There is no body at a byte of which it could stand.
    if request.method == "HEAD" { arrival.hold?.stand() }
    func reply(_ request: LoopbackServer.Request) -> Reply {
      Reply(request, server.content(request.path), as: arrival.version)
    }
    var answer = Answer(reply(request))
    if let fault = arrival.fault {
      answer.suffer(fault, of: request.path, step: arrival.entry) {
        var whole = request
        whole.headers["range"] = nil
        return reply(whole)
      }
    }
    server.answered(arrival.entry, answer.reply.status)
    guard stream.send(answer.head) else { return .orderly }
    let isBodiless = request.method == "HEAD" || answer.reply.status == 304
    guard isBodiless || send(answer, arrival) else { return .orderly }
    if case .connection = answer.framing { return .orderly }
    return answer.close == .no ? nil : answer.close
  }

  /// Whether all that was to be sent of the body went out.
  private func send(_ answer: Answer, _ arrival: LoopbackServer.Arrival) -> Bool {
    var rest = answer.reply.body.prefix(answer.end)
    if let hold = arrival.hold {
      let head = rest.prefix(hold.afterBytes)
      guard send(head, of: answer, arrival.entry) else { return false }
      rest = rest.dropFirst(head.count)
      hold.stand()
    }
    repeat {
      guard send(rest, of: answer, arrival.entry) else { return false }
    } while answer.isEndless && !rest.isEmpty
    guard case .chunks = answer.framing, answer.close == .no else { return true }
    return stream.send("0\r\n\r\n")
  }

  private func send(_ bytes: ArraySlice<UInt8>, of answer: Answer, _ entry: Int) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let piece = rest.prefix(answer.pace?.byteCount ?? 64 << 10)
      rest = rest.dropFirst(piece.count)
      server.sending(entry, piece.count)
      if case .chunks = answer.framing {
        // The chunk in which the connection ends has more to come.
        let isCut = rest.isEmpty && answer.close != .no && !answer.isEndless
        let count = piece.count + (isCut ? 1000 : 0)
        guard stream.send("\(String(count, radix: 16))\r\n"), stream.send(piece),
          isCut || stream.send("\r\n")
        else { return false }
      } else {
        guard stream.send(piece) else { return false }
      }
      if let pause = answer.pace?.pause { usleep(UInt32(pause / .microseconds(1))) }
    }
    return true
  }
}

extension Answer {
  fileprivate var head: String {
    let frame =
      switch framing {
      case .length(let count): "Content-Length: \(count)"
      case .connection: "Connection: close"
      case .chunks: "Transfer-Encoding: chunked"
      }
    return (["HTTP/1.1 \(reply.status) Status"] + reply.headers + [frame, "\r\n"])
      .joined(separator: "\r\n")
  }
}

/// Where the empty line that ends a message's head is behind it.
func endOfHead(_ bytes: [UInt8]) -> Int? {
  let mark = Array("\r\n\r\n".utf8)
  guard bytes.count >= mark.count else { return nil }
  return (mark.count...bytes.count).first { bytes[($0 - mark.count)..<$0].elementsEqual(mark) }
}

/// With names in lower case; the first of `lines` is none.
func headers(of lines: [Substring]) -> [String: String] {
  var headers: [String: String] = [:]
  for line in lines.dropFirst() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    headers[line[..<colon].lowercased()] = String(value)
  }
  return headers
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
