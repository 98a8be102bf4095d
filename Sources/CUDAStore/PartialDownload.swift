// An artifact on its way, from the first byte to the commit. Named by the hash that it must have, so
// whoever wants that artifact next may continue where a killed process stopped (I9); the hash of the
// whole file decides about every byte (I6).

package import CUDADigest
package import CUDAFiles

/// The bytes of one artifact as far as they are here. Used by one thread at a time.
package final class PartialDownload: @unchecked Sendable {
  // Sendable because it is handed on, never shared: fetched by one thread, then unpacked by another, with
  // a `Monitor` in between.
  package let digest: SHA256Digest
  /// The size that the artifact must have.
  package let byteCount: Int64
  package let file: File
  let name: String

  /// Bytes here so far.
  package private(set) var offset: Int64 = 0
  /// Bytes of them that an earlier process fetched.
  package private(set) var adoptedByteCount: Int64 = 0
  private var hash = SHA256()

  init(digest: SHA256Digest, byteCount: Int64, name: String, file: consuming File) {
    self.digest = digest
    self.byteCount = byteCount
    self.name = name
    self.file = file
  }

  package var isComplete: Bool { offset == byteCount }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    try file.write(bytes, at: offset)
    hash.update(bytes)
    offset += Int64(bytes.count)
  }

  /// Forgets all bytes.
  package func restart() throws(SystemCallError) {
    try file.truncate(to: 0)
    hash = SHA256()
    offset = 0
    adoptedByteCount = 0
  }

  /// The SHA-256 of the bytes that are here (I6: before anything opens them as an archive).
  package func finishedDigest() -> SHA256Digest {
    var finished = SHA256()
    swap(&finished, &hash)
    return finished.finish()
  }

  /// Hashes the bytes that another process left.
  fileprivate func adopt(upTo count: Int64) throws(SystemCallError) {
    try file.forEachPiece(upTo: count, mapping: { $0 }) { (bytes) throws(SystemCallError) in
      // A signal ends the run a little later; what is not read now is fetched again by the next.
      guard Interruption.signal == nil else { return }
      hash.update(bytes)
      offset += Int64(bytes.count)
    }
    adoptedByteCount = offset
  }
}

extension LockedStore {
  /// The download of an artifact: continued if a process left one, else new.
  package func partial(
    of digest: SHA256Digest, byteCount: Int64
  ) throws(StoreError) -> PartialDownload {
    do {
      if let adopted = try adoptPartial(of: digest, byteCount: byteCount) { return adopted }
      let name = Layout.newPartial(of: digest)
      let file = try partials.create(name, mode: 0o600)
      // I5. Nobody else can want the name, so the lock is free.
      _ = try file.tryLock()
      return PartialDownload(digest: digest, byteCount: byteCount, name: name, file: file)
    } catch {
      throw .files(error)
    }
  }

  /// Removes what dead processes left of artifacts that are installed.
  package func discardPartials(of digests: Set<SHA256Digest>) {
    partials.removePartials(of: digests)
  }

  /// Removes a download that is not needed any more, or not worth continuing.
  package func discard(_ partial: PartialDownload) {
    // A leftover is swept by the next run that wants the same artifact.
    try? partials.unlink(partial.name)
  }

  /// The longest download of the artifact that a dead process left, under a name of our own; others of
  /// the same artifact go.
  private func adoptPartial(
    of digest: SHA256Digest, byteCount: Int64
  ) throws(SystemCallError) -> PartialDownload? {
    var best: (name: String, byteCount: Int64)?
    for name in try partials.names() where Layout.isPartial(name, of: digest) {
      let count = try partials.status(name)?.byteCount ?? 0
      if count <= byteCount, count > best?.byteCount ?? -1 {
        if let best { try unlinkDead(best.name) }
        best = (name, count)
      } else {
        try unlinkDead(name)
      }
    }
    guard let best else { return nil }
    guard let file = try ownPartial(best.name) else { return nil }
    let name = Layout.newPartial(of: digest)
    try partials.rename(best.name, to: name)
    let partial = PartialDownload(digest: digest, byteCount: byteCount, name: name, file: file)
    try partial.adopt(upTo: best.byteCount)
    return partial
  }

  /// Removes a partial download, unless it is under way: two components of one plan may have one artifact.
  private func unlinkDead(_ name: String) throws(SystemCallError) {
    if try ownPartial(name) != nil { try partials.unlink(name) }
  }

  /// The partial download, locked; `nil` if it is another user's, who could write into it between the hash and
  /// its use (I6).
  private func ownPartial(_ name: String) throws(SystemCallError) -> File? {
    guard try partials.status(name)?.owner == Machine.effectiveUser else { return nil }
    let file = try partials.open(name, writable: true)
    guard try file.tryLock() else { return nil }
    return file
  }
}

extension Directory {
  /// Removes the downloads of artifacts. A leftover costs room, and `prune` takes it; it never stops a run.
  func removePartials(of digests: Set<SHA256Digest>) {
    let names = ((try? names()) ?? []).filter { name in
      digests.contains { Layout.isPartial(name, of: $0) }
    }
    guard !names.isEmpty else { return }
    for name in names { try? unlink(name) }
    // Or a power cut brings gigabytes back that nobody asks for any more.
    try? sync()
  }
}
