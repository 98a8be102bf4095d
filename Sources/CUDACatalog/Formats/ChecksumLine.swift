package import CUDADigest

/// A line of sha256sum(1), in either of its forms.
package enum ChecksumLine {
  /// `<hash>  name`, `<hash> *name`, or `SHA256 (name) = <hash>`; `nil` for anything else. The name may be missing.
  package static func parse(
    _ line: some StringProtocol
  ) -> (digest: SHA256Digest, name: Substring)? {
    let line = Substring(line)
    if line.hasPrefix("SHA256 ("), let end = line.firstRange(of: ") = ") {
      return SHA256Digest(hexadecimal: line[end.upperBound...].lowercased()).map {
        ($0, line[..<end.lowerBound].dropFirst("SHA256 (".count))
      }
    }
    let hash = line.prefix { $0 != " " && $0 != "\t" }
    guard let digest = SHA256Digest(hexadecimal: hash.lowercased()) else { return nil }
    var name = line[hash.endIndex...].drop { $0 == " " || $0 == "\t" }
    if name.hasPrefix("*") { name.removeFirst() }
    return (digest, name)
  }

  /// The SHA-256 that an archive's `.sha256` says: its only line, or the one that names the archive.
  package static func digest(
    in bytes: [UInt8], of fileName: some StringProtocol, document: String
  ) throws(CatalogError) -> SHA256Digest {
    func failure(_ reason: String) -> CatalogError {
      .notDescription(document: document, line: 1, reason: reason)
    }
    guard bytes.count <= 1 << 16, let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("it is no list of SHA-256 hashes")
    }
    let lines = text.split { $0.isNewline }.filter { !$0.hasPrefix("#") }.compactMap { parse($0) }
    guard !lines.isEmpty else { throw failure("it holds no SHA-256 hash") }
    let own = lines.filter { $0.name.split(separator: "/").last.map { $0 == fileName } ?? false }
    if own.count == 1 { return own[0].digest }
    // One hash is the archive's, under whatever name it was made: if it is not, the archive will not have it.
    guard lines.count == 1 else { throw failure("it does not name \(fileName) once") }
    return lines[0].digest
  }
}
