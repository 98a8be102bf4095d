// What CUDA's releases demand of the machine's driver: the one table of it.
//
// The oldest driver per major release: "minor version compatibility" in
// docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, which prints 450, 525 and 580; the rest of
// the numbers, and CUDA 11.0's own, are from the release notes. The driver of each release:
// `nvidia_driver.version` in redistrib_11.4.2.json to redistrib_13.3.1.json; of 13.1.0, 13.2.x and 13.3.0 table 3 of
// docs.nvidia.com/cuda/cuda-toolkit-release-notes. From 13.4 on none is published with a release.
//
// A driver runs every release that is older than itself.

package import CUDACatalog

/// What a release of CUDA demands of the driver.
package struct DriverNeed: Sendable, Equatable {
  package let release: Version
  /// With an older one no program of the release runs.
  package let oldest: Version
  /// The driver that was published with the release: with it, all of it works. `nil` if nobody knows of one.
  package let own: Version?

  /// What is known of the release of that label; `nil` for one that nobody has told about.
  package init?(ofCUDA label: Version) {
    guard let oldest = Driver.oldest(for: label) else { return nil }
    self.init(release: label, oldest: oldest, own: Driver.own(of: label))
  }

  /// As its manifest says, if it still has the driver as a component; else as the table does.
  ///
  /// `nil` for other products: their labels are not CUDA's.
  package init?(of release: Release) {
    guard release.product.isCUDA, let known = DriverNeed(ofCUDA: release.label) else {
      return nil
    }
    let said = release.components.first { $0.name.text == "nvidia_driver" }?.version
    self.init(release: release.label, oldest: known.oldest, own: said ?? known.own)
  }

  private init(release: Version, oldest: Version, own: Version?) {
    self.release = release
    self.oldest = oldest
    self.own = own
  }

  /// How well the release works with a driver.
  package enum Fit: String, Sendable {
    /// It works, and nobody knows of anything that does not.
    case good
    /// It works, but for what is newer than the driver.
    case limited
    case tooOld = "too_old"
  }

  package func fit(of driver: Version) -> Fit {
    guard driver >= oldest else { return .tooOld }
    return own.map { driver < $0 } == true ? .limited : .good
  }

  /// One sentence about the release with that driver.
  package func text(with driver: Version) -> String {
    switch (fit(of: driver), own) {
    case (.tooOld, _): "driver \(driver) is older than the \(oldest) that CUDA \(release) needs"
    case (.limited, let own?):
      "driver \(driver) is older than CUDA \(release)'s own, \(own): it works, but without the "
        + "newest features, and no newer PTX is compiled at run time"
    case (.limited, nil), (.good, _): "driver \(driver) runs CUDA \(release)"
    }
  }
}

/// What a driver supports.
package enum Driver {
  /// Whether programs of the release of that label run. Not if nobody knows.
  package static func supports(_ label: Version, with driver: Version) -> Bool {
    DriverNeed(ofCUDA: label).map { $0.fit(of: driver) != .tooOld } ?? false
  }

  /// The newest of `labels` on the track that the driver supports, or `nil` if none is.
  package static func newest(
    of labels: [Version], on track: Track, with driver: Version
  ) -> Version? {
    track.newest(of: labels.filter { supports($0, with: driver) })
  }

  /// The newest line of releases that the driver knows all of, `13.0`: what nvidia-smi calls the driver's CUDA version.
  package static func line(of driver: Version) -> String? {
    let labels = ownDrivers.filter { Version($0.driver).map { $0 <= driver } ?? false }
      .compactMap { Version($0.label) }
    return labels.max().map { $0.parts.prefix(2).joined(separator: ".") }
  }

  /// The major releases of which the driver runs any, oldest first.
  package static func majors(of driver: Version) -> [Int] {
    oldestDrivers.compactMap { row in
      Int(row.labels).flatMap { major in
        Version(row.driver).map { $0 <= driver } == true ? major : nil
      }
    }
  }

  /// `580.82.07, good for CUDA 13.0, runs 11, 12 and 13`
  package static func text(_ driver: Version) -> String {
    let majors = majors(of: driver).map { "\($0)" }
    let line = line(of: driver).map { ", good for CUDA \($0)" } ?? ""
    guard let last = majors.last else { return "\(driver), too old for any CUDA from 11 on" }
    let others = majors.dropLast().joined(separator: ", ")
    return "\(driver)\(line), runs \(others.isEmpty ? last : "\(others) and \(last)")"
  }

  fileprivate static func oldest(for label: Version) -> Version? {
    let parts = label.parts
    for count in [2, 1] {
      let labels = parts.prefix(count).joined(separator: ".")
      if let row = oldestDrivers.first(where: { $0.labels == labels }) {
        return Version(row.driver)
      }
    }
    return nil
  }

  fileprivate static func own(of label: Version) -> Version? {
    ownDrivers.first { $0.label == label.text }.flatMap { Version($0.driver) }
  }

  /// The oldest driver of the releases that begin so; the longest beginning counts.
  private static let oldestDrivers: [(labels: String, driver: String)] = [
    ("11.0", "450.36.06"), ("11", "450.80.02"), ("12", "525.60.13"), ("13", "580"),
  ]

  private static let ownDrivers: [(label: String, driver: String)] = [
    ("11.4.2", "470.57.02"), ("11.4.3", "470.82.01"), ("11.4.4", "470.82.01"),
    ("11.5.0", "495.29.05"), ("11.5.1", "495.29.05"), ("11.5.2", "495.29.05"),
    ("11.6.0", "510.39.01"), ("11.6.1", "510.47.03"), ("11.6.2", "510.47.03"),
    ("11.7.0", "515.43.04"), ("11.7.1", "515.65.01"), ("11.8.0", "520.61.05"),
    ("12.0.0", "525.60.13"), ("12.0.1", "525.85.12"), ("12.1.0", "530.30.02"),
    ("12.1.1", "530.30.02"), ("12.2.0", "535.54.03"), ("12.2.1", "535.86.10"),
    ("12.2.2", "535.104.05"), ("12.3.0", "545.23.06"), ("12.3.1", "545.23.08"),
    ("12.3.2", "545.23.08"), ("12.4.0", "550.54.14"), ("12.4.1", "550.54.15"),
    ("12.5.0", "555.42.02"), ("12.5.1", "555.42.06"), ("12.6.0", "560.28.03"),
    ("12.6.1", "560.35.03"), ("12.6.2", "560.35.03"), ("12.6.3", "560.35.05"),
    ("12.8.0", "570.86.10"), ("12.8.1", "570.124.06"), ("12.8.2", "570.211.01"),
    ("12.9.0", "575.51.03"), ("12.9.1", "575.57.08"), ("13.0.0", "580.65.06"),
    ("13.0.1", "580.82.07"), ("13.0.2", "580.95.05"), ("13.1.0", "590.44.01"),
    ("13.1.1", "590.48.01"), ("13.2.0", "595.45.04"), ("13.2.1", "595.58.03"),
    ("13.3.0", "610.43.02"), ("13.3.1", "610.43.02"),
  ]
}
