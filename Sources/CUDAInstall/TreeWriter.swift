import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles

/// Adds the installer's own files to a staging tree, and keeps the list of everything in it.
struct TreeWriter {
  private(set) var entries: [String: TreeEntry]
  private let root: SharedDirectory
  private let modified: Int64
  private var cursor: DirectoryCursor

  /// `modified`: the time of all that the installer makes itself, in seconds since 1970.
  init(root: SharedDirectory, modified: Int64, entries: [String: TreeEntry]) {
    self.root = root
    self.modified = modified
    self.entries = entries
    cursor = DirectoryCursor(root: root)
  }

  /// Whether components brought a directory of this name, or files in it.
  func hasDirectory(_ name: String) -> Bool {
    entries[name]?.isDirectory == true || entries.keys.contains { $0.hasPrefix("\(name)/") }
  }

  /// Adds a file unless the path is taken: components go first. The component that has brought something else
  /// there, if this file is a component's too.
  mutating func addFile(
    _ path: [String], _ bytes: [UInt8], owner: ComponentName? = nil, modified: Int64? = nil
  ) throws(SystemCallError) -> ComponentName? {
    let text = path.joined(separator: "/")
    let digest = SHA256.digest(of: bytes)
    let kind = TreeEntry.Kind.file(
      byteCount: Int64(bytes.count), mode: TreeMode.file, digest: digest)
    if var known = entries[text] {
      guard let owner else { return nil }
      guard known.kind == kind else { return known.owners.first ?? owner }
      known.owners.append(owner)
      entries[text] = known
      return nil
    }
    let parent = try cursor.enter(path.dropLast())
    let file = try parent.directory.create(path.last ?? "", mode: TreeMode.file)
    try file.write(bytes, at: 0)
    try file.setModified(modified ?? self.modified)
    entries[text] = TreeEntry(path: text, kind: kind, owners: owner.map { [$0] } ?? [])
    return nil
  }

  /// Adds a symbolic link unless the path is taken.
  mutating func addLink(_ path: [String], to target: String) throws(SystemCallError) {
    let text = path.joined(separator: "/")
    guard entries[text] == nil, !hasDirectory(text) else { return }
    let parent = try cursor.enter(path.dropLast())
    let name = path.last ?? ""
    try parent.directory.makeLink(name, to: target)
    try parent.directory.setModified(name, modified)
    entries[text] = TreeEntry(path: text, kind: .link(target: target), owners: [])
  }

  /// Lists every directory, closes it to writing, and gives each path the time that does not depend on who was faster: files
  /// that several components brought the first one's, directories the newest of all.
  mutating func finishDirectories(times: [String: Int64]) throws(SystemCallError) {
    for entry in entries.values where entry.owners.count > 1 && !entry.isDirectory {
      let (parents, name) = Self.split(entry.path)
      try cursor.enter(parents).directory.setModified(name, times[entry.path] ?? modified)
    }
    for path in Array(entries.keys) {
      var parent = Self.split(path).parents
      while !parent.isEmpty {
        let text = parent.joined(separator: "/")
        guard entries[text] == nil else { break }
        entries[text] = TreeEntry(
          path: text, kind: .directory(mode: TreeMode.directory), owners: [])
        parent = parent.dropLast()
      }
    }
    for (path, entry) in entries where entry.isDirectory {
      let (parents, name) = Self.split(path)
      let parent = try cursor.enter(parents)
      try parent.directory.setMode(name, TreeMode.directory)
      try parent.directory.setModified(name, modified)
    }
  }

  private static func split(_ path: String) -> (parents: ArraySlice<String>, name: String) {
    let names = path.split(separator: "/").map(String.init)
    return (names.dropLast(), names.last ?? ".")
  }
}

extension TreeEntry {
  var isDirectory: Bool { if case .directory = kind { true } else { false } }
}
