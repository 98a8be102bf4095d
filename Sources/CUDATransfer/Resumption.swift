/// What the body that comes with a status is to the bytes received so far.
package enum Resumption: Equatable {
  /// It continues them.
  case append
  /// It cannot continue them: all over again.
  case restart
  /// It is something else, such as an error page.
  case refuse
  /// It is of a whole that has this many bytes, and not as many as there should be.
  case otherSize(Int64)

  /// The answer to a request for the bytes from `offset` on; for the whole if that is `nil`.
  ///
  /// Of the 2xx only these carry the body: 202 has been seen with a firewall's question, 206 to a request for the whole
  /// is a part of who knows what.
  ///
  /// - Parameter expected: how long the whole is, where something trusted says it.
  package init(status: Int, range: ContentRange?, asked offset: Int64?, expected: Int64?) {
    let whole = range?.wholeByteCount
    let isOther = whole != nil && expected != nil && whole != expected
    self =
      switch (status, offset != nil) {
      case (200, false), (203, false): .append
      case (206, true) where range?.bytes?.lowerBound == offset && !isOther: .append
      case (206, true), (416, true): isOther ? .otherSize(whole ?? 0) : .restart
      case (200, true), (203, true): .restart
      default: .refuse
      }
  }
}

/// How one attempt ended.
package struct Ending {
  /// libcurl's result, its words, and the status of the last answer; 0 if there was none.
  package var code: Int32
  package var text: String
  package var status: Int
  package var range: ContentRange?
  /// From which byte on was asked; `nil`: for the whole.
  package var offset: Int64?
  /// Up to which byte of the whole the receiver has it now.
  package var received: Int64
  /// Up to which byte was wanted; `nil`: to the end, wherever that is.
  package var goal: Int64?
  /// Where a redirect led, if to another server.
  package var elsewhere: String?

  package init(
    code: Int32, text: String, status: Int, range: ContentRange? = nil, offset: Int64?,
    received: Int64, goal: Int64?
  ) {
    self.code = code
    self.text = text
    self.status = status
    self.range = range
    self.offset = offset
    self.received = received
    self.goal = goal
  }
}

/// What follows from an ending.
package enum Verdict {
  case complete
  case unchanged
  case restart
  case failed(TransferError)

  package init(_ ending: Ending, of request: TransferRequest) {
    let url = redacted(request.url)
    let isWhole = ending.received == ending.goal
    let resumption = Resumption(
      status: ending.status, range: ending.range, asked: ending.offset,
      expected: request.expectedByteCount)
    // An error's status says more than how its page ended: a limit on our side, or a cut.
    if case .otherSize(let found) = resumption {
      self = .failed(
        .wrongSize(url: url, expected: request.expectedByteCount ?? 0, received: found))
    } else if ending.status >= 400 {
      self = resumption == .restart ? .restart : .failed(.http(status: ending.status, url: url))
    } else if ending.code == 33, ending.offset != nil {
      self = .restart
    } else if resumption == .refuse, 200..<300 ~= ending.status {
      // We stopped reading it, or it ended.
      self = .failed(.http(status: ending.status, url: url))
    } else if ending.code == 3, 300..<400 ~= ending.status {
      self = .failed(.network(code: 1, text: "it redirects to what is no URL", url: url))
    } else if ending.code != 0, resumption != .restart {
      // Of a URL that cannot be, it is told as it was given.
      let place = [1, 3].contains(ending.code) ? url : ending.elsewhere.map(redacted) ?? url
      // A connection that breaks after the last byte breaks nothing.
      self =
        isWhole && ending.received > ending.offset ?? 0
        ? .complete : .failed(TransferError(code: ending.code, text: ending.text, url: place))
    } else if ending.status == 304, ending.offset == nil, request.conditional != nil {
      self = .unchanged
    } else {
      switch resumption {
      case .append: self = isWhole ? .complete : .short(ending, of: request)
      case .restart: self = .restart
      case .refuse, .otherSize: self = .failed(.http(status: ending.status, url: url))
      }
    }
  }

  /// A body without a length ends when the connection does, by intention or not: only the expected size
  /// tells.
  private static func short(_ ending: Ending, of request: TransferRequest) -> Verdict {
    guard let goal = ending.goal else { return .complete }
    let text = "the connection closed after \(ending.received) of \(goal) bytes"
    return .failed(.network(code: 18, text: text, url: redacted(request.url)))
  }
}
