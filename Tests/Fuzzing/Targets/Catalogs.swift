import CUDACatalog
import CUDADigest
import CUDAPlanning

extension FuzzTarget {
  /// What sources say of their releases.
  static let catalogs = [
    FuzzTarget("manifest", manifest),
    FuzzTarget("release-list") { bytes in
      guard
        let list = try known({ () throws(CatalogError) in
          try ReleaseList.read(bytes, document: "releases.json")
        })
      else {
        return
      }
      for label in list.labels {
        try require(list[label]?.label == label, "\(label) is listed and not there")
      }
      for entry in list.entries {
        let climbs = entry.path.split(separator: "/").prefix { $0 == ".." }.count
        try require(climbs <= 4 && !entry.path.hasPrefix("/"), "\(entry.path) leaves the source")
      }
    },
    FuzzTarget("release-index") { bytes in
      let labels =
        try known { () throws(CatalogError) in try ReleaseIndex.labels(in: bytes, document: "index")
        } ?? []
      try require(labels == labels.sorted(), "not in order")
      for label in labels {
        try require(label.isLabel, "\(label) is no release")
        let name = "redistrib_\(label).json"
        try require(ReleaseIndex.labels(ofFileNames: [name]) == [label], "\(label) changes")
      }
    },
    FuzzTarget("description", description),
    FuzzTarget("checksums") { bytes in
      _ = try known { () throws(CatalogError) in
        try ChecksumLine.digest(in: bytes, of: "a.tar.gz", document: "sums")
      }
      for line in text(bytes).split(whereSeparator: \.isNewline) {
        guard let (digest, name) = ChecksumLine.parse(line) else { continue }
        let again = ChecksumLine.parse("\(digest)  \(name)")
        try require(again?.digest == digest, "the hash of \(line.debugDescription) changes")
      }
    },
    FuzzTarget("pins") { bytes in
      guard
        let pins = try known({ () throws(CatalogError) in
          try Pins.read(bytes, document: "cuda.pins")
        })
      else { return }
      let again = try Pins.read(pins.bytes, document: "again")
      try require(again == pins && again.bytes == pins.bytes, "pins change when they are written")
      for release in pins.releases { try plan(release) }
    },
  ]

  private static func manifest(_ bytes: [UInt8]) throws {
    let release = try known { () throws(CatalogError) in
      try Redistrib.read(bytes, document: "redistrib_13.0.2.json")
    }
    guard let release else { return }
    for build in release.components.flatMap(\.builds) {
      let path = build.artifact.path.text
      let isPool = path.hasPrefix("../") && path.drop { "./".contains($0) }.hasPrefix("pool/")
      let climbs = path.split(separator: "/").contains("..")
      try require(!climbs || isPool, "\(path) climbs")
      try require((0...1 << 40).contains(build.artifact.byteCount), "a size beyond reason")
    }
    let written = Redistrib.write(release)
    let again = try Redistrib.read(written, document: "again", source: release.source)
    try require(again.label == release.label && again.product == release.product, "another label")
    try require(again.components == release.components, "components change when they are written")
    try require(release.merging(again).components == release.components, "merging adds something")
    try plan(release)
  }

  private static func description(_ bytes: [UInt8]) throws {
    guard
      let said = try known({ () throws(CatalogError) in
        try ReleaseDescription.read(bytes, document: "releases")
      })
    else {
      return
    }
    var lines = ["product: \(said.product)", "release: \(said.label)"]
    if let date = said.validUntil { lines.append("valid-until: \(date)") }
    for part in said.parts {
      if let platform = part.platform { lines.append("platform: \(platform)") }
      lines.append("component: \(part.component) \(part.version)")
      lines.append((part.digest.map { "\($0)  " } ?? "") + part.location)
    }
    let text = lines.joined(separator: "\n")
    let again = try ReleaseDescription.read(Array(text.utf8), document: "again")
    try require(again == said, "it changes when it is written: \(text.debugDescription)")
  }

  /// What a release of a source is good for: the plan of an install of all of it.
  static func plan(_ release: Release) throws {
    guard let platform = Platform("linux-x86_64") else { return }
    // By then the source has been asked how long each archive is.
    let release = release.with(release.components.map { $0.with($0.builds.map(\.measured)) })
    for profile in [Profile.devel, .full] {
      let request = Request(product: release.product, profile: profile, platform: platform)
      do throws(PlanningError) {
        let plan = try Plan(request: request, release: release, state: InstalledState())
        let items = plan.tree?.items ?? []
        try check(Set(items.map(\.component.name)).count == items.count)
        _ = (plan.fetchByteCount, plan.diskByteCount)
      } catch {
        try requirePrintable(error.message)
      }
    }
    _ = DriverNeed(of: release)
  }

  private static func check(_ holds: Bool) throws(PlanningError) {
    precondition(holds, "a component twice in one plan")
  }
}

extension Build {
  fileprivate var measured: Build {
    let artifact = Artifact(
      path: artifact.path, digest: artifact.digest, byteCount: max(1, artifact.byteCount),
      layout: artifact.layout, published: artifact.published)
    return Build(platform: platform, variant: variant, artifact: artifact)
  }
}

/// The value, or `nil` where the reader says what is wrong with the input: in words that can be shown.
func known<Value>(_ read: () throws(CatalogError) -> Value) throws -> Value? {
  do throws(CatalogError) {
    return try read()
  } catch {
    try requirePrintable(error.message)
    return nil
  }
}
