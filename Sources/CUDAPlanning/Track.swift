public import CUDACatalog

/// What was asked for, and what an update may move along.
public enum Track: Sendable, Hashable {
  /// One release, for ever: `13.0.2`.
  case exact(Version)
  /// The newest release that begins so: `13.0` moves to a newer patch, `13` to a newer minor.
  case within(Version)
  /// The newest release.
  case latest

  /// The track that `text` names, or `nil`: `latest`, or 1 or 2 numbers (`13`, `13.0`), or 3 and more
  /// for one release, as is any other after `=` (`=25.11`).
  public init?(_ text: String) {
    if text == "latest" {
      self = .latest
    } else if text.hasPrefix("="), let version = Version(String(text.dropFirst())) {
      self = .exact(version)
    } else if let version = Version(text), version.isNumeric {
      self = version.parts.count < 3 ? .within(version) : .exact(version)
    } else if let version = Version(text), version.isFinished {
      self = .exact(version)
    } else {
      return nil
    }
  }

  /// Whether `label` is on this track.
  ///
  /// Labels with anything but numbers in them are no finished releases.
  public func contains(_ label: Version) -> Bool {
    switch self {
    case .exact(let version): return label == version
    case .within(let version):
      // By number and not by text: nvpl has both `24.03` and `24.7`, and 24.3 may be typed.
      let (wanted, parts) = (version.parts.map(number), label.parts.map(number))
      return label.isNumeric && parts.starts(with: wanted)
    case .latest: return label.isFinished
    }
  }

  /// The newest of `labels` on this track, or `nil` if none is.
  public func newest(of labels: [Version]) -> Version? {
    labels.filter(contains).max()
  }

  /// All of `labels`, the likeliest to be meant first: those that begin as what was asked for, and the newest.
  func nearest(of labels: [Version]) -> [Version] {
    let wanted: [String]
    switch self {
    case .exact(let version), .within(let version): wanted = version.parts
    case .latest: wanted = []
    }
    return labels.map { label in
      (label: label, shared: zip(wanted, label.parts).prefix { $0 == $1 }.count)
    }
    .sorted { ($0.shared, $0.label) > ($1.shared, $1.label) }.map(\.label)
  }

  /// Whether this track moves along more releases than `other`, all of the other's included.
  package func isWider(than other: Track) -> Bool {
    switch (self, other) {
    case (.latest, .latest), (.exact, _): false
    case (.latest, _): true
    case (.within(let own), .within(let version)):
      own.parts.count < version.parts.count && contains(version)
    case (.within, .exact(let version)): contains(version)
    case (.within, .latest): false
    }
  }

  private func number(_ part: String) -> Substring { part.drop { $0 == "0" } }
}

extension Receipt {
  /// What an update may move the release along.
  package var followed: Track { Track(track) ?? .exact(release) }
}

extension Receipt.Addition {
  /// What an update may move it along.
  package var followed: Track { Track(track) ?? .exact(release) }
}

extension Track: CustomStringConvertible {
  /// What `init(_:)` takes.
  public var description: String {
    switch self {
    case .exact(let version): Track(version.text) == self ? version.text : "=\(version)"
    case .within(let version): version.text
    case .latest: "latest"
    }
  }
}
