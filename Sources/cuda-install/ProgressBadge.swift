// ConEmu's OSC 9;4: progress on a terminal's tab or in the task bar. To a terminal that does not know it this may be a
// notification on the desktop, so it goes to those alone that say that they do.

import CUDAFiles

/// What a terminal shows beside its text.
struct ProgressBadge {
  private var shown: Int64?

  private static let clearing: StaticString = "\u{1B}]9;4;0;0\u{1B}\\"

  /// The bytes for a frame: nothing where the percentage is that of the frame before.
  mutating func frame(_ percent: Int64?) -> String {
    guard let percent, percent != shown else { return "" }
    if shown == nil { Interruption.setLastWords(Self.clearing) }
    shown = percent
    return "\u{1B}]9;4;1;\(percent)\u{1B}\\"
  }

  /// The bytes that take it away, if it is there.
  mutating func end() -> String? {
    guard shown != nil else { return nil }
    shown = nil
    Interruption.setLastWords(nil)
    return "\(Self.clearing)"
  }

  /// The terminal shows nothing any more: the last words have been said.
  mutating func forget() { shown = nil }

  /// By what terminals say of themselves in the environment; the rule is that of cargo's anstyle-progress.
  static var isKnownHere: Bool {
    // What draws its own screen does not pass it on.
    guard environment("TMUX") == nil, environment("STY") == nil,
      !["screen", "tmux"].contains(where: { environment("TERM")?.hasPrefix($0) ?? false })
    else { return false }
    return ["WezTerm", "ghostty"].contains(environment("TERM_PROGRAM"))
      || environment("WT_SESSION") != nil || environment("ConEmuANSI") == "ON"
      || Int(environment("PTYXIS_VERSION")?.prefix { $0.isASCII && $0.isNumber } ?? "") ?? 0 >= 48
      || features(environment("TERM_FEATURES") ?? "").contains("P")
  }

  /// `P` of `T3CwLrMSc7UUw9Ts3BFGsSyHNoSxP`: a capital, what is small behind it, and perhaps a number.
  private static func features(_ text: String) -> [Substring] {
    text.matches(of: /([A-Z][a-z]*)[0-9]*/).map(\.output.1)
  }
}
