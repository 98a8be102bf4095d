/// How a run ended (I12): `last.json`, and a line of `history.ndjson`.
package struct RunRecord: Codable, Equatable, Sendable {
  package struct Failure: Codable, Equatable, Sendable {
    /// A word that does not change: `hash_mismatch`.
    package var code: String
    package var message: String

    package init(code: String, message: String) {
      self.code = code
      self.message = message
    }
  }

  package var v = 1
  package var op: String
  package var command: String
  package var pid: Int32
  package var user: String
  /// RFC 3339, UTC.
  package var started: String
  package var ended: String
  package var ok: Bool
  package var changed: Bool
  package var exit: Int32
  package var error: Failure?
  package var before: VisibleState
  package var after: VisibleState

  /// The command of a run that replaced a damaged tree.
  package static let repair = "verify"

  /// A run whose process ended before its work.
  package init(died operation: Operation, after: VisibleState) {
    self.init(
      operation, ended: operation.progress.updated, changed: operation.before != after, exit: 137,
      error: Failure(code: "interrupted", message: "the process ended before its work"),
      after: after)
  }

  /// Releases that are visible since this run and were not before, oldest first.
  package var added: [String] { Self.new(in: after, since: before) }

  /// Releases that were visible before this run and are not since, oldest first.
  package var removed: [String] { Self.new(in: before, since: after) }

  private static func new(in state: VisibleState, since other: VisibleState) -> [String] {
    state.releases.keys.filter { other.releases[$0] == nil }.sorted()
  }

  /// The same, fit to be shown.
  package var cleaned: RunRecord {
    var record = self
    record.command = CUDACatalog.cleaned(command)
    record.op = CUDACatalog.cleaned(op)
    record.user = CUDACatalog.cleaned(user)
    record.started = CUDACatalog.cleaned(started)
    record.ended = CUDACatalog.cleaned(ended)
    record.error = error.map {
      Failure(
        code: CUDACatalog.cleaned($0.code), message: CUDACatalog.cleaned($0.message, limit: .max))
    }
    return record
  }

  package init(
    _ operation: Operation, ended: String, changed: Bool, exit: Int32, error: Failure?,
    after: VisibleState
  ) {
    op = operation.op
    command = operation.command
    pid = operation.pid
    user = operation.user
    started = operation.started
    self.ended = ended
    ok = error == nil
    self.changed = changed
    self.exit = exit
    self.error = error
    before = operation.before
    self.after = after
  }
}
