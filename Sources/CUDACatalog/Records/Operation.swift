// Who works in a prefix, on what, and how far: what `operation.json` says. It is information for people
// and other processes. The lock alone decides who may work (I3).

/// A run that holds, or held, the lock.
package struct Operation: Codable, Equatable, Sendable {
  /// Names this run in all records: `20261123T140211Z-4711-<random>`.
  package var op: String
  /// `install`
  package var command: String
  package var pid: Int32
  /// The process's start in clock ticks since boot: with the pid it names one process for ever.
  package var startTicks: UInt64?
  package var bootID: String
  package var pidNamespace: UInt64
  package var host: String
  package var user: String
  /// What started it: `shell`, `cron`, `dpkg:mypackage`, `systemd:cuda-install-update@opt-cuda.service`.
  package var context: String?
  /// RFC 3339, UTC.
  package var started: String
  package var progress: Progress
  /// What was visible before this run changed anything.
  package var before: VisibleState
  /// What is to be visible once more than one link is replaced: what is left to do if the process dies, or a call
  /// fails, between two of them.
  package var wanted: VisibleState?

  /// How far a run is.
  package struct Progress: Codable, Equatable, Sendable {
    package enum Phase: String, Codable, Sendable {
      case manifest, download, extract, commit
    }
    package var phase: Phase
    /// The component that the last bytes belonged to.
    package var component: String?
    /// Bytes fetched and bytes to fetch, over all components; `total` is `nil` while it is unknown.
    package var done: Int64
    package var total: Int64?
    /// Bytes of artifacts that are unpacked, of `total`; `nil` in records of older programs.
    package var consumed: Int64?
    /// Bytes written into the new tree.
    package var unpacked: Int64
    /// Bytes per second over the last seconds.
    package var rate: Int64
    /// RFC 3339, UTC: when the phase or a number of bytes last changed.
    package var updated: String

    package init(
      phase: Phase, component: String? = nil, done: Int64 = 0, total: Int64? = nil,
      consumed: Int64 = 0, unpacked: Int64 = 0, rate: Int64 = 0, updated: String
    ) {
      self.phase = phase
      self.component = component
      self.done = done
      self.total = total
      self.consumed = consumed
      self.unpacked = unpacked
      self.rate = rate
      self.updated = updated
    }
  }

  package init(
    op: String, command: String, pid: Int32, startTicks: UInt64?, bootID: String,
    pidNamespace: UInt64, host: String, user: String, context: String?, started: String,
    progress: Progress, before: VisibleState
  ) {
    self.op = op
    self.command = command
    self.pid = pid
    self.startTicks = startTicks
    self.bootID = bootID
    self.pidNamespace = pidNamespace
    self.host = host
    self.user = user
    self.context = context
    self.started = started
    self.progress = progress
    self.before = before
  }

  /// `62` of 100 fetched, or unpacked in that phase; `nil` while the total is unknown.
  package var percent: Int? {
    guard let total = progress.total, total > 0 else { return nil }
    let done = progress.phase == .extract ? progress.consumed ?? 0 : progress.done
    // A record may say anything.
    return Int(Double(min(max(done, 0), total)) / Double(total) * 100)
  }
}

/// Which trees the links of a prefix name: all that a reader can see.
package struct VisibleState: Codable, Equatable, Sendable {
  /// The release that `current` names.
  package var current: String?
  /// Releases and the trees that their links name.
  package var releases: [String: String]

  package init(current: String? = nil, releases: [String: String] = [:]) {
    self.current = current
    self.releases = releases
  }

  /// These become names and targets of links, and whoever owns a prefix may have written them: each is one component that
  /// leads nowhere else.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    current = try container.decodeIfPresent(String.self, forKey: .current)
    releases = try container.decode([String: String].self, forKey: .releases)
    // A tree's name has its serial number behind the release's.
    let names = releases.keys + [current].compactMap(\.self)
    guard names.allSatisfy({ Version($0) != nil && $0 != "current" }),
      releases.values.allSatisfy({ Grammar.isName($0, marks: "._+~-", longest: 80) })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .releases, in: container, debugDescription: "they are no releases and trees")
    }
  }
}
