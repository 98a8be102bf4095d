// A project's page of a package index: the simple API, in JSON (PEP 691, 700) and in HTML (PEP 503, 592, 658).
//
// https://packaging.python.org/en/latest/specifications/simple-repository-api/
//
// What can be verified is taken: wheels with a SHA-256. Source distributions, files without a hash, those that
// were withdrawn and those whose place cannot be said are passed over, each by itself: one odd file does not hide
// the others.

package import CUDADigest

/// A wheel that an index offers.
package struct WheelFile: Hashable, Sendable {
  package let name: WheelName
  /// Always a whole URL.
  package let path: ArtifactPath
  package let digest: SHA256Digest
  /// `nil` where the page does not say.
  package let byteCount: Int64?
  /// The digest of the wheel's METADATA, which then lies beside it with `.metadata` behind its name (PEP 658).
  package let metadataDigest: SHA256Digest?
}

package enum WheelIndex {
  package static let byteLimit = JSONText.byteLimit

  /// What to send as `Accept`: JSON rather than HTML, and any index answers one of the two.
  package static let accept =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"

  /// The wheels on the page that lies at `url`, where its redirects led.
  ///
  /// `contentType`: the server's word for what the page is; where it is no help, the first byte decides.
  package static func read(
    _ page: [UInt8], contentType: String?, at url: String, document: String
  ) throws(CatalogError) -> [WheelFile] {
    guard page.count <= byteLimit else { throw .tooLarge(document: document, limit: byteLimit) }
    return isJSON(page, contentType)
      ? try JSONPage(url: url, document: document).files(page)
      : try HTMLPage(url: url, document: document).files(page)
  }

  private static func isJSON(_ page: [UInt8], _ contentType: String?) -> Bool {
    let type = contentType?.prefix { $0 != ";" && $0 != " " }.lowercased() ?? ""
    if type.hasSuffix("+json") || type == "application/json" { return true }
    if type.hasSuffix("+html") || type == "text/html" { return false }
    return page.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
  }
}

private struct JSONPage {
  let url: String
  let document: String

  func files(_ page: [UInt8]) throws(CatalogError) -> [WheelFile] {
    let root = try JSONTree.decode(page, document: document)
    if case .object(let meta)? = root["meta"], case .string(let version)? = meta["api-version"] {
      try checkVersion(version, document)
    }
    guard case .array(let files)? = root["files"] else {
      throw .unacceptable(
        document: document, place: .init(key: "files"), reason: "it is not a list")
    }
    return files.compactMap(file)
  }

  private func file(_ value: JSONTree) -> WheelFile? {
    guard case .object(let file) = value, case .string(let name)? = file["filename"],
      case .string(let place)? = file["url"], !isYanked(file["yanked"]),
      let digest = digest(file["hashes"])
    else { return nil }
    var byteCount: Int64?
    if case .integer(let size)? = file["size"] { byteCount = size }
    return WheelFile(
      name, at: place, seenFrom: url, digest, byteCount: byteCount,
      metadataDigest: self.digest(file["core-metadata"])
        ?? self.digest(file["dist-info-metadata"]))
  }

  /// PEP 592: `true`, or the reason, which may be empty in nobody's mind.
  private func isYanked(_ value: JSONTree?) -> Bool {
    switch value {
    case .boolean(let isYanked): isYanked
    case .string: true
    default: false
    }
  }

  private func digest(_ value: JSONTree?) -> SHA256Digest? {
    guard case .object(let hashes)? = value, case .string(let text)? = hashes["sha256"] else {
      return nil
    }
    return SHA256Digest(hexadecimal: text.lowercased())
  }
}

private struct HTMLPage {
  let url: String
  let document: String

  func files(_ page: [UInt8]) throws(CatalogError) -> [WheelFile] {
    var base = url
    var files: [WheelFile] = []
    for tag in Markup(page) {
      switch tag.name {
      case "base":
        if let place = tag.attributes["href"] {
          base = WebReference.resolve(place, against: url) ?? base
        }
      case "meta" where tag.attributes["name"]?.lowercased() == "pypi:repository-version":
        try checkVersion(tag.attributes["content"] ?? "1.0", document)
      case "a":
        if let file = file(tag.attributes, base) { files.append(file) }
      default: break
      }
    }
    return files
  }

  private func file(_ attributes: [String: String], _ base: String) -> WheelFile? {
    guard let place = attributes["href"], attributes["data-yanked"] == nil,
      let fragment = place.firstIndex(of: "#"),
      let digest = digest(place[fragment...].dropFirst())
    else { return nil }
    let path = place[..<fragment].prefix { $0 != "?" }
    let segment = path.split(separator: "/").last.map(String.init) ?? ""
    guard let name = WebReference.unescaped(segment) else { return nil }
    let metadata = attributes["data-core-metadata"] ?? attributes["data-dist-info-metadata"]
    return WheelFile(
      name, at: place, seenFrom: base, digest, byteCount: nil,
      metadataDigest: metadata.flatMap { self.digest($0[...]) })
  }

  /// Of `sha256=...`; what else stands there, an `egg=` of old, is behind an ampersand.
  private func digest(_ fragment: Substring) -> SHA256Digest? {
    for part in fragment.split(separator: "&") where part.hasPrefix("sha256=") {
      return SHA256Digest(hexadecimal: part.dropFirst("sha256=".count).lowercased())
    }
    return nil
  }
}

extension WheelFile {
  fileprivate init?(
    _ name: String, at place: String, seenFrom base: String, _ digest: SHA256Digest,
    byteCount: Int64?, metadataDigest: SHA256Digest?
  ) {
    guard let name = WheelName(name), let url = WebReference.resolve(place, against: base),
      let path = ArtifactPath(url), path.isURL, path.name.hasSuffix(".whl")
    else { return nil }
    self.init(
      name: name, path: path, digest: digest,
      byteCount: byteCount.flatMap { (1...1 << 40).contains($0) ? $0 : nil },
      metadataDigest: metadataDigest)
  }
}

/// PEP 629: what has another first number cannot be read by its rules of today.
private func checkVersion(_ version: String, _ document: String) throws(CatalogError) {
  guard version.prefix(while: { $0 != "." }) == "1" else {
    throw .unacceptable(
      document: document, place: .init(key: "api-version"),
      reason: "version \(version) of the index's interface is not known")
  }
}
