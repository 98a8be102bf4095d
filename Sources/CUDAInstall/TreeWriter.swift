import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles

/// Adds the installer's own files to a staging tree, and keeps the list of everything in it.
struct TreeWriter {
  private(set) var entries: [String: TreeEntry]
  private let root: SharedDirectory
  /// The time of all that the installer makes itself, in seconds since 1970: the newest of what components brought.
  private(set) var modified: Int64 = 0
  private var cursor: DirectoryCursor

  init(root: SharedDirectory, entries: [String: TreeEntry]) {
    self.root = root
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
      guard !known.owners.contains(owner) else { return nil }
      known.owners = (known.owners + [owner]).sorted()
      entries[text] = known
      return nil
    }
    if let obstacle = obstacle(to: path) { return obstacle.owners.first ?? owner }
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
    guard entries[text] == nil, obstacle(to: path) == nil else { return }
    let parent = try cursor.enter(path.dropLast())
    let name = path.last ?? ""
    try parent.directory.makeLink(name, to: target)
    try parent.directory.setModified(name, modified)
    entries[text] = TreeEntry(path: text, kind: .link(target: target), owners: [])
  }

  /// What components brought that leaves no place for a new file at `path`: something in it, or something on the way
  /// that is no directory.
  private func obstacle(to path: [String]) -> TreeEntry? {
    for count in 1..<max(path.count, 1) {
      guard let above = entries[path.prefix(count).joined(separator: "/")] else { continue }
      if !above.isDirectory { return above }
    }
    let prefix = path.joined(separator: "/") + "/"
    return entries.values.first { $0.path.hasPrefix(prefix) }
  }

  /// Gives what components brought the time that the first of its owners says, whoever was faster.
  ///
  /// `times`: what the owners of each path say, in their order.
  mutating func settleTimes(_ times: [String: [Int64]]) throws(SystemCallError) {
    for (path, entry) in entries.sorted(by: { $0.key < $1.key }) where !entry.isDirectory {
      guard let times = times[path], let first = times.first else { continue }
      if times.count > 1 { entries[path]?.times = times }
      let (parents, name) = Self.split(path)
      let parent = try cursor.enter(parents)
      if let status = try parent.directory.status(name), status.modified != first {
        // I7: the other name may be a published tree's.
        if status.linkCount > 1, case .file(_, let mode, let digest) = entry.kind {
          try Linking.detach(name, in: parent, mode: mode, digest: digest)
        }
        try parent.directory.setModified(name, first)
      }
      modified = max(modified, first)
    }
  }

  /// Lists every directory, closes it to writing, and gives it the newest time of all.
  mutating func finishDirectories() throws(SystemCallError) {
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
      try parent.directory.setMode(ofDirectory: name, TreeMode.directory)
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
