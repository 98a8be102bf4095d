// NVIDIA's wheels as a source of releases, from whatever index pip on this machine asks.
//
//   cuda-toolkit      the metapackage: each of its versions is a release, its METADATA the manifest
//   nvidia-*          a project for each component; pinned by the metapackage, hashed by the index
//
// Two steps, because a page is asked for each component: first the release as the metapackage describes it, from
// which somebody chooses; then the pages of what was chosen.

import CUDAArchive
package import CUDACatalog
import CUDADigest
import CUDAFiles
package import CUDATransfer

package struct WheelSource: Sendable, Equatable, CustomStringConvertible {
  /// In the order in which they are asked; each ends in a slash. May hold user and password.
  private let indexes: [String]
  private let certificates: String?

  /// A source at the index whose list of projects is at `index`, `https://.../simple`; `nil`: what pip is told, by its
  /// files and variables, or else by itself.
  package init(index: String?) throws(InstallError) {
    let configuration: PipConfiguration
    do throws(InstallError) {
      configuration = try PipSettings.read()
    } catch {
      // What is named here does not depend on what cannot be read.
      guard index != nil else { throw error }
      configuration = PipConfiguration(files: [], environment: [:])
    }
    var urls: [String] = []
    if let index {
      urls = [index]
    } else {
      guard !configuration.forbidsIndex else { throw InstallError(.wheels(.indexForbidden)) }
      var named = configuration.index
      if named == nil { named = try PipSettings.defaultIndex() }
      guard let first = named else { throw InstallError(.wheels(.noIndex)) }
      urls = [first] + configuration.extraIndexes
    }
    var indexes: [String] = []
    for url in urls { indexes.append(try Self.checked(url)) }
    self.indexes = indexes
    certificates = configuration.certificates.map(PipSettings.expanded)
  }

  /// The index that is asked first, without user and password.
  package var description: String { indexes.first.map { redacted($0) } ?? "" }

  /// The source that a receipt names: where that is the index that pip is told of, with all that it is told.
  ///
  /// pip itself is not asked: the index that it has by itself needs no password.
  init(recorded index: String) throws(InstallError) {
    let named = try PipSettings.read().index
    let isOwn = try named.map { named throws(InstallError) in
      redacted(try Self.checked(named)) == index
    }
    try self.init(index: isOwn == true ? nil : index)
  }

  /// How to ask the index, and the servers to which it leads.
  package func options(_ options: TransferOptions) -> TransferOptions {
    var options = options
    options.caFile = options.caFile ?? certificates
    return options
  }

  /// The releases that there are, oldest first.
  package func labels(by network: Network) throws(InstallError) -> [Version] {
    Set(try page(of: ToolkitMetadata.project, network).map(\.name.version.toolkitLabel)).sorted()
  }

  /// The release of that name with those of its components that `selecting` wants; `nil` if there is none.
  ///
  /// `selecting` gets all components of the release, each with a build that has no size, no digest and no place
  /// yet. Their versions are those that the release names.
  package func release(
    _ label: Version, for platform: Platform, by network: Network,
    selecting: (Release) throws(InstallError) -> Set<ComponentName>
  ) throws(InstallError) -> Release? {
    let metapackages = try page(of: ToolkitMetadata.project, network).filter {
      $0.name.version.toolkitLabel == label
    }
    guard let newest = metapackages.map(\.name.version).max(),
      let name = WheelName.best(
        of: metapackages.map(\.name).filter { $0.version == newest }, for: platform),
      let file = metapackages.first(where: { $0.name == name })
    else { return nil }
    let metadata = try metadata(of: file, network)
    guard metadata.version.toolkitLabel == label else {
      throw InstallError(
        .catalog(
          .unacceptable(
            document: file.path.name, place: .init(key: "Version"),
            reason: "it says \(metadata.version), not \(label)")))
    }
    let contents = ToolkitContents(metadata, label: label)
    let wanted = try selecting(contents.skeleton)
    guard WheelProject.hasCompiler(label) || !wanted.contains(where: { $0.text == "cuda_nvcc" })
    else { throw InstallError(.wheels(.noCompiler(label))) }
    let parts = contents.parts(on: platform).filter { wanted.contains($0.component) }
    let files = try wheels(of: parts, for: platform, network)
    return Release(
      label: label, date: nil, manifestDigest: contents.digest,
      components: zip(parts, files).map { part, file in
        part.component(
          version: file.wheel.name.version,
          builds: [
            Build(
              platform: platform, variant: nil,
              artifact: Artifact(
                path: file.wheel.path, digest: file.wheel.digest, byteCount: file.byteCount))
          ])
      })
  }

  /// The URL to fetch, with the user and password of the index that is on the same server. Not to be shown.
  package func location(of path: ArtifactPath) -> String {
    WebReference.withUser(of: indexes, path.text)
  }

  private static func checked(_ url: String) throws(InstallError) -> String {
    guard WebReference.server(of: url) != nil, !url.contains(where: { "?#".contains($0) }),
      url.hasPrefix("https://") || url.hasPrefix("http://")
    else {
      throw InstallError(
        .usage(
          "\(cleaned(redacted(url))): a package index has an http or https URL, without ? and #"))
    }
    return url.hasSuffix("/") ? url : url + "/"
  }
}

// The index

extension WheelSource {
  private func page(
    of project: String, _ network: Network
  ) throws(InstallError) -> [WheelFile] {
    try pages(of: [project], network)[project] ?? []
  }

  /// The wheels of each project, by the first index that has a page of it: one of the same name at the next may be
  /// somebody else's.
  private func pages(
    of projects: [String], _ network: Network
  ) throws(InstallError) -> [String: [WheelFile]] {
    var pages: [String: [WheelFile]] = [:]
    for index in indexes {
      let missing = projects.filter { pages[$0] == nil }
      let requests = missing.map { project in
        TransferRequest(
          url: "\(index)\(project)/", byteLimit: Int64(WheelIndex.byteLimit),
          accept: WheelIndex.accept)
      }
      let results = network.documents(requests, trusting: certificates)
      for (project, result) in zip(missing, results) {
        switch result {
        case .success(let reply): pages[project] = try read(reply, of: project)
        case .failure(let error): guard error.isOfMissingDocument else { throw error }
        }
      }
    }
    for project in projects where pages[project] == nil {
      throw InstallError(
        .wheels(.noProject(project, index: indexes.map { redacted($0) }.joined(separator: " or "))))
    }
    return pages
  }

  private func read(
    _ reply: Network.Reply, of project: String
  ) throws(InstallError) -> [WheelFile] {
    do {
      return try WheelIndex.read(
        reply.bytes, contentType: reply.contentType, at: reply.url, document: redacted(reply.url)
      ).filter { $0.name.project == project }
    } catch {
      throw InstallError(.catalog(error))
    }
  }

  private func document(
    _ url: String, limit: Int, _ network: Network
  ) throws(InstallError) -> [UInt8] {
    let request = TransferRequest(url: url, byteLimit: Int64(limit))
    return try network.documents([request], trusting: certificates)[0].get().bytes
  }
}

// Wheels

extension WheelSource {
  /// The metapackage's METADATA: beside the wheel where the index says so, else out of it.
  private func metadata(
    of file: WheelFile, _ network: Network
  ) throws(InstallError) -> ToolkitMetadata {
    let bytes: [UInt8]
    if let found = try separateMetadata(of: file, network) {
      bytes = found
    } else {
      bytes = try metadataInside(file, network)
    }
    do {
      return try ToolkitMetadata.read(bytes, document: "METADATA of \(file.path.name)")
    } catch {
      throw InstallError(.catalog(error))
    }
  }

  /// `nil` if there is none: some servers pass on what another index says of its files, and not all files.
  private func separateMetadata(
    of file: WheelFile, _ network: Network
  ) throws(InstallError) -> [UInt8]? {
    guard let digest = file.metadataDigest else { return nil }
    let bytes: [UInt8]
    do throws(InstallError) {
      bytes = try document(
        location(of: file.path) + ".metadata", limit: ToolkitMetadata.byteLimit, network)
    } catch {
      guard case .transfer(.http(404, _)) = error.reason else { throw error }
      return nil
    }
    try check(bytes, digest, "\(file.path.text).metadata")
    return bytes
  }

  private func metadataInside(
    _ file: WheelFile, _ network: Network
  ) throws(InstallError) -> [UInt8] {
    let wheel = try document(location(of: file.path), limit: 4 << 20, network)
    // I6
    try check(wheel, file.digest, file.path.text)
    return try member(of: wheel, file)
  }

  private func check(
    _ bytes: [UInt8], _ expected: SHA256Digest, _ url: String
  ) throws(InstallError) {
    let found = SHA256.digest(of: bytes)
    guard found == expected else {
      throw InstallError(.wheels(.wrongDescription(url: url, expected: expected, found: found)))
    }
  }

  private func member(of wheel: [UInt8], _ file: WheelFile) throws(InstallError) -> [UInt8] {
    let content: [UInt8]?
    do {
      content = try ArchiveMember.content(
        of: wheel, named: file.path.name, limit: ToolkitMetadata.byteLimit
      ) { path in
        path.names.count == 2 && path.names[0].hasSuffix(".dist-info")
          && path.names[1] == "METADATA"
      }
    } catch {
      throw InstallError(.wheels(.unreadable(file: file.path.name, error)))
    }
    guard let content else {
      throw InstallError(.wheels(.noDescription(url: file.path.text)))
    }
    return content
  }

  private typealias Sized = (wheel: WheelFile, byteCount: Int64)

  /// The wheel of each part, in their order.
  private func wheels(
    of parts: [ToolkitContents.Part], for platform: Platform, _ network: Network
  ) throws(InstallError) -> [Sized] {
    let pages = try pages(of: parts.map(\.project), network)
    var files: [WheelFile] = []
    for part in parts {
      files.append(try wheel(of: part, on: pages[part.project] ?? [], for: platform))
    }
    let unknown = files.filter { $0.byteCount == nil }.map(\.path)
    let answers = network.byteCounts(at: unknown.map(location), trusting: certificates)
    var sizes: [ArtifactPath: Int64] = [:]
    for (path, answer) in zip(unknown, answers) {
      sizes[path] = try answer.get()
    }
    var result: [Sized] = []
    for file in files {
      guard let byteCount = file.byteCount ?? sizes[file.path], (1...1 << 40).contains(byteCount)
      else { throw InstallError(.wheels(.noSize(url: file.path.text))) }
      result.append((file, byteCount))
    }
    return result
  }

  private func wheel(
    of part: ToolkitContents.Part, on page: [WheelFile], for platform: Platform
  ) throws(InstallError) -> WheelFile {
    let fitting = page.filter { $0.name.fits(platform) }
    if let version = part.pin.choice(of: fitting.map(\.name.version)),
      let name = WheelName.best(
        of: fitting.map(\.name).filter { $0.version == version }, for: platform),
      let file = fitting.first(where: { $0.name == name })
    {
      return file
    }
    if let version = part.pin.choice(of: page.map(\.name.version)) {
      throw InstallError(
        .wheels(
          .noPlatform(
            project: part.project, version: version, platform, index: description)))
    }
    throw InstallError(
      .wheels(
        .noVersion(
          project: part.project, pin: part.pin,
          has: Set(fitting.map(\.name.version)).filter(\.isFinal).sorted(), index: description)))
  }
}
