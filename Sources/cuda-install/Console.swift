import CUDAFiles

/// Lines on a standard stream, in the form that fits it.
struct Console {
  let stream: CUDAFiles.Stream

  /// A line for people. Off a terminal it says who speaks, because logs mix voices.
  func say(_ line: String) {
    write(stream.isTerminal ? line + "\n" : "cuda-install: \(line)\n")
  }

  /// Text as it is.
  func write(_ text: String) { stream.write(text) }
}
