package import CUDAFiles

/// What can go wrong between a verified archive and its files.
package enum ArchiveError: Error, Equatable, Sendable {
  /// The file is not what its name says: `archive`, and what is wrong.
  case notAnArchive(String, reason: String)
  /// The archive breaks off, or a check inside it fails.
  case damaged(String, reason: String)
  /// An entry that must not be written: `archive`, `entry`, `reason`.
  case refused(String, entry: String, reason: String)
  /// More than a limit allows.
  case tooMuch(String, reason: String)
  /// Writing failed.
  case files(SystemCallError)
  /// Somebody wants this to end.
  case cancelled
  /// There is no libarchive to read with: why, as the loader says it.
  case unavailable(String)

  /// Whether the archive is to blame, and will be the next time.
  package var isOfArchive: Bool {
    switch self {
    case .notAnArchive, .damaged, .refused, .tooMuch: true
    case .files, .cancelled, .unavailable: false
    }
  }

  package var message: String {
    switch self {
    case .notAnArchive(let archive, let reason):
      "\(archive) is not an archive of its kind: \(reason)"
    case .damaged(let archive, let reason): "\(archive) is damaged: \(reason)"
    case .refused(let archive, let entry, let reason):
      "\(archive) holds an entry that is not installed, \(entry): \(reason)"
    case .tooMuch(let archive, let reason):
      "\(archive) unpacks to more than is plausible: \(reason)"
    case .files(let error): error.message
    case .cancelled: "unpacking was stopped"
    case .unavailable(let text): "libarchive cannot be loaded: \(text)"
    }
  }
}
