import CCurl

/// What servers keep open for the next request: libcurl's multi handle, with the connections that it has. Used by one
/// loop at a time.
package final class Connections {
  /// `nil` where there is no libcurl: then `problem` says why.
  let multi: UnsafeMutableRawPointer?
  let problem: String?

  package init() {
    if let problem = ccurl_load() {
      multi = nil
      self.problem = String(cString: problem)
      return
    }
    guard let multi = ccurl_multi_init() else { preconditionFailure("out of memory") }
    self.multi = multi
    problem = nil
  }

  deinit {
    if let multi { ccurl_multi_cleanup(multi) }
  }
}
