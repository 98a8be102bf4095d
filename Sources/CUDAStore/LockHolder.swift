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

  /// `pid 4711, install, user root, since 14:02:11, 62% fetched`
  package var phrase: String {
    switch self {
    case .run(let operation): operation.phrase
    case .process(let process): "\(cleaned(process.description)), which left no record"
    case .unknown: "a process that left no record and cannot be seen from here"
    }
  }
}

/// What goes on in a prefix, as far as that can be told without touching the lock (I10).
package enum Occupation: Sendable, Equatable {
  case nobody
  case atWork(LockHolder)
  /// A run died with the lock; the next one recovers from it.
  case died(Operation)
}

extension Store {
  package func occupation() -> Occupation {
    guard let operation = operation() else {
      return lockHolders()?.first.map { .atWork(.process($0)) } ?? .nobody
    }
    // Whether a process is there is seen at once; whose locks there are costs much more to find out.
    if operation.liveness == .alive { return .atWork(.run(operation)) }
    let holders = lockHolders()
    switch operation.liveness(among: holders) {
    case .alive, .unknown: return .atWork(.run(operation))
    case .dead:
      if let process = holders?.first { return .atWork(.process(process)) }
      // Between the two looks it may have ended well, and its record with it.
      return self.operation() == operation ? .died(operation) : .nobody
    }
  }

  /// The processes that hold the lock by the kernel's table; `nil` if that cannot be told.
  private func lockHolders() -> [RunningProcess]? {
    guard let directory = try? Directory.open(prefix),
      let lock = (try? directory.status(Layout.lock)) ?? nil
    else { return nil }
    return directory.lockHolders(of: lock.identity)
  }
}

extension Operation {
  /// Whether its process is still there, `holders` being those that the kernel names. `unknown` where neither it
  /// nor its absence can be seen from here.
  fileprivate func liveness(among holders: [RunningProcess]?) -> Liveness {
    let liveness = liveness
    guard liveness == .unknown, bootID == Machine.bootID, let holders else { return liveness }
    if !holders.isEmpty { return .alive }
    // One kernel, and from here all of its locks can be seen: nobody has this one.
    return Machine.seesAllProcesses ? .dead : .unknown
  }
}
