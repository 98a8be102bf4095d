package import CUDACatalog
package import CUDAFiles

/// What can go wrong with a prefix. The command turns each case into one exit status.
package enum StoreError: Error, Equatable, Sendable {
  /// The prefix holds files, but was not made by cuda-install.
  case notOurs(prefix: String)
  /// The prefix, or something it needs to exist, cannot be made.
  case cannotCreate(SystemCallError)
  /// The file system refuses to lock (I1).
  case cannotLock(prefix: String, fileSystem: String, SystemCallError)
  /// Something else stands where the lock file belongs.
  case notALockFile(path: String, what: String)
  /// Something that is no link stands where one belongs.
  case inTheWay(path: String)
  /// Others than root could lead root elsewhere.
  case unsafePath(UnsafePath)
  /// The prefix would be inside the bookkeeping of another one.
  case insidePrefix(String, outer: String)
  /// Another process has the lock, and the time to wait is over.
  case locked(prefix: String, LockHolder)
  /// Somebody removed or replaced the lock file while this process held the lock.
  case lockLost(path: String)
  /// This process was started by one that holds the lock: waiting for it would never end.
  case nested(prefix: String)
  case files(SystemCallError)
  /// A record or receipt cannot be read.
  case damaged(CatalogError)
  case notInstalled(Version)
  /// Some of the links that were to be replaced are, and the rest follows with the next run.
  case halfVisible(SystemCallError)
  case nothingToRollBack(prefix: String)
  /// A signal asked this process to end.
  case interrupted(Int32)

  /// Why the prefix, or something it needs to exist, could not be made.
  static func making(_ error: SystemCallError) -> StoreError {
    error.isNoSpace ? .files(error) : .cannotCreate(error)
  }

  package var message: String {
    switch self {
    case .notOurs(let prefix): "\(prefix) holds files that cuda-install did not put there"
    case .cannotCreate(let error): "cannot create or change the prefix: \(error.message)"
    case .cannotLock(let prefix, let fileSystem, let error):
      "\(prefix) cannot be locked: its file system (\(fileSystem)) answers \(error.reason)"
    case .notALockFile(let path, let what): "\(path) should be the lock file, but is \(what)"
    case .inTheWay(let path): "\(path) should be a link of cuda-install's, and is none"
    case .unsafePath(let unsafe): "not as root: \(unsafe.reason)"
    case .insidePrefix(let prefix, let outer): "\(prefix) is inside what is installed in \(outer)"
    case .locked(let prefix, let holder):
      holder.operation == nil
        ? "\(prefix) is locked by \(holder.phrase)"
        : "another cuda-install is at work in \(prefix) (\(holder.phrase))"
    case .lockLost(let path):
      "\(path) was removed while this run held its lock, so another may be at work; this one has stopped"
    case .nested(let prefix):
      "called from inside a command that holds the lock of \(prefix)"
    case .files(let error): error.message
    case .damaged(let error): error.message
    case .notInstalled(let release): "release \(release) is not installed"
    case .halfVisible(let error): "only a part of the change is visible: \(error.message)"
    case .nothingToRollBack(let prefix): "\(prefix) has no earlier state to go back to"
    case .interrupted(let signal): "stopped by \(Interruption.name(of: signal))"
    }
  }

  package var hint: String? {
    switch self {
    case .notOurs:
      "choose another directory with --prefix, or move what is in this one away"
    case .cannotCreate(let error) where error.isReadOnly, .files(let error) where error.isReadOnly:
      "nothing can be changed there: it is mounted read-only"
    case .cannotCreate(let error) where error.isPermission:
      "choose a directory of your own with --prefix, or run it as the owner of this one"
    case .files(let error) where error.isPermission:
      "choose a directory of your own with --prefix, or run it as the owner of this one"
    case .files(let error) where error.isNoSpace:
      "make room; what was downloaded is kept, and the next run continues"
    case .files(let error) where error.isNameTaken: "move it away, and start again"
    case .cannotLock: "choose a prefix on a local file system"
    case .notALockFile(_, let what) where what.hasPrefix("a file of user"):
      "find out whose it is: root, whoever owns the prefix, or its group should have made it"
    case .notALockFile, .inTheWay: "move it away, and start again"
    case .unsafePath(let unsafe): unsafe.remedy
    case .insidePrefix(_, let outer): "the prefix is \(outer)"
    case .locked(_, let holder) where holder.operation == nil: "wait for it with --wait"
    case .locked: "watch it with 'cuda-install status --follow', or wait with --wait"
    case .lockLost: "start again, and leave that file alone: it is never in the way"
    case .nested: "let the outer command end first, or do not let it lock"
    case .damaged: "install the release again with --force"
    case .notInstalled: "'cuda-install list' shows what is"
    case .halfVisible: "start anything that changes the prefix, and it does the rest first"
    case .cannotCreate, .files, .nothingToRollBack, .interrupted: nil
    }
  }
}
