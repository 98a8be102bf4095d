// Every call to the kernel goes through `systemCall`: one place that retries EINTR, copies errno at
// once, names the call and its subject, and asks the probe first.
//
// The probe is the only test seam of the product. Tests bind it to die at the n-th call, to fail it
// with an errno, or to record the order of calls.

import Glibc

/// One failed call to the kernel: which, on what, and the `errno` that it left.
package struct SystemCallError: Error, Equatable, Sendable {
  /// The call's name as in section 2 of the manual: `renameat`.
  package var call: String
  /// What it was called on, for people: `13.0.2-1 in /opt/cuda/.cuda-install/trees`.
  package var subject: String
  /// The `errno` value.
  package var code: Int32

  package init(call: String, subject: String, code: Int32) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  /// EWOULDBLOCK, where nobody can have what is wanted.
  package static func refused(_ call: String, _ subject: String) -> SystemCallError {
    SystemCallError(call: call, subject: subject, code: EWOULDBLOCK)
  }

  /// EINTR, of long work that a signal has ended (`Interruption`).
  package static func interrupted(_ call: String, _ subject: String) -> SystemCallError {
    SystemCallError(call: call, subject: subject, code: EINTR)
  }

  /// ENOMEM, of a library's.
  package static func noMemory(_ call: String, _ subject: String) -> SystemCallError {
    SystemCallError(call: call, subject: subject, code: ENOMEM)
  }

  /// ESTALE, of a file that is not any more what it was when it was looked at.
  package static func changed(_ call: String, _ subject: String) -> SystemCallError {
    SystemCallError(call: call, subject: subject, code: ESTALE)
  }

  /// `renameat 13.0.2-1 in /opt/cuda: No space left on device`
  package var message: String { "\(call) \(subject): \(reason)" }

  /// `No space left on device`
  package var reason: String { String(cString: strerror(code)) }

  /// Something of that name is there, or something else than is wanted: a link, a directory, no directory, a fifo or a
  /// socket.
  package var isNameTaken: Bool {
    [EEXIST, ENOTDIR, ELOOP, EISDIR, ESPIPE, ENXIO].contains(code)
  }

  /// Nothing of that name is there.
  package var isMissing: Bool { code == ENOENT }

  /// Nothing is there because a step of the path is no directory.
  package var isBelowFile: Bool { code == ENOTDIR }

  /// What is to be moved lies on another file system, or in a lower layer of an overlayfs.
  package var forbidsMove: Bool { code == EXDEV }

  /// Hard links are not to be had here: another file system, another owner, or too many.
  package var forbidsLinks: Bool { [EXDEV, EPERM, EMLINK, ENOTSUP].contains(code) }

  /// A file is larger than the limit that the caller set.
  package var isTooLarge: Bool { code == EFBIG }

  /// The file system has no second names for files, or allows no more of them.
  package var hasNoHardLinks: Bool { [EPERM, EOPNOTSUPP, EMLINK, EXDEV].contains(code) }

  /// The disk is full, or this user's share of it.
  package var isNoSpace: Bool { [ENOSPC, EDQUOT].contains(code) }

  /// The disk does not give back what is on it.
  package var isUnreadable: Bool { code == EIO }

  /// The machine failed, whatever is at that name: the disk, or there is no memory or descriptor left.
  package var isOfMachine: Bool { [EIO, EMFILE, ENFILE, ENOMEM].contains(code) }

  /// Nobody may do that here.
  package var isReadOnly: Bool { code == EROFS }

  /// This user may not do that here.
  package var isPermission: Bool { [EACCES, EPERM, EROFS].contains(code) }
}

/// What a test does to the calls of the code under it.
package struct Probe: Sendable {
  /// Called before each call, with its name and subject, and again where a signal interrupted it. Returns the
  /// `errno` that it fails with, or `nil` to let the call happen.
  package var before: @Sendable (_ call: String, _ subject: String) -> Int32?

  package init(before: @escaping @Sendable (_ call: String, _ subject: String) -> Int32?) {
    self.before = before
  }

  /// The probe of the running test; `nil` outside of tests. Threads started by `Thread` inherit it.
  @TaskLocal package static var current: Probe?
}

/// The result of `body`, called again as long as a signal interrupts it.
@discardableResult
package func systemCall<Result: FixedWidthInteger & SignedInteger>(
  _ call: StaticString, _ subject: @autoclosure () -> String, _ body: () -> Result
) throws(SystemCallError) -> Result {
  while true {
    let code: Int32
    if let probe = Probe.current, let planned = probe.before("\(call)", subject()) {
      code = planned
    } else {
      let result = body()
      guard result == -1 else { return result }
      code = errno
    }
    guard code == EINTR else {
      throw SystemCallError(call: "\(call)", subject: subject(), code: code)
    }
  }
}
