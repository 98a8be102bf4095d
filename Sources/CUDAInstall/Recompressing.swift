// `--recompress`: archives of a directory of downloads are compressed anew, for whoever installs from it. That takes
// much longer than an install, once.

import CUDAArchive
import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore

extension Worker {
  /// The artifact's tar is in the draft as well, compressed anew; what that is now.
  func recompress(
    _ job: Job, _ partial: PartialDownload, into draft: Draft
  ) throws(InstallError) -> Unpacked {
    let component = job.item.component.name
    let artifact = job.item.build.artifact
    let gauges = gauges
    let recompression = Recompression(
      archive: artifact.path.name, format: artifact.format, archiveByteCount: artifact.byteCount,
      progress: { gauges.add(written: $0) }, isCancelled: { gauges.isCancelled })
    do throws(ArchiveError) {
      let share = try crew.join(for: artifact.byteCount) { gauges.isCancelled }
      defer { crew.leave(share) }
      // Its threads are not confined: they see no archive, but bytes that are to be compressed.
      let encoder = try ZstdEncoder(workerCount: share)
      let result: Result<Recompressed, ArchiveError>
      do {
        result = try confined(to: nil) {
          Result { () throws(ArchiveError) in
            try recompression.run(partial.file, into: draft.file, by: encoder)
          }
        }
      } catch {
        throw .files(error)
      }
      partial.file.dropCache()
      var unpacked = Unpacked()
      unpacked.recompressed = try result.get()
      return unpacked
    } catch {
      if case .files(let error) = error { throw InstallError(.store(.files(error))) }
      throw InstallError(.archive(component: component, error))
    }
  }
}

/// Threads that compress: as many as cores over all archives together, and not more than memory is there for.
struct Crew: Sendable {
  private let free: Monitor<Int>
  private let count: Int

  /// Of an archive that one thread has work with: more than one cannot share it.
  private static let shareByteCount: Int64 = 8 << 20

  init() {
    count = min(Machine.coreCount, 8)
    free = Monitor(count)
  }

  /// Takes as many as are of use for an archive of that size, once they are free; how many.
  func join(for byteCount: Int64, isCancelled: () -> Bool) throws(ArchiveError) -> Int {
    let wanted = Int(min(Int64(count), 1 + byteCount / Self.shareByteCount))
    while !isCancelled() {
      let isFree: Bool? = free.wait(milliseconds: 100) { free in
        guard free >= wanted else { return nil }
        free -= wanted
        return true
      }
      if isFree != nil { return wanted }
    }
    throw .cancelled
  }

  func leave(_ share: Int) { free.change { $0 += share } }
}

extension Plan.Item {
  /// What it is called once it is compressed anew; `nil` if it stays as it is.
  var recompressedName: String? {
    let name = build.artifact.path.name
    guard build.artifact.format.isRecompressible,
      // There must be room for a name with a hash in it.
      build.artifact.path.text.utf8.count <= ArtifactPath.longest - 80
    else { return nil }
    let suffix = ArtifactPath.suffixes.first(where: name.hasSuffix) ?? ""
    return name.dropLast(suffix.count) + ArchiveFormat.tarZst.rawValue
  }

  /// About how long it is then, with something to spare; 0 if it stays as it is.
  var recompressedByteCount: Int64 {
    recompressedName == nil ? 0 : build.artifact.byteCount * 4 / 3
  }
}
