import CUDADigest
import CUDAFiles

/// The state of one `Unpacking.run`.
struct UnpackingWork {
  let unpacking: Unpacking
  let root: SharedDirectory
  private(set) var unpacked = Unpacked()

  private var cursor: DirectoryCursor
  private var top: String?
  private var entryCount = 0
  private var byteCount: Int64 = 0
  /// Every member's path behind the top, to find duplicates, and for files where they went.
  private var seen: [EntryPath: Seen] = [:]

  private enum Seen {
    /// As it went, where, and whether this archive wrote it.
    case file(UnpackedEntry, EntryPath, isOwn: Bool)
    case directory
    case omitted(Int64)
    case other
  }

  init(unpacking: Unpacking, root: SharedDirectory) {
    self.unpacking = unpacking
    self.root = root
    cursor = DirectoryCursor(root: root)
  }

  var isEmpty: Bool { entryCount == 0 }

  mutating func take(_ entry: Entry, from reader: inout some EntryReader & ~Copyable)
    throws(ArchiveError)
  {
    entryCount += 1
    guard entryCount <= UnpackingLimit.entryCount else {
      throw .tooMuch(unpacking.archive, reason: "more than \(UnpackingLimit.entryCount) entries")
    }
    guard let path = try strippedPath(entry.name, entry) else { return }
    try checkNew(path, entry)
    guard !isOmitted(path, entry) else {
      try leaveOut(path, entry)
      return
    }
    switch entry.kind {
    case .directory: try takeDirectory(path, entry)
    case .file: try takeFile(path, entry, from: &reader)
    case .link(let target): try takeLink(path, entry, target)
    case .hardLink(let target): try takeHardLink(path, entry, target)
    case .other: throw refusal(entry, "it is neither a file, a directory nor a link")
    }
  }

  // Names

  /// The path behind the top directory, if there has to be one; `nil` for that itself.
  private mutating func strippedPath(
    _ name: [UInt8], _ entry: Entry
  ) throws(ArchiveError) -> EntryPath? {
    let path: EntryPath
    do {
      path = try EntryPath(member: name)
    } catch {
      throw refusal(entry, error.reason)
    }
    guard let first = path.names.first else {
      guard entry.kind == .directory else { throw refusal(entry, "its name is .") }
      return nil
    }
    guard unpacking.hasTop else { return path }
    guard top == nil || top == first else {
      throw refusal(entry, "it lies outside the archive's top directory \(top ?? "")")
    }
    top = first
    guard path.names.count > 1 else {
      guard entry.kind == .directory else {
        throw refusal(entry, "it lies outside a top directory")
      }
      return nil
    }
    return EntryPath(names: Array(path.names.dropFirst()))
  }

  private mutating func checkNew(_ path: EntryPath, _ entry: Entry) throws(ArchiveError) {
    guard let before = seen[path] else { return }
    if case .directory = before, entry.kind == .directory { return }
    throw refusal(entry, "the archive has it twice")
  }

  private func refusal(_ entry: Entry, _ reason: String) -> ArchiveError {
    .refused(
      unpacking.archive, entry: String(decoding: entry.name, as: UTF8.self), reason: reason)
  }

  /// Runs calls that write; a name that is taken is the archive's fault, or two archives' together.
  private func writing<Value: ~Copyable>(
    _ entry: Entry, _ body: () throws(SystemCallError) -> Value
  ) throws(ArchiveError) -> Value {
    do {
      return try body()
    } catch {
      guard error.isNameTaken else { throw .files(error) }
      throw refusal(entry, "its place is taken by something else")
    }
  }

  /// The directory at `path`, made where it is missing.
  private mutating func enter(
    _ path: ArraySlice<String>, _ entry: Entry
  ) throws(ArchiveError) -> SharedDirectory {
    do {
      return try cursor.enter(path)
    } catch {
      return try writing(entry) { () throws(SystemCallError) in throw error }
    }
  }

  /// Where a directory or a link goes; `nil` if it is left out.
  private func place(of path: EntryPath, _ entry: Entry) throws(ArchiveError) -> EntryPath? {
    switch unpacking.destination(path) {
    case .refused(let reason): throw refusal(entry, reason)
    case .memory, .omitted, .nowhere: nil
    case .tree(let place): place
    }
  }

  private func isOmitted(_ path: EntryPath, _ entry: Entry) -> Bool {
    switch entry.kind {
    case .directory, .other: return false
    case .file, .link, .hardLink:
      if case .omitted = unpacking.destination(path) { return true }
      return false
    }
  }

  // Kinds

  private mutating func takeDirectory(_ path: EntryPath, _ entry: Entry) throws(ArchiveError) {
    seen[path] = .directory
    guard let place = try place(of: path, entry) else { return }
    _ = try enter(place.names[...], entry)
    add(UnpackedEntry(path: "\(place)", kind: .directory, modified: entry.modified))
  }

  private mutating func takeFile(
    _ path: EntryPath, _ entry: Entry, from reader: inout some EntryReader & ~Copyable
  ) throws(ArchiveError) {
    try count(entry)
    switch unpacking.destination(path) {
    case .omitted: preconditionFailure("it was left out before")
    case .nowhere: seen[path] = .other
    case .refused(let reason): throw refusal(entry, reason)
    case .memory(let place):
      guard unpacked.held.count < UnpackingLimit.heldFileCount else {
        throw .tooMuch(
          unpacking.archive, reason: "more than \(UnpackingLimit.heldFileCount) pkg-config files")
      }
      let bytes = try held(entry, from: &reader)
      unpacked.held.append(HeldFile(path: place, bytes: bytes, modified: entry.modified))
      seen[path] = .other
    case .tree(let place):
      let mode: UInt16 = entry.isExecutable ? TreeMode.program : TreeMode.file
      let isOwn = unpacking.claims("\(place)")
      let digest =
        isOwn
        ? try write(entry, to: place, mode, from: &reader)
        : try hash(entry, from: &reader)
      let result = UnpackedEntry(
        path: "\(place)",
        kind: .file(byteCount: entry.byteCount, mode: mode, digest: digest),
        modified: entry.modified)
      add(result)
      seen[path] = .file(result, place, isOwn: isOwn)
    }
  }

  private mutating func takeLink(
    _ path: EntryPath, _ entry: Entry, _ target: [UInt8]
  ) throws(ArchiveError) {
    seen[path] = .other
    guard let place = try place(of: path, entry) else { return }
    let text: String
    do {
      text = try place.checkedTarget(target)
    } catch {
      throw refusal(entry, error.reason)
    }
    if unpacking.claims("\(place)") {
      let parent = try enter(place.names.dropLast(), entry)
      try writing(entry) { () throws(SystemCallError) in
        try parent.directory.makeLink(place.lastName, to: text)
        try parent.directory.setModified(place.lastName, entry.modified)
      }
    }
    add(UnpackedEntry(path: "\(place)", kind: .link(target: text), modified: entry.modified))
  }

  private mutating func takeHardLink(
    _ path: EntryPath, _ entry: Entry, _ target: [UInt8]
  ) throws(ArchiveError) {
    guard entry.byteCount == 0 else { throw refusal(entry, "a hard link with content of its own") }
    let before = try strippedPath(target, entry).flatMap { seen[$0] }
    // Its content has gone by: an archive is read once.
    if case .omitted = before { throw refusal(entry, "a hard link to a file that is left out") }
    guard case .file(var file, let original, let isOwn) = before else {
      throw refusal(entry, "a hard link to something that is not a file before it")
    }
    guard let place = try place(of: path, entry) else {
      throw refusal(entry, "a hard link where a file must be")
    }
    if unpacking.claims("\(place)") {
      if isOwn {
        let from = try enter(original.names.dropLast(), entry)
        let into = try enter(place.names.dropLast(), entry)
        try writing(entry) { () throws(SystemCallError) in
          try into.directory.hardLink(original.lastName, in: from.directory, as: place.lastName)
        }
      } else {
        unpacked.pendingLinks.append(PendingLink(original: original, path: place))
      }
    }
    file.path = "\(place)"
    seen[path] = .file(file, original, isOwn: isOwn)
    add(file)
  }

  /// Counted as what it would have been in the tree, so that it does not matter whether it ever was there.
  private mutating func leaveOut(_ path: EntryPath, _ entry: Entry) throws(ArchiveError) {
    try count(entry)
    var byteCount: Int64 = 0
    switch entry.kind {
    case .file: byteCount = entry.byteCount
    case .hardLink(let target):
      switch try strippedPath(target, entry).flatMap({ seen[$0] }) {
      case .omitted(let count): byteCount = count
      case .file(let file, _, _):
        if case .file(let count, _, _) = file.kind { byteCount = count }
      default: throw refusal(entry, "a hard link to something that is not a file before it")
      }
    case .directory, .link, .other: break
    }
    seen[path] = .omitted(byteCount)
    unpacked.omittedCount += 1
    unpacked.omittedByteCount += byteCount
  }

  // Content

  private mutating func count(_ entry: Entry) throws(ArchiveError) {
    guard entry.byteCount >= 0 else { throw refusal(entry, "its size is negative") }
    let (sum, overflow) = byteCount.addingReportingOverflow(entry.byteCount)
    guard !overflow, sum <= unpacking.byteLimit else {
      throw .tooMuch(unpacking.archive, reason: "more than \(unpacking.byteLimit) bytes")
    }
    byteCount = sum
  }

  private mutating func write(
    _ entry: Entry, to place: EntryPath, _ mode: UInt16,
    from reader: inout some EntryReader & ~Copyable
  ) throws(ArchiveError) -> SHA256Digest {
    let parent = try enter(place.names.dropLast(), entry)
    let file = try writing(entry) { () throws(SystemCallError) in
      try parent.directory.create(place.lastName, mode: mode)
    }
    var content = EntryContent(byteCount: entry.byteCount, sparseByteCount: entry.sparseByteCount)
    let wrong = refusal(entry, "its content is not as long as it says")
    try reader.forEachBlock { (offset, bytes) throws(ArchiveError) in
      guard !unpacking.isCancelled() else { throw .cancelled }
      try content.add(bytes, at: offset, or: wrong)
      try writing(entry) { () throws(SystemCallError) in try file.write(bytes, at: offset) }
      unpacking.progress(Int64(bytes.count))
    }
    let endsInHole = content.endsInHole
    try writing(entry) { () throws(SystemCallError) in
      if endsInHole { try file.truncate(to: entry.byteCount) }
      try file.setModified(entry.modified)
    }
    return try content.finish(or: wrong)
  }

  private func hash(
    _ entry: Entry, from reader: inout some EntryReader & ~Copyable
  ) throws(ArchiveError) -> SHA256Digest {
    var content = EntryContent(byteCount: entry.byteCount, sparseByteCount: entry.sparseByteCount)
    let wrong = refusal(entry, "its content is not as long as it says")
    try reader.forEachBlock { (offset, bytes) throws(ArchiveError) in
      guard !unpacking.isCancelled() else { throw .cancelled }
      try content.add(bytes, at: offset, or: wrong)
    }
    return try content.finish(or: wrong)
  }

  private func held(
    _ entry: Entry, from reader: inout some EntryReader & ~Copyable
  ) throws(ArchiveError) -> [UInt8] {
    guard entry.byteCount <= UnpackingLimit.heldByteCount else {
      throw refusal(entry, "it is larger than \(UnpackingLimit.heldByteCount) bytes")
    }
    var content = EntryContent(byteCount: entry.byteCount, sparseByteCount: entry.sparseByteCount)
    var held = [UInt8](repeating: 0, count: Int(entry.byteCount))
    let wrong = refusal(entry, "its content is not as long as it says")
    try reader.forEachBlock { (offset, bytes) throws(ArchiveError) in
      try content.add(bytes, at: offset, or: wrong)
      held.replaceSubrange(Int(offset)..<Int(offset) + bytes.count, with: bytes)
    }
    _ = try content.finish(or: wrong)
    return held
  }

  private mutating func add(_ entry: UnpackedEntry) { unpacked.entries.append(entry) }
}

extension EntryPath {
  var lastName: String { names.last ?? "." }
}
