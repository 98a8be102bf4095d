/// What is worth another attempt, and when.
package enum Retry {
  package static let longestRetryAfter: Int64 = 120

  /// libcurl's codes for what may be better in a moment: name and connection, time-out, TLS connect, cut,
  /// and HTTP/2's framing.
  package static func isTransient(code: Int32) -> Bool {
    switch code {
    case 5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92: true
    default: false
    }
  }

  package static func isTransient(status: Int) -> Bool {
    switch status {
    case 408, 429, 500, 502, 503, 504: true
    default: false
    }
  }

  /// How long to wait once `failures` attempts have failed: 1, 2, 4, 8 units and no more, or what the
  /// server asks for in seconds. `jitter` is between -1 and 1 and moves our own figure by a quarter, so that
  /// many clients of one broken server do not come back together.
  ///
  /// - Parameter failures: in a row; 0 if the attempt that failed had brought something, and the next goes on with the
  ///   rest after a tenth of a unit.
  package static func delay(
    failures: Int, retryAfter: Int64, unit: Duration, jitter: Double
  ) -> Duration {
    guard retryAfter <= 0 else { return unit * min(retryAfter, longestRetryAfter) }
    guard failures > 0 else { return unit / 10 * (1 + jitter / 4) }
    return unit * (1 << min(failures - 1, 3)) * (1 + jitter / 4)
  }

  /// How many more attempts one transfer has.
  ///
  /// Only failures in a row count: a line that is cut every minute brings a large file, a minute's worth at a time. A
  /// transfer is bounded nevertheless, because what counts as progress is a step beyond the furthest byte so far.
  package struct Budget: Sendable {
    /// Bytes that make an attempt one that was worth it.
    package static let step: Int64 = 256 << 10

    package let maximumAttempts: Int
    /// Attempts that failed since the last progress.
    package private(set) var failures = 0
    private var furthest: Int64

    package init(maximumAttempts: Int, from offset: Int64 = 0) {
      self.maximumAttempts = maximumAttempts
      furthest = offset
    }

    /// Notes that an attempt failed when `received` bytes were here: whether there may be another.
    package mutating func fail(at received: Int64) -> Bool {
      if received >= furthest + Self.step {
        furthest = received
        failures = 0
        return true
      }
      failures += 1
      return failures < maximumAttempts
    }
  }
}
