import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

/// Turns counts of bytes into what people want to know.
struct Meter {
  private var jobs: [Job] = []
  private var total: Int64 = 0
  private let clock = ContinuousClock()
  /// (when, bytes here) of the last five seconds.
  private var samples: [(ContinuousClock.Instant, Int64)] = []
  private var lastReport: ContinuousClock.Instant?
  private var lastReported: Operation.Progress?
  /// Of each artifact on its way, how many bytes were here when it last grew.
  private var growth: [ComponentName: Growth] = [:]
  /// The same of all of them together.
  private var growthOfAll: Growth?

  private struct Growth {
    var byteCount: Int64
    var time: ContinuousClock.Instant

    /// How long it has been still, once that is worth a word.
    mutating func stall(_ byteCount: Int64, _ now: ContinuousClock.Instant) -> Duration? {
      if byteCount != self.byteCount { self = Growth(byteCount: byteCount, time: now) }
      return now - time < .seconds(5) ? nil : now - time
    }
  }

  init(_ jobs: [Job]) {
    for job in jobs { add(job) }
  }

  /// Counts a job in; what is linked is not fetched.
  mutating func add(_ job: Job) {
    if case .link = job.work { return }
    jobs.append(job)
    total += job.artifactByteCount
  }

  mutating func snapshot(
    arrived: [ComponentName: Int64], unpacking: Set<ComponentName>, done: Set<ComponentName>,
    written: Int64
  ) -> ProgressSnapshot {
    let fetched = arrived.values.reduce(0, +)
    let now = clock.now
    samples.append((now, fetched))
    samples.removeAll { now - $0.0 > .seconds(5) }
    var rate: Int64 = 0
    if let first = samples.first, now > first.0 {
      rate = Int64(Double(max(0, fetched - first.1)) / ((now - first.0) / .seconds(1)))
    }
    var active: [ProgressSnapshot.Transfer] = []
    var consumed: Int64 = 0
    for job in jobs {
      let name = job.item.component.name
      let size = job.artifactByteCount
      if done.contains(name) {
        consumed += size
      } else if unpacking.contains(name) {
        consumed += job.unpackedByteCount
      }
      let here = arrived[name] ?? 0
      guard unpacking.contains(name) || (here > 0 && here < size) else { continue }
      let isUnpacking = unpacking.contains(name)
      let stalled = growth[name, default: Growth(byteCount: here, time: now)].stall(here, now)
      active.append(
        .init(
          component: name.text, done: isUnpacking ? job.unpackedByteCount : here, total: size,
          isUnpacking: isUnpacking,
          stalled: isUnpacking ? nil : stalled))
    }
    var all = growthOfAll ?? Growth(byteCount: fetched, time: now)
    let stalled = all.stall(fetched, now)
    growthOfAll = all
    return ProgressSnapshot(
      fetched: fetched, total: total, consumed: consumed, unpacked: written, rate: rate,
      active: active, stalled: fetched < total ? stalled : nil,
      recompresses: jobs.contains { $0.draft != nil })
  }

  /// What other processes are told: at most 4 times a second, and only what is new.
  mutating func dueProgress(_ snapshot: ProgressSnapshot) -> Operation.Progress? {
    let now = clock.now
    if let lastReport, now - lastReport < .milliseconds(250) { return nil }
    var progress = Operation.Progress(
      phase: snapshot.isFetched ? .extract : .download, component: snapshot.active.first?.component,
      done: snapshot.fetched, total: snapshot.total, consumed: snapshot.consumed,
      unpacked: snapshot.unpacked, rate: snapshot.rate, updated: Timestamp.now.rfc3339)
    if let lastReported {
      var same = lastReported
      same.updated = progress.updated
      same.rate = progress.rate
      if same == progress { progress.updated = lastReported.updated }
      if progress == lastReported { return nil }
    }
    lastReport = now
    lastReported = progress
    return progress
  }
}
