package import CUDACatalog
import CUDAPlanning
import CUDAStore

extension Installer {
  /// What `prune` would delete. Takes no lock.
  package func superfluous(keep: Int) throws(InstallError) -> Superfluous {
    try requirePrefix()
    return try storing { () throws(StoreError) in
      try store.superfluous(keep: keep) { new, old in
        // What moves along less does not take its place.
        new.product == old.product && old.followed.contains(new.release)
          && !old.followed.isWider(than: new.followed)
      }
    }
  }

  /// Deletes releases that are replaced, trees that no link names, and downloads that nobody continues; the
  /// words about trees that stay because a program uses them.
  package func prune(
    keep: Int
  ) throws(InstallError) -> (outcome: Outcome, pruned: Superfluous, notices: [String]) {
    var pruned = Superfluous()
    var notices: [String] = []
    let run = begin("prune")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      pruned = try superfluous(keep: keep)
      notices = try storing { () throws(StoreError) in try locked.prune(&pruned) }.map(\.message)
      return Outcome(
        changed: !pruned.isEmpty, release: "",
        doneBy: pruned.isEmpty ? worker(among: seen) { $0.command == run.command } : nil)
    }
    return (outcome, pruned, notices)
  }
}
