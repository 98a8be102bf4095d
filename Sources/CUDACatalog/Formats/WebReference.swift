/// What a document says about where something is, read from where the document itself is.
package enum WebReference {
  /// `reference` as a whole URL, seen from the document at `base`: RFC 3986 §5.2.2.
  ///
  /// Without user and password, which belong to whoever asks and not to what is asked for, and without a
  /// fragment. `nil` if `base` is no URL, or `reference` one without a host.
  package static func resolve(_ reference: String, against base: String) -> String? {
    guard let base = Parts(base) else { return nil }
    let reference = reference.prefix { $0 != "#" }
    if let whole = Parts(String(reference)) { return whole.text }
    guard !hasScheme(reference) else { return nil }
    if reference.hasPrefix("//") { return Parts("\(base.scheme):\(reference)")?.text }
    var result = base
    let path = reference.prefix { $0 != "?" }
    if path.isEmpty {
      if !reference.isEmpty { result.query = String(reference) }
      return result.text
    }
    result.query = String(reference[path.endIndex...])
    if path.hasPrefix("/") {
      result.path = String(path)
    } else {
      let folder = base.path.lastIndex(of: "/").map { base.path[...$0] } ?? "/"
      result.path = String(folder + path)
    }
    return result.text
  }

  /// `https://user:word@host:8443/simple` is at `https://host:8443`; equal texts are one server. `nil` for what
  /// is no URL.
  package static func server(of url: String) -> String? {
    guard let parts = Parts(url) else { return nil }
    let host = parts.host.lowercased()
    let port = parts.scheme == "https" ? ":443" : ":80"
    return "\(parts.scheme)://\(host.hasSuffix(port) ? String(host.dropLast(port.count)) : host)"
  }

  /// `user:word` of a URL, as it is written there; `nil` if it names nobody.
  package static func user(of url: String) -> String? {
    guard let parts = Parts(url), parts.host.count < parts.authority.count else { return nil }
    return String(parts.authority.dropLast(parts.host.count + 1))
  }

  /// `url` with the user and the password of the first of `bases` that is on the same server and has some. Not to be
  /// shown.
  package static func withUser(of bases: [String], _ url: String) -> String {
    guard let server = server(of: url), user(of: url) == nil,
      let user = bases.lazy.filter({ self.server(of: $0) == server }).compactMap(user).first,
      let start = url.firstRange(of: "://")
    else { return url }
    return "\(url[..<start.upperBound])\(user)@\(url[start.upperBound...])"
  }

  /// `text` with everything escaped that a path in a URL cannot hold (RFC 3986 §3.3).
  package static func escaped(_ path: String) -> String {
    var result: [UInt8] = []
    for byte in path.utf8 {
      if Grammar.isAlphanumeric(byte) || "/._+~-!$&'()*,;=:@".utf8.contains(byte) {
        result.append(byte)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%\(digits.utf8.count < 2 ? "0" : "")\(digits)".utf8
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The text that escapes of two digits stand for; `nil` if it is not UTF-8.
  package static func unescaped(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.prefix(2).count(where: Grammar.isHexadecimal) == 2,
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// RFC 3986 §3.1.
  private static func hasScheme(_ reference: Substring) -> Bool {
    let head = reference.utf8.prefix { Grammar.isAlphanumeric($0) || "+.-".utf8.contains($0) }
    return !head.isEmpty && reference.utf8.dropFirst(head.count).first == UInt8(ascii: ":")
  }
}

private struct Parts {
  var scheme: String
  /// `user:word@host:port`
  var authority: String
  /// Begins with a slash.
  var path: String
  /// Empty, or begins with a question mark.
  var query: String

  init?(_ url: String) {
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
    scheme = url[..<colon].lowercased()
    guard !scheme.isEmpty, scheme.utf8.allSatisfy(Grammar.isAlphanumeric) else { return nil }
    var rest = url[colon...].dropFirst("://".count).prefix { $0 != "#" }
    authority = String(rest.prefix { $0 != "/" && $0 != "?" })
    guard !authority.isEmpty else { return nil }
    rest = rest.dropFirst(authority.count)
    path = String(rest.prefix { $0 != "?" })
    query = String(rest.dropFirst(path.count))
    if path.isEmpty { path = "/" }
  }

  var host: String {
    authority.lastIndex(of: "@").map { String(authority[authority.index(after: $0)...]) }
      ?? authority
  }

  var text: String { "\(scheme)://\(host)\(plainPath)\(query)" }

  /// Without `.` and `..`: RFC 3986 §5.2.4. Nothing climbs above the root.
  private var plainPath: String {
    var kept: [Substring] = []
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (number, segment) in segments.enumerated() {
      let isLast = number == segments.count - 1
      switch segment {
      case ".": if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return "/" + kept.joined(separator: "/")
  }
}
