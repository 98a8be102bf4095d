import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

/// JSON on stdout: one document for a query; for a change one event a line, the last of them `result`.
final class JSONReport: Report {
  private let output = Console(stream: .output)
  private let isQuery: Bool
  private let clock = ContinuousClock()
  private var lastProgress: ContinuousClock.Instant?
  private var lastWaiting: ContinuousClock.Instant?
  /// What the first event called this run.
  private var op: String?

  init(isQuery: Bool) { self.isQuery = isQuery }

  func show(_ event: Event) {
    switch event {
    case .started(let op, let command, let prefix):
      self.op = op
      emit(
        StartEvent(
          time: Timestamp.now.rfc3339, op: op, command: command, prefix: prefix,
          pid: Machine.processID, tool: Installer.version))
    case .waiting(let holder, let wait):
      guard holder.isWorthSaying(after: wait.elapsed), isDue(&lastWaiting, .milliseconds(250))
      else { return }
      emit(
        LockEvent(
          state: "waiting", waited_ms: Int64(wait.elapsed / .milliseconds(1)),
          holder: HolderJSON(holder), operation: holder.operation.map(OperationJSON.init)),
        .fleeting)
    case .locked(let waited):
      emit(LockEvent(state: "acquired", waited_ms: Int64(waited / .milliseconds(1))), .note)
    case .recovered(let text): say(text, level: "note", code: "recovered")
    case .planned(let summary): emit(PlanJSON(summary), .note)
    case .progress(let snapshot):
      guard isDue(&lastProgress, .milliseconds(250)) else { return }
      emit(ProgressEvent(snapshot), .fleeting)
    case .checking(let checked, let total):
      guard !isQuery, isDue(&lastProgress, .milliseconds(250)) else { return }
      emit(ProgressEvent(checked: checked, total: total), .fleeting)
    case .notice(let text): say(text, level: "note", code: "notice")
    case .warning(let text): say(text, level: "warning", code: "notice")
    }
  }

  func endWaiting() {}

  func fail(_ error: InstallError) {
    let failure = FailureJSON(
      code: error.code, message: cleaned(error.message, limit: .max),
      hint: error.hint.map { cleaned($0) },
      retryable: !["nested", "systemd"].contains(error.code)
        && [69, 75].contains(error.exitStatus),
      holder: error.holder.flatMap(HolderJSON.init))
    if isQuery {
      emit(QueryFailure(error: failure, exit: error.exitStatus))
    } else {
      emit(
        ResultEvent(
          time: Timestamp.now.rfc3339, op: error.op ?? op, ok: false, changed: error.changed,
          exit: error.exitStatus,
          error: failure))
    }
  }

  func finish(_ outcome: Outcome, changes: [String], otherwise: String?) {
    emit(
      ResultEvent(
        time: Timestamp.now.rfc3339, op: outcome.record?.op ?? op, ok: true,
        changed: outcome.changed,
        exit: 0, product: outcome.product.text, release: outcome.release,
        current: outcome.record?.after.current,
        added: outcome.record.map { $0.added }, removed: outcome.record.map { $0.removed },
        by: outcome.doneBy))
  }

  func answer(_ text: String, _ document: some Encodable) { emit(document) }

  private func say(_ text: String, level: String, code: String) {
    // Beside its one document a query says nothing.
    guard !isQuery else { return }
    emit(MessageEvent(level: level, code: code, text: cleaned(text, limit: .max)), .note)
  }

  private func emit(
    _ value: some Encodable, _ importance: CUDAFiles.Stream.Importance = .answer
  ) {
    // A pipe that nobody reads loses events, never the work (I12).
    output.write(String(decoding: JSONRecord.encode(value), as: UTF8.self), importance)
  }

  private func isDue(_ last: inout ContinuousClock.Instant?, _ interval: Duration) -> Bool {
    let now = clock.now
    if let last, now - last < interval { return false }
    last = now
    return true
  }
}

// The events are described in cuda-install(1); within `v` nothing is removed or changes its type.

private struct StartEvent: Encodable {
  var type = "start"
  var v = 1
  var time: String
  var op: String
  var command: String
  var prefix: String
  var pid: Int32
  var tool: String
}

private struct LockEvent: Encodable {
  var type = "lock"
  var state: String
  var waited_ms: Int64
  var holder: HolderJSON?
  var operation: OperationJSON?
}

private struct MessageEvent: Encodable {
  var type = "message"
  var level: String
  var code: String
  var text: String
}

private struct ProgressEvent: Encodable {
  var type = "progress"
  var phase: String
  var component: String?
  var done: Int64?
  var total: Int64?
  var all_done: Int64
  var all_total: Int64
  var rate: Int64
  var eta_s: Int64?
  /// How long nothing has come, from five seconds on.
  var stalled_s: Int64?
  /// Bytes of artifacts that are unpacked, and bytes that they became.
  var all_unpacked: Int64
  var unpacked: Int64

  init(_ snapshot: ProgressSnapshot) {
    phase = snapshot.isFetched ? "extract" : "download"
    component = snapshot.active.first?.component
    done = snapshot.active.first?.done
    total = snapshot.active.first?.total
    all_done = snapshot.fetched
    all_total = snapshot.total
    rate = snapshot.rate
    eta_s = eta(snapshot.fetched, snapshot.total, snapshot.rate)
    stalled_s = snapshot.stalled?.components.seconds
    all_unpacked = snapshot.consumed
    unpacked = snapshot.unpacked
  }

  /// Of files that are compared with a receipt.
  init(checked: Int64, total: Int64) {
    phase = "verify"
    all_done = checked
    all_total = total
    rate = 0
    all_unpacked = 0
    unpacked = 0
  }
}

private struct ResultEvent: Encodable {
  var type = "result"
  var v = 1
  var time: String
  var op: String?
  var ok: Bool
  var changed: Bool
  var exit: Int32
  var product: String?
  var release: String?
  var current: String?
  /// Releases that are visible now and were not, and the other way round.
  var added: [String]?
  var removed: [String]?
  /// The process that did the work while this one waited.
  var by: Int32?
  var error: FailureJSON?
  var last = true
}

private struct QueryFailure: Encodable {
  var v = 1
  var ok = false
  var error: FailureJSON
  var exit: Int32
}

private struct FailureJSON: Encodable {
  var code: String
  var message: String
  var hint: String?
  var retryable: Bool
  var holder: HolderJSON?
}

/// Who has the lock. A process that left no record has a pid and a command at most.
struct HolderJSON: Encodable {
  var op: String?
  var pid: Int32
  var command: String?
  var user: String?
  var host: String?
  var context: String?
  var started: String?
}

extension HolderJSON {
  init?(_ holder: Holder) {
    if let operation = holder.operation {
      self.init(operation)
    } else if let process = holder.process {
      self.init(pid: process.pid, command: process.name.map { cleaned($0) })
    } else {
      return nil
    }
  }

  init(_ operation: Operation) {
    self.init(
      op: cleaned(operation.op), pid: operation.pid, command: cleaned(operation.command),
      user: cleaned(operation.user), host: cleaned(operation.host),
      context: operation.context.map { cleaned($0) }, started: cleaned(operation.started))
  }
}

/// How far the run that has the lock is.
struct OperationJSON: Encodable {
  var op: String
  var phase: String
  var component: String?
  var done: Int64
  var total: Int64?
  var rate: Int64
  var eta_s: Int64?
  /// How long nothing has come, from five seconds on.
  var stalled_s: Int64?
  /// Bytes of artifacts that are unpacked, and bytes that they became.
  var all_unpacked: Int64
  var unpacked: Int64
  var updated: String

  init(_ operation: Operation) {
    let progress = operation.progress
    op = cleaned(operation.op)
    phase = progress.phase.rawValue
    component = progress.component.map { cleaned($0) }
    done = progress.done
    total = progress.total
    rate = progress.rate
    eta_s = progress.total.flatMap { eta(progress.done, $0, progress.rate) }
    all_unpacked = progress.consumed ?? 0
    unpacked = progress.unpacked
    updated = cleaned(progress.updated)
  }
}

/// Seconds until `total` bytes are here; `nil` while that cannot be told.
private func eta(_ done: Int64, _ total: Int64, _ rate: Int64) -> Int64? {
  // A record may say anything.
  guard rate > 0, (0...total).contains(done) else { return nil }
  return (total - done) / rate
}
