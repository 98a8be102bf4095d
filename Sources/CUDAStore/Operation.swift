package import CUDACatalog
import CUDAFiles

/// What a run is called in records and events.
package struct RunName: Sendable, Equatable {
  /// One run for ever: `20261123T140211Z-4711-9f2c01d7`.
  package let op: String
  /// `install`
  package let command: String

  package init(_ command: String) {
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    op = "\(Timestamp.now.compact)-\(Machine.processID)-\(random)"
    self.command = command
  }
}

extension Operation {
  /// This process, starting `run` now.
  static func starting(_ run: RunName, before: VisibleState) -> Operation {
    let now = Timestamp.now.rfc3339
    return Operation(
      op: run.op, command: run.command, pid: Machine.processID,
      startTicks: Machine.startTime(of: Machine.processID), bootID: Machine.bootID,
      pidNamespace: Machine.pidNamespace, host: Machine.host, user: Machine.user,
      context: Machine.context, started: now, progress: Progress(phase: .manifest, updated: now),
      before: before)
  }

  package enum Liveness: Sendable { case alive, dead, unknown }

  /// Whether the process can still be there. `unknown` from another host or container.
  package var liveness: Liveness {
    guard bootID == Machine.bootID else { return host == Machine.host ? .dead : .unknown }
    guard pidNamespace == Machine.pidNamespace else { return .unknown }
    return Machine.isAlive(pid, since: startTicks) ? .alive : .dead
  }

  /// Seconds since it last got on, by two readings of one machine's clock.
  package var idleSeconds: Int64? {
    guard let updated = Timestamp(rfc3339: progress.updated) else { return nil }
    return max(0, (Timestamp.now.milliseconds - updated.milliseconds) / 1000)
  }

  /// `pid 4711, install, user root, since 14:02:11, 62% fetched`
  package var phrase: String {
    var words = ["pid \(pid)", cleaned(command), "user \(cleaned(user))"]
    if liveness == .unknown { words.append("on host \(cleaned(host)) or in another container") }
    if let context, context != "shell" { words.append("by \(cleaned(context))") }
    if let started = Timestamp(rfc3339: started) { words.append("since \(started.local)") }
    switch progress.phase {
    case .manifest: break
    case .download: if let percent { words.append("\(percent)% fetched") }
    case .extract: words.append(percent.map { "\($0)% unpacked" } ?? "unpacking")
    case .commit: words.append("finishing")
    }
    if let idle = idleSeconds, idle >= 5 { words.append("no progress for \(idle) s") }
    return words.joined(separator: ", ")
  }
}
