// From a plan to a finished staging:
//
//   partial downloads  continued or new                                               I9
//   preflight          room for what is fetched and unpacked
//   threads            one fetches, as many as cores unpack; the largest component first; one syncs
//   merging            fix-ups, receipt
//
// This thread only watches: it counts, tells people and other processes, and passes a signal on.

import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

/// What an execution leaves to be committed.
struct Execution: ~Copyable {
  let staging: Staging
  /// Kept open and locked until the commit, so that a crash before it costs no download.
  let partials: [PartialDownload]
  let receipt: Receipt
  /// Of static archives that are left out.
  let omittedByteCount: Int64
}

extension Installer {
  func execute(
    _ plan: Plan, _ tree: Plan.NewTree, _ offers: Offers, in store: inout LockedStore
  ) throws(InstallError) -> Execution {
    var partials: [PartialDownload] = []
    do throws(InstallError) {
      // Before anything is fetched.
      try storing { () throws(StoreError) in
        try store.checkPlace(of: [plan.release.text] + (plan.makesCurrent ? [Layout.current] : []))
      }
      let jobs = try prepare(tree, offers, &partials, in: store)
      try prepareUnpacking(of: jobs)
      try checkSpace(for: jobs, plan, in: store)
      let staging: Staging = try storing { () throws(StoreError) in try store.makeStaging() }
      do throws(InstallError) {
        let results = try run(
          jobs, of: tree, offers, into: staging.root, &partials, reportingTo: &store)
        store.report(.init(phase: .commit, updated: Timestamp.now.rfc3339))
        let receipt = try Merge(
          release: offers.release, platform: offers.request.platform, tree: tree,
          results: results
        ).finish(staging.root)
        return Execution(
          staging: staging, partials: partials, receipt: receipt,
          omittedByteCount: results.values.reduce(0) { $0 + $1.omittedByteCount })
      } catch {
        store.discard(staging)
        throw error
      }
    } catch {
      discard(partials, after: error, of: tree, in: store)
      throw error
    }
  }

  // Before

  private func prepare(
    _ tree: Plan.NewTree, _ offers: Offers, _ partials: inout [PartialDownload],
    in store: borrowing LockedStore
  ) throws(InstallError) -> [Job] {
    var lists: [String: [ComponentName: Linkable]] = [:]
    var roots: [String: SharedDirectory] = [:]
    var jobs: [Job] = []
    for item in tree.items {
      if case .reuse(let source) = item.source {
        let components = lists[source] ?? Linking.components(ofTree: source, in: store.store)
        lists[source] = components
        if roots[source] == nil, let root = try? store.store.directory(ofTree: source) {
          roots[source] = SharedDirectory(root)
        }
        // A tree that cannot be opened is no source, as one without a list.
        if let root = roots[source],
          let own = components[item.component.name]?.asWanted(hasStatic: tree.hasStatic)
        {
          jobs.append(
            Job(item: item, work: .link(tree: root, own.entries, omitted: own.omitted)))
          continue
        }
      }
      jobs.append(try fetchJob(item, offers, &partials, in: store))
    }
    return jobs
  }

  /// `copy`: a file that may be the artifact as well.
  func fetchJob(
    _ item: Plan.Item, _ offers: Offers, _ partials: inout [PartialDownload],
    in store: borrowing LockedStore, orCopying copy: Location? = nil
  ) throws(InstallError) -> Job {
    var locations = try offers.locations(of: item)
    let artifact = item.build.artifact
    let partial: PartialDownload
    do {
      partial = try store.partial(of: artifact.digest, byteCount: artifact.byteCount)
    } catch {
      throw InstallError(.store(error))
    }
    partials.append(partial)
    if let copy, !partial.isComplete { locations.insert(copy, at: 0) }
    // What is here is asked of nobody.
    guard isOffline, !partial.isComplete else { return Job(item: item, partial, at: locations) }
    let present = locations.filter { !$0.isWeb }
    guard !present.isEmpty else {
      throw InstallError(.offline(url: locations.first?.description ?? ""))
    }
    return Job(item: item, partial, at: present)
  }

  private func prepareUnpacking(of jobs: [Job]) throws(InstallError) {
    for job in jobs where job.isFetched {
      do { try Unpacking.prepare(for: job.item.build.artifact.format) } catch {
        throw InstallError(.archive(component: job.item.component.name, error))
      }
    }
  }

  private func checkSpace(
    for jobs: [Job], _ plan: Plan, in store: borrowing LockedStore
  ) throws(InstallError) {
    let space = try storing { () throws(StoreError) in try store.space() }
    let missing = jobs.reduce(0) { $0 + $1.missingByteCount }
    let needed = jobs.reduce(missing) { $0 + $1.diskByteCount - $1.reservedByteCount }
    observe(
      .planned(
        PlanSummary(
          plan: plan.fetching(Set(jobs.filter(\.isFetched).map(\.item.component.name))),
          freeByteCount: space.freeByteCount, fetchByteCount: missing,
          keptByteCount: jobs.reduce(0) { $0 + $1.keptByteCount })))
    guard space.freeByteCount >= needed else {
      throw InstallError(.noSpace(needed: needed, free: space.freeByteCount, prefix: prefix))
    }
  }

  /// I9: what was fetched is kept for the next run, unless it is nothing, a copy of what is at hand, or known
  /// to be wrong.
  func discard(
    _ partials: [PartialDownload], after error: InstallError, of tree: Plan.NewTree,
    in store: borrowing LockedStore
  ) {
    var wrong: SHA256Digest?
    switch error.reason {
    case .wrongArtifact(let component, _, _, _):
      wrong = tree.items.first { $0.component.name == component }?.build.artifact.digest
    // Its bytes are those of the manifest, and are refused again whenever they are read.
    case .archive(let component, let fault) where fault.isOfArchive:
      wrong = tree.items.first { $0.component.name == component }?.build.artifact.digest
    default: break
    }
    for partial in partials {
      if partial.receivedByteCount == 0 || partial.digest == wrong || partial.isCopy {
        store.discard(partial)
      } else {
        store.leave(partial)
      }
    }
  }

  // During

  /// Fetches, and unpacks into `root`, if there is one.
  func run(
    _ jobs: [Job], of tree: Plan.NewTree, _ offers: Offers, into root: SharedDirectory?,
    _ partials: inout [PartialDownload],
    reportingTo store: inout LockedStore
  ) throws(InstallError) -> [ComponentName: Unpacked] {
    guard !jobs.isEmpty else { return [:] }
    let board = Monitor(Board(jobs))
    let gauges = Gauges()
    let transfer = Transfer(options: offers.options(network.options))
    for job in jobs { start(job, on: transfer, board) }
    let worker = Worker(
      board: board, gauges: gauges, claims: Claims(), root: root, hasStatic: tree.hasStatic,
      isSandboxed: isSandboxed)
    let threads: [Thread]
    do {
      threads = try Thread.each(ofAtMost: jobs.count) { worker.run() }
    } catch {
      transfer.cancel()
      transfer.close()
      throw InstallError(.store(.files(error)))
    }
    if let directory = store.openOnceMore() {
      EarlySync(directory: directory).start(board, gauges)
    }
    var meter = Meter(jobs)
    while !board.update({ $0.isOver }) {
      let _: Void? = board.wait(milliseconds: 100) { $0.isOver ? () : nil }
      if let signal = Interruption.signal {
        board.change { $0.fail(InstallError(.interrupted(signal))) }
      }
      for (job, error) in board.update({ $0.takeMoving() }) {
        move(job, error, on: transfer, board)
      }
      for item in board.update({ $0.takeDamaged() }) {
        refetch(item, offers, on: transfer, board, &partials, &meter, in: store)
      }
      tell(board, gauges, &meter, &store)
    }
    let failure = board.update { $0.failure }
    if failure != nil {
      gauges.cancel()
      transfer.cancel()
    }
    transfer.close()
    for thread in threads { thread.join() }
    tell(board, gauges, &meter, &store)
    if let failure { throw failure }
    return board.update { $0.results }
  }

  /// The largest first. What is here already goes to the workers at once.
  private func start(_ job: Job, on transfer: Transfer, _ board: Monitor<Board>) {
    switch job.work {
    case .copy, .link, .unpack: board.change { $0.add(job) }
    case .fetch(let partial, let url):
      board.update { $0.arrive(job.item.component.name, partial.receivedByteCount) }
      do { try partial.reserve() } catch {
        return board.change { $0.fail(InstallError(.store(.files(error)))) }
      }
      ArtifactReceiver(
        job, partial, url: url, board: board, transfer: transfer, mayRestart: !isOffline
      ).start()
    }
  }

  /// Goes on with the next place that may have the artifact, and with the bytes that are here: whose they are does not
  /// matter, the hash of the whole does.
  private func move(
    _ job: Job, _ error: InstallError, on transfer: Transfer, _ board: Monitor<Board>
  ) {
    guard let partial = job.partial else { preconditionFailure("what is linked is nowhere else") }
    var next = Job(item: job.item, partial, at: job.others)
    next.failure = job.failure
    next.draft = job.draft
    observe(.notice("\(error.message); trying \(next.place)"))
    do {
      if case .wrongArtifact = error.reason { try partial.restart() }
    } catch {
      return board.change { $0.fail(InstallError(.store(.files(error)))) }
    }
    start(next, on: transfer, board)
  }

  /// A tree that was to be linked from is damaged there.
  private func refetch(
    _ item: Plan.Item, _ offers: Offers, on transfer: Transfer, _ board: Monitor<Board>,
    _ partials: inout [PartialDownload], _ meter: inout Meter, in store: borrowing LockedStore
  ) {
    observe(.notice("\(item.component.name): what is installed is damaged; fetching it"))
    do throws(InstallError) {
      let job = try fetchJob(item, offers, &partials, in: store)
      meter.add(job)
      start(job, on: transfer, board)
    } catch {
      board.change { $0.fail(error) }
    }
  }

  private func tell(
    _ board: Monitor<Board>, _ gauges: Gauges, _ meter: inout Meter, _ store: inout LockedStore
  ) {
    let (notices, arrived, unpacking, done) = board.update {
      ($0.takeNotices(), $0.arrived, $0.unpacking, Set($0.results.keys))
    }
    for notice in notices { observe(.notice(notice)) }
    let snapshot = meter.snapshot(
      arrived: arrived, unpacking: unpacking, done: done, written: gauges.writtenByteCount)
    observe(.progress(snapshot))
    if let progress = meter.dueProgress(snapshot) { store.report(progress) }
  }
}
