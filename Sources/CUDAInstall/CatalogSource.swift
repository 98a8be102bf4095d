package import CUDACatalog
import CUDAFiles
package import CUDAPlanning
import CUDAStore
import CUDATransfer

/// Where releases come from: a directory of `redistrib_<label>.json` manifests and what they name, on a web
/// server or on this machine.
public struct CatalogSource: Sendable, Equatable {
  package enum Place: Sendable, Equatable {
    /// Ends in a slash.
    case web(String)
    case directory(String)
  }

  package let place: Place

  init(place: Place) { self.place = place }

  /// NVIDIA's own server.
  public static let nvidia = "https://developer.download.nvidia.com/compute/cuda/redist/"

  /// A source at an `http`, `https` or `file` URL, or at a path.
  public init(_ text: String) throws(InstallError) {
    guard !text.contains(where: { "?#".contains($0) }) || !text.contains("://") else {
      throw InstallError(
        .usage("\(cleaned(redacted(text))): a mirror's URL names a directory, without ? and #"))
    }
    let slashed = text.hasSuffix("/") ? text : text + "/"
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      place = .web(slashed)
    } else if text.hasPrefix("file://") {
      let path = String(text.dropFirst("file://".count))
      guard path.hasPrefix("/") else {
        throw InstallError(
          .usage("\(cleaned(text)): a file URL has three slashes, as in file:///srv/mirror"))
      }
      place = .directory(Store(prefix: path).prefix)
    } else if text.contains("://") {
      throw InstallError(.usage("\(cleaned(text)): only http, https and file URLs can be sources"))
    } else if text.isEmpty {
      throw InstallError(.usage("the mirror is empty"))
    } else {
      // Absolute: an update may be called from elsewhere.
      place = .directory(Store(prefix: text).prefix)
    }
  }

  /// Without user, password and query.
  package var description: String {
    switch place {
    case .web(let base): redacted(base)
    case .directory(let path): path
    }
  }

  /// Where a file of this source is: a URL or a path.
  package func location(of path: String) -> String {
    switch place {
    case .web(let base): base + path
    case .directory(let directory):
      directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }
  }

  /// The newest release of a track, as its manifest describes it.
  package func release(of track: Track) throws(InstallError) -> Release {
    if case .exact(let label) = track {
      if let release = try manifest(label) { return release }
      // Only for the message: which would there be?
      throw InstallError(.planning(.noSuchRelease(track, available: (try? labels()) ?? [])))
    }
    let labels = try labels()
    guard let label = track.newest(of: labels) else {
      throw InstallError(.planning(.noSuchRelease(track, available: labels)))
    }
    guard let release = try manifest(label) else {
      throw InstallError(.planning(.noSuchRelease(.exact(label), available: labels)))
    }
    return release
  }

  /// The releases that the source lists, oldest first.
  package func labels() throws(InstallError) -> [Version] {
    switch place {
    case .web(let base):
      let page: [UInt8]
      do {
        page = try Transfer.document(
          at: base, limit: 4 << 20, options: .ours, isCancelled: { Interruption.signal != nil }
        ).bytes
      } catch {
        if case .http(let status, _) = error, status < 500 {
          throw InstallError(.noIndex(url: description, error))
        }
        throw InstallError(error)
      }
      do { return try ReleaseIndex.labels(in: page, document: description) } catch {
        throw InstallError(.catalog(error))
      }
    case .directory(let path):
      do { return try ReleaseIndex.labels(ofFileNames: Directory.open(path).names()) } catch {
        throw InstallError(.unreadable(error))
      }
    }
  }

  /// The manifest of one release; `nil` if the source has none.
  private func manifest(_ label: Version) throws(InstallError) -> Release? {
    let name = "redistrib_\(label).json"
    guard let bytes = try bytes(name) else { return nil }
    let document = redacted(location(of: name))
    do throws(CatalogError) {
      let release = try Redistrib.read(bytes, document: document)
      // The label becomes a name on disk, and `current` is one already.
      guard release.label == label else {
        throw CatalogError.unacceptable(
          document: document, place: CatalogError.Place(key: "release_label"),
          reason: "it says \(release.label), not \(label)")
      }
      return release
    } catch {
      throw InstallError(.catalog(error))
    }
  }

  private func bytes(_ name: String) throws(InstallError) -> [UInt8]? {
    let limit = 16 << 20
    switch place {
    case .web:
      do {
        return try Transfer.document(
          at: location(of: name), limit: Int64(limit), options: .ours,
          isCancelled: { Interruption.signal != nil }
        ).bytes
      } catch {
        if case .http(let status, _) = error, status == 404 || status == 410 { return nil }
        throw InstallError(error)
      }
    case .directory(let path):
      do { return try Directory.open(path).contents(of: name, limit: limit) } catch {
        throw InstallError(.unreadable(error))
      }
    }
  }
}

extension InstallError {
  /// A cancelled transfer is a signal's work, and what a receiver could not write is the disk's.
  init(_ error: TransferError) {
    switch error {
    case .receiver(let error as SystemCallError): self.init(.store(.files(error)))
    case .cancelled:
      self.init(Interruption.signal.map { .interrupted($0) } ?? .transfer(error))
    default: self.init(.transfer(error))
    }
  }
}

extension TransferOptions {
  static let ours = TransferOptions(
    userAgent: "cuda-install/\(Installer.version)",
    // As curl(1) does; libcurl itself reads neither.
    caFile: Machine.environment("CURL_CA_BUNDLE") ?? Machine.environment("SSL_CERT_FILE"))
}
