package import CUDAArchive
package import CUDACatalog
package import CUDADigest
package import CUDAFiles
package import CUDAPlanning
package import CUDAStore
package import CUDATransfer

/// Why a run did not do what was asked. Unless `changed` says otherwise, all that was visible is as before.
public struct InstallError: Error, Sendable {
  package let reason: Reason
  /// Whether something visible has changed all the same: a request of several parts failed behind the first.
  package(set) public var changed = false
  /// The identifier of the run, if it got as far as having one.
  package(set) public var op: String?

  package init(_ reason: Reason) { self.reason = reason }

  /// A file, or an answer, that could not be read or written where it is.
  package init(files error: SystemCallError) { self.init(.store(.files(error))) }

  package enum Reason: Sendable {
    /// A URL, a path or a setting that cannot be used.
    case usage(String)
    /// systemd does not run, or refuses.
    case systemd(String, isThere: Bool = true)
    /// A file of settings that cannot be obeyed.
    case configuration(String)
    /// The source's manifest or index is wrong.
    case catalog(CatalogError)
    case planning(PlanningError)
    case transfer(TransferError)
    /// A file of a source that is a directory cannot be read.
    case unreadable(SystemCallError)
    /// The source has no list of its releases, so only an exact one can be asked for.
    case noIndex(url: String, TransferError)
    /// The source is the document of another product.
    case otherProduct(source: String, has: ProductName, wanted: ProductName)
    /// There is no document at the address that was given for one.
    case noDocument(url: String)
    /// An archive has no `.sha256` beside it, so that nothing could be verified.
    case noHash(url: String)
    /// Neither the manifest nor the server says how long an archive is.
    case noSize(url: String)
    /// A manifest is not the one that it was.
    case manifestChanged(url: String, expected: SHA256Digest, found: SHA256Digest)
    /// A source has no archive with a hash that is pinned.
    case notPinned(component: ComponentName, digest: SHA256Digest, source: String)
    /// A pin file says something else than what is asked for.
    case otherPins(file: String, has: String, wanted: String)
    /// A pin file cannot be used.
    case badPins(file: String, CatalogError)
    /// The network would have to be asked, and may not.
    case offline(url: String)
    /// A source could not be asked for anything newer; what stays in use, and whether all that is installed is whole.
    case notAsked(TransferError, stays: String, isWhole: Bool)
    /// What is wanted cannot be had as wheels.
    case wheels(WheelError)
    /// An artifact is not what the manifest says.
    case wrongArtifact(
      component: ComponentName, url: String, expected: SHA256Digest, found: SHA256Digest)
    case wrongSize(component: ComponentName, url: String, expected: Int64, found: Int64)
    /// A server lists a release, and has no manifest of it.
    case listedOnly(release: String, url: String)
    /// A server does not have what its manifest lists, or not as long: its parts are not of one time.
    case notInSync(component: ComponentName, url: String, has: Found)
    case archive(component: ComponentName, ArchiveError)
    /// Two components bring different things for one path.
    case collision(path: String, ComponentName, ComponentName)
    case noSpace(needed: Int64, free: Int64, prefix: String)
    /// The release is to suit the driver, and there is none, or none of which the version is known.
    case noDriver(LoadedDriver)
    /// NVIDIA publishes nothing for this machine.
    case noPlatform(machine: String)
    /// The release, `CUDA 13.0.2`, is in use, and nobody said that it may go.
    case removesCurrent(String)
    /// A release's tree is gone, or its receipt is not the one that was written.
    case damaged(DamagedRelease)
    /// There is no current release.
    case nothingCurrent(prefix: String, installed: [Version])
    /// No run of that identifier is under way or remembered.
    case unknownRun(String)
    case store(StoreError)
    case interrupted(Int32)
  }

  /// What there is in the place of an artifact.
  package enum Found: Sendable {
    case nothing(status: Int)
    case size(Int64, expected: Int64)
  }

  /// Whether another source may have it right.
  var isOfSource: Bool {
    switch reason {
    case .unreadable, .wrongArtifact, .wrongSize, .notInSync, .listedOnly, .noIndex, .catalog,
      .offline,
      .manifestChanged:
      true
    case .transfer(let error): !error.isOurs
    case .planning(let error): error.isOfMissingRelease
    default: false
    }
  }

  /// One sentence without a full stop.
  public var message: String {
    switch reason {
    case .usage(let message), .configuration(let message), .systemd(let message, _): message
    case .catalog(let error): error.message
    case .planning(let error): error.message
    case .transfer(let error): error.message
    case .unreadable(let error): "cannot read the source: \(error.message)"
    case .wheels(let error): error.message
    case .noIndex(let url, let error): "\(url) does not list its releases (\(error.message))"
    case .otherProduct(let source, let has, let wanted):
      "\(source) is for \(has), not for \(wanted)"
    case .noDocument(let url): "there is no \(url)"
    case .noHash(let url): "there is no \(url), so the archive cannot be verified"
    case .noSize(let url): "nobody says how long \(url) is"
    case .manifestChanged(let url, let expected, let found):
      "the manifest \(url) has changed: expected SHA-256 \(expected), found \(found)"
    case .notPinned(let component, let digest, let source):
      "\(source) has no archive of \(component) with the pinned SHA-256 \(digest)"
    case .otherPins(let file, let has, let wanted):
      "\(cleaned(file)) pins \(has), and not \(wanted)"
    case .badPins(_, let error): error.message
    case .offline(let url): "\(url) would have to be asked, and --offline forbids it"
    case .notAsked(let error, let stays, _):
      "cannot ask whether there is anything newer: \(error.message); \(stays)"
    case .wrongArtifact(let component, let url, let expected, let found):
      "\(component) from \(url) has the wrong hash: expected \(expected), found \(found)"
    case .wrongSize(let component, let url, let expected, let found):
      "\(component) from \(url) has the wrong size: expected \(expected) bytes, found \(found)"
    case .listedOnly(let release, let url):
      "\(url) lists \(release), but has no manifest of it: it is not in sync yet"
    case .notInSync(let component, let url, .nothing(let status)):
      "\(component): \(url): the manifest lists it, but the server has no such file (\(status)): "
        + "it is not in sync yet"
    case .notInSync(let component, let url, .size(let found, let expected)):
      "\(component): \(url): the manifest lists it, but the server has \(found) bytes of it, "
        + "not \(expected): it is not in sync yet"
    case .archive(let component, .files(let error)) where error.isNoSpace:
      "the disk is full, while unpacking \(component): \(error.message)"
    case .archive(_, .unavailable(let text)): "libarchive cannot be loaded: \(cleaned(text))"
    case .archive(let component, let error): "\(component): \(error.message)"
    case .collision(let path, let one, let other):
      "\(one) and \(other) both bring \(path), and not the same"
    case .noSpace(let needed, let free, let prefix):
      "not enough space in \(prefix): about \(Size(needed)) needed, \(Size(free)) free"
    case .noDriver(let driver):
      if case .unknown(let what) = driver {
        "no release can be chosen for the driver: it is \(what)"
      } else {
        "no release can be chosen for the driver: this machine has none loaded"
      }
    case .noPlatform(let machine): "NVIDIA publishes no components for \(machine)"
    case .removesCurrent(let release): "\(release) is the current release"
    case .damaged(let damage):
      "\(damage.title) is damaged: its tree or its receipt is not what was installed"
    case .nothingCurrent(let prefix, let installed):
      installed.isEmpty
        ? "no CUDA is installed in \(prefix)"
        : "no release is current in \(prefix); installed: "
          + installed.map(\.text).joined(separator: ", ")
    case .unknownRun(let op): "no run \(cleaned(op)) is under way or remembered"
    case .store(let error): error.message
    case .interrupted(let signal): StoreError.interrupted(signal).message
    }
  }

  /// One thing to do about it, or `nil`.
  public var hint: String? {
    switch reason {
    case .catalog(let error): error.hint
    case .planning(let error): error.hint
    case .transfer(let error): error.hint
    case .wheels(let error): error.hint
    case .noIndex:
      "check the address (.../compute/cuda/redist), or name the release exactly, as in 13.0.2"
    case .noDocument: "check the address"
    case .noHash: "its publisher makes it by 'sha256sum ARCHIVE > ARCHIVE.sha256'"
    case .noSize: "the server must send a Content-Length, or the manifest say a size"
    case .manifestChanged:
      "find out why its publisher changed it; what is installed is not affected"
    case .notPinned: "take it from where the file was written, or pin anew"
    case .otherPins(let file, _, _):
      "leave out what is pinned already, or delete \(cleaned(file)) to pin anew"
    case .badPins(let file, _):
      "delete \(cleaned(file)) to pin anew, or get it from where it was written"
    case .offline:
      "run it once without --offline, or name a directory of releases with --mirror DIRECTORY"
    case .notAsked(let error, _, _): error.hint
    case .wrongArtifact, .wrongSize:
      "the mirror and its manifest do not agree: try again later, or another --mirror"
    case .notInSync, .listedOnly:
      "try again in an hour, or name another server too with a second --mirror"
    case .noSpace: "make room, or choose another directory with --prefix"
    case .removesCurrent: "make another release current first, or say --yes"
    case .damaged(let damage): "\(damage.remedy) makes it whole again"
    case .nothingCurrent(_, let installed):
      installed.first.map { "'cuda-install use \($0)' makes it current" }
        ?? "'cuda-install install' installs the latest release"
    case .store(let error): error.hint
    case .archive(_, .files(let error)) where error.isNoSpace: StoreError.files(error).hint
    case .archive(_, .unavailable):
      "install the package that has it, as in 'apt-get install libarchive13'"
    case .archive: "nothing of it was installed; tell the publisher"
    case .noDriver: "name the version instead, as in 'cuda-install install 12.9'"
    case .noPlatform: "name a platform that it publishes for, as in --platform linux-x86_64"
    case .otherProduct: "leave the product out, or name a source that has it"
    case .unreadable(let error) where error.isNameTaken:
      "give --mirror a directory of releases, and --manifest, --track, --archive and --locked files"
    case .unreadable(let error) where error.isMissing: "check the path"
    case .systemd(_, isThere: false):
      "'cuda-install timer print cron' prints a line for cron that does the same"
    case .configuration: "cuda-install.conf(5) says what may stand there"
    case .usage, .systemd, .unreadable, .collision, .unknownRun, .interrupted: nil
    }
  }

  /// Whether nothing is wrong with what is here: it only could not be asked whether there is more.
  public var isWarning: Bool {
    if case .notAsked(_, _, let isWhole) = reason { isWhole } else { false }
  }

  /// Whether what sources say is why, and not that they say nothing.
  var isOfDocument: Bool {
    switch reason {
    case .catalog, .planning, .wheels, .noDocument, .noHash, .noSize, .manifestChanged,
      .otherProduct:
      true
    default: false
    }
  }

  /// The process that has the lock, if that is why.
  public var holder: Holder? {
    guard case .store(.locked(_, let holder)) = reason else { return nil }
    return Holder(holder: holder)
  }

  /// A word for programs that never changes: `hash_mismatch`.
  public var code: String { status.code }

  /// The exit status and its word: the one table, which the man page mirrors.
  var status: (exit: Int32, code: String) {
    switch reason {
    case .usage: (64, "usage")
    case .systemd: (69, "systemd")
    case .configuration: (78, "config")
    case .catalog, .badPins: (65, "bad_manifest")
    case .planning(.nothingLeft): (64, "usage")
    case .planning: (66, "not_found")
    case .transfer(let error): error.status
    case .unreadable(let error): error.isMissing ? (66, "not_found") : error.status
    case .noIndex: (69, "network")
    case .otherProduct, .noDocument: (66, "not_found")
    case .noHash: (65, "no_hash")
    case .noSize: (65, "bad_manifest")
    case .manifestChanged: (65, "manifest_changed")
    case .notPinned: (65, "not_pinned")
    case .otherPins: (64, "usage")
    case .offline: (69, "offline")
    case .notAsked: (69, "not_asked")
    case .wheels(let error): error.status
    case .wrongArtifact: (65, "hash_mismatch")
    case .wrongSize: (65, "size_mismatch")
    case .notInSync, .listedOnly: (69, "not_in_sync")
    case .archive(_, .files(let error)): error.status
    case .archive(_, .cancelled): (70, "internal")
    case .archive(_, .unavailable): (78, "config")
    case .archive: (65, "bad_archive")
    case .collision: (65, "bad_archive")
    case .noSpace: (74, "no_space")
    case .noDriver, .noPlatform: (66, "not_found")
    case .removesCurrent: (64, "usage")
    case .damaged: (65, "damaged")
    case .nothingCurrent, .unknownRun: (66, "not_found")
    case .store(let error): error.status
    case .interrupted(let signal): (128 + signal, "interrupted")
    }
  }

  /// The status that a process ends with because of this error; above 128 it is a signal to die of.
  public var exitStatus: Int32 { status.exit }
}

extension StoreError {
  fileprivate var status: (exit: Int32, code: String) {
    switch self {
    case .notOurs: (73, "cannot_create")
    case .cannotCreate(let error): error.isPermission ? (77, "permission") : (73, "cannot_create")
    case .cannotLock: (71, "no_locks")
    case .notALockFile, .inTheWay, .insidePrefix: (73, "cannot_create")
    case .unsafePath: (77, "unsafe_prefix")
    case .locked: (75, "locked")
    case .lockLost: (75, "lock_lost")
    case .nested: (75, "nested")
    case .files(let error), .halfVisible(let error): error.status
    case .damaged: (65, "damaged")
    case .notInstalled, .nothingToRollBack: (66, "not_found")
    case .interrupted(let signal): (128 + signal, "interrupted")
    }
  }
}

extension SystemCallError {
  fileprivate var status: (exit: Int32, code: String) {
    if isNoSpace { return (74, "no_space") }
    return isPermission ? (77, "permission") : (74, "io")
  }
}

extension TransferError {
  fileprivate var status: (exit: Int32, code: String) {
    switch self {
    case .http, .network, .tls, .cancelled: (69, "network")
    case .tooLong, .wrongSize: (65, "size_mismatch")
    case .badURL: (64, "usage")
    case .receiver: (74, "io")
    case .unavailable: (78, "config")
    }
  }
}

extension DamagedRelease {
  /// What brings all of it back that is known of it.
  package var remedy: String {
    "'cuda-install \(known == nil ? "install" : "verify --repair") \(release)'"
  }
}
