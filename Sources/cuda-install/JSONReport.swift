import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

/// JSON on stdout: one document for a query; for a change one event a line, the last of them `result`.
final class JSONReport: Report {
  private let output = Console(stream: .output)
  private let command: String
  private let isQuery: Bool
  private let clock = ContinuousClock()
  private var lastProgress: ContinuousClock.Instant?
  private var lastWaiting: ContinuousClock.Instant?

  init(command: String, isQuery: Bool) {
    self.command = command
    self.isQuery = isQuery
  }

  func begin(prefix: String) {
    emit(
      StartEvent(
        time: Timestamp.now.rfc3339, command: command, prefix: prefix, pid: Machine.processID,
        tool: Installer.version))
  }

  func show(_ event: Event) {
    switch event {
    case .waiting(let holder):
      guard isDue(&lastWaiting, .milliseconds(250)) else { return }
      emit(LockEvent(state: "waiting", holder: holder.operation.map(HolderJSON.init)), .fleeting)
    case .locked(let waited):
      emit(LockEvent(state: "acquired", waited_ms: Int64(waited / .milliseconds(1))), .note)
    case .recovered(let text):
      emit(MessageEvent(level: "note", code: "recovered", text: cleaned(text, limit: .max)), .note)
    case .planned(let summary): emit(PlanJSON(summary), .note)
    case .progress(let snapshot):
      guard isDue(&lastProgress, .milliseconds(250)) else { return }
      emit(ProgressEvent(snapshot), .fleeting)
    case .notice(let text):
      emit(MessageEvent(level: "note", code: "notice", text: cleaned(text, limit: .max)), .note)
    }
  }

  func endWaiting() {}

  func fail(_ error: InstallError) {
    let failure = FailureJSON(
      code: error.code, message: cleaned(error.message, limit: .max),
      hint: error.hint.map { cleaned($0) },
      retryable: error.exitStatus == 75 || error.exitStatus == 69,
      holder: error.holder?.operation.map(HolderJSON.init))
    if isQuery {
      emit(QueryFailure(error: failure, exit: error.exitStatus))
    } else {
      emit(
        ResultEvent(
          time: Timestamp.now.rfc3339, op: error.op, ok: false, changed: error.changed,
          exit: error.exitStatus,
          error: failure))
    }
  }

  func finish(_ outcome: Outcome, changes: [String], otherwise: String?) {
    emit(
      ResultEvent(
        time: Timestamp.now.rfc3339, op: outcome.record?.op, ok: true, changed: outcome.changed,
        exit: 0, release: outcome.release, current: outcome.record?.after.current,
        by: outcome.doneBy))
  }

  func answer(_ text: String, _ document: some Encodable) { emit(document) }

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
  var command: String
  var prefix: String
  var pid: Int32
  var tool: String
}

private struct LockEvent: Encodable {
  var type = "lock"
  var state: String
  var holder: HolderJSON?
  var waited_ms: Int64?
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
  var unpacked: Int64

  init(_ snapshot: ProgressSnapshot) {
    phase = snapshot.isFetched ? "extract" : "download"
    component = snapshot.active.first?.component
    done = snapshot.active.first?.done
    total = snapshot.active.first?.total
    all_done = snapshot.fetched
    all_total = snapshot.total
    rate = snapshot.rate
    unpacked = snapshot.unpacked
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
  var release: String?
  var current: String?
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

/// The process that holds the lock.
struct HolderJSON: Encodable {
  var op: String
  var pid: Int32
  var command: String
  var user: String
  var host: String
  var trigger: String?
  var started: String

  init(_ operation: Operation) {
    op = operation.op
    pid = operation.pid
    command = cleaned(operation.command)
    user = cleaned(operation.user)
    host = cleaned(operation.host)
    trigger = operation.trigger.map { cleaned($0) }
    started = operation.started
  }
}

/// `install --dry-run --json`, and the event `plan`.
struct PlanJSON: Encodable {
  struct Item: Encodable {
    var component: String
    var version: String
    var action: String
    var bytes: Int64
  }

  var type = "plan"
  var v = 1
  var release: String
  var changes: Bool
  var fetch_bytes: Int64
  var reused_bytes: Int64
  var disk_bytes: Int64
  var free_bytes: Int64?
  var makes_current: Bool
  var items: [Item]

  init(_ summary: PlanSummary) {
    let plan = summary.plan
    release = plan.release.text
    changes = !plan.changesNothing
    fetch_bytes = summary.fetchByteCount
    reused_bytes = plan.reusedByteCount
    disk_bytes = plan.addedDiskByteCount
    free_bytes = summary.freeByteCount
    makes_current = plan.makesCurrent
    items = (plan.tree?.items ?? []).map {
      Item(
        component: $0.component.name.text, version: $0.component.version.text,
        action: $0.source == .fetch ? "fetch" : "reuse", bytes: $0.build.artifact.byteCount)
    }
  }
}
