import CUDACatalog
import CUDAFiles

/// Lines on a standard stream, in the form that fits it.
struct Console {
  let stream: CUDAFiles.Stream

  /// A line for people. Off a terminal it says who speaks, because logs mix voices; the journal knows.
  /// Whatever the line quotes reaches neither a terminal nor a log raw (I11).
  func say(_ line: String) {
    let line = cleaned(line, limit: .max)
    if stream.isJournal {
      write("<\(Priority(of: line).rawValue)>\(line)\n", .note)
    } else {
      write(stream.isTerminal ? line + "\n" : "cuda-install: \(line)\n", .note)
    }
  }

  /// A line of the answer that says what has changed.
  func report(change line: String) {
    let mark = stream.isJournal ? "<\(Priority.change.rawValue)>" : ""
    write("\(mark)\(cleaned(line, limit: .max))\n")
  }

  /// Text as it is; whether it could be written.
  @discardableResult
  func write(_ text: String, _ importance: CUDAFiles.Stream.Importance = .answer) -> Bool {
    stream.write(text, importance)
  }
}

/// What the journal is told of a line: syslog(3).
private enum Priority: Int {
  case error = 3
  case warning = 4
  case change = 5
  case information = 6

  init(of line: String) {
    self =
      line.hasPrefix("error: ") ? .error : line.hasPrefix("warning: ") ? .warning : .information
  }
}
