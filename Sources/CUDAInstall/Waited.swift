import CUDACatalog
import CUDAStore

/// Which runs ended while this one waited.
struct Waited {
  private(set) var hasBegun = false
  private var holders: Set<String> = []
  private let past: HistoryMark

  init(past: HistoryMark) { self.past = past }

  mutating func note(_ holder: LockHolder) {
    hasBegun = true
    if let op = holder.operation?.op { holders.insert(op) }
  }

  /// Oldest first: also those between two looks, and a holder that was on record before the first look.
  func runs(in store: Store) -> [RunRecord] {
    hasBegun ? store.history(since: past, or: holders) : []
  }
}
