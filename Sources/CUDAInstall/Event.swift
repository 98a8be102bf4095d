public import CUDACatalog
package import CUDAFiles
package import CUDAPlanning
package import CUDAStore

/// What happens in a run, as it happens. Delivered on the thread that called the installer.
public enum Event: Sendable {
  /// A run begins; `op` names it in all records.
  case started(op: String, command: String, prefix: String)
  /// Another process has the lock; delivered several times a second while that lasts, and by `follow`.
  case waiting(Holder, Wait)
  /// The lock is ours, after a wait if there was one.
  case locked(waited: Duration)
  /// An earlier run left something.
  case recovered(String)
  /// What will be done. Delivered once, under the lock.
  case planned(PlanSummary)
  case progress(ProgressSnapshot)
  /// How many bytes of a tree are compared with the receipt.
  case checking(checked: Int64, total: Int64)
  /// Something worth a line that stops nothing.
  case notice(String)
  /// Something that went wrong, or will, and stops nothing.
  case warning(String)
}

/// A wait for another process.
public struct Wait: Sendable {
  /// Since it began.
  public var elapsed: Duration
  /// When it will be given up; `nil` if it will not.
  public var limit: Duration?
}

/// Who has the lock, for people.
public struct Holder: Sendable {
  package let holder: LockHolder

  package var operation: Operation? { holder.operation }
  /// Where there is no record.
  package var process: RunningProcess? {
    if case .process(let process) = holder { process } else { nil }
  }

  /// `pid 4711, install, user root, since 14:02:11, 62% fetched`
  public var description: String { holder.phrase }

  /// Whether a wait for it is worth a word: who left no record is, as a rule, about to write it.
  package func isWorthSaying(after elapsed: Duration) -> Bool {
    operation != nil || elapsed >= .seconds(1)
  }

  /// How far it is; `nil` before it knows itself.
  public var snapshot: ProgressSnapshot? {
    guard let progress = operation?.progress, let total = progress.total, total > 0 else {
      return nil
    }
    // A record may say anything; no real number of bytes is near 2^50.
    func plausible(_ byteCount: Int64) -> Int64 { min(max(0, byteCount), 1 << 50) }
    return ProgressSnapshot(
      fetched: plausible(progress.done), total: plausible(total),
      consumed: plausible(progress.consumed ?? 0), unpacked: plausible(progress.unpacked),
      rate: plausible(progress.rate), active: [])
  }
}

/// A plan in numbers.
public struct PlanSummary: Sendable {
  package let plan: Plan
  package let freeByteCount: Int64?

  /// Bytes to be fetched, less what an earlier run left.
  public let fetchByteCount: Int64

  /// Bytes that an earlier run fetched, and that are used.
  public let keptByteCount: Int64

  /// What is to be said of it, where no run says so: of the driver, and of what belongs to it.
  public internal(set) var notes: [String] = []

  /// Whether a tree is made of it, as opposed to a directory of archives.
  package let unpacks: Bool

  init(
    plan: Plan, freeByteCount: Int64?, fetchByteCount: Int64, keptByteCount: Int64,
    unpacks: Bool = true
  ) {
    self.plan = plan
    self.freeByteCount = freeByteCount
    self.fetchByteCount = fetchByteCount
    self.keptByteCount = keptByteCount
    self.unpacks = unpacks
  }
}

/// How far a run is.
public struct ProgressSnapshot: Sendable {
  /// One artifact on its way.
  public struct Transfer: Sendable {
    /// The component's name.
    public var component: String
    /// Bytes here.
    public var done: Int64
    /// Bytes in all.
    public var total: Int64
    /// Whether it is here and being unpacked.
    public var isUnpacking: Bool
    /// How long nothing of it has come, once that is worth a word.
    public var stalled: Duration?
  }

  /// Bytes of artifacts that are here, and of all.
  public var fetched: Int64
  /// All bytes of artifacts, those that were here before included.
  public var total: Int64
  /// Bytes of artifacts that are unpacked, of `total`.
  public var consumed: Int64
  /// Bytes written into the tree.
  public var unpacked: Int64
  /// Bytes received per second, over the last five seconds.
  public var rate: Int64
  /// What is on its way, the largest first.
  public var active: [Transfer]
  /// How long nothing has come of any artifact, once that is worth a word.
  public var stalled: Duration?
  /// Whether artifacts are compressed anew instead of unpacked.
  public var recompresses = false
  /// `true` from the last artifact's last byte on.
  public var isFetched: Bool { fetched >= total }
}

/// How a run ended well.
public struct Outcome: Sendable {
  /// Whether anything visible is different now.
  public var changed: Bool
  /// The product in question.
  public var product = ProductName.cuda
  /// The release in question.
  public var release: String
  /// `CUDA 13.0.2`
  public var title: String { "\(product.title) \(release)" }
  /// The other products that were asked for, as in `cudnn 9.13.0`.
  public var additions: [String] = []
  /// The process that did what was asked while this one waited.
  public var doneBy: Int32?
  package var record: RunRecord?
  package var plan: Plan?

  init(
    changed: Bool, product: ProductName = .cuda, release: String, doneBy: Int32? = nil,
    plan: Plan? = nil, additions: [Offer] = []
  ) {
    self.changed = changed
    self.product = product
    self.release = release
    self.doneBy = doneBy
    self.plan = plan
    self.additions = additions.map { "\($0.release.product.title) \($0.release.label)" }
  }
}
