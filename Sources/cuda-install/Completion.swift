// What the shells' completions ask the program for: words, and never a message. It is asked between two keys, so it
// takes no lock, asks no server, and does not look further than a prefix's receipts and what servers said before.

import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

/// The words that may be next.
enum Completion {
  /// Whether a shell calls; then nothing is said but words.
  static var isAsked: Bool { Machine.arguments.dropFirst().first == "---completion" }

  /// The parser wants the word's number and the cursor's place in it, of which fish 3 may know neither.
  static func normalized(_ arguments: [String]) -> [String] {
    guard let end = arguments.firstIndex(of: "--"), end + 1 < arguments.count else {
      return arguments
    }
    let head = arguments[...(end + 1)]
    let words = arguments.dropFirst(head.count).drop { Int($0) != nil }
    let numbers = arguments.dropFirst(head.count).prefix { Int($0) != nil }.prefix(2)
    return head + (numbers.count == 2 ? Array(numbers) : ["\(max(0, words.count - 1))", "0"])
      + words
  }

  /// Of installed releases, for a command that takes one, or several.
  static let installed = CompletionKind.custom { words, _, _ in
    Place(words)?.installedVersions ?? []
  }

  /// The same, and `-` for the one before.
  static let switchable = CompletionKind.custom { words, _, _ in
    let versions = Place(words)?.installedVersions ?? []
    return versions.isEmpty ? [] : versions + ["-"]
  }

  /// Installed releases and their components.
  static let removable = CompletionKind.custom { words, _, _ in
    Place(words)?.removable ?? []
  }

  /// What a source offers: versions first, then components and other products.
  static let installable = CompletionKind.custom { words, index, _ in
    Place(words)?.installable(at: index) ?? []
  }

  /// What `list` knows: with --available what a source offers, else what is installed.
  static let listable = CompletionKind.custom { words, index, _ in
    guard words.contains("--available") else { return Place(words)?.installedVersions ?? [] }
    return Place(words)?.versionsAndProducts ?? []
  }

  static let platforms = CompletionKind.list(["linux-x86_64", "linux-sbsa", "linux-aarch64"])
}

/// The prefix and the source that a command line names as far as it is typed.
private struct Place {
  private let installer: Installer
  private let words: [String]

  /// `nil` where what is typed, or set, is none.
  init?(_ words: [String]) {
    self.words = words
    guard var options = try? GlobalOptions.parse([]) else { return nil }
    options.prefix = Self.value(of: ["--prefix", "-p"], in: words)
    options.mirror = Self.value(of: ["--mirror"], in: words).map { [$0] } ?? []
    options.offline = true
    guard let settings = try? Settings.ofThisProcess.get(),
      let prefix = try? options.effectivePrefix(settings), SearchPath.canHold(prefix),
      let network = try? options.network(settings)
    else { return nil }
    installer = Installer(
      prefix: prefix, source: try? options.source(settings), settings: network, patience: .zero,
      observe: { _ in })
  }

  var installedVersions: [String] {
    state.map { $0.releases.map(\.release.text) } ?? []
  }

  var removable: [String] {
    guard let state else { return [] }
    return state.releases.map(\.release.text)
      + Set(state.releases.flatMap { $0.receipt.components.map(\.name.text) }).sorted()
  }

  func installable(at index: Int) -> [String] {
    let others = words.enumerated().dropFirst(2).filter { $0.offset != index }.map(\.element)
    return (others.contains(where: isVersion) ? [] : versions) + components
      + ProductName.published.sorted()
  }

  var versionsAndProducts: [String] {
    versions + ProductName.published.sorted()
  }

  private var state: InstalledState? { try? installer.installed() }

  private var versions: [String] { labels.map(\.text) }

  /// The newest first.
  private var labels: [Version] { (try? installer.labels())?.reversed() ?? [] }

  /// Of the release that is typed, else of the newest of which a server has told, else what is installed.
  private var components: [String] {
    let typed = words.dropFirst(2).filter(isVersion).compactMap { try? Track(typed: $0) }
    let platform = Platform.of(machine: Machine.architecture, isTegra: Machine.isTegra)
    let tracks = typed + labels.prefix(16).compactMap { try? Track(typed: $0.text) }
    for track in tracks {
      guard let release = try? installer.offered(.cuda, track, for: platform ?? .anyLinux) else {
        continue
      }
      return release.components.map(\.name.text)
    }
    return Set((state?.releases ?? []).flatMap { $0.receipt.components.map(\.name.text) }).sorted()
  }

  /// `--prefix DIR`, `--prefix=DIR`, and as bash splits the latter: `--prefix`, `=`, `DIR`.
  private static func value(of names: [String], in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if names.contains(word) {
        let rest = words.dropFirst(index + 1).drop { $0 == "=" }
        return rest.first.map(expanded)
      }
      for name in names where word.hasPrefix("\(name)=") {
        return expanded(String(word.dropFirst(name.count + 1)))
      }
    }
    return nil
  }

  /// What the shell would make of it: nobody has yet taken away the quotes.
  private static func expanded(_ word: String) -> String {
    var word = word
    if word.hasPrefix("~/"), let home = Machine.home { word = home + word.dropFirst() }
    guard let quote = word.first, quote == "'" || quote == "\"", word.last == quote, word.count > 1
    else { return word.replacing("\\ ", with: " ") }
    return String(word.dropFirst().dropLast())
  }
}
