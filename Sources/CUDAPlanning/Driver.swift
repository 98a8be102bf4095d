package import CUDACatalog

/// What a release demands of the machine's driver.
package enum Driver {
  /// The oldest Linux driver that runs programs of the release; `nil` for releases that nobody has told about.
  ///
  /// docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html prints 450, 525 and 580; the rest
  /// of the numbers is from the release notes. A newer driver always runs older releases.
  package static func oldest(for release: Version) -> Version? {
    switch release.parts.first {
    case "11": Version("450.80.02")
    case "12": Version("525.60.13")
    case "13": Version("580")
    default: nil
    }
  }
}
