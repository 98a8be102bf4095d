import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAStore

/// What a tree has of one component, and what of it is left out.
struct Linkable {
  var entries: [TreeEntry] = []
  var omitted = Receipt.Omission(count: 0, byteCount: 0)

  /// The same for a tree with static archives or without.
  func asWanted(hasStatic: Bool) -> Linkable {
    guard !hasStatic else { return self }
    var rest = self
    rest.entries = []
    for entry in entries {
      let names = entry.path.split(separator: "/").map(String.init)
      guard !entry.isDirectory, StaticArchives.contains(names) else {
        rest.entries.append(entry)
        continue
      }
      rest.omitted.count += 1
      if case .file(let byteCount, _, _) = entry.kind { rest.omitted.byteCount += byteCount }
    }
    return rest
  }
}

/// A component's files taken over from a published tree, as second names of the same files.
enum Linking {
  /// What a tree has of each component by its list of files; empty if the list is not the one that its receipt
  /// names.
  static func components(ofTree tree: String, in store: Store) -> [ComponentName: Linkable] {
    // Any failure to read means the same: this tree is no source, and its components are fetched.
    guard let (all, digest) = (try? store.list(ofTree: tree)) ?? nil,
      let receipt = (try? store.knownReceipt(ofTree: tree)) ?? nil,
      digest == receipt.files.digest
    else { return [:] }
    var components: [ComponentName: Linkable] = [:]
    for entry in all {
      for owner in entry.owners { components[owner, default: Linkable()].entries.append(entry) }
    }
    for component in receipt.components {
      guard let omitted = component.omitted else { continue }
      components[component.name, default: Linkable()].omitted = omitted
    }
    return components
  }

  /// The files that were looked at, by path, if every one still has the bytes of which the list speaks.
  static func intact(
    _ entries: [TreeEntry], in tree: SharedDirectory, isCancelled: () -> Bool
  ) throws(SystemCallError) -> [String: FileIdentity]? {
    var files: [String: FileIdentity] = [:]
    var cursor = DirectoryCursor(root: tree)
    for entry in entries {
      if isCancelled() { return nil }
      do {
        guard let file = try identity(of: entry, &cursor) else { return nil }
        files[entry.path] = file
      } catch {
        guard error.isMissing || error.isNameTaken || error.isPermission || error.isUnreadable
        else {
          throw error
        }
        return nil
      }
    }
    return files
  }

  /// `files`: what was found intact.
  static func link(
    _ entries: [TreeEntry], of owner: ComponentName, from tree: SharedDirectory,
    files: [String: FileIdentity], into root: SharedDirectory, claims: Claims
  ) throws(SystemCallError) -> Unpacked {
    var from = DirectoryCursor(root: tree)
    var into = DirectoryCursor(root: root)
    var result = Unpacked()
    for entry in entries {
      let (parents, name) = split(entry.path)
      let source = try from.find(parents)
      let status = try source.directory.status(name)
      let modified = entry.time(of: owner) ?? status?.modified ?? 0
      let kind: UnpackedEntry.Kind
      switch entry.kind {
      case .directory:
        _ = try into.enter(parents + [name])
        kind = .directory
      case .link(let target):
        if claims.take(entry.path) {
          let parent = try into.enter(parents)
          try parent.directory.makeLink(name, to: target)
          try parent.directory.setModified(name, modified)
        }
        kind = .link(target: target)
      case .file(let byteCount, let mode, let digest):
        if claims.take(entry.path) {
          let parent = try into.enter(parents)
          // What is published is not touched (I7): with another mode than it had, it is copied.
          let isLinked =
            try status?.mode == mode
            ? link(name, files[entry.path], from: source, into: parent) : false
          if !isLinked {
            try copy(
              try source.directory.open(name), into: parent, as: name, mode: mode, digest: digest)
            try parent.directory.setModified(name, modified)
          }
        }
        kind = .file(byteCount: byteCount, mode: mode, digest: digest)
      }
      result.entries.append(UnpackedEntry(path: entry.path, kind: kind, modified: modified))
    }
    return result
  }

  /// Of what is at the entry's place; `nil` if that is not what the list says.
  private static func identity(
    of entry: TreeEntry, _ cursor: inout DirectoryCursor
  ) throws(SystemCallError) -> FileIdentity? {
    let (parents, name) = split(entry.path)
    let parent = try cursor.find(parents)
    switch entry.kind {
    case .directory:
      let status = try parent.directory.status(name)
      return status?.kind == .directory ? status?.identity : nil
    case .link(let target):
      guard try parent.directory.readLink(name) == target else { return nil }
      return try parent.directory.status(name)?.identity
    case .file(let byteCount, _, let digest):
      let file = try parent.directory.open(name)
      let status = try file.status()
      guard status.kind == .file, status.byteCount == byteCount else { return nil }
      var hash = SHA256()
      try file.forEachPiece(mapping: { $0 }) { (piece) throws(SystemCallError) in hash.update(piece)
      }
      return hash.finish() == digest ? status.identity : nil
    }
  }

  /// Whether it is linked: fs.protected_hardlinks and some file systems forbid it, and whoever owns the tree may have put
  /// another file there since that one was looked at (I6).
  private static func link(
    _ name: String, _ file: FileIdentity?, from source: SharedDirectory,
    into target: SharedDirectory
  ) throws(SystemCallError) -> Bool {
    do {
      try target.directory.hardLink(name, in: source.directory, as: name)
    } catch {
      guard error.forbidsLinks else { throw error }
      return false
    }
    guard try target.directory.status(name)?.identity != file else { return true }
    try target.directory.unlink(name)
    return false
  }

  /// Makes one of a file's names a file of its own, with the same content.
  static func detach(
    _ name: String, in directory: SharedDirectory, mode: UInt16, digest: SHA256Digest
  ) throws(SystemCallError) {
    let original = try directory.directory.open(name)
    try directory.directory.unlink(name)
    try copy(original, into: directory, as: name, mode: mode, digest: digest)
  }

  /// Nobody else may read the copy before it is known to be what it should: whoever owns the tree that it is taken from
  /// may have put a name of root's secret there since it was looked at.
  private static func copy(
    _ original: consuming File, into target: SharedDirectory, as name: String, mode: UInt16,
    digest: SHA256Digest
  ) throws(SystemCallError) {
    let copy = try target.directory.create(name, mode: 0o600)
    var offset: Int64 = 0
    var hash = SHA256()
    try original.forEachPiece(mapping: { $0 }) { (piece) throws(SystemCallError) in
      hash.update(piece)
      try copy.write(piece, at: offset)
      offset += Int64(piece.count)
    }
    guard hash.finish() == digest else {
      throw .changed("read", original.path)
    }
    try copy.setMode(mode)
  }

  private static func split(_ path: String) -> (parents: ArraySlice<String>, name: String) {
    let names = path.split(separator: "/").map(String.init)
    return (names.dropLast(), names.last ?? ".")
  }
}
