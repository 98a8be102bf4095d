package import CUDACatalog
import CUDAFiles

extension Store {
  /// The right to change this prefix, taken before anything is decided (I1, I2).
  ///
  /// `isBusy` is called with the holder's record when it turns out that there will be a wait, and then a few
  /// times a second while it lasts. `patience` limits the wait: `nil` is no limit, zero is one attempt. The prefix is made
  /// if it does not exist.
  package func lock(
    for command: String, patience: Duration?, isBusy: (Operation?) -> Void
  ) throws(StoreError) -> LockedStore {
    guard try presence() != .foreign else { throw .notOurs(prefix: prefix) }
    var directory = try open()
    let clock = ContinuousClock()
    let start = clock.now
    var grace = Duration.milliseconds(200)
    while true {
      if let lock = try attempt(in: directory) {
        // The lock is on what was there when we came. If the path leads elsewhere by now (the prefix was
        // moved away, or mounted over), it is not the lock of what we would read.
        guard try isStill(directory) else {
          directory = try open()
          continue
        }
        // Under the lock: another process may have moved in since the first look.
        guard try presence() != .foreign else { throw .notOurs(prefix: prefix) }
        return try LockedStore.open(self, lock: lock, prefix: directory, command: command)
      }
      if grace > .zero { try refuseNesting(in: directory) }
      let holder = holder(within: grace)
      grace = .zero
      if let signal = Interruption.signal { throw .interrupted(signal) }
      if let patience, clock.now - start >= patience {
        throw .locked(prefix: prefix, holder)
      }
      isBusy(holder)
      // Polling gives the time limit, Ctrl-C and the holder's progress, and cannot hang on NFS, where a
      // blocking flock(2) has none of them. With jitter, so that waiting processes do not move in step.
      Thread.pause(milliseconds: Int.random(in: 40...90))
    }
  }

  private func open() throws(StoreError) -> Directory {
    do { return try Directory.makePath(prefix) } catch { throw .cannotCreate(error) }
  }

  private func isStill(_ directory: borrowing Directory) throws(StoreError) -> Bool {
    do {
      return try Directory.open(prefix).status().identity == directory.status().identity
    } catch {
      if error.isMissing { return false }
      throw .files(error)
    }
  }

  /// A lock that a parent passed on to us as an open descriptor (flock(1) does) is not given back before we
  /// end.
  private func refuseNesting(in directory: borrowing Directory) throws(StoreError) {
    guard let lock = try? directory.status(Layout.lock), FileLock.isInherited(lock.identity) else {
      return
    }
    throw .nested(prefix: prefix)
  }

  /// The record of the lock's holder. Between taking the lock and writing its record a process needs a
  /// moment, in which there is none, or that of one that died.
  private func holder(within limit: Duration) -> Operation? {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
      if let operation = operation(), operation.liveness != .dead { return operation }
      guard clock.now < end, Interruption.signal == nil else { return nil }
      Thread.pause(milliseconds: 10)
    }
  }

  private func attempt(in directory: borrowing Directory) throws(StoreError) -> FileLock? {
    do {
      return try FileLock.attempt(Layout.lock, in: directory)
    } catch {
      switch error {
      case .cannotLock(let error, let fileSystem):
        throw .cannotLock(prefix: prefix, fileSystem: fileSystem, error)
      case .cannotOpen(let error): throw .cannotCreate(error)
      case .notALockFile(let path, let what): throw .notALockFile(path: path, what: what)
      }
    }
  }
}
