// What a prefix's safety rests on, tried out on the prefix itself with a second process: in a scratch directory
// that is named and locked as a staging is (I5), so that a run beside it leaves it alone and the next one sweeps it
// should this process be killed. Nothing that anybody reads is touched, so no lock is needed (I1).

package import CUDAFiles

/// What a trial has shown.
package struct Trial: Sendable, Equatable {
  /// While one process had the lock, a second was refused, in both directions.
  package var lockExcludes = false
  /// When the second was killed, the lock was free.
  package var killFrees = false
  /// A link was replaced 200 times, and a second process that looked all the while never missed it.
  package var swapIsAtomic = false
  /// A rename onto an existing name is refused in one step.
  package var renameRefuses = false
  /// A file may have a second name, so that unchanged components take no room.
  package var linksFiles = false
  /// What a thread could do once it was confined to a directory; `nil` if this machine has no means for that.
  package var sandbox: SandboxTrial?
}

extension Store {
  /// Tries the prefix out.
  package func trial() throws(StoreError) -> Trial {
    do {
      let trees = try bookkeeping(Layout.trees)
      let (name, scratch) = try makeScratch(in: trees)
      defer { try? trees.removeTree(name) }
      var trial = Trial()
      try trial.tryLock(in: scratch.directory)
      try trial.tryNames(in: scratch.directory)
      if Sandbox.objection == nil {
        try scratch.directory.makeDirectory("box", mode: 0o700)
        let box = SharedDirectory(try scratch.directory.directory("box"))
        trial.sandbox = try Sandbox.trial(in: box, beside: scratch)
      }
      return trial
    } catch let error as SystemCallError {
      throw .files(error)
    } catch let error as FileLockError {
      throw StoreError(error, prefix: prefix)
    } catch {
      preconditionFailure("neither a call nor a lock: \(error)")
    }
  }
}

/// A directory of our own, locked.
private func makeScratch(
  in trees: borrowing Directory
) throws(FileLockError) -> (name: String, SharedDirectory) {
  let fileSystem = (try? trees.space().fileSystem) ?? "unknown"
  for _ in 0..<10 {
    let name = Layout.newTrial()
    let scratch: Directory
    do {
      try trees.makeDirectory(name, mode: 0o700)
      scratch = try trees.directory(name)
    } catch {
      if error.isMissing { continue }
      throw .cannotOpen(error)
    }
    do {
      if try scratch.tryLock(), try trees.status(name)?.identity == scratch.status().identity {
        return (name, SharedDirectory(scratch))
      }
      // A run that recovers was faster than our lock, and took it for a dead one's.
    } catch {
      try? trees.removeTree(name)
      throw .cannotLock(error, fileSystem: fileSystem)
    }
  }
  throw .cannotLock(.refused("flock", trees.path), fileSystem: fileSystem)
}

extension Trial {
  fileprivate mutating func tryLock(in scratch: borrowing Directory) throws(FileLockError) {
    let isRefused = try isSecondRefused(in: scratch)
    let second = try SecondProcess.locking(Layout.lock, in: scratch)
    let isHolder = second.answer() == .success
    let isFree = try FileLock.isFree(Layout.lock, in: scratch)
    lockExcludes = isRefused && isHolder && !isFree
    _ = second.kill()
    killFrees = try FileLock.isFree(Layout.lock, in: scratch)
  }

  private func isSecondRefused(in scratch: borrowing Directory) throws(FileLockError) -> Bool {
    guard let lock = try FileLock.attempt(Layout.lock, in: scratch) else { return false }
    let answer = try SecondProcess.locking(Layout.lock, in: scratch).answer()
    _ = consume lock
    return answer == .refused
  }

  fileprivate mutating func tryNames(in scratch: borrowing Directory) throws(SystemCallError) {
    try scratch.makeLink(Layout.current, to: "0")
    let reader = try SecondProcess.reading(Layout.current, in: scratch)
    let isThere = reader.answer() == .success
    for number in 1...200 {
      if let error = try scratch.swap(Link(name: Layout.current, target: "\(number)")) {
        throw error
      }
    }
    let misses = reader.kill()
    let last = try scratch.readLink(Layout.current)
    swapIsAtomic = isThere && misses.isEmpty && last == "200"
    _ = try scratch.create("file")
    do {
      try scratch.hardLink("file", in: scratch, as: "second")
      linksFiles = true
    } catch {
      guard error.forbidsLinks else { throw error }
    }
    try scratch.makeDirectory("one")
    try scratch.makeDirectory("two")
    do {
      try scratch.renameNew("one", to: "two")
    } catch {
      guard error.isNameTaken else { throw error }
      renameRefuses = true
    }
  }
}
