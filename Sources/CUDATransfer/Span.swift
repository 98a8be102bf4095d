/// A part of a body.
struct Span: Equatable {
  var start: Int64
  /// `nil`: to the end of the body.
  var end: Int64?

  /// Whether it is less than the whole.
  var isPart: Bool { start > 0 || end != nil }

  static func spans(of request: TransferRequest) -> [Span] {
    guard let missing = request.missing else { return [Span(start: 0, end: nil)] }
    return missing.map { part in
      let isLast = part.upperBound == request.expectedByteCount
      return Span(start: part.lowerBound, end: isLast ? nil : part.upperBound)
    }
  }
}

extension [Range<Int64>] {
  var byteCount: Int64 { reduce(0) { $0 + $1.upperBound - $1.lowerBound } }
}
