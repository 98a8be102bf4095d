import CUDADigest
import CUDAFiles
import Synchronization
import TestSupport

/// What `current` leads to: every path, mode, link and byte. Two installs of one request look the same.
struct View: Hashable, Sendable, CustomStringConvertible {
  private let digest: SHA256Digest?

  /// Opens everything through the link, as any program would.
  init(_ prefix: String) {
    guard linkTarget("\(prefix)/current") != nil else {
      digest = nil
      return
    }
    var hash = SHA256()
    Self.add("\(prefix)/current/", to: &hash)
    digest = hash.finish()
  }

  var description: String { digest.map { "\($0)" } ?? "nothing" }

  private static func add(_ directory: String, to hash: inout SHA256) {
    func note(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
    let names = namesIn(directory)
    note("\(names)")
    for name in names {
      let path = "\(directory)\(name)"
      if let target = linkTarget(path) {
        note(target)
      } else if let bytes = readFile(path), !bytes.isEmpty {
        note("\(permissions(path) ?? 0) \(bytes.count)")
        bytes.withUnsafeBytes { hash.update($0) }
      } else {
        note("\(permissions(path) ?? 0)")
        add("\(path)/", to: &hash)
      }
    }
  }
}

/// Hashes what `current` leads to, at first, after each call that might have changed it, and in the end.
final class Reader: Sendable {
  private struct Record {
    var isStale = true
    var strange: [String] = []
    var count = 0
  }

  private let prefix: String
  private let views: Set<View>
  private let record = Mutex(Record())

  /// `views`: what it may find.
  init(_ prefix: String, expecting views: Set<View>) {
    self.prefix = prefix
    self.views = views
  }

  /// To be told of each call before it happens. Only one thread of a run makes calls that may be seen, so that the
  /// next of its calls is behind them; the others work in staging.
  func notice(_ name: String, _ subject: String) {
    record.withLock { record in
      if record.isStale { look(&record, "before \(name) \(subject)") }
      record.isStale = Call.mayBeSeen(name, subject)
    }
  }

  /// Runs `body` while it looks.
  func during(_ body: () throws -> Void) rethrows {
    let probe = Probe { name, subject in
      self.notice(name, subject)
      return nil
    }
    try Probe.$current.withValue(probe) { try body() }
  }

  /// How often it looked, and what it should not have found.
  func finish() -> (count: Int, strange: [String]) {
    record.withLock { record in
      look(&record, "in the end")
      return (record.count, record.strange)
    }
  }

  private func look(_ record: inout Record, _ moment: String) {
    let view = View(prefix)
    record.count += 1
    if !views.contains(view) { record.strange.append("a reader found \(view) \(moment)") }
  }
}
