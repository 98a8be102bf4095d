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
  package static func delay(
    failures: Int, retryAfter: Int64, unit: Duration, jitter: Double
  ) -> Duration {
    guard retryAfter <= 0 else { return unit * min(retryAfter, longestRetryAfter) }
    return unit * (1 << min(max(failures - 1, 0), 3)) * (1 + jitter / 4)
  }
}
