/// The permissions in a published tree: nobody may write into it, its owner neither, so that an accident shows
/// at once and not in another tree that shares the file (I7).
package enum TreeMode {
  package static let file: UInt16 = 0o444
  package static let program: UInt16 = 0o555
  package static let directory: UInt16 = 0o555
}
