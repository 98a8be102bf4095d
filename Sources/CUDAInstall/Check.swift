/// One thing that `doctor` looked at.
package struct Check: Sendable, Equatable {
  package enum Verdict: String, Sendable {
    case ok
    /// It works, but may surprise.
    case warn
    /// It does not work.
    case fail
  }

  /// A word: `lock`
  package var name: String
  package var verdict: Verdict
  /// What was found.
  package var text: String
  /// What to do about it.
  package var hint: String?
  /// The exit status that stands for a failure of this kind.
  package var exitStatus: Int32 = 0
}

extension Check {
  init(
    _ name: String, _ verdict: Verdict, _ text: String, hint: String? = nil, exitStatus: Int32 = 0
  ) {
    self.init(
      name: name, verdict: verdict, text: text, hint: hint,
      exitStatus: verdict == .fail ? exitStatus : 0)
  }

  init(_ name: String, _ error: InstallError) {
    self.init(
      name: name, verdict: .fail, text: error.message, hint: error.hint,
      exitStatus: error.exitStatus)
  }
}
