import CUDACatalog
import CUDAFiles

extension Directory {
  /// The file is on disk, and its name; nothing there is fine.
  func sync(_ name: String) throws(SystemCallError) {
    do { try open(name).sync() } catch let error where error.isMissing {}
    try sync()
  }

  /// Adds the line of a run to the history, which is kept below 1 MiB by forgetting its older half.
  func append(
    _ record: RunRecord, to name: String, _ durability: Durability
  ) throws(SystemCallError) {
    var line = JSONRecord.encode(record)
    if line.last != newLine { line.append(newLine) }
    let found = try status(name)
    guard let found, found.kind == .file, found.byteCount > 0 else {
      return try replace(name, with: line, durability)
    }
    let size = found.byteCount
    guard size <= 1 << 20 else {
      return try replace(name, with: newerHalf(of: name) + line, durability)
    }
    let isWritable =
      found.linkCount == 1 && (Machine.isRoot || found.owner == Machine.effectiveUser)
    let file = isWritable ? try open(name, writable: true) : nil
    // A second name of somebody's secret, or of a backup, is not written into, nor what has the name since; and what
    // another member of the group made can only be replaced.
    guard let file, try file.status().identity == found.identity, try file.status().linkCount == 1
    else {
      return try replace(name, with: (contents(of: name, limit: 4 << 20) ?? []) + line, durability)
    }
    // A line that a full disk cut off must not spoil this one.
    var last: UInt8 = 0
    let isRead = try withUnsafeMutableBytes(of: &last) { bytes throws(SystemCallError) in
      try file.read(into: bytes, at: size - 1)
    }
    if isRead == 1, last != newLine { line.insert(newLine, at: 0) }
    try file.write(line, at: size)
    if durability != .none { try file.sync() }
  }

  /// With two lines of the older half: that of the newest tree, whose number must not be given again, and that of the
  /// last change, which a rollback undoes.
  private func newerHalf(of name: String) throws(SystemCallError) -> [UInt8] {
    let lines: [UInt8]
    do {
      lines = try contents(of: name, limit: 4 << 20) ?? []
    } catch {
      // A history beyond the limit is not ours and starts anew; a call that failed is no reason to forget.
      guard error.isTooLarge else { throw error }
      return []
    }
    let middle = lines[(lines.count / 2)...].firstIndex(of: newLine) ?? lines.count - 1
    let older = lines[...middle].split(separator: newLine)
    var serial = 0
    var (newest, changed): (Int?, Int?)
    for (index, line) in older.enumerated() {
      guard let record = JSONRecord.decode(RunRecord.self, from: Array(line)) else { continue }
      if let number = record.highestSerial, number >= serial { (serial, newest) = (number, index) }
      if record.changed { changed = index }
    }
    let kept = Set([newest, changed].compactMap(\.self)).sorted().map { older[$0] + [newLine] }
    return Array(kept.joined()) + lines[(middle + 1)...]
  }
}

private let newLine = UInt8(ascii: "\n")

extension RunRecord {
  /// The highest serial number of a tree that this run saw or made; `nil` if there was no tree.
  var highestSerial: Int? {
    [before, after].flatMap(\.releases.values).compactMap { Layout.parseTree($0)?.serial }.max()
  }
}
