/// Which versions of a project a release is made of: `==13.0.88.*`, or `<14,>=13.4.92`.
///
/// https://packaging.python.org/en/latest/specifications/version-specifiers/, without `~=` and `===`.
package struct WheelPin: Hashable, Sendable, CustomStringConvertible {
  private struct Clause: Hashable {
    var comparison: String
    var version: Version
    /// Whether what follows the version is anything: `.*`.
    var isPrefix: Bool
  }

  package let description: String
  private let clauses: [Clause]
  /// What it begins at: 13.0.88.
  package let version: Version

  /// The pin that `text` spells, or `nil`: one that names no first version says nothing of a release.
  package init?(_ text: String) {
    let text = text.filter { !$0.isWhitespace && $0 != "(" && $0 != ")" }
    var clauses: [Clause] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let comparison = String(part.prefix { "<>=!~".contains($0) })
      let rest = part.dropFirst(comparison.count)
      let isPrefix = rest.hasSuffix(".*")
      guard ["==", "!=", ">=", "<=", ">", "<"].contains(comparison),
        !isPrefix || comparison == "==" || comparison == "!=",
        let version = Version(String(isPrefix ? rest.dropLast(2) : rest))
      else { return nil }
      clauses.append(Clause(comparison: comparison, version: version, isPrefix: isPrefix))
    }
    let first =
      clauses.first { $0.comparison == "==" } ?? clauses.first { $0.comparison == ">=" }
    guard let first, clauses.count <= 16 else { return nil }
    description = text
    self.clauses = clauses
    version = first.version
  }

  /// Whether it means one version, with or without what was put right in it since.
  package var isExact: Bool { clauses.contains { $0.comparison == "==" } }

  package func contains(_ version: Version) -> Bool {
    // PEP 440: a pre-release is meant only by who names it.
    guard version.isFinal || version == self.version else { return false }
    return clauses.allSatisfy { clause in
      let (left, right) = (version.padded, clause.version.padded)
      switch clause.comparison {
      case "==": return clause.isPrefix ? begins(version, with: clause.version) : left == right
      case "!=": return clause.isPrefix ? !begins(version, with: clause.version) : left != right
      case ">=": return left >= right
      case "<=": return left <= right
      case ">": return left > right
      default: return left < right
      }
    }
  }

  /// The version to take. Of an exact pin the newest, which is the same with something put right; of a range the
  /// oldest, which is the release's own: an index that grows must not change what a release is.
  package func choice(of versions: some Sequence<Version>) -> Version? {
    let fitting = versions.filter(contains).sorted { ($0.padded, $0) < ($1.padded, $1) }
    return isExact ? fitting.last : fitting.first
  }

  private func begins(_ version: Version, with prefix: Version) -> Bool {
    let wanted = prefix.parts.map { $0.drop { $0 == "0" } }
    var parts = version.parts.map { $0.drop { $0 == "0" } }
    while parts.count < wanted.count { parts.append("") }
    return parts.starts(with: wanted)
  }
}

extension Version {
  /// Whether this is no pre-release by PEP 440, of which NVIDIA uses numbers and, for a wheel that was wrong, `.post1`.
  package var isFinal: Bool { withoutPost.isNumeric }

  /// 11.8.89 for `11.8.89.post1`.
  private var withoutPost: Version {
    guard let last = parts.last, last.hasPrefix("post"),
      last.dropFirst("post".count).allSatisfy({ $0.isASCII && $0.isNumber })
    else { return self }
    return Version(parts.dropLast().joined(separator: ".")) ?? self
  }

  /// PEP 440: 13.4.1.0 is 13.4.1. Without the zeros at the end.
  fileprivate var padded: Version {
    var parts = parts
    while parts.count > 1, let last = parts.last, !last.isEmpty, last.allSatisfy({ $0 == "0" }) {
      parts.removeLast()
    }
    return Version(parts.joined(separator: ".")) ?? self
  }

  /// The release that NVIDIA's metapackage of this version describes: 13.4.1 for `13.4.1.0`, so that a release has
  /// one name whatever its source.
  package var toolkitLabel: Version {
    let parts = withoutPost.parts
    guard parts.count > 3, parts.dropFirst(3).allSatisfy({ $0.allSatisfy { $0 == "0" } }) else {
      return withoutPost
    }
    return Version(parts.prefix(3).joined(separator: ".")) ?? self
  }
}
