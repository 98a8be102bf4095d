// What the threads of one execution share: what is ready to be unpacked, what is done, what went wrong.

import CUDAArchive
import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer
import Synchronization

/// One component's way into the tree.
struct Job: Sendable {
  enum Work: Sendable {
    /// On a server: fetch it, verify it, and it is the next.
    case fetch(PartialDownload, from: String)
    /// Verified and open: unpack it.
    case unpack(PartialDownload)
    /// In a source directory: copy it, verify it, unpack it.
    case copy(PartialDownload, from: String)
    /// In a published tree: check its files, and link them.
    case link(tree: SharedDirectory, [TreeEntry], omitted: Receipt.Omission)
  }

  var item: Plan.Item
  var work: Work
  /// Where else its artifact may be, the likeliest first.
  var others: [Location] = []
  /// Why it was not to be had from the first place.
  var failure: InstallError?
  /// What its artifact is compressed anew into, instead of being unpacked.
  var draft: Draft?

  /// Bytes of the artifact that have been unpacked so far.
  var unpackedByteCount: Int64 { min(max(0, partial?.file.readPosition ?? 0), artifactByteCount) }

  var artifactByteCount: Int64 { item.build.artifact.byteCount }

  /// Of what is fetched and unpacked; 0 for what is linked.
  var fetchedByteCount: Int64 { isFetched ? artifactByteCount : 0 }

  var partial: PartialDownload? {
    switch work {
    case .fetch(let partial, _), .unpack(let partial), .copy(let partial, _): partial
    case .link: nil
    }
  }

  var isFetched: Bool { partial != nil }

  /// Bytes to be fetched, and bytes that an earlier run fetched. Asked before the work begins.
  var missingByteCount: Int64 { partial.map { $0.byteCount - $0.receivedByteCount } ?? 0 }
  var keptByteCount: Int64 { partial?.receivedByteCount ?? 0 }
  /// Room on the disk that it has taken for what is to be fetched.
  var reservedByteCount: Int64 { partial?.reservedByteCount ?? 0 }

  /// The room that the component takes in the tree; what is linked takes none.
  var diskByteCount: Int64 { partial == nil ? 0 : item.diskByteCount }
}

extension Job {
  /// Getting an item's artifact from the first of `locations`; the others are where it goes on.
  init(item: Plan.Item, _ partial: PartialDownload, at locations: [Location]) {
    guard let first = locations.first else { preconditionFailure("an artifact is somewhere") }
    switch first {
    case .web(let url): self.init(item: item, work: .fetch(partial, from: url))
    case .file(let path): self.init(item: item, work: .copy(partial, from: path))
    }
    others = Array(locations.dropFirst())
  }

  /// Where it looks for its artifact, for people.
  var place: String {
    switch work {
    case .fetch(_, let url): redacted(url)
    case .copy(_, let path): path
    case .unpack, .link: ""
    }
  }
}

/// The state that a `Monitor` guards.
struct Board {
  /// Largest first.
  private(set) var ready: [Job] = []
  private(set) var unfinished: Int
  private(set) var results: [ComponentName: Unpacked] = [:]
  private(set) var failure: InstallError?
  private var damaged: [Plan.Item] = []
  private var moving: [(Job, InstallError)] = []
  private(set) var notices: [String] = []
  private(set) var arrived: [ComponentName: Int64] = [:]
  private(set) var unpacking: Set<ComponentName> = []

  /// Of artifacts that are not unpacked yet.
  private var leftByteCount: Int64

  init(_ jobs: [Job]) {
    unfinished = jobs.count
    leftByteCount = jobs.reduce(0) { $0 + $1.fetchedByteCount }
  }

  var isOver: Bool { failure != nil || unfinished == 0 }

  mutating func add(_ job: Job) {
    let size = job.item.build.artifact.byteCount
    let place = ready.firstIndex { $0.item.build.artifact.byteCount < size } ?? ready.endIndex
    ready.insert(job, at: place)
  }

  mutating func take() -> Job? {
    guard !ready.isEmpty else { return nil }
    let job = ready.removeFirst()
    unpacking.insert(job.item.component.name)
    return job
  }

  mutating func finish(_ job: Job, _ result: Unpacked) {
    let name = job.item.component.name
    results[name] = result
    unpacking.remove(name)
    unfinished -= 1
    leftByteCount -= job.fetchedByteCount
  }

  /// Whether one core would be at the job for a quarter longer than the other cores are at all the rest.
  func isLongest(_ job: Job, coreCount: Int) -> Bool {
    let others = leftByteCount - job.fetchedByteCount
    return job.fetchedByteCount * Int64(coreCount - 1) > others + others / 4
  }

  /// What was to be linked is not what it should be.
  mutating func giveBack(_ item: Plan.Item) {
    unpacking.remove(item.component.name)
    damaged.append(item)
  }

  mutating func takeDamaged() -> [Plan.Item] {
    defer { damaged = [] }
    return damaged
  }

  /// Where it was looked for it is not to be had. If it is nowhere else, the first place's error is the one that is told.
  mutating func turnDown(_ job: Job, _ error: InstallError) {
    unpacking.remove(job.item.component.name)
    var job = job
    job.failure = job.failure ?? error
    if job.others.isEmpty { fail(job.failure ?? error) } else { moving.append((job, error)) }
  }

  mutating func takeMoving() -> [(Job, InstallError)] {
    defer { moving = [] }
    return moving
  }

  /// The first failure is the one that is told; later ones are its consequences.
  mutating func fail(_ error: InstallError) { failure = failure ?? error }

  mutating func say(_ text: String) { notices.append(text) }

  mutating func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  mutating func arrive(_ name: ComponentName, _ byteCount: Int64) { arrived[name] = byteCount }
}

/// What threads look at without a lock, thousands of times a second.
final class Gauges: Sendable {
  private let cancelled = Atomic<Bool>(false)
  private let written = Atomic<Int64>(0)
  private let threads = Atomic<Bool>(false)

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
  var writtenByteCount: Int64 { written.load(ordering: .relaxed) }

  /// Whether the caller may have threads beside the workers: one at a time, for the memory that they take.
  func takeThreads() -> Bool {
    threads.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
  }
  func giveThreadsBack() { threads.store(false, ordering: .relaxed) }

  func cancel() { cancelled.store(true, ordering: .relaxed) }
  func add(written byteCount: Int64) { written.add(byteCount, ordering: .relaxed) }
}
