import CUDAArchive
import CUDADigest
import CUDAFiles
import Glibc
import TestSupport

extension FuzzTarget {
  /// Archives, each unpacked into a directory of its own (I11).
  static let archives = [
    FuzzTarget("tar") { bytes in
      // As the content of an archive that is cheap to make, with the sums that no mutation finds.
      let tar = withChecksums(bytes)
      try unpack(
        bytes.seed % 2 == 0 ? ArchiveMaker.gzip(tar) : zstd(tar),
        bytes.seed % 2 == 0 ? .tarGz : .tarZst)
    },
    FuzzTarget("tar-gz") { try unpack($0, .tarGz) },
    FuzzTarget("tar-xz") { try unpack($0, .tarXz) },
    FuzzTarget("tar-zst") { try unpack($0, .tarZst) },
    FuzzTarget("zip") { bytes in
      try unpack(bytes, bytes.seed % 2 == 0 ? .zip : .wheel)
      do throws(ArchiveError) {
        let content = try ArchiveMember.content(of: bytes, named: "a.whl", limit: 1 << 16) {
          $0.names.last == "METADATA"
        }
        try check((content ?? []).count <= 1 << 16)
      } catch {
        _ = error.message
      }
    },
    FuzzTarget("member-names") { bytes in
      let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      guard let path = try? EntryPath(member: Array(parts[0])) else { return }
      let text = path.description
      try require(
        path.names.allSatisfy { !["", ".", ".."].contains($0) && !$0.utf8.contains(0x2F) },
        "\(text.debugDescription) leaves the directory")
      try requirePrintable(text)
      if !path.names.isEmpty {
        let again = try? EntryPath(member: Array(text.utf8))
        try require(again == path, "\(text.debugDescription) changes")
      }
      if parts.count > 1, let target = try? path.checkedTarget(Array(parts[1])) {
        try require(stays(target, from: path.names.count - 1), "\(target.debugDescription) leaves")
      }
    },
  ]

  private static func check(_ holds: Bool) throws(ArchiveError) {
    precondition(holds, "more than the limit")
  }

  private static func unpack(_ archive: [UInt8], _ format: ArchiveFormat) throws {
    try Sandbox.shared.unpack(archive, format)
  }

  /// With the sum of each header that is one put right.
  private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var tar = bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512 + 1024)
    for start in stride(from: 0, to: tar.count, by: 512)
    where tar[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
      tar.replaceSubrange((start + 148)..<(start + 156), with: Array("        ".utf8))
      let sum = tar[start..<(start + 512)].reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\0 "
      tar.replaceSubrange((start + 148)..<(start + 156), with: Array(text.utf8))
    }
    return tar
  }

  /// RFC 8878: one frame of raw blocks, without a checksum.
  private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    // The frame's window is its content, whose size has four bytes.
    var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0b1010_0000] + little(bytes.count, 4)
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(1 << 16)
      rest = rest.dropFirst(block.count)
      frame += little(block.count << 3 | (rest.isEmpty ? 1 : 0), 3) + block
    } while !rest.isEmpty
    return frame
  }

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Whether a link `depth` directories down leads to something inside, whatever is there.
  fileprivate static func stays(_ target: String, from depth: Int) -> Bool {
    guard !target.utf8.starts(with: "/".utf8) else { return false }
    var depth = depth
    for step in target.utf8.split(separator: UInt8(ascii: "/")).map({ String($0) ?? ".." }) {
      switch step {
      case ".": break
      case "..": depth -= 1
      default: depth += 1
      }
      if depth < 0 { return false }
    }
    return true
  }
}

/// A directory below TMPDIR, with one to unpack into and something beside it that must stay as it is.
private final class Sandbox: Sendable {
  static let shared = Sandbox()

  private let scratch = Scratch()
  private let path: String
  private let outside: [String: String]

  private init() {
    Machine.useUTF8Names()
    path = scratch.path
    writeFile("\(path)/canary", Array("as it was".utf8))
    chmod("\(path)/canary", 0o600)
    let time = timespec(tv_sec: 1, tv_nsec: 0)
    utimensat(AT_FDCWD, "\(path)/canary", [time, time], 0)
    outside = listing("\(path)/canary")
  }

  func unpack(_ archive: [UInt8], _ format: ArchiveFormat) throws {
    let parent = try Directory.open(path)
    try parent.removeTree("tree")
    try parent.makeDirectory("tree")
    let tree = SharedDirectory(try parent.directory("tree"))
    try parent.removeTree("archive")
    let file = try parent.create("archive")
    try file.write(archive, at: 0)
    var unpacking = Unpacking(
      archive: "archive\(format.rawValue)", format: format,
      archiveByteCount: Int64(archive.count), hasTop: archive.count % 2 == 0,
      destination: { .tree($0) }, claims: { _ in true }, progress: { _ in },
      isCancelled: { false })
    if try Unpacking.canBeSplit(file, format) { unpacking.threadCount = 2 }
    var unpacked: Unpacked?
    do throws(ArchiveError) {
      unpacked = try unpacking.run(file, into: tree)
    } catch {
      _ = error.message
    }
    var found: [String: stat] = [:]
    try walk("tree", "", &found)
    try require(namesIn(path) == ["archive", "canary", "tree"], "something is beside the tree")
    try require(listing("\(path)/canary") == outside, "a file beside the tree changed")
    if let unpacked { try compare(unpacked, found) }
  }

  /// Everything in the tree is of a kind and a mode that may be there.
  private func walk(_ place: String, _ name: String, _ found: inout [String: stat]) throws {
    for child in namesIn("\(path)/\(place)") {
      var status = stat()
      let inner = name.isEmpty ? child : "\(name)/\(child)"
      guard lstat("\(path)/tree/\(inner)", &status) == 0 else { continue }
      found[inner] = status
      let kind = status.st_mode & S_IFMT
      if kind == S_IFLNK {
        let target = linkTarget("\(path)/tree/\(inner)") ?? "/"
        let depth = inner.utf8.count { $0 == UInt8(ascii: "/") }
        try require(FuzzTarget.stays(target, from: depth), "\(inner) leads to \(target)")
        continue
      }
      try require(kind == S_IFREG || kind == S_IFDIR, "\(inner) is neither file nor directory")
      try require(status.st_mode & 0o7022 == 0, "\(inner) has mode \(status.st_mode)")
      try require(status.st_uid == geteuid(), "\(inner) is another user's")
      if kind == S_IFDIR { try walk("tree/\(inner)", inner, &found) }
    }
  }

  /// What is said to be there is there, and nothing else.
  private func compare(_ unpacked: Unpacked, _ found: [String: stat]) throws {
    var said: Set<String> = []
    for entry in unpacked.entries {
      guard let status = found[entry.path] else { throw Violation("\(entry.path) is missing") }
      switch entry.kind {
      case .directory: try require(status.st_mode & S_IFMT == S_IFDIR, "\(entry.path) is a file")
      case .link(let target):
        try require(linkTarget("\(path)/tree/\(entry.path)") == target, "\(entry.path) differs")
      case .file(let byteCount, let mode, let digest):
        try require(status.st_size == byteCount, "\(entry.path) has another size")
        try require(status.st_mode & 0o7777 == mode, "\(entry.path) has another mode")
        if byteCount < 1 << 16 {
          let bytes = readFile("\(path)/tree/\(entry.path)") ?? []
          try require(SHA256.digest(of: bytes) == digest, "\(entry.path) has other bytes")
        }
      }
      said.insert(entry.path)
    }
    for (name, status) in found where status.st_mode & S_IFMT != S_IFDIR {
      try require(said.contains(name), "\(name) is there and nobody said so")
    }
  }
}
