/// What the body that comes with a status is to the bytes received so far.
package enum Resumption: Equatable {
  /// It continues them.
  case append
  /// It cannot continue them: all over again.
  case restart
  /// It is something else, such as an error page.
  case refuse

  /// The answer to a request for everything from `offset` on.
  ///
  /// Of the 2xx only these carry the body: 202 has been seen with a firewall's question, 206 without a range
  /// is a part of who knows what. libcurl has compared a 206's Content-Range with `offset`.
  package init(status: Int, offset: Int64) {
    self =
      switch (status, offset > 0) {
      case (200, false), (203, false), (206, true): .append
      case (200, true), (203, true), (416, true): .restart
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
  /// What was asked for, and how many bytes of the whole the receiver has now.
  package var offset: Int64
  package var received: Int64

  package init(code: Int32, text: String, status: Int, offset: Int64, received: Int64) {
    self.code = code
    self.text = text
    self.status = status
    self.offset = offset
    self.received = received
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
    let isWhole = ending.received == request.expectedByteCount
    // An error's status says more than how its page ended: a limit on our side, a cut, or RANGE_ERROR,
    // which libcurl reports for any page that comes instead of a range.
    if ending.status >= 400 {
      self =
        Resumption(status: ending.status, offset: ending.offset) == .restart
        ? .restart : .failed(.http(status: ending.status, url: url))
    } else if ending.code == 33 {
      self = .restart
    } else if ending.code != 0 {
      // A connection that breaks after the last byte breaks nothing.
      self =
        isWhole && ending.received > ending.offset
        ? .complete : .failed(TransferError(code: ending.code, text: ending.text, url: url))
    } else if ending.status == 304, ending.offset == 0, request.conditional != nil {
      self = .unchanged
    } else {
      switch Resumption(status: ending.status, offset: ending.offset) {
      case .append: self = isWhole ? .complete : .short(ending, of: request)
      // libcurl takes a 200 whose length is our offset for "nothing left to fetch".
      case .restart: self = .restart
      case .refuse: self = .failed(.http(status: ending.status, url: url))
      }
    }
  }

  /// A body without a length ends when the connection does, by intention or not: only the expected size
  /// tells.
  private static func short(_ ending: Ending, of request: TransferRequest) -> Verdict {
    guard let expected = request.expectedByteCount else { return .complete }
    let text = "the connection closed after \(ending.received) of \(expected) bytes"
    return .failed(.network(code: 18, text: text, url: redacted(request.url)))
  }
}
