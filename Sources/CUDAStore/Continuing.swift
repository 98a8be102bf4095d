// A download that a dead process left is continued, under a name of our own (I5). What another user left is copied: its
// owner could write into it between the hash and its use (I6).

package import CUDADigest
import CUDAFiles

extension LockedStore {
  /// The download of an artifact: continued if a process left one, else new.
  package func partial(
    of digest: SHA256Digest, byteCount: Int64
  ) throws(StoreError) -> PartialDownload {
    do throws(SystemCallError) {
      if let adopted = try adoptPartial(of: digest, byteCount: byteCount) { return adopted }
      return try newPartial(of: digest, byteCount: byteCount)
    } catch {
      // I9: what could not be looked at to its end is for the next run.
      if let signal = Interruption.signal { throw .interrupted(signal) }
      throw .files(error)
    }
  }

  /// Leaves a download for the next run that wants the artifact (I9).
  package func leave(_ partial: PartialDownload) { partial.leave() }

  /// Removes what dead processes left of artifacts that are installed.
  package func discardPartials(of digests: Set<SHA256Digest>) {
    partials.removePartials(of: digests)
  }

  /// Removes a download that is not needed any more, or not worth continuing.
  package func discard(_ partial: PartialDownload) {
    // A leftover is swept by the next run that wants the same artifact.
    try? partials.unlink(partial.name)
  }

  private func newPartial(
    of digest: SHA256Digest, byteCount: Int64
  ) throws(SystemCallError) -> PartialDownload {
    let name = Layout.newPartial(of: digest)
    // Where a group shares the prefix, each of its members may continue what another began.
    let file = try partials.create(name, mode: isShared ? 0o640 : 0o600)
    // I5. Nobody else can want the name, so the lock is free.
    _ = try file.tryLock()
    return PartialDownload(digest: digest, byteCount: byteCount, name: name, file: file)
  }

  /// The most of the artifact that a dead process left, under a name of our own; others of the same artifact go.
  private func adoptPartial(
    of digest: SHA256Digest, byteCount: Int64
  ) throws(SystemCallError) -> PartialDownload? {
    var found: [(name: String, byteCount: Int64)] = []
    for name in try partials.names() where Layout.isPartial(name, of: digest) {
      found.append((name, try partials.byteCount(ofPartial: name)))
    }
    var adopted: PartialDownload?
    for (name, _) in found.sorted(by: { $0.byteCount > $1.byteCount }) {
      guard let status = try partials.status(name) else { continue }
      if adopted == nil, status.byteCount <= byteCount, status.linkCount == 1 {
        adopted = try adopt(name, upTo: status.byteCount, of: digest, byteCount: byteCount)
      } else if try deadPartial(name, isToGo: true) != nil {
        // Two components of one plan may have one artifact: what is under way stays.
        try partials.unlink(name)
      }
    }
    return adopted
  }

  /// `nil` if somebody is at it, or there is no room for a copy.
  private func adopt(
    _ name: String, upTo count: Int64, of digest: SHA256Digest, byteCount: Int64
  ) throws(SystemCallError) -> PartialDownload? {
    guard let file = try deadPartial(name) else { return nil }
    // I6: another user could write into his between the hash and its use.
    if try file.status().owner == Machine.effectiveUser {
      let newName = Layout.newPartial(of: digest)
      try partials.rename(name, to: newName)
      let partial = PartialDownload(
        digest: digest, byteCount: byteCount, name: newName, file: file)
      try partial.adopt(upTo: count)
      return partial
    }
    let copy = try newPartial(of: digest, byteCount: byteCount)
    do {
      try copy.adopt(copyOf: file, upTo: count)
      try partials.unlink(name)
      return copy
    } catch {
      discard(copy)
      // It is fetched instead.
      guard error.isNoSpace || error.isPermission else { throw error }
      return nil
    }
  }

  /// A partial download that nobody is at, locked; `nil` if somebody is, or it may not be read. Writable if it is ours, and
  /// is not to go.
  private func deadPartial(
    _ name: String, isToGo: Bool = false
  ) throws(SystemCallError) -> File? {
    // A second name of some other file is none of ours, and is not written into.
    func isDownload(_ status: FileStatus) -> Bool {
      status.kind == .file && (status.linkCount == 1 || isToGo)
    }
    guard let status = try partials.status(name), isDownload(status) else { return nil }
    let isOwn = status.owner == Machine.effectiveUser
    do throws(SystemCallError) {
      let file = try partials.open(name, writable: isOwn && !isToGo)
      // It may have been put there since.
      let opened = try file.status()
      guard opened.identity == status.identity, isDownload(opened) else { return nil }
      guard try file.tryLock() else { return nil }
      return file
    } catch {
      guard !isOwn, error.isPermission else { throw error }
      return nil
    }
  }
}

extension Directory {
  /// How many bytes a download has; a large one may have gaps.
  func byteCount(ofPartial name: String) throws(SystemCallError) -> Int64 {
    let count = try status(name)?.byteCount ?? 0
    guard count > PartialDownload.smallestWithGaps, let file = try? open(name) else { return count }
    return PartialDownload.coverage(of: file, upTo: count).byteCount
  }

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
