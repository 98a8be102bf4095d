/// When a requirement counts: `(sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'nvcc'`.
///
/// https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
///
/// Only what says which machine it is for is decided. Everything else is taken for true: a Python's version
/// means nothing here, and all extras of a metapackage together are its components.
indirect enum Marker: Hashable, Sendable {
  case always
  case all([Marker])
  case any([Marker])
  case test(variable: String, isEqual: Bool, value: String)

  /// The marker that `text` spells, or `nil`.
  init?(_ text: String) {
    guard let words = Self.words(text) else { return nil }
    var parser = MarkerParser(words: words[...])
    guard let marker = parser.any(depth: 0), parser.words.isEmpty else { return nil }
    self = marker
  }

  func holds(on platform: Platform) -> Bool {
    switch self {
    case .always: true
    case .all(let markers): markers.allSatisfy { $0.holds(on: platform) }
    case .any(let markers): markers.contains { $0.holds(on: platform) }
    case .test(let variable, let isEqual, let value):
      (platform.markerValue(variable) == value) == isEqual
    }
  }

  enum Word: Hashable {
    case name(String)
    case text(String)
    case sign(String)
  }

  private static func words(_ text: String) -> [Word]? {
    var words: [Word] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest = rest.dropFirst()
      } else if first == "'" || first == "\"" {
        let body = rest.dropFirst()
        guard let end = body.firstIndex(of: first) else { return nil }
        words.append(.text(String(body[..<end])))
        rest = body[end...].dropFirst()
      } else if first == "(" || first == ")" {
        words.append(.sign(String(first)))
        rest = rest.dropFirst()
      } else {
        let isSign = "<>=!~".contains(first)
        let word = rest.prefix {
          !$0.isWhitespace && !"'\"()".contains($0) && "<>=!~".contains($0) == isSign
        }
        words.append(isSign ? .sign(String(word)) : .name(String(word)))
        rest = rest[word.endIndex...]
      }
    }
    return words.count <= 1_000 ? words : nil
  }
}

private struct MarkerParser {
  var words: ArraySlice<Marker.Word>

  mutating func any(depth: Int) -> Marker? {
    guard var markers = all(depth: depth).map({ [$0] }) else { return nil }
    while take(.name("or")) {
      guard let next = all(depth: depth) else { return nil }
      markers.append(next)
    }
    return markers.count == 1 ? markers[0] : .any(markers)
  }

  private mutating func all(depth: Int) -> Marker? {
    guard var markers = one(depth: depth).map({ [$0] }) else { return nil }
    while take(.name("and")) {
      guard let next = one(depth: depth) else { return nil }
      markers.append(next)
    }
    return markers.count == 1 ? markers[0] : .all(markers)
  }

  private mutating func one(depth: Int) -> Marker? {
    if take(.sign("(")) {
      guard depth < 16, let inner = any(depth: depth + 1), take(.sign(")")) else { return nil }
      return inner
    }
    guard let left = words.popFirst(), let comparison = comparison(),
      let right = words.popFirst()
    else { return nil }
    switch (left, right) {
    case (.name(let variable), .text(let value)), (.text(let value), .name(let variable)):
      guard ["sys_platform", "platform_machine", "platform_system", "os_name"].contains(variable),
        comparison == "==" || comparison == "!="
      else { return .always }
      return .test(variable: variable, isEqual: comparison == "==", value: value)
    default: return nil
    }
  }

  private mutating func comparison() -> String? {
    switch words.popFirst() {
    case .sign(let sign) where sign != "(" && sign != ")": return sign
    case .name("in"): return "in"
    case .name("not"): return take(.name("in")) ? "not in" : nil
    default: return nil
    }
  }

  private mutating func take(_ word: Marker.Word) -> Bool {
    guard words.first == word else { return false }
    words = words.dropFirst()
    return true
  }
}

extension Platform {
  /// What Python calls it there.
  fileprivate func markerValue(_ variable: String) -> String {
    let parts = text.split(separator: "-", maxSplits: 1).map(String.init)
    let (system, machine) = (parts[0], parts.last ?? "")
    let isWindows = system == "windows"
    switch variable {
    case "sys_platform": return isWindows ? "win32" : system
    case "platform_system": return isWindows ? "Windows" : "Linux"
    case "os_name": return isWindows ? "nt" : "posix"
    default:
      switch machine {
      case "sbsa": return "aarch64"
      case "x86_64" where isWindows: return "AMD64"
      case "arm64": return "ARM64"
      default: return machine
      }
    }
  }
}
