import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall
import CUDAPlanning

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is installed, and what is going on.")

  @Flag(help: "Show the run that is under way until it ends, and end as it does.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Show how this run ended, or follow it: the op of its first event.", valueName: "op"))
  var of: String?

  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let session = try Session(options)
    if follow || of != nil { return try follow(session) }
    try session.run { (installer) throws(InstallError) in
      let status = try installer.status()
      let timer = UpdateTimer.enabled(for: status.prefix)?.unit
      session.report.answer(StatusText.text(status, timer), StatusJSON(status, timer))
    }
  }
}

extension Status {
  /// Ends with the other run's result and exit status; one that was killed counts as 75: try again.
  private func follow(_ session: Session) throws {
    var exit: Int32 = 0
    try session.run { (installer) throws(InstallError) in
      let record = try installer.follow(of)
      session.report.endWaiting()
      session.report.answer(
        record.map { "\(StatusText.describe($0))\n" } ?? "nothing is going on\n",
        FollowJSON(record: record?.cleaned))
      exit = record.map { $0.exit > 128 ? 75 : $0.exit } ?? 0
    }
    if exit != 0 { throw Failure(exitStatus: exit) }
  }
}

private struct FollowJSON: Encodable {
  var v = 1
  var record: RunRecord?
}

enum StatusText {
  static func text(_ status: CUDAInstall.Status, _ timer: String?) -> String {
    var rows = [["Prefix", status.prefix]]
    let current = status.state.releases.first { $0.release == status.state.current }
    rows.append(["Current", current.map { describe($0, isLong: true) } ?? "none"])
    let others = status.state.releases.filter { $0.release != status.state.current }
    if !others.isEmpty {
      rows.append(["Others", others.map { describe($0, isLong: false) }.joined(separator: ", ")])
    }
    for damage in status.state.damaged {
      rows.append(["Damaged", "\(damage.release): \(damage.remedy) makes it whole again"])
    }
    if let busy = status.busy { rows.append(["Busy", busy.description]) }
    if let dead = status.interrupted {
      let kept = Size(status.keptByteCount)
      rows.append([
        "Died",
        "\(dead.description); \(status.isInterruptedVisible ? "its work" : "nothing of it") is visible"
          + (status.keptByteCount > 0 ? ", \(kept) of downloads are kept" : "")
          + ", and the next run goes on from there",
      ])
    }
    if let last = status.last { rows.append(["Last", describe(last)]) }
    if let timer { rows.append(["Timer", timer]) }
    rows.append(["Driver", driver(status)])
    return Columns.aligned(rows).map { $0 + "\n" }.joined()
  }

  /// What the driver supports and what the current release is are two things, and may not fit.
  private static func driver(_ status: CUDAInstall.Status) -> String {
    let phrase = status.driver.phrase
    guard let driver = status.driver.parsed, let need = status.need else { return phrase }
    switch need.fit(of: driver) {
    case .good: return phrase
    case .limited: return "\(phrase); CUDA \(need.release) works with limits"
    case .tooOld: return "\(phrase); TOO OLD for CUDA \(need.release), which needs \(need.oldest)"
    }
  }

  private static func describe(_ release: InstalledRelease, isLong: Bool) -> String {
    let receipt = release.receipt
    guard isLong else { return "\(release.name) (\(release.contents))" }
    return
      "\(release.name) (\(release.contents), \(PlanText.count(receipt.components.count, "component")), "
      + "\(Size(receipt.files.byteCount)))"
  }

  static func describe(_ run: RunRecord) -> String {
    let when = Timestamp(rfc3339: run.ended)?.local ?? cleaned(run.ended)
    guard let error = run.error else {
      return "\(cleaned(run.command)) \(run.changed ? "done" : "had nothing to do"), \(when)"
    }
    return
      "\(cleaned(run.command)) FAILED, \(when): \(cleaned(error.message)) (status \(run.exit))"
  }
}

struct StatusJSON: Encodable {
  struct Lock: Encodable {
    var path: String
    var held: Bool
    var holder: HolderJSON?
  }

  var v = 1
  var prefix: String
  var current: String?
  var releases: [ReleaseJSON]
  var damaged: [String]
  var lock: Lock
  var operation: OperationJSON?
  var interrupted: HolderJSON?
  var last: RunRecord?
  /// The unit that updates the prefix, if one is enabled.
  var timer: String?
  var driver: String?
  /// Why it has no version, if there is one.
  var driver_unknown: String?
  var driver_cuda: String?
  var driver_majors: [Int]?
  var driver_fit: String?

  init(_ status: CUDAInstall.Status, _ timer: String?) {
    prefix = status.prefix
    current = status.state.current?.text
    releases = status.state.releases.map {
      ReleaseJSON($0, isCurrent: $0.release == status.state.current)
    }
    damaged = status.state.damaged.map(\.release.text)
    lock = Lock(
      path: status.lockPath, held: status.busy != nil,
      holder: status.busy.flatMap(HolderJSON.init))
    operation = status.busy?.operation.map(OperationJSON.init)
    interrupted = status.interrupted?.operation.map(HolderJSON.init)
    last = status.last?.cleaned
    self.timer = timer
    if case .unknown(let what) = status.driver { driver_unknown = what }
    if let version = status.driver.parsed {
      driver = version.text
      driver_cuda = Driver.line(of: version)
      driver_majors = Driver.majors(of: version)
      driver_fit = status.need.map { $0.fit(of: version).rawValue }
    }
  }
}
