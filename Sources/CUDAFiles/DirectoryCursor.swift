/// The way from a tree's root to the directory being written in, as open descriptors.
///
/// Every step is a real directory that was opened without following links, so no entry is ever written
/// through one (I11). The file system is the only cache: a directory that was replaced by a link makes
/// the next step fail.
package struct DirectoryCursor {
  private let root: SharedDirectory
  private var names: [String] = []
  private var opened: [SharedDirectory] = []

  package init(root: SharedDirectory) { self.root = root }

  /// The directory at `path`, made with its parents where they are missing.
  package mutating func enter(_ path: ArraySlice<String>) throws(SystemCallError) -> SharedDirectory
  {
    try walk(path, makesMissing: true)
  }

  /// The directory at `path`, which must be there.
  package mutating func find(_ path: ArraySlice<String>) throws(SystemCallError) -> SharedDirectory
  {
    try walk(path, makesMissing: false)
  }

  private mutating func walk(
    _ path: ArraySlice<String>, makesMissing: Bool
  ) throws(SystemCallError) -> SharedDirectory {
    let common = zip(names, path).prefix { $0 == $1 }.count
    names.removeSubrange(common...)
    opened.removeSubrange(common...)
    for name in path.dropFirst(common) {
      let parent = opened.last ?? root
      if makesMissing { try parent.directory.ensureDirectory(name) }
      opened.append(SharedDirectory(try parent.directory.directory(name)))
      names.append(name)
    }
    return opened.last ?? root
  }
}
