// A name from an archive is bytes until it has been through here.

/// Where an archive wants an entry: a relative path without `..`, as a list of names.
///
/// Empty components and `.` are dropped: `a//b` and `./a/b` are `a/b`, so that two spellings of one name
/// meet as duplicates.
package struct EntryPath: Hashable, Sendable, CustomStringConvertible {
  package let names: [String]

  package var description: String { names.joined(separator: "/") }

  package static let maximumByteCount = 2048
  package static let maximumDepth = 128
  package static let maximumNameByteCount = 255

  init(names: [String]) { self.names = names }

  /// The same member at another place of the tree. The names are the program's own, or this path's.
  package func moved(to names: [String]) -> EntryPath { EntryPath(names: names) }

  /// Reads the bytes of a member's name. The error is the reason why it cannot be taken.
  package init(member bytes: [UInt8]) throws(UnsafeName) {
    guard !bytes.isEmpty else { throw UnsafeName("the name is empty") }
    guard bytes.count <= Self.maximumByteCount else {
      throw UnsafeName("the name is longer than \(Self.maximumByteCount) bytes")
    }
    guard bytes[0] != UInt8(ascii: "/") else { throw UnsafeName("the name is absolute") }
    let text = try Self.text(bytes)
    names = text.utf8.split(separator: UInt8(ascii: "/")).map {
      String(decoding: $0, as: UTF8.self)
    }
    .filter { $0 != "." }
    guard !names.contains("..") else { throw UnsafeName("the name climbs with ..") }
    guard names.count <= Self.maximumDepth else {
      throw UnsafeName("it lies deeper than \(Self.maximumDepth) directories")
    }
    guard names.allSatisfy({ $0.utf8.count <= Self.maximumNameByteCount }) else {
      throw UnsafeName("a part of the name is longer than \(Self.maximumNameByteCount) bytes")
    }
    // Else a slash would be one character with what stands beside it, and the kernel's parts others than Swift's.
    let parts = "/\(description)/".split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == max(names.count, 1) + 2 else {
      throw UnsafeName("a part of the name begins or ends with what belongs to a letter")
    }
  }

  /// The target of a symbolic link at this path, if it stays inside: relative, any `..` in front only,
  /// and no more of them than the link is deep.
  ///
  /// A link lies in a real directory, so leading `..` are what they seem; a `..` behind a name could
  /// follow another link and leave.
  package func checkedTarget(_ bytes: [UInt8]) throws(UnsafeName) -> String {
    guard !bytes.isEmpty, bytes.count <= Self.maximumByteCount else {
      throw UnsafeName("its target is empty or too long")
    }
    guard bytes[0] != UInt8(ascii: "/") else { throw UnsafeName("its target is absolute") }
    let text = try Self.text(bytes)
    let steps = text.utf8.split(separator: UInt8(ascii: "/"))
      .map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
    let climbs = steps.prefix { $0 == ".." }.count
    guard !steps.dropFirst(climbs).contains("..") else {
      throw UnsafeName("its target has .. behind a name")
    }
    guard climbs < names.count else { throw UnsafeName("its target lies outside") }
    return text
  }

  private static func text(_ bytes: [UInt8]) throws(UnsafeName) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UnsafeName("it is not UTF-8")
    }
    for scalar in text.unicodeScalars {
      let value = scalar.value
      // Controls, and what reorders or hides text in a terminal.
      let hidden =
        value < 0x20 || (0x7F...0x9F).contains(value)
        || scalar.properties.generalCategory == .format || value == 0x2028 || value == 0x2029
      guard !hidden else { throw UnsafeName("it holds a control character") }
      guard scalar != "\\" else { throw UnsafeName("it holds a backslash") }
    }
    return text
  }
}

/// Why a name or a link target is not taken; a phrase that follows the name.
package struct UnsafeName: Error, Equatable, Sendable {
  package var reason: String

  init(_ reason: String) { self.reason = reason }
}
