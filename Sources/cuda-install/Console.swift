import CUDACatalog
import CUDAFiles

/// Lines on a standard stream, in the form that fits it.
struct Console {
  let stream: CUDAFiles.Stream

  /// A line for people. Off a terminal it says who speaks, because logs mix voices.
  /// Whatever the line quotes reaches neither a terminal nor a log raw (I11).
  func say(_ line: String) {
    let line = cleaned(line, limit: .max)
    write(stream.isTerminal ? line + "\n" : "cuda-install: \(line)\n", .note)
  }

  /// Text as it is.
  func write(_ text: String, _ importance: CUDAFiles.Stream.Importance = .answer) {
    stream.write(text, importance)
  }
}
