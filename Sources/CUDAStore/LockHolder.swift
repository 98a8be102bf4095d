package import CUDACatalog
package import CUDAFiles

/// Who has the lock, for people: the lock is the kernel's, and nothing is decided by this (I3).
package enum LockHolder: Sendable, Equatable {
  /// A run of cuda-install, by its own record.
  case run(Operation)
  /// A process without a record, which may be starting, or no cuda-install: flock(1) takes the same lock.
  case process(RunningProcess)
  /// Somebody who left no record and cannot be seen from here.
  case unknown

  package var operation: Operation? {
    if case .run(let operation) = self { operation } else { nil }
  }

  package var pid: Int32? {
    switch self {
    case .run(let operation): operation.pid
    case .process(let process): process.pid
    case .unknown: nil
    }
  }

  /// `pid 4711, install, user root, since 14:02:11, 62% fetched`
  package var phrase: String {
    switch self {
    case .run(let operation): operation.phrase
    case .process(let process): "\(cleaned(process.description)), which left no record"
    case .unknown: "a process that left no record and cannot be seen from here"
    }
  }
}

extension Store {
  /// Who has the lock, as far as that can be told without touching it (I10); `nil` if nobody seems to.
  package func holder() -> LockHolder? {
    let operation = operation()
    let process = lockingProcess()
    switch operation?.liveness {
    case .alive: return operation.map { .run($0) }
    case .unknown
    where process == nil && Machine.seesAllProcesses && operation?.host == Machine.host:
      // Every lock of this machine is seen from here, so its owner is gone.
      return nil
    case .unknown: return operation.map { .run($0) }
    case .dead, nil: return process.map { .process($0) }
    }
  }

  /// The run that died with the lock, by its record; the next run recovers from it.
  package func deadRun() -> Operation? {
    guard let operation = operation(), holder()?.operation?.op != operation.op else { return nil }
    // Between the two looks it may have ended well, and its record with it.
    return self.operation() == operation ? operation : nil
  }

  func lockingProcess() -> RunningProcess? {
    guard let directory = try? Directory.open(prefix),
      let lock = (try? directory.status(Layout.lock)) ?? nil
    else { return nil }
    return Machine.holders(of: lock.identity).first
  }
}
