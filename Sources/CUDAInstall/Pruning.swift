package import CUDACatalog
import CUDAStore

extension Installer {
  /// What `prune` would delete. Takes no lock.
  package func superfluous(keep: Int) throws(InstallError) -> Superfluous {
    try storing { () throws(StoreError) in try store.superfluous(keep: keep) }
  }

  /// Deletes releases that are replaced, trees that no link names, and downloads that nobody continues; the
  /// trees that stay because a program uses them.
  package func prune(
    keep: Int
  ) throws(InstallError) -> (outcome: Outcome, pruned: Superfluous, inUse: [String]) {
    var pruned = Superfluous()
    var inUse: [String] = []
    try requirePrefix()
    let outcome = try underLock("prune") { (locked, _) throws(InstallError) in
      pruned = try superfluous(keep: keep)
      inUse = try storing { () throws(StoreError) in try locked.prune(&pruned) }
      return Outcome(changed: !pruned.isEmpty, release: "")
    }
    return (outcome, pruned, inUse)
  }
}
