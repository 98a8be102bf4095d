package import CUDACatalog
import CUDADigest
import CUDAFiles
public import CUDAPlanning
import CUDAStore
package import CUDATransfer

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
  let network: Network
  let patience: Duration?
  let observe: (Event) -> Void

  /// Whether archives are unpacked on a thread that can change nothing but the tree in the making, where the kernel has
  /// the means: Landlock and seccomp.
  public var isSandboxed = true

  /// Whether nothing may be asked over the network.
  var isOffline: Bool { network.isOffline }

  /// The directory where everything is; absolute.
  public var prefix: String { store.prefix }

  /// An installer for a prefix, which need not exist.
  ///
  /// - Parameters:
  ///   - source: where releases come from; by default NVIDIA, and for updates the release's own source.
  ///   - settings: how servers are asked.
  ///   - patience: how long to wait while another process has the lock: `nil` is without limit, zero not at
  ///     all.
  ///   - observe: called with what happens, on the thread that calls the installer.
  public init(
    prefix: String, source: CatalogSource?, settings: NetworkSettings = NetworkSettings(),
    patience: Duration? = nil, observe: @escaping (Event) -> Void = { _ in }
  ) {
    self.init(
      prefix: prefix, source: source, isOffline: settings.isOffline, patience: patience,
      options: settings.options, observe: observe)
  }

  /// The same, asking servers as `options` say.
  package init(
    prefix: String, source: CatalogSource?, isOffline: Bool = false, patience: Duration? = nil,
    options: TransferOptions, observe: @escaping (Event) -> Void = { _ in }
  ) {
    Machine.useUTF8Names()
    // As root, no library is loaded that somebody else's settings name.
    if Machine.isRoot,
      ["OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"].contains(where: {
        Machine.environment($0) != nil
      })
    {
      Cryptography.ignoreSettings()
    }
    store = Store(prefix: prefix)
    self.source =
      source ?? CatalogSource(kind: .manifests(ManifestSource(.web(CatalogSource.nvidia))))
    isSourceChosen = source != nil
    network = Network(
      options: options, isOffline: isOffline, keptIn: store, observe: observe)
    self.patience = patience
    self.observe = observe
  }

  /// What `install` would do now. Takes no lock and writes nothing (I10).
  package func plan(
    _ request: Request, pinnedBy path: String? = nil, unpacks: Bool = true
  ) throws(InstallError) -> PlanSummary {
    network.begin()
    guard try storing({ () throws(StoreError) in try store.presence() }) != .foreign else {
      throw InstallError(.store(.notOurs(prefix: store.prefix)))
    }
    let state = unpacks ? try installed() : InstalledState()
    let file = try path.map { path throws(InstallError) in try PinFile(path) }
    let offers = try offers(for: request, pinnedBy: file, in: state)
    var summary = try plan(offers, state, unpacks: unpacks)
    let remarks = self.remarks(on: summary.plan, of: offers)
    summary.notes = offers.warnings + remarks.map(\.text)
    for event in offers.warnings.map({ Event.warning($0) }) + remarks.map(\.event) {
      observe(event)
    }
    return summary
  }

  /// The release that the request means, and the components it selects of it, are installed.
  ///
  /// - Parameter path: of a pin file: if it is there, exactly what it says is installed; if not, it is written.
  public func install(
    _ request: Request, pinnedBy path: String? = nil
  ) throws(InstallError) -> Outcome {
    let run = begin("install")
    if let path {
      let file = try PinFile(path)
      // The prefix may be made by this run.
      if !file.path.hasPrefix("\(prefix)/") { try file.checkDirectory() }
    }
    // A request that cannot be met must not leave a prefix behind. Where there is one already, all is
    // decided under the lock (I2), and the failure is on record.
    var resolved: (offers: Offers, file: PinFile?)?
    if try storing({ () throws(StoreError) in try store.presence() }) == .absent {
      let file = try path.map { path throws(InstallError) in try PinFile(path) }
      let offers = try offers(for: request, pinnedBy: file, in: InstalledState())
      try checkSpace(plan(offers, installed()))
      resolved = (offers, file)
    }
    return try underLock(run) { (locked, seen) throws(InstallError) in
      let preparation = prepareTransfer()
      defer { preparation?.end() }
      // I2: from the disk, after the lock; who waited may find the prefix and the file written.
      let state = try installed()
      let file = try path.map { path throws(InstallError) in try PinFile(path) }
      var offers: Offers
      if let resolved, !request.joinsCurrent, resolved.file == file {
        offers = resolved.offers
        offers.note(state)
      } else {
        offers = try self.offers(for: request, pinnedBy: file, in: state)
      }
      return try install(offers, pinnedBy: file, beside: state, in: &locked, seen)
    }
  }

  private func install(
    _ offers: Offers, pinnedBy file: PinFile?, beside state: InstalledState,
    in locked: inout LockedStore, _ seen: [RunRecord]
  ) throws(InstallError) -> Outcome {
    let plan = try makePlan(offers, state)
    let label = plan.release.text
    for warning in offers.warnings { observe(.warning(warning)) }
    if let tree = plan.tree {
      if let old = offers.known?.followed, old != tree.track {
        observe(
          .notice("\(offers.release.title) follows \(tree.track) from now on, and not \(old)"))
      }
      for remark in remarks(on: plan, of: offers) { observe(remark.event) }
      let execution = try execute(plan, tree, offers, in: &locked)
      if execution.omittedByteCount > 0 {
        observe(.notice("\(Size(execution.omittedByteCount)) of static archives are left out"))
      }
      // Before anything is visible: who cannot be given the file has asked for more than there is.
      do throws(InstallError) {
        try file?.write(execution.receipt)
      } catch {
        locked.discard(execution.staging)
        throw error
      }
      try commit(execution, plan, in: &locked)
    } else {
      if let known = offers.known { try file?.write(known) }
      if plan.makesCurrent {
        warn(of: try storing { () throws(StoreError) in try locked.use(plan.release) })
      }
    }
    let doneBy =
      plan.changesNothing
      ? worker(among: seen) {
        $0.before.releases[label] != $0.after.releases[label] && isNeeded(offers, in: $0.before)
      } : nil
    return Outcome(
      changed: !plan.changesNothing, product: plan.product, release: label, doneBy: doneBy,
      plan: plan, additions: offers.additions)
  }

  /// Where servers are going to be asked, it is prepared while what is installed is read.
  func prepareTransfer() -> Preparation? {
    !isOffline && source.isOnline ? Preparation() : nil
  }

  func offers(
    for request: Request, pinnedBy file: PinFile?, in state: InstalledState
  ) throws(InstallError) -> Offers {
    guard let file, let pins = file.pins else { return try offers(for: request, in: state) }
    return try offers(for: request, pinned: pins, by: file.path, in: state)
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
    if let error { observe(.warning("it is done, but \(error.message)")) }
  }

  /// The process, among those this one waited for, that did what was asked: the last whose run ended well, changed
  /// something, and `did` it.
  func worker(among seen: [RunRecord], _ did: (RunRecord) -> Bool) -> Int32? {
    seen.last { $0.ok && $0.changed && did($0) }?.pid
  }

  /// As `worker`, of a request that goes on from what is visible: nobody has changed it since.
  func lastWorker(
    among seen: [RunRecord], _ did: (RunRecord) -> Bool
  ) throws(InstallError) -> Int32? {
    let now = try storing { () throws(StoreError) in try store.visible() }
    guard let last = seen.last(where: \.changed), last.after == now, did(last) else {
      return nil
    }
    return last.pid
  }

  /// Whether the request still had to be done when that much was visible.
  private func isNeeded(_ offers: Offers, in past: VisibleState) -> Bool {
    var releases: [InstalledRelease] = []
    let label = offers.release.label
    if let tree = past.releases[label.text], let receipt = (try? store.receipt(ofTree: tree)) ?? nil
    {
      releases = [InstalledRelease(release: label, tree: tree, receipt: receipt)]
    }
    let state = InstalledState(
      current: past.current.flatMap { Version($0) }, releases: releases, otherTrees: [])
    // What cannot be planned any more was not there.
    return (try? makePlan(offers, state))?.changesNothing != true
  }

  private func plan(
    _ offers: Offers, _ state: InstalledState, unpacks: Bool = true
  ) throws(InstallError) -> PlanSummary {
    let plan = try makePlan(offers, state)
    return PlanSummary(
      plan: plan, freeByteCount: Directory.nearestSpace(to: store.prefix)?.freeByteCount,
      fetchByteCount: plan.fetchByteCount, keptByteCount: 0, unpacks: unpacks)
  }

  func makePlan(_ offers: Offers, _ state: InstalledState) throws(InstallError) -> Plan {
    do {
      return try Plan(
        request: offers.request, release: offers.release,
        additions: offers.additions.map(\.release), state: state)
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

  /// A run of its own, which all records call by one name.
  func begin(_ command: String) -> RunName {
    network.begin()
    let run = RunName(command)
    observe(.started(op: run.op, command: command, prefix: prefix))
    return run
  }

  /// Runs `body` as the holder of the lock, and writes down how that ended (I12).
  ///
  /// `body` gets how the runs ended that this one waited for, oldest first.
  func underLock(
    _ run: RunName,
    _ body: (inout LockedStore, _ seen: [RunRecord]) throws(InstallError) -> Outcome
  ) throws(InstallError) -> Outcome {
    // Before the first look at the lock: whoever has it may end before there is a second.
    var waited = Waited(past: store.markHistory())
    let clock = ContinuousClock()
    let start = clock.now
    var locked: LockedStore
    do throws(StoreError) {
      locked = try store.lock(for: run, patience: patience) { holder in
        waited.note(holder)
        observe(
          .waiting(Holder(holder: holder), Wait(elapsed: clock.now - start, limit: patience)))
      }
    } catch {
      var error = InstallError(.store(error))
      error.op = run.op
      throw error
    }
    observe(.locked(waited: waited.hasBegun ? clock.now - start : .zero))
    if waited.hasBegun { network.decideAgain() }
    let seen = waited.runs(in: store)
    if let text = locked.recovery.text {
      observe(.recovered(waited.hasBegun ? "\(text); taking over" : text))
    } else if let last = seen.last, let error = last.error {
      observe(.notice("pid \(last.pid) failed (\(cleaned(error.message))); taking over"))
    }
    let result: Result<Outcome, InstallError>
    do {
      result = .success(try body(&locked, seen))
    } catch {
      result = .failure(error)
    }
    switch result {
    case .success(var outcome):
      locked.keep(network.takeNew())
      outcome.record = locked.finish(changed: outcome.changed, exit: 0, error: nil)
      return outcome
    case .failure(var error):
      locked.keep(network.takeNew())
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
