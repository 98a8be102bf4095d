package import CUDAArchive
package import CUDACatalog
package import CUDADigest

/// Why wheels cannot be installed. URLs are without user and password.
package enum WheelError: Error, Equatable, Sendable {
  /// Nobody on this machine says where packages come from.
  case noIndex
  /// pip is told to ask none.
  case indexForbidden
  /// The source has CUDA alone.
  case otherProduct(ProductName)
  /// An index has no page of that project.
  case noProject(String, index: String)
  /// A project has no wheel of the version that the release names.
  case noVersion(project: String, pin: WheelPin, has: [Version], index: String)
  /// It has that version, but not for this machine.
  case noPlatform(project: String, version: Version, Platform, index: String)
  /// The wheels of that release hold no compiler.
  case noCompiler(Version)
  /// Nobody says how large a wheel is, which must be known before it is fetched.
  case noSize(url: String)
  /// The metapackage's own description is not the one of which the index speaks.
  case wrongDescription(url: String, expected: SHA256Digest, found: SHA256Digest)
  /// The metapackage's wheel cannot be read.
  case unreadable(file: String, ArchiveError)
  /// The metapackage has no description.
  case noDescription(url: String)

  var message: String {
    switch self {
    case .noIndex:
      "no package index is configured for pip, and there is no pip to ask for its default"
    case .indexForbidden: "pip is configured to ask no package index (no-index)"
    case .otherProduct(let product): "\(product) is not taken from wheels, only CUDA itself is"
    case .noProject(let project, let index): "\(index) has no \(project)"
    case .noVersion(let project, let pin, let has, let index):
      "\(index) has no wheel of \(project) \(pin), only \(Self.list(has))"
    case .noPlatform(let project, let version, let platform, let index):
      "\(index) has \(project) \(version), but no wheel of it for \(platform)"
    case .noCompiler(let label):
      "the wheels of CUDA \(label.parts.first ?? "") hold no nvcc, only ptxas, libnvvm and headers"
    case .noSize(let url): "neither the index nor the server says how large \(url) is"
    case .wrongDescription(let url, let expected, let found):
      "\(url) has the wrong hash: expected \(expected), found \(found)"
    case .unreadable(_, let error): error.message
    case .noDescription(let url): "\(url) holds no METADATA"
    }
  }

  var hint: String? {
    switch self {
    case .noIndex: "set index-url in pip.conf, or name an index, as in --source wheels=URL"
    case .indexForbidden: "name an index, as in --source wheels=URL"
    case .noProject:
      "check the index's address, which is that of a list of projects, as in https://.../simple"
    case .noVersion: "another release may be complete there; a mirror may lag behind"
    case .noPlatform, .otherProduct:
      "take it from NVIDIA's redistributables, without --source wheels"
    case .noCompiler:
      "take it from NVIDIA's redistributables, without --source wheels; --profile runtime needs none"
    case .noSize: "an index in JSON says it; tell who runs this one"
    case .wrongDescription, .unreadable, .noDescription: "try again later, or another index"
    }
  }

  var status: (exit: Int32, code: String) {
    switch self {
    case .noIndex, .indexForbidden: (64, "usage")
    case .otherProduct, .noProject, .noVersion, .noPlatform, .noCompiler: (66, "not_found")
    case .noSize: (69, "network")
    case .wrongDescription: (65, "hash_mismatch")
    case .unreadable, .noDescription: (65, "bad_archive")
    }
  }

  /// The newest few: there may be dozens.
  private static func list(_ versions: [Version]) -> String {
    guard !versions.isEmpty else { return "source distributions or withdrawn files" }
    let newest = versions.sorted().suffix(5).map(\.text).joined(separator: ", ")
    return versions.count > 5 ? "... \(newest)" : newest
  }
}
