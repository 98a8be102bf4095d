import CKernel
import Glibc

/// A standard stream as people and programs see it.
package struct Stream: Sendable {
  package let descriptor: Int32

  package static let output = Stream(descriptor: 1)
  package static let error = Stream(descriptor: 2)

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The terminal's width in columns; 0 if it has none, as a pty of apt's has.
  package var columns: Int { Int(ckernel_columns(descriptor)) }

  /// Writes all of `text`, and says whether it could. A closed pipe or a full disk loses output, never
  /// the work (I12).
  @discardableResult
  package func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while rest.count > 0 {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count == -1, errno == EINTR { continue }
        if count == -1 { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
  }

  /// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file of ours can
  /// become one of them and be written into by a message.
  package static func fillStandardDescriptors() { ckernel_fill_standard_descriptors() }
}
