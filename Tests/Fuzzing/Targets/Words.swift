import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning
import CUDATransfer

extension FuzzTarget {
  /// What is a line at most: names, URLs, headers, and text that is only shown.
  static let words = [
    FuzzTarget("names", names),
    FuzzTarget("urls", urls),
    FuzzTarget("headers", headers),
    FuzzTarget("shown-text") { bytes in
      let text = text(bytes)
      let shown = cleaned(text)
      try requirePrintable(shown)
      try require(shown.unicodeScalars.count <= 201, "more than the limit")
      let whole = cleaned(text, limit: .max)
      try require(cleaned(whole, limit: .max) == whole, "it is cleaned twice")
      try requirePrintable(redacted(text))
      let line = JSONRecord.encode([text])
      try require(line.count { $0 < 0x20 } == 1, "a record is more than one line")
      try require(JSONRecord.decode([String].self, from: line) == [text], "it changes in a record")
    },
    FuzzTarget("kernel") { bytes in
      let lines = text(bytes).split(separator: "\n")
      for pid in LockTable.holders(of: "fe:00:24593", in: lines) { _ = "\(pid)" }
      for line in lines.map(String.init) {
        let versions = [
          LoadedDriver.version(inModule: line), LoadedDriver.version(inDriver: line),
          LoadedDriver.version(inLibrary: line),
        ].compactMap(\.self)
        for text in versions {
          guard let version = Version(text), version.isNumeric else {
            throw Violation("\(text.debugDescription) is no driver's version")
          }
          _ = (Driver.text(version), Driver.supports(version, with: version))
        }
      }
    },
  ]

  private static func names(_ bytes: [UInt8]) throws {
    let texts = bytes.split(separator: UInt8(ascii: "\n")).prefix(4).map { text(Array($0)) }
    for text in texts {
      if let version = Version(text) { try require(version.description == text, "\(text) changes") }
      if let track = Track(text) {
        try require(Track(track.description) == track, "the track \(text) changes")
        if case .exact(let version) = track { try require(track.contains(version), "\(text)") }
      }
      if let name = ComponentName(text) {
        try require(!name.text.contains("/") && name.text != "..", "\(name) is a path")
        _ = NameSearch.products(near: text)
      }
      if let name = ProductName(text) { try require(Version(text)?.isNumeric != true, "\(name)") }
      if let path = ArtifactPath(text) { try require(!path.name.contains("/"), "\(path)") }
      if let platform = Platform(text) { try require(platform.runs(platform), "\(text)") }
      if let pin = WheelPin(text) {
        try require(WheelPin(pin.description) == pin, "the pin \(text) changes")
      }
      if let time = Timestamp(rfc3339: text) {
        try require(time.rfc3339 == text, "the time \(text) changes")
      }
      _ = WheelName(text)
      _ = ReleaseDescription.parseName(text)
    }
    let versions = texts.compactMap { Version($0) }
    for (left, right) in zip(versions, versions.dropFirst()) {
      let order = [left < right, left == right, right < left]
      try require(order.count { $0 } == 1, "\(left) and \(right) have no order")
    }
    if versions.count > 2, versions[0] < versions[1], versions[1] < versions[2] {
      try require(versions[0] < versions[2], "\(versions) go round")
    }
  }

  /// Two lines: a URL, and a reference that is seen from there.
  private static func urls(_ bytes: [UInt8]) throws {
    let lines = bytes.split(
      separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    let url = text(Array(lines[0]))
    let reference = lines.count > 1 ? text(Array(lines[1])) : ""
    try requireNoSecret(url)
    if let whole = WebReference.resolve(reference, against: url) {
      try require(WebReference.user(of: whole) == nil, "\(whole.debugDescription) has a user")
      try require(WebReference.resolve("", against: whole) == whole, "\(whole) changes")
      // The user's password goes to the user's server only.
      let asked = WebReference.withUser(of: [url], whole)
      if asked != whole {
        try require(host(of: asked) == host(of: url), "a password goes elsewhere")
      }
    }
    // As it stands, too: what a server says need not be what `resolve` makes.
    let asked = WebReference.withUser(of: [url], reference)
    if asked != reference {
      try require(host(of: asked) == host(of: url), "a password goes elsewhere")
    }
    _ = server(of: url)
    if let plain = WebReference.unescaped(WebReference.escaped(url)) {
      try require(plain == url, "\(url.debugDescription) changes when it is escaped")
    }
    do {
      let location = try Location(url)
      try requirePrintable(location.url)
      if case .web = location { _ = try location.resolving(reference) }
    } catch let error as InstallError {
      try requirePrintable(error.message)
    }
  }

  /// What libcurl would take for user and password, and for a query, is not shown.
  private static func requireNoSecret(_ url: String) throws {
    let shown = Array(redacted(url).utf8)
    try require(!shown.contains(UInt8(ascii: "?")), "a query is shown: \(url.debugDescription)")
    guard url.utf8.starts(with: "https://".utf8) else { return }
    let authority = url.utf8.dropFirst(8).prefix { !"/?#".utf8.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")), !url.contains("geheim") else {
      return
    }
    let user = text(Array(authority[..<at]))
    let rest = text(Array(url.utf8[at...]))
    for secret in ["geheim", "geheim:\(user)", "\(user):geheim", ":geheim\(user)"] {
      let shown = redacted("https://" + secret + rest)
      try require(!shown.contains("geheim"), "a password is shown: \(shown.debugDescription)")
    }
  }

  /// As libcurl reads it, byte by byte.
  private static func host(of url: String) -> [UInt8]? {
    guard let start = url.utf8.indices.first(where: { url.utf8[$0...].starts(with: "://".utf8) })
    else { return nil }
    let authority = url.utf8[start...].dropFirst(3).prefix { !"/?#".utf8.contains($0) }
    let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[$0...].dropFirst() }
    var name = Array((host ?? authority)).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    for port in [":443", ":80"] where name.suffix(port.utf8.count).elementsEqual(port.utf8) {
      name.removeLast(port.utf8.count)
    }
    return name
  }

  private static func headers(_ bytes: [UInt8]) throws {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { text(Array($0)) }
    guard let first = lines.first else { return }
    let range = ContentRange(first)
    if let part = range?.bytes {
      try require(!part.isEmpty && part.lowerBound >= 0, "an empty part")
      try require(part.upperBound <= range?.wholeByteCount ?? .max, "a part beyond the whole")
      let whole = range?.wholeByteCount.map { "\($0)" } ?? "*"
      let again = ContentRange("bytes \(part.lowerBound)-\(part.upperBound - 1)/\(whole)")
      try require(again == range, "\(first) changes")
    }
    let numbers = lines.dropFirst().compactMap { Int64($0) }
    let offset = numbers.first ?? 0
    for status in [200, 206, 304, 416, 500] + numbers.map({ Int(truncatingIfNeeded: $0 % 600) }) {
      let resumption = Resumption(status: status, range: range, asked: offset, expected: offset)
      if resumption == .append, status == 206 {
        try require(range?.bytes?.lowerBound == offset, "another part is appended")
      }
      let ending = Ending(
        code: 0, text: "", status: status, range: range, offset: offset, received: offset,
        goal: numbers.last)
      _ = Verdict(ending, of: TransferRequest(url: "https://h.example/", byteLimit: 1))
    }
    for failures in [0, 1, 5, Int(truncatingIfNeeded: abs(offset % 100))] {
      let delay = Retry.delay(
        failures: failures, retryAfter: offset, unit: .seconds(1), jitter: -1)
      try require(delay >= .zero && delay <= .seconds(120), "it waits for \(delay)")
    }
  }
}
