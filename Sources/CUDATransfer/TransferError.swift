/// Why a transfer brought nothing that may be used. URLs are without user, password and query.
package enum TransferError: Error, Sendable {
  /// The server answered, but not with the body.
  case http(status: Int, url: String)
  /// libcurl's code and words; 18 is also a body that ended early without libcurl noticing.
  case network(code: Int32, text: String, url: String)
  /// The other side is not who it says it is, or we cannot tell.
  case tls(code: Int32, text: String, url: String)
  /// More bytes than there can be.
  case tooLong(url: String, limit: Int64)
  /// The server has a body of another size.
  case wrongSize(url: String, expected: Int64, received: Int64)
  case badURL(url: String)
  /// The receiver's own error.
  case receiver(any Error & Sendable)
  case cancelled
  /// There is no libcurl to ask with: why, as the loader says it.
  case unavailable(String)
}

extension TransferError {
  /// The case that libcurl's `code` means.
  package init(code: Int32, text: String, url: String) {
    let text = Self.told(clean(text))
    self =
      switch code {
      // It may also be where a redirect leads, or that it is not HTTP what comes.
      case 1 where !url.lowercased().hasPrefix("http"): .badURL(url: url)
      case 1 where text.hasPrefix("Protocol "):
        .network(
          code: 1, text: "redirects to what is not http, or no longer https, are not followed",
          url: url)
      // Its address is wrong: later it is not right either.
      case 5 where text.hasPrefix("Unsupported proxy"): .network(code: 4, text: text, url: url)
      // Where its parts begin and end is anyone's guess, the password's too.
      case 3: .badURL(url: url.lastIndex(of: "@").map { String(url[$0...]) } ?? url)
      case 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 98:
        .tls(code: code, text: text, url: url)
      default: .network(code: code, text: text, url: url)
      }
  }

  /// What libcurl says, without the user and the password of a proxy.
  private static func told(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return text }
    // It is quoted, with or without a scheme.
    let start =
      text[..<at].indices.first { text[$0...].hasPrefix("://") }.map { text.index($0, offsetBy: 3) }
      ?? text[..<at].firstIndex(of: "'").map { text.index(after: $0) } ?? text.startIndex
    return String(text[..<start] + text[text.index(after: at)...])
  }

  /// Whether the same request may succeed a little later.
  package var isTransient: Bool {
    switch self {
    case .http(let status, _): Retry.isTransient(status: status)
    case .network(let code, _, _): Retry.isTransient(code: code)
    case .tls, .tooLong, .wrongSize, .badURL, .receiver, .cancelled, .unavailable: false
    }
  }

  /// Whether the server denies what somebody else has said is there.
  var isOfWhatIsThere: Bool {
    switch self {
    case .http(404, _), .http(410, _), .wrongSize: true
    default: false
    }
  }

  /// Whether it has nothing to do with the server.
  package var isOurs: Bool {
    switch self {
    case .receiver, .cancelled, .unavailable: true
    default: false
    }
  }

  package var message: String { url.map { "\($0): \(reason)" } ?? reason }

  /// The same without the URL.
  package var reason: String {
    switch self {
    case .http(let status, _): "the server answered \(status)\(meaning(of: status))"
    case .network(47, _, _): "redirects in a loop"
    case .network(_, let text, _), .tls(_, let text, _): text
    case .tooLong(_, let limit): "the server sends more than \(limit) bytes"
    case .wrongSize(_, let expected, let received):
      "the server has \(received) bytes, not \(expected)"
    case .badURL: "not an http or https URL"
    case .receiver(let underlying): clean("\(underlying)")
    case .cancelled: "the transfer was cancelled"
    case .unavailable(let text): "libcurl cannot be loaded: \(clean(text))"
    }
  }

  /// Whether it is about this `server(of:)`: a redirect may have led to another.
  package func isOf(_ server: String) -> Bool {
    url.map { CUDATransfer.server(of: $0) == server } ?? true
  }

  private var url: String? {
    switch self {
    case .http(_, let url), .network(_, _, let url), .tls(_, _, let url), .tooLong(let url, _),
      .wrongSize(let url, _, _), .badURL(let url):
      url
    case .receiver, .cancelled, .unavailable: nil
    }
  }

  package var hint: String? {
    switch self {
    case .http(401, _), .http(407, _): "check the user and password of the URL or the proxy"
    case .http(403, _):
      "check the credentials and the path: some servers answer 403 for a file they lack"
    case .http(404, _), .http(410, _): "check the URL, or try another mirror"
    case .http(let status, _): Retry.isTransient(status: status) ? "try again later" : nil
    case .network(4, _, _), .network(5, _, _): "check http_proxy, https_proxy and no_proxy"
    case .network(6, _, _), .network(7, _, _): "check the network, the URL's host and the proxy"
    case .network: isTransient ? "try again: a download goes on where it stopped" : nil
    case .tls(60, let text, _) where text.contains("subject name"):
      "check the URL: its server is certified for another name"
    case .tls(77, _, _): "check the file that --cacert, CURL_CA_BUNDLE or SSL_CERT_FILE names"
    case .tls: "name the certificates of your proxy or mirror by --cacert or CURL_CA_BUNDLE"
    case .tooLong, .wrongSize: "try another mirror: its copy is not what the manifest describes"
    case .badURL: "give a URL that begins with https:// or http://"
    case .unavailable: "install the package that has it, as in 'apt-get install libcurl4'"
    case .receiver, .cancelled: nil
    }
  }
}

private func meaning(of status: Int) -> String {
  switch status {
  case 401, 403, 407: " (not allowed)"
  case 404, 410: " (not there)"
  case 429: " (too many requests)"
  case 500...599: " (the server is in trouble)"
  default: ""
  }
}

/// `url` as it may be shown and logged: without user, password, query, fragment and control characters.
///
/// Bytes are compared: to libcurl an `@` with an accent on it is one.
package func redacted(_ url: String) -> String {
  let shown = url.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
  let slash = UInt8(ascii: "/")
  var start = shown.startIndex
  if let colon = shown.firstIndex(of: UInt8(ascii: ":")), shown[colon...].starts(with: ":/".utf8) {
    // libcurl takes one to three slashes for two.
    start = shown[colon...].dropFirst().firstIndex { $0 != slash } ?? shown.endIndex
  }
  let authority = shown[start...].prefix { $0 != slash }
  let host = authority.lastIndex(of: UInt8(ascii: "@")).map { shown.index(after: $0) } ?? start
  return clean(Substring(shown[..<start])) + clean(Substring(shown[host...]))
}

/// `https://host:port`, by which connections and silences are counted.
package func server(of url: String) -> String {
  redacted(url).split(separator: "/").prefix(2).joined(separator: "//")
}

/// `text` without what a terminal or a log might obey (I11).
func clean(_ text: some StringProtocol) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("\u{FFFD}")
    default: scalars.append(scalar)
    }
  }
  return String(scalars)
}
