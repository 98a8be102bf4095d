import CUDAFiles

extension Store {
  /// The right to change this prefix, taken before anything is decided (I1, I2).
  ///
  /// `isBusy` is called with the lock's holder when it turns out that there will be a wait, and then a few
  /// times a second while it lasts. `patience` limits the wait: `nil` is no limit, zero is one attempt. The prefix is made
  /// if it does not exist.
  package func lock(
    for run: RunName, patience: Duration?, isBusy: (LockHolder) -> Void
  ) throws(StoreError) -> LockedStore {
    // Until the lock is held a signal may end this process at any moment: an NFS server that is silent answers
    // neither flock(2) nor anything else.
    Interruption.holdNothing(true)
    defer { Interruption.holdNothing(false) }
    guard try presence() != .foreign else { throw .notOurs(prefix: prefix) }
    var directory = try open()
    let clock = ContinuousClock()
    let start = clock.now
    var grace = Duration.milliseconds(200)
    var holder = LockHolder.unknown
    var lastLook: ContinuousClock.Instant?
    while true {
      if let lock = try attempt(in: directory) {
        Interruption.holdNothing(false)
        // Who was told to stop while it waited does not begin.
        if let signal = Interruption.signal { throw .interrupted(signal) }
        // The lock is on what was there when we came. If the path leads elsewhere by now (the prefix was
        // moved away, or mounted over), it is not the lock of what we would read.
        guard try isStill(directory) else {
          Interruption.holdNothing(true)
          directory = try open()
          continue
        }
        // Under the lock: another process may have moved in since the first look.
        guard try presence() != .foreign else { throw .notOurs(prefix: prefix) }
        try checkBookkeeping(in: directory)
        return try LockedStore.open(self, lock: lock, prefix: directory, run: run)
      }
      if grace > .zero { try refuseNesting(in: directory) }
      // An attempt costs little; who has the lock, and how far it is, is worth a look four times a second.
      let isDue = lastLook.map { clock.now - $0 >= .milliseconds(250) } ?? true
      if isDue {
        holder = self.holder(within: grace)
        grace = .zero
        lastLook = clock.now
      }
      if let signal = Interruption.signal { throw .interrupted(signal) }
      if let patience, clock.now - start >= patience {
        throw .locked(prefix: prefix, isDue ? holder : self.holder(within: .zero))
      }
      if isDue { isBusy(holder) }
      // Polling gives the time limit, Ctrl-C and the holder's progress, and cannot hang on NFS, where a
      // blocking flock(2) has none of them. With jitter, so that waiting processes do not move in step.
      Thread.pause(milliseconds: Int.random(in: 40...90))
    }
  }

  private func open() throws(StoreError) -> Directory {
    guard Machine.isRoot else {
      do { return try Directory.makePath(prefix) } catch { throw .making(error) }
    }
    guard let directory = try guarded(makesMissing: true) else {
      preconditionFailure("it was made")
    }
    // What was looked at so far is in another directory, if somebody has led the way elsewhere since.
    guard directory.path == prefix else {
      throw .unsafePath(
        UnsafePath(
          reason: "\(named) led to \(prefix), and leads to \(directory.path) now",
          remedy: "find out who changes it, or name the directory itself with --prefix"))
    }
    return directory
  }

  private func guarded(makesMissing: Bool) throws(StoreError) -> Directory? {
    do { return try Directory.guarded(named, makesMissing: makesMissing) } catch {
      switch error {
      case .call(let error): throw .making(error)
      case .unsafe(let unsafe): throw .unsafePath(unsafe)
      }
    }
  }

  /// In a prefix where everybody may make names, its bookkeeping must be root's if root is to work with it.
  private func checkBookkeeping(in directory: borrowing Directory) throws(StoreError) {
    guard Machine.isRoot else { return }
    do {
      let status = try directory.status()
      guard status.mode & 0o002 != 0, let found = try directory.status(Layout.bookkeeping),
        found.owner != 0
      else { return }
      throw StoreError.unsafePath(
        UnsafePath(
          reason: "everybody may write in \(prefix) (\(status.description)), and "
            + "\(directory.at(Layout.bookkeeping)) belongs to \(Machine.name(ofUser: found.owner))",
          remedy: "move it away, and chmod o-w \(prefix)"))
    } catch let error as StoreError {
      throw error
    } catch let error as SystemCallError {
      throw .files(error)
    } catch {
      preconditionFailure("neither a call nor a check: \(error)")
    }
  }

  /// Throws if this is root, and others could lead root elsewhere.
  package func checkPath() throws(StoreError) {
    guard Machine.isRoot else { return }
    _ = try guarded(makesMissing: false)
  }

  private func isStill(_ directory: borrowing Directory) throws(StoreError) -> Bool {
    do {
      return try Directory.open(prefix).status().identity == directory.status().identity
    } catch {
      if error.isMissing { return false }
      throw .files(error)
    }
  }

  /// A lock that a parent holds, or passed on to us as an open descriptor (flock(1) does both), is not given
  /// back before we end.
  private func refuseNesting(in directory: borrowing Directory) throws(StoreError) {
    guard let lock = try? directory.status(Layout.lock) else { return }
    let holders = directory.lockHolders(of: lock.identity) ?? []
    guard
      Machine.hasInheritedLock(on: lock.identity)
        || holders.contains(where: { Machine.isAncestor($0.pid) })
    else { return }
    throw .nested(prefix: prefix)
  }

  /// Whoever has the lock. Between taking it and writing its record a process needs a moment, in which there is
  /// no record, or that of one that died.
  private func holder(within limit: Duration) -> LockHolder {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
      let occupation = occupation()
      if case .atWork(.run(let operation)) = occupation { return .run(operation) }
      guard clock.now < end, Interruption.signal == nil else {
        if case .atWork(let holder) = occupation { return holder }
        return .unknown
      }
      Thread.pause(milliseconds: 10)
    }
  }

  private func attempt(in directory: borrowing Directory) throws(StoreError) -> FileLock? {
    do {
      return try FileLock.attempt(Layout.lock, in: directory)
    } catch {
      throw StoreError(error, prefix: prefix)
    }
  }
}

extension StoreError {
  /// Why a lock in `prefix` cannot be had.
  init(_ error: FileLockError, prefix: String) {
    switch error {
    case .cannotLock(let error, let fileSystem):
      self = .cannotLock(prefix: prefix, fileSystem: fileSystem, error)
    case .cannotOpen(let error): self = .making(error)
    case .notALockFile(let path, let what): self = .notALockFile(path: path, what: what)
    }
  }
}
