// Bytes are compared, not `Character`s: to libcurl and to a server a slash, an `@` or a question mark with an accent
// on it is one, and which server gets a password rests on where a host ends.

/// What a document says about where something is, read from where the document itself is.
package enum WebReference {
  /// `reference` as a whole URL, seen from the document at `base`: RFC 3986 §5.2.2.
  ///
  /// Without user and password, which belong to whoever asks and not to what is asked for, and without a
  /// fragment. `nil` if `base` is no URL, or `reference` one without a host.
  package static func resolve(_ reference: String, against base: String) -> String? {
    guard let base = Parts(base) else { return nil }
    let reference = reference[...].before("#")
    if let whole = Parts(String(reference)) { return whole.text }
    guard !hasScheme(reference) else { return nil }
    if reference.utf8.starts(with: "//".utf8) { return Parts("\(base.scheme):\(reference)")?.text }
    var result = base
    let path = reference.before("?")
    if path.isEmpty {
      if !reference.isEmpty { result.query = String(reference) }
      return result.text
    }
    result.query = String(reference[path.endIndex...])
    if path.utf8.first == UInt8(ascii: "/") {
      result.path = String(path)
    } else {
      let folder = base.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { base.path[...$0] } ?? "/"
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
    Parts(url)?.user
  }

  /// `url` with the user and the password of the first of `bases` that is on the same server and has some. Not to be
  /// shown.
  package static func withUser(of bases: [String], _ url: String) -> String {
    guard let server = server(of: url), user(of: url) == nil,
      let user = bases.lazy.filter({ self.server(of: $0) == server }).compactMap(user).first,
      let colon = url.utf8.firstIndex(of: UInt8(ascii: ":"))
    else { return url }
    return "\(url[..<colon])://\(user)@" + url.utf8[colon...].dropFirst("://".utf8.count).text
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
  /// `user:word`
  var user: String?
  /// `host:port`
  var host: String
  /// Begins with a slash.
  var path: String
  /// Empty, or begins with a question mark.
  var query: String

  init?(_ url: String) {
    guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")),
      url.utf8[colon...].starts(with: "://".utf8)
    else { return nil }
    scheme = url[..<colon].lowercased()
    guard !scheme.isEmpty, scheme.utf8.allSatisfy(Grammar.isAlphanumeric) else { return nil }
    let rest = Substring(url.utf8[colon...].dropFirst("://".utf8.count)).before("#")
    let authority = rest.before("/?")
    if let sign = authority.utf8.lastIndex(of: UInt8(ascii: "@")) {
      user = String(authority[..<sign])
      host = authority.utf8[sign...].dropFirst().text
    } else {
      host = String(authority)
    }
    guard !host.isEmpty else { return nil }
    let place = rest[authority.endIndex...]
    path = String(place.before("?"))
    query = String(place[place.before("?").endIndex...])
    if path.isEmpty { path = "/" }
  }

  var text: String { "\(scheme)://\(host)\(plainPath)\(query)" }

  /// Without `.` and `..`: RFC 3986 §5.2.4. Nothing climbs above the root.
  private var plainPath: String {
    var kept: [Substring] = []
    let segments = path.utf8.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
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

extension Substring {
  /// What comes before the first of `signs`.
  fileprivate func before(_ signs: String) -> Substring {
    Substring(utf8.prefix { !signs.utf8.contains($0) })
  }
}

extension Substring.UTF8View {
  fileprivate var text: String { String(Substring(self)) }
}
