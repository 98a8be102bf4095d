extension LoopbackServer {
  /// How an answer goes wrong.
  package enum Fault: Sendable {
    // The body's end

    /// The connection closes after this many bytes of the body, of which all were announced.
    case cut(after: Int)
    /// The same, but the connection is reset: RST instead of FIN.
    case reset(after: Int)
    /// No length is announced; the connection closes after this many bytes of the body.
    case unframed(after: Int = .max)
    /// This length is announced, whatever the body has; behind it the connection closes.
    case length(Int)
    /// The body comes in chunks; if a number is given, the connection closes after so many bytes, within a chunk.
    case chunked(cutAfter: Int? = nil)
    /// The body is repeated for ever, in chunks or until the connection ends.
    case endless(chunked: Bool)
    /// So many bytes of the body at a time, and a pause after each.
    case paced(byteCount: Int, every: Duration)

    // Another answer

    case status(Int, headers: [String] = [], body: String = "an error page")
    /// A `*` in the target stands for the path.
    case redirect(to: String, status: Int = 302)
    /// A redirect to the same path with another query each time.
    case maze
    case ignoreRange
    /// 206 with all from this byte on, and with this header, or none, whatever was asked for.
    case partial(from: Int, contentRange: String?)
    /// The body is compressed once more, and the header says so.
    case gzipped
    /// The byte of the whole body at this place is another.
    case corrupt(at: Int)

    // The protocol

    /// These bytes instead of an answer, and then the end.
    case raw(String)
    /// So many headers of a kilobyte before those of the answer; with `.max` nothing else ever comes.
    case headers(Int)
    /// Nothing comes, and the connection stays.
    case silence
    /// The connection closes without a word.
    case hangUp
    /// The answer is right, and then the connection closes, of which nothing was said.
    case farewell
    /// The answer is right; the connection closes once another request comes on it.
    case hangUpNext
  }

  /// What a server says which version of a body it sends (RFC 9110 §8.8).
  package struct Version: Sendable {
    package var etag: String?
    package var lastModified: String?

    package init(etag: String? = nil, lastModified: String? = nil) {
      self.etag = etag
      self.lastModified = lastModified
    }
  }
}

/// An answer as it is sent.
struct Answer {
  enum Framing { case length(Int), connection, chunks }
  enum Close { case no, orderly, reset }

  var reply: Reply
  var framing: Framing
  /// Of the body only so much is sent, and then the connection ends.
  var end = Int.max
  var isEndless = false
  var pace: (byteCount: Int, pause: Duration)?
  var close = Close.no

  init(_ reply: Reply) {
    self.reply = reply
    framing = .length(reply.body.count)
  }

  /// Breaks it as `fault` says. `whole` makes the answer to the same request without a range.
  mutating func suffer(
    _ fault: LoopbackServer.Fault, of path: String, step: Int, whole: () -> Reply
  ) {
    switch fault {
    case .cut(let after): end(after, .orderly)
    case .reset(let after): end(after, .reset)
    case .unframed(let after):
      framing = .connection
      end(after, .orderly)
    case .length(let count):
      framing = .length(count)
      close = .orderly
    case .chunked(let after):
      framing = .chunks
      if let after { end(after, .orderly) }
    case .endless(let chunked):
      framing = chunked ? .chunks : .connection
      isEndless = true
      close = .orderly
    case .paced(let byteCount, let pause): pace = (byteCount, pause)
    case .status(let status, let headers, let body):
      self = Answer(Reply(status: status, headers: headers, body: Array(body.utf8)[...]))
    case .redirect(let target, let status):
      let target = target.replacing("*", with: path)
      self = Answer(Reply(status: status, headers: ["Location: \(target)"], body: []))
    case .maze:
      self = Answer(
        Reply(status: 302, headers: ["Location: \(path)?step=\(step)"], body: []))
    case .ignoreRange: self = Answer(whole())
    case .partial(let from, let contentRange):
      var reply = whole()
      reply.status = 206
      reply.headers += contentRange.map { ["Content-Range: \($0)"] } ?? []
      reply.body = reply.body.dropFirst(from)
      self = Answer(reply)
    case .gzipped:
      reply.body = ArchiveMaker.gzip(Array(reply.body))[...]
      reply.headers.append("Content-Encoding: gzip")
      framing = .length(reply.body.count)
    case .corrupt(let place): reply.corrupt(at: place)
    case .headers(let count):
      reply.headers = (0..<count).map(Self.long) + reply.headers
    case .farewell: close = .orderly
    case .raw, .silence, .hangUp, .hangUpNext: break
    }
  }

  static func long(_ number: Int) -> String {
    "X-\(number): \(String(repeating: "x", count: 1024))"
  }

  private mutating func end(_ after: Int, _ close: Close) {
    end = after
    // A body that is shorter goes out whole, as if nothing were wrong.
    if after < reply.body.count { self.close = close }
  }
}
