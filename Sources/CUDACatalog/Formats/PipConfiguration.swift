// What pip on this machine is told, as far as it says where packages come from.
//
// https://pip.pypa.io/en/stable/topics/configuration/: sections weigh more than files. What any file says for
// one command comes before what every file says for all, and the environment before both.

package struct PipConfiguration: Sendable, Equatable {
  /// The index; `nil` if nobody names one, and pip's own default counts.
  package private(set) var index: String?
  /// Further indexes, in the order given.
  package private(set) var extraIndexes: [String] = []
  /// A file of certificates to trust.
  package private(set) var certificates: String?
  /// Whether no index may be asked at all.
  package private(set) var forbidsIndex = false

  /// `files`: the texts of pip's files, those that weigh more behind. `environment`: its variables.
  package init(files: [String], environment: [String: String]) {
    var sections: [String: [String: String]] = [:]
    for file in files {
      for (section, options) in Self.sections(of: file) {
        sections[section, default: [:]].merge(options) { $1 }
      }
    }
    var layers = ["global", "install", "download"].map { sections[$0] ?? [:] }
    layers.append(
      Dictionary(
        environment.filter { $0.key.hasPrefix("PIP_") }
          .map { (Self.key($0.key.dropFirst("PIP_".count)), $0.value) }, uniquingKeysWith: { $1 }))
    for layer in layers {
      // pip passes over empty values.
      for (key, value) in layer where !value.isEmpty { set(key, value) }
    }
  }

  /// The default that pip's own help names: `-i URL Base URL of the ... Index (default https://...)`.
  package static func defaultIndex(inHelp help: String) -> String? {
    guard let option = help.firstRange(of: "--index-url"),
      let start = help[option.upperBound...].firstRange(of: "(default"),
      let end = help[start.upperBound...].firstIndex(of: ")")
    else { return nil }
    // Wrapped wherever it pleased the help.
    let url = help[start.upperBound..<end].filter { !$0.isWhitespace }
    return url.hasPrefix("http://") || url.hasPrefix("https://") ? String(url) : nil
  }

  private mutating func set(_ key: String, _ value: String) {
    let value = value.trimmed
    switch key {
    case "index-url": index = value
    case "extra-index-url":
      extraIndexes = value.split(whereSeparator: \.isWhitespace).map(String.init)
    case "cert": certificates = value
    // distutils' strtobool; anything else makes pip give up.
    case "no-index":
      forbidsIndex = ["1", "true", "t", "yes", "y", "on"].contains(value.lowercased())
    default: break
    }
  }

  /// `Index_URL` is `index-url`.
  private static func key(_ text: some StringProtocol) -> String {
    String(text.trimmed.lowercased().map { $0 == "_" ? "-" : $0 })
  }

  /// Python's RawConfigParser: whole-line comments, values that go on in lines that are indented.
  private static func sections(of text: String) -> [String: [String: String]] {
    var sections: [String: [String: String]] = [:]
    var section = ""
    var option: String?
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let content = line.trimmed
      if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
      if line.first?.isWhitespace == true, let option {
        sections[section]?[option]? += "\n" + content
      } else if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
        section = content[..<end].dropFirst().trimmed
        option = nil
      } else if let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let name = key(content[..<sign])
        option = name
        sections[section, default: [:]][name] = content[sign...].dropFirst().trimmed
      }
    }
    return sections
  }
}
