import CUDAArchive
import CUDAFiles
import Glibc
import Synchronization
import TestSupport

/// An archive, and what becomes of it in a directory.
struct Unpack {
  let scratch = Scratch()
  let archive: [UInt8]
  var format = ArchiveFormat.tarGz
  var hasTop = true
  var destination: @Sendable (EntryPath) -> Unpacking.Destination = { .tree($0) }
  var claims: @Sendable (String) -> Bool = { _ in true }
  var progress: @Sendable (Int64) -> Void = { _ in }
  var isCancelled: @Sendable () -> Bool = { false }
  /// Of those archives that can be split.
  var threadCount = 2

  init(_ members: [Member]) { archive = ArchiveMaker.tarGz(members) }
  init(archive: [UInt8]) { self.archive = archive }

  /// A directory in a directory, so that there is an outside.
  var root: String { scratch.file("a/b/c/root") }

  func run() throws(ArchiveError) -> Unpacked {
    Machine.useUTF8Names()
    let root: SharedDirectory
    let file: File
    do {
      scratch.write("archive", archive)
      root = SharedDirectory(try Directory.makePath(self.root))
      file = try Directory.open(scratch.path).open("archive")
    } catch {
      throw .files(error)
    }
    var unpacking = Unpacking(
      archive: "test.tar.gz", format: format, archiveByteCount: Int64(archive.count),
      hasTop: hasTop,
      destination: destination, claims: claims, progress: progress, isCancelled: isCancelled)
    do {
      if try Unpacking.canBeSplit(file, format) { unpacking.threadCount = threadCount }
    } catch {
      throw .files(error)
    }
    return try unpacking.run(file, into: root)
  }

  var error: ArchiveError? {
    do {
      _ = try run()
      return nil
    } catch {
      return error
    }
  }

  /// Why an entry was refused: its name and the reason.
  var refusal: String? {
    guard case .refused(_, let entry, let reason) = error else { return nil }
    return "\(entry): \(reason)"
  }

  func bytes(_ path: String) -> [UInt8]? { readFile("\(root)/\(path)") }
  func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  func status(_ path: String) -> stat? {
    var status = stat()
    return lstat("\(root)/\(path)", &status) == 0 ? status : nil
  }

  func mode(_ path: String) -> mode_t? { status(path).map { $0.st_mode & 0o7777 } }
}

/// A file that another thread reads.
final class Opened: Sendable {
  let file: File

  init(file: consuming File) { self.file = file }
}
