package import CUDACatalog
import CUDAFiles
public import CUDAPlanning
import CUDAStore

/// Puts CUDA components into a prefix, and changes which of them is in use.
///
/// Safe to call from any number of processes at once: every change happens under the prefix's lock, and
/// becomes visible in one step. All calls are synchronous, and run on the calling thread; downloads and
/// unpacking have threads of their own.
public struct Installer {
  /// Of this program.
  public static let version = "0.1.0"

  let store: Store
  /// Where releases come from.
  public internal(set) var source: CatalogSource
  /// Whether the caller chose the source; if not, updates come from where the release came.
  let isSourceChosen: Bool
  let patience: Duration?
  let observe: (Event) -> Void

  /// The directory where everything is; absolute.
  public var prefix: String { store.prefix }

  /// An installer for a prefix, which need not exist.
  ///
  /// - Parameters:
  ///   - source: where releases come from; by default NVIDIA, and for updates the release's own source.
  ///   - patience: how long to wait while another process has the lock: `nil` is without limit, zero not at
  ///     all.
  ///   - observe: called with what happens, on the thread that calls the installer.
  public init(
    prefix: String, source: CatalogSource?, patience: Duration? = nil,
    observe: @escaping (Event) -> Void = { _ in }
  ) {
    Machine.useUTF8Names()
    // libcurl appends the session keys to this file, and as root that is anybody's file.
    if Machine.isRoot { Machine.removeFromEnvironment("SSLKEYLOGFILE") }
    store = Store(prefix: prefix)
    self.source = source ?? CatalogSource(place: .web(CatalogSource.nvidia))
    isSourceChosen = source != nil
    self.patience = patience
    self.observe = observe
  }

  /// What `install` would do now. Takes no lock and writes nothing (I10).
  package func plan(_ request: Request) throws(InstallError) -> PlanSummary {
    guard try storing({ () throws(StoreError) in try store.presence() }) != .foreign else {
      throw InstallError(.store(.notOurs(prefix: store.prefix)))
    }
    return try plan(request, from: source.release(of: request.track))
  }

  /// The release that the request means, and the components it selects of it, are installed.
  public func install(_ request: Request) throws(InstallError) -> Outcome {
    // A request that cannot be met must not leave a prefix behind. Where there is one already, all is
    // decided under the lock (I2), and the failure is on record.
    var resolved: Release?
    if try storing({ () throws(StoreError) in try store.presence() }) == .absent {
      let release = try source.release(of: request.track)
      try checkSpace(plan(request, from: release))
      resolved = release
    }
    return try underLock("install") { (locked, seen) throws(InstallError) in
      let release: Release
      if let resolved {
        release = resolved
      } else {
        release = try source.release(of: request.track)
      }
      // I2: from the disk, after the lock.
      let state = try installed()
      let plan = try makePlan(request, release, state)
      if let tree = plan.tree {
        let execution = try execute(plan, tree, release, request, in: &locked)
        try commit(execution, plan, in: &locked)
      } else {
        if plan.makesCurrent {
          warn(of: try storing { () throws(StoreError) in try locked.use(plan.release) })
        }
        // A run that died behind its commit left what it had fetched.
        let there = state.releases.first { $0.release == release.label }?.receipt.components ?? []
        locked.discardPartials(of: Set(there.map(\.artifact.digest)))
      }
      guard !plan.changesNothing else {
        return Outcome(
          changed: false, release: release.label.text,
          doneBy: worker(among: seen, for: release.label), plan: plan)
      }
      return Outcome(changed: true, release: release.label.text, plan: plan)
    }
  }

  func commit(
    _ execution: consuming Execution, _ plan: Plan, in locked: inout LockedStore
  ) throws(InstallError) {
    // Also those of artifacts that were linked in the end: a run that died had fetched them.
    let digests = Set(plan.tree?.items.map(\.build.artifact.digest) ?? [])
    do {
      warn(
        of: try locked.commit(
          execution.staging, as: plan.release, makesCurrent: plan.makesCurrent))
    } catch {
      throw InstallError(.store(error))
    }
    locked.discardPartials(of: digests)
  }

  /// Says what went wrong once the change was visible. It is a change all the same (I12).
  func warn(of error: SystemCallError?) {
    if let error { observe(.notice("warning: it is done, but \(error.message)")) }
  }

  /// The process, among those this one waited for, whose work made ours unnecessary.
  private func worker(among seen: Set<String>, for release: Version) -> Int32? {
    store.history().last {
      seen.contains($0.op) && $0.before.releases[release.text] != $0.after.releases[release.text]
    }?.pid
  }

  private func plan(_ request: Request, from release: Release) throws(InstallError) -> PlanSummary {
    let plan = try makePlan(request, release, try installed())
    return PlanSummary(
      plan: plan, freeByteCount: Directory.nearestSpace(to: store.prefix)?.freeByteCount,
      fetchByteCount: plan.fetchByteCount, keptByteCount: 0)
  }

  func makePlan(
    _ request: Request, _ release: Release, _ state: InstalledState
  ) throws(InstallError) -> Plan {
    do {
      return try Plan(request: request, release: release, state: state)
    } catch {
      throw InstallError(.planning(error))
    }
  }

  private func checkSpace(_ summary: PlanSummary) throws(InstallError) {
    let needed = summary.fetchByteCount + summary.plan.addedDiskByteCount
    guard let free = summary.freeByteCount, free < needed else { return }
    throw InstallError(.noSpace(needed: needed, free: free, prefix: store.prefix))
  }

  package func installed() throws(InstallError) -> InstalledState {
    try storing { () throws(StoreError) in try store.installed() }
  }

  /// Runs `body` as the holder of the lock, and writes down how that ended (I12).
  ///
  /// `body` gets the runs that this one waited for.
  func underLock(
    _ command: String,
    _ body: (inout LockedStore, _ seen: Set<String>) throws(InstallError) -> Outcome
  ) throws(InstallError) -> Outcome {
    var seen: Set<String> = []
    let clock = ContinuousClock()
    let start = clock.now
    var hasWaited = false
    var locked: LockedStore
    do throws(StoreError) {
      locked = try store.lock(for: command, patience: patience) { operation in
        if let operation { seen.insert(operation.op) }
        hasWaited = true
        observe(.waiting(Holder(operation: operation)))
      }
    } catch {
      throw InstallError(.store(error))
    }
    observe(.locked(waited: hasWaited ? clock.now - start : .zero))
    if let text = locked.recovery.text { observe(.recovered(text)) }
    let result: Result<Outcome, InstallError>
    do {
      result = .success(try body(&locked, seen))
    } catch {
      result = .failure(error)
    }
    switch result {
    case .success(var outcome):
      outcome.record = locked.finish(changed: outcome.changed, exit: 0, error: nil)
      return outcome
    case .failure(var error):
      let record = locked.finish(
        changed: false, exit: error.exitStatus,
        error: .init(code: error.code, message: cleaned(error.message, limit: .max)))
      error.changed = record.changed
      error.op = record.op
      throw error
    }
  }

  func storing<Value: ~Copyable>(_ body: () throws(StoreError) -> Value) throws(InstallError)
    -> Value
  {
    do { return try body() } catch { throw InstallError(.store(error)) }
  }
}

extension Recovery {
  /// One line about what an interrupted run left; `nil` if there was none.
  var text: String? {
    guard isNeeded else { return nil }
    var text = "an earlier run did not finish"
    if let interrupted {
      let started = Timestamp(rfc3339: interrupted.started).map { ", since \($0.local)" } ?? ""
      text =
        "the run of pid \(interrupted.pid) (\(cleaned(interrupted.command))\(started)) did not finish"
    }
    text += isVisible ? "; its work is visible" : "; nothing of it is visible"
    if leftCount > 0 { text += ", \(leftCount) leftovers cannot be deleted" }
    if keptByteCount > 0 { text += ", and \(Size(keptByteCount)) of downloads are kept" }
    return text
  }
}
