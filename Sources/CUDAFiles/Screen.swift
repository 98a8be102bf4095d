import CKernel
import Glibc

/// What lines may be redrawn on, as it is now: a window may be resized, and a job sent to the background.
extension Stream {
  /// The terminal's height in rows; 0 if it has none.
  package var rows: Int { Int(ckernel_rows(descriptor)) }

  /// Whether who sits at the terminal has this process before them, and not a shell's prompt.
  package var isInForeground: Bool { ckernel_is_in_foreground(descriptor) }

  /// Has whoever asks for the width of the terminal on the standard output believe that it has so many columns.
  package static func pretendColumns(_ count: Int) { setenv("COLUMNS", "\(count)", 1) }
}
