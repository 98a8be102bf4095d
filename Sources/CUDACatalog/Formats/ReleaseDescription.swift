// What an application publishes beside its archives: a few lines of text, made by a text editor and sha256sum.
//
//     product: voicebox
//     release: 0.3.1
//     valid-until: 2027-06-30
//
//     5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef  voicebox-server-cuda-0.3.1.tar.gz
//     component: cuda-libs cu128-v1
//     ../v0.3.0/cuda-libs-cu128.tar.gz
//
// A line with a hash is what sha256sum(1) prints; of an archive without one, `<archive>.sha256` beside it has it. A
// path is relative to the description's own place, or a whole URL. What an archive brings is a component: named by
// the line before it, or by the file's name.

package import CUDADigest

package struct ReleaseDescription: Sendable, Equatable {
  /// One archive, of which there may be more to learn.
  package struct Part: Sendable, Equatable {
    package var component: ComponentName
    package var version: Version
    /// `nil`: for all of Linux.
    package var platform: Platform?
    /// As written: relative to the description, or a URL.
    package var location: String
    /// `nil`: its `.sha256` has it.
    package var digest: SHA256Digest?

    package init(
      component: ComponentName, version: Version, platform: Platform? = nil, location: String,
      digest: SHA256Digest? = nil
    ) {
      self.component = component
      self.version = version
      self.platform = platform
      self.location = location
      self.digest = digest
    }
  }

  package var product: ProductName
  package var label: Version
  /// Until when its publisher means to have said something newer, `2027-06-30`: who gets it afterwards gets an old copy.
  package var validUntil: String?
  package var parts: [Part]

  package init(product: ProductName, label: Version, validUntil: String? = nil, parts: [Part]) {
    self.product = product
    self.label = label
    self.validUntil = validUntil
    self.parts = parts
  }

  static let byteLimit = 1 << 20
  private static let lineLimit = 10_000

  package static func read(
    _ bytes: [UInt8], document: String
  ) throws(CatalogError) -> ReleaseDescription {
    guard bytes.count <= byteLimit else { throw .tooLarge(document: document, limit: byteLimit) }
    guard let text = String(validating: bytes, as: UTF8.self), !text.hasPrefix("\u{feff}") else {
      throw .notDescription(
        document: document, line: 1, reason: "it is not UTF-8, or begins with a byte order mark")
    }
    var reader = DescriptionReader(document: document)
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    guard lines.count <= lineLimit else {
      throw .tooLarge(document: document, limit: byteLimit)
    }
    for (index, line) in lines.enumerated() {
      reader.line = index + 1
      try reader.take(line)
    }
    return try reader.description()
  }

  /// The component and version that a file's name says: `cuda-libs-cu128`, `v1` for `cuda-libs-cu128-v1.tar.gz`; the
  /// version is `nil` if the name ends in none.
  package static func parseName(_ fileName: some StringProtocol) -> (
    component: ComponentName, version: Version?
  )? {
    guard let suffix = ArtifactPath.suffixes.first(where: { fileName.hasSuffix($0) }) else {
      return nil
    }
    let stem = fileName.dropLast(suffix.count)
    for separator in ["-", "_"] as [Character] {
      guard let mark = stem.lastIndex(of: separator) else { continue }
      let last = stem[stem.index(after: mark)...]
      let number = last.hasPrefix("v") ? last.dropFirst() : last
      guard let digit = number.utf8.first, Grammar.isDigit(digit),
        let version = Version(String(last)), let name = ComponentName(String(stem[..<mark]))
      else { continue }
      return (name, version)
    }
    return ComponentName(String(stem)).map { ($0, nil) }
  }
}

private struct DescriptionReader {
  let document: String
  var line = 0
  private var product: ProductName?
  private var label: Version?
  private var validUntil: String?
  private var platform: Platform?
  private var component: (name: ComponentName, version: Version?)?
  private var archives: [Archive] = []

  private struct Archive {
    var component: ComponentName
    /// `nil`: the release's, which may stand below.
    var version: Version?
    var platform: Platform?
    var location: Substring
    var digest: SHA256Digest?
  }

  init(document: String) { self.document = document }

  mutating func take(_ raw: Substring) throws(CatalogError) {
    let text = Self.trimmed(raw)
    guard !text.isEmpty, !text.hasPrefix("#") else { return }
    guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
      throw failure("it holds a control character")
    }
    if let (key, value) = Self.header(text) {
      try set(key, value)
    } else {
      try addPart(text)
    }
  }

  func description() throws(CatalogError) -> ReleaseDescription {
    guard let product else { throw failure("there is no line 'product: NAME'") }
    guard let label else { throw failure("there is no line 'release: VERSION'") }
    guard !archives.isEmpty else { throw failure("it names no archive") }
    if let component { throw failure("the component \(component.name) has no archive") }
    return ReleaseDescription(
      product: product, label: label, validUntil: validUntil,
      parts: archives.map {
        ReleaseDescription.Part(
          component: $0.component, version: $0.version ?? label, platform: $0.platform,
          location: String($0.location), digest: $0.digest)
      })
  }

  /// `product: voicebox`; a URL has no space behind its colon.
  private static func header(_ text: Substring) -> (key: Substring, value: Substring)? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let key = text[..<colon]
    let rest = text[text.index(after: colon)...]
    guard !key.isEmpty, rest.isEmpty || rest.hasPrefix(" ") || rest.hasPrefix("\t"),
      key.utf8.allSatisfy({ Grammar.isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    return (key, trimmed(rest))
  }

  private mutating func set(_ key: Substring, _ value: Substring) throws(CatalogError) {
    switch key {
    case "product":
      guard product == nil else { throw failure("the product is named twice") }
      guard let name = ProductName(String(value)) else {
        throw failure("\(value) is not a name, which begins with a letter")
      }
      product = name
    case "release":
      guard label == nil else { throw failure("the release is named twice") }
      guard let version = Version(String(value)), version.isLabel else {
        throw failure("\(value) is not a version, which begins with a digit")
      }
      label = version
    case "valid-until":
      guard Self.isDate(value) else { throw failure("\(value) is not a date as in 2027-06-30") }
      validUntil = String(value)
    case "platform":
      guard let platform = Platform(String(value)) else {
        throw failure("\(value) is not a platform")
      }
      self.platform = platform
    case "component":
      let words = value.split { $0 == " " || $0 == "\t" }
      guard let word = words.first, let name = ComponentName(String(word)), words.count <= 2 else {
        throw failure("a component has a name and perhaps a version")
      }
      if let component { throw failure("the component \(component.name) has no archive") }
      let version = words.count == 2 ? Version(String(words[1])) : nil
      guard words.count < 2 || version != nil else { throw failure("\(words[1]) is not a version") }
      component = (name, version)
    default: break  // What a later version of the format says does not stop this one.
    }
  }

  private mutating func addPart(_ text: Substring) throws(CatalogError) {
    let (digest, location) = ChecksumLine.parse(text) ?? (nil, text)
    guard location.utf8.count <= 2048, !location.contains(" "), !location.contains("\\") else {
      throw failure("\(location) is not the path of an archive")
    }
    let fileName = location.split(separator: "/").last ?? ""
    guard let named = ReleaseDescription.parseName(fileName) else {
      throw failure(
        "\(location) is not the path of an archive: it ends in none of "
          + ArtifactPath.suffixes.joined(separator: " "))
    }
    let (name, version) = component ?? named
    component = nil
    guard !archives.contains(where: { $0.component == name && $0.platform == platform }) else {
      throw failure("there are two archives for the component \(name)")
    }
    archives.append(
      Archive(
        component: name, version: version, platform: platform, location: location, digest: digest))
  }

  private func failure(_ reason: String) -> CatalogError {
    .notDescription(document: document, line: line, reason: reason)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text.drop { $0 == " " || $0 == "\t" }
  }

  private static func isDate(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [4, 2, 2]
      && parts.allSatisfy { $0.utf8.allSatisfy(Grammar.isDigit) }
  }
}
