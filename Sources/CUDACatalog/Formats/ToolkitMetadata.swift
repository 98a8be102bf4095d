// The METADATA of NVIDIA's metapackage `cuda-toolkit`: which wheels a release of CUDA is made of.
//
//   Requires-Dist: nvidia-cuda-nvcc==13.0.88.*; (sys_platform == 'linux' or sys_platform == 'win32') and extra == 'nvcc'
//
// https://packaging.python.org/en/latest/specifications/core-metadata/

package import CUDADigest

package struct ToolkitMetadata: Sendable, Equatable {
  package static let project = "cuda-toolkit"
  package static let byteLimit = 1 << 20

  private struct Requirement: Sendable, Equatable {
    var project: String
    var pin: WheelPin
    var marker: Marker
  }

  package let version: Version
  /// Of the document's own bytes.
  package let digest: SHA256Digest
  private let requirements: [Requirement]

  package static func read(
    _ bytes: [UInt8], document: String
  ) throws(CatalogError) -> ToolkitMetadata {
    guard bytes.count <= byteLimit else { throw .tooLarge(document: document, limit: byteLimit) }
    return try ToolkitMetadata(bytes, document)
  }

  private init(_ bytes: [UInt8], _ document: String) throws(CatalogError) {
    var requirements: [Requirement] = []
    var name: String?
    var version: Version?
    for line in Self.head(bytes) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmed
      switch line[..<colon].lowercased() {
      case "name": name = WheelName.normalized(value)
      case "version": version = Version(value)
      case "requires-dist":
        guard let requirement = Self.requirement(value) else {
          throw .unacceptable(
            document: document, place: .init(key: "Requires-Dist"),
            reason: "\(value) does not say which versions")
        }
        requirements.append(requirement)
      default: break
      }
    }
    guard name == Self.project else {
      throw .unacceptable(
        document: document, place: .init(key: "Name"), reason: "it is not \(Self.project)")
    }
    guard let version else {
      throw .unacceptable(
        document: document, place: .init(key: "Version"), reason: "it is not a version")
    }
    self.version = version
    self.digest = SHA256.digest(of: bytes)
    self.requirements = requirements
  }

  /// The projects that the release consists of on `platform`, with their versions. Of a project that is named more
  /// than once an exact pin counts, else the first.
  package func pins(on platform: Platform) -> [String: WheelPin] {
    var pins: [String: WheelPin] = [:]
    for requirement in requirements where requirement.marker.holds(on: platform) {
      let known = pins[requirement.project]
      if known == nil || known?.isExact == false && requirement.pin.isExact {
        pins[requirement.project] = requirement.pin
      }
    }
    return pins
  }

  /// The header's fields, lines that go on joined; the description behind it is for people.
  private static func head(_ bytes: [UInt8]) -> [String] {
    var fields: [String] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r" }
      guard !text.isEmpty else { break }
      if text.first == " " || text.first == "\t", !fields.isEmpty {
        fields[fields.count - 1] += text
      } else {
        fields.append(text)
      }
    }
    return fields
  }

  private static func requirement(_ text: String) -> Requirement? {
    let parts = text.split(separator: ";", maxSplits: 1).map(\.trimmed)
    guard let first = parts.first, let marker = parts.count == 1 ? .always : Marker(parts[1]) else {
      return nil
    }
    let name = first.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    var rest = first[name.endIndex...]
    if rest.first == "[" { rest = rest.drop { $0 != "]" }.dropFirst() }
    guard Grammar.isName(String(name), marks: "-_.", longest: 128), let pin = WheelPin(String(rest))
    else { return nil }
    return Requirement(project: WheelName.normalized(String(name)), pin: pin, marker: marker)
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    var text = drop { $0.isWhitespace }[...]
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
