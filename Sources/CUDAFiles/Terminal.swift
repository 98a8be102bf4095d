import CKernel
import Glibc

/// A standard stream as people and programs see it.
package struct Stream: Sendable {
  package let descriptor: Int32

  private static let loss = Monitor<Int32>(0)

  /// Why part of an answer could not be written; `nil` if all could, or its reader has gone.
  package static var lostAnswer: SystemCallError? {
    let code = loss.update { $0 }
    return code == 0 ? nil : SystemCallError(call: "write", subject: "the answer", code: code)
  }

  package static let output = Stream(descriptor: 1)
  package static let error = Stream(descriptor: 2)

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Whether the journal reads it, and with it a priority in front of a line: `$JOURNAL_STREAM` names this very
  /// stream. The variable alone says nothing: whoever started this process may have sent it elsewhere (systemd.exec(5)).
  package var isJournal: Bool {
    guard let named = Machine.environment("JOURNAL_STREAM") else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && named == "\(status.st_dev):\(status.st_ino)"
  }

  /// The terminal's width in columns; 0 if it has none, as a pty of apt's has.
  package var columns: Int { Int(ckernel_columns(descriptor)) }

  /// How long a writer waits for a reader that does not read.
  package enum Importance: Sendable {
    /// Not at all: the next frame says more.
    case fleeting
    /// A second.
    case note
    /// Until somebody reads, or a signal asks this process to end.
    case answer
  }

  /// Writes all of `text`, and says whether it could. A closed pipe, a full disk or a reader that does not read
  /// loses output, never the work (I12).
  @discardableResult
  package func write(_ text: String, _ importance: Importance = .answer) -> Bool {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      guard isReady(importance) else { return false }
      // A pipe that is ready has room for PIPE_BUF bytes; more could block.
      let end = min(bytes.count, start + Int(PIPE_BUF))
      let count = bytes[start..<end].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count == -1, errno == EINTR || errno == EAGAIN { continue }
      if count == -1 {
        // Who has gone wants nothing more.
        if importance == .answer, errno != EPIPE { Self.loss.update { $0 = errno } }
        return false
      }
      start += count
    }
    return true
  }

  private func isReady(_ importance: Importance) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    switch importance {
    case .fleeting: return poll(&question, 1, 0) == 1
    case .note: return poll(&question, 1, 1000) == 1
    case .answer:
      while poll(&question, 1, 200) != 1 {
        if Interruption.signal != nil { return false }
      }
      return true
    }
  }

  /// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file of ours can
  /// become one of them and be written into by a message.
  package static func fillStandardDescriptors() { ckernel_fill_standard_descriptors() }
}
