/// A file of settings, `name = value` a line: cuda-install.conf(5).
///
/// A line that is empty, or begins with `#`, says nothing. Blanks around a name and around a value belong to neither;
/// there are no quotes, and a `#` within a value is part of it.
package struct SettingsFile: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    /// Counted from 1.
    package var number: Int
    package var name: String
    /// May be empty.
    package var value: String
  }

  package struct Fault: Error, Equatable, Sendable {
    /// Counted from 1; `nil` if it is the file's as a whole.
    package var line: Int?
    package var reason: String
  }

  /// Bytes.
  package static let limit = 64 << 10

  package private(set) var lines: [Line] = []

  package init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count <= Self.limit else {
      throw Fault(line: nil, reason: "longer than \(Self.limit) bytes")
    }
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .enumerated() {
      func fault(_ reason: String) -> Fault { Fault(line: index + 1, reason: reason) }
      guard let text = String(validating: line, as: UTF8.self) else { throw fault("not UTF-8") }
      let content = text.trimmed
      if content.isEmpty || content.hasPrefix("#") { continue }
      guard let sign = content.firstIndex(of: "=") else {
        throw fault("no = between a name and a value")
      }
      let (name, value) = (content[..<sign].trimmed, content[sign...].dropFirst().trimmed)
      guard !name.isEmpty,
        name.utf8.allSatisfy({ Grammar.isAlphanumeric($0) || $0 == UInt8(ascii: "_") })
      else { throw fault("no name before the =") }
      guard value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw fault("a control character in the value of \(name)")
      }
      if let first = lines.first(where: { $0.name == name }) {
        throw fault("\(name) for the second time, behind line \(first.number)")
      }
      lines.append(Line(number: index + 1, name: name, value: value))
    }
  }
}
