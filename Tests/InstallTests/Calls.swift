import CUDAFiles
import Glibc
import Synchronization

/// One call of a run, named so that the same call of another run has the same name: threads take turns as
/// they like, but each makes its own calls in its own order.
struct Call: Hashable, Codable, Sendable, CustomStringConvertible {
  var name: String
  /// What it was called on, without the scratch directory and without random names.
  var subject: String
  /// How many such calls there were before.
  var occurrence = 0

  var description: String { "\(name) \(subject) #\(occurrence)" }

  /// Whether it changes something, if only what is on disk.
  var changes: Bool {
    [
      "renameat", "renameat2", "symlinkat", "unlinkat", "linkat", "mkdirat", "pwrite", "ftruncate",
      "fsync", "fdatasync", "syncfs",
    ].contains(name)
  }

  /// Whether it may change what others find; not so in staging, which nobody else sees.
  var changesPrefix: Bool { changes && !subject.contains("/.new.*/") }

  /// Whether it puts the names in the bookkeeping directory on disk.
  var syncsBookkeeping: Bool { name == "fsync" && subject == "/.cuda-install" }

  /// Whether a link of the prefix says something else behind it.
  var replacesLink: Bool {
    name == "renameat" && subject.hasPrefix("/.") && !subject.hasPrefix("/.cuda-install/")
  }

  /// Whether a name may lead elsewhere behind such a call, or a file that was published be another.
  static func mayBeSeen(_ name: String, _ subject: String) -> Bool {
    switch name {
    case "renameat", "renameat2", "symlinkat", "unlinkat", "linkat", "mkdirat", "pwrite",
      "ftruncate":
      let isRecord = subject.contains("/.cuda-install/") && !subject.contains("/trees/")
      return !isRecord && !subject.contains("/.new.")
    default: return false
    }
  }
}

/// The calls of some code on all its threads, in order, and what is to happen to one of them.
final class Calls: Sendable {
  private struct Record {
    var calls: [Call] = []
    var subjects: [String] = []
    var counts: [Call: Int] = [:]
  }

  private let state = Mutex(Record())
  private let scratch: String

  /// `scratch`: the directory of this run's own, which names of calls leave out.
  init(in scratch: String) { self.scratch = scratch }

  var all: [Call] { state.withLock { $0.calls } }
  /// The subjects as they were.
  var subjects: [String] { state.withLock { $0.subjects } }

  /// Runs `body` while each call asks `verdict`.
  func during<Result>(
    _ verdict: @escaping @Sendable (Call) -> Int32? = { _ in nil }, _ body: () throws -> Result
  ) rethrows -> Result {
    let probe = Probe { name, subject in
      var call = Call(name: name, subject: self.plain(subject))
      self.state.withLock { record in
        let count = record.counts[call, default: 0]
        record.counts[call] = count + 1
        call.occurrence = count
        record.calls.append(call)
        record.subjects.append(subject)
      }
      return verdict(call)
    }
    return try Probe.$current.withValue(probe) { try body() }
  }

  private func plain(_ subject: String) -> String {
    subject.split(separator: " ").map { word in
      let path = word.hasPrefix(scratch) ? word.dropFirst(scratch.count) : word
      return path.split(separator: "/", omittingEmptySubsequences: false).map { name in
        // `<name>.<boot>.<pid>.<random>`
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.last?.count == 16 else { return String(name) }
        return parts.dropLast(3).joined(separator: ".") + ".*"
      }.joined(separator: "/")
    }.joined(separator: " ")
  }
}

/// Runs `body` until that call, and lets nothing happen any more from there on: to the disk it is a death. Whether it
/// came to that call.
func stopping(
  at fatal: Call, in scratch: String, _ reader: Reader,
  _ body: () throws -> Void
) -> Bool {
  let isDead = Atomic(false)
  try? Calls(in: scratch).during({ call in
    if call == fatal { isDead.store(true, ordering: .sequentiallyConsistent) }
    guard !isDead.load(ordering: .sequentiallyConsistent) else { return EIO }
    reader.notice(call.name, call.subject)
    return nil
  }) { try body() }
  return isDead.load(ordering: .sequentiallyConsistent)
}

/// Runs `body` and dies of SIGKILL at that call. Of SIGTERM if it does not come to that.
func dying(at fatal: Call, in scratch: String, _ body: () throws -> Void) rethrows {
  try Calls(in: scratch).during({ call in
    // Not kill(2), which a confined thread has not.
    if call == fatal { raise(SIGKILL) }
    return nil
  }) { try body() }
  signal(SIGTERM, SIG_DFL)
  kill(getpid(), SIGTERM)
}
