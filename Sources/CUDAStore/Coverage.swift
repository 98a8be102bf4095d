/// Which bytes of a whole are here.
package struct Coverage: Equatable {
  /// Lowest first; no two touch each other.
  package private(set) var ranges: [Range<Int64>] = []

  init() {}

  /// What `pairs` say, as far as they make sense: increasing, and within `limit`.
  package init(_ pairs: [[Int64]], limit: Int64) {
    var end: Int64 = -1
    for pair in pairs {
      guard pair.count == 2, pair[0] > end, pair[0] < pair[1], pair[1] <= limit else { return }
      ranges.append(pair[0]..<pair[1])
      end = pair[1]
    }
  }

  /// How many bytes there are from the first on without a gap.
  package var frontier: Int64 {
    guard let first = ranges.first, first.lowerBound == 0 else { return 0 }
    return first.upperBound
  }

  package var byteCount: Int64 { ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound } }

  /// Whether there is a gap before some of it.
  var hasGaps: Bool { byteCount > frontier }

  mutating func add(_ range: Range<Int64>) {
    guard !range.isEmpty else { return }
    var merged = range
    ranges.removeAll { other in
      guard other.lowerBound <= merged.upperBound, merged.lowerBound <= other.upperBound else {
        return false
      }
      merged = min(merged.lowerBound, other.lowerBound)..<max(merged.upperBound, other.upperBound)
      return true
    }
    let place = ranges.firstIndex { $0.lowerBound > merged.lowerBound } ?? ranges.endIndex
    ranges.insert(merged, at: place)
  }

  /// What is not here of the first `byteCount` bytes.
  package func missing(of byteCount: Int64) -> [Range<Int64>] {
    var gaps: [Range<Int64>] = []
    var start: Int64 = 0
    for range in ranges {
      if range.lowerBound > start { gaps.append(start..<range.lowerBound) }
      start = range.upperBound
    }
    if start < byteCount { gaps.append(start..<byteCount) }
    return gaps
  }
}
