import CUDACatalog
import CUDAFiles
import CUDAStore
import CUDATransfer

/// Where one file of a source is.
package enum Location: Sendable, Equatable {
  /// A URL, which may hold a user and a password.
  case web(String)
  /// An absolute path.
  case file(String)

  /// A location at an `http`, `https` or `file` URL, or at a path.
  package init(_ text: String) throws(InstallError) {
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      self = .web(text)
    } else if text.hasPrefix("file://") {
      let path = String(text.dropFirst("file://".count))
      guard path.hasPrefix("/"), let plain = WebReference.unescaped(path) else {
        throw InstallError(
          .usage("\(cleaned(text)): a file URL has three slashes, as in file:///srv/mirror"))
      }
      self = .file(Store(prefix: plain).prefix)
    } else if text.contains("://") {
      let shown = cleaned(redacted(text))
      throw InstallError(.usage("\(shown): only http, https and file URLs can be sources"))
    } else if text.isEmpty {
      throw InstallError(.usage("the source's address is empty"))
    } else {
      // Absolute: an update may be called from elsewhere.
      self = .file(Store(prefix: text).prefix)
    }
  }

  var isWeb: Bool { if case .web = self { true } else { false } }

  /// Without user, password and query.
  package var description: String {
    switch self {
    case .web(let url): redacted(url)
    case .file(let path): path
    }
  }

  /// As a URL without user and password, to be kept in a receipt.
  package var url: String {
    switch self {
    case .web(let url): redacted(url)
    case .file(let path): "file://" + WebReference.escaped(path)
    }
  }

  /// The last segment.
  var name: Substring {
    switch self {
    case .web(let url): url.split(separator: "/").last ?? ""
    case .file(let path): path.split(separator: "/").last ?? ""
    }
  }

  /// The directory that this lies in.
  var directory: Location {
    switch self {
    case .web(let url): .web(String(url[...(url.lastIndex(of: "/") ?? url.startIndex)]))
    case .file(let path):
      .file(path.lastIndex(of: "/").map { $0 > path.startIndex ? String(path[..<$0]) : "/" } ?? "/")
    }
  }

  /// As a directory: a server wants a slash behind it.
  var slashed: Location {
    guard case .web(let url) = self, !url.hasSuffix("/") else { return self }
    return .web(url + "/")
  }

  /// What `reference` means in this directory (RFC 3986 §5.2): a URL, or a path that may begin with `../`.
  package func resolving(_ reference: String) throws(InstallError) -> Location {
    switch self {
    case .web(let url):
      guard let whole = WebReference.resolve(reference, against: url) else {
        throw InstallError(.catalog(.badReference(document: description, reference)))
      }
      // What a server says must not read files of this machine.
      guard whole.hasPrefix("http://") || whole.hasPrefix("https://") else {
        throw InstallError(.catalog(.badReference(document: description, reference)))
      }
      return .web(WebReference.withUser(of: [url], whole))
    case .file(let path):
      if reference.contains("://") { return try Location(reference) }
      var segments = reference.hasPrefix("/") ? [] : path.split(separator: "/").map(String.init)
      for segment in reference.split(separator: "/") where segment != "." {
        if segment != ".." {
          segments.append(String(segment))
        } else if segments.popLast() == nil {
          throw InstallError(.catalog(.badReference(document: description, reference)))
        }
      }
      return .file("/" + segments.joined(separator: "/"))
    }
  }

  /// All bytes; `nil` if there is no such file.
  func contents(limit: Int, _ network: Network) throws(InstallError) -> [UInt8]? {
    switch self {
    case .web(let url): return try network.document(at: url, limit: limit)
    case .file(let path): return try Self.contents(ofFile: path, limit: limit)
    }
  }

  /// The same of a file on this machine.
  static func contents(ofFile path: String, limit: Int) throws(InstallError) -> [UInt8]? {
    let location = Location.file(path)
    do throws(SystemCallError) {
      return try Directory.open(location.directory.description)
        .contents(of: String(location.name), limit: limit)
    } catch {
      if error.isMissing { return nil }
      throw InstallError(.unreadable(error))
    }
  }

  /// How long that file is, as the server says; `nil` if it does not.
  func byteCount(_ network: Network) throws(InstallError) -> Int64? {
    switch self {
    case .web(let url): return try network.byteCounts(at: [url])[0].get()
    case .file:
      do throws(SystemCallError) {
        return try Directory.open(directory.description).open(String(name)).status().byteCount
      } catch {
        throw InstallError(.unreadable(error))
      }
    }
  }
}
