import Glibc

/// A program of a test on a terminal of its own, as its session's leader: stdin, stdout and stderr are that terminal.
package final class TerminalProgram {
  package let program: Program
  private let terminal: Int32
  private var bytes: [UInt8] = []

  package init(
    _ command: [String], environment: [String: String], columns: Int = 80, rows: Int = 24,
    in scratch: Scratch
  ) {
    // posix_openpt(3) and what goes with it are not in Glibc's module; these are TIOCSPTLCK and TIOCGPTN.
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (lock, number): (Int32, Int32) = (0, 0)
    guard terminal >= 0, ioctl(terminal, 0x4004_5431, &lock) == 0,
      ioctl(terminal, 0x8004_5430, &number) == 0
    else { fatalError("no terminal: \(String(cString: strerror(errno)))") }
    let path = "/dev/pts/\(number)"
    // Before: the program asks for it first thing.
    Self.resize(terminal, columns: columns, rows: rows)
    // The first terminal that a session's leader opens is its own.
    program = Program(
      ["setsid", "sh", "-c", "exec \"$@\" <>\"$0\" >&0 2>&0", path] + command,
      environment: environment, in: scratch)
  }

  deinit { close(terminal) }

  /// All that has been written and read.
  package var transcript: String { String(decoding: bytes, as: UTF8.self) }

  package func resize(columns: Int, rows: Int = 24) {
    Self.resize(terminal, columns: columns, rows: rows)
  }

  private static func resize(_ terminal: Int32, columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else {
      fatalError("TIOCSWINSZ: \(String(cString: strerror(errno)))")
    }
  }

  /// Keys: `\u{3}` is Ctrl-C, `\u{1A}` Ctrl-Z.
  package func type(_ keys: String) {
    let count = Array(keys.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
    precondition(count == keys.utf8.count)
  }

  /// Returns once what was written from now on, or from `start` on, makes `isTrue` so: whether it came before the end.
  package func wait(from start: Int? = nil, until isTrue: (String) -> Bool) -> Bool {
    let start = start ?? bytes.count
    while true {
      if isTrue(String(decoding: bytes[start...], as: UTF8.self)) { return true }
      guard readMore() else { return false }
    }
  }

  /// Waits until it has ended, and all is read; the exit status, or 128 and the signal.
  package func end() -> Int32 {
    while readMore() {}
    return program.wait()
  }

  /// `false` once nobody has the terminal any more.
  private func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      var question = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      // Only a program that is stuck is silent for so long: it must not take the tests with it.
      if poll(&question, 1, 20_000) == 0 { program.kill() }
      let count = read(terminal, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer.prefix(count)
        return true
      }
      guard count == -1, errno == EINTR else { return false }
    }
  }
}
