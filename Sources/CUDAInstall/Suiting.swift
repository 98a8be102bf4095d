// What the machine's driver has to do with a release: which one it is, and what is said before the first byte is fetched.
// A driver that is missing, unknown or too old never makes an install fail; only who asks for a release that suits
// it is refused one that does not.

package import CUDACatalog
package import CUDAFiles
import CUDAPlanning

/// One line about a release, or about what is chosen of it.
struct Remark {
  let text: String
  var isWarning = false

  var event: Event { isWarning ? .warning(text) : .notice(text) }
}

extension LoadedDriver {
  /// As a value with an order; `nil` if there is none or its version is not known.
  package var parsed: Version? {
    if case .version(let text) = self { Version(text) } else { nil }
  }

  /// `580.82.07, good for CUDA 13.0, runs 11, 12 and 13`, and of those that tell no version what is known.
  package var phrase: String {
    switch self {
    case .none: "none found"
    case .unknown(let what): what
    case .version(let text): Version(text).map { Driver.text($0) } ?? "none found"
    }
  }
}

extension Installer {
  /// The track on which the source's newest release is the one that the request means: with a driver, exactly the
  /// newest that it supports.
  func suited(
    _ track: Track, of request: Request, from source: CatalogSource
  ) throws(InstallError) -> Track {
    guard let driver = request.driver, request.product.isCUDA, !source.isDocument else {
      return track
    }
    if case .exact(let label) = track {
      guard Driver.supports(label, with: driver) else {
        throw InstallError(
          .planning(.driverTooOld(driver, track, oldest: DriverNeed(ofCUDA: label)?.oldest)))
      }
      return track
    }
    let labels = try source.listing(of: request.product, network).labels.filter(track.contains)
    // If there are none at all, that is what is wrong.
    guard !labels.isEmpty else { return track }
    guard let label = Driver.newest(of: labels, on: track, with: driver) else {
      let oldest = labels.compactMap { DriverNeed(ofCUDA: $0)?.oldest }.min()
      throw InstallError(.planning(.driverTooOld(driver, track, oldest: oldest)))
    }
    return .exact(label)
  }

  /// What is to be said before a plan is carried out. Of what is there already nothing but why it was chosen.
  func remarks(on plan: Plan, of offers: Offers) -> [Remark] {
    let (release, request) = (offers.release, offers.request)
    var remarks: [Remark] = []
    if let driver = request.driver {
      switch request.track {
      case .exact: break
      case .within(let line):
        remarks.append(
          Remark(text: "CUDA \(release.label): the newest \(line) that driver \(driver) supports"))
      case .latest:
        remarks.append(
          Remark(text: "CUDA \(release.label): the newest that driver \(driver) supports"))
      }
    }
    guard let tree = plan.tree else { return remarks }
    remarks += variantRemarks(on: tree, of: plan)
    remarks += driverRemarks(on: release, for: request.platform)
    for item in tree.items
    where item.reason == .asked && item.component.isDriverClass(in: item.product ?? plan.product) {
      remarks.append(Remark(text: item.component.driverWarning, isWarning: true))
    }
    return remarks
  }

  /// Products in a variant that is for another CUDA than the tree's: somebody said so.
  private func variantRemarks(on tree: Plan.NewTree, of plan: Plan) -> [Remark] {
    guard plan.product.isCUDA, let major = plan.release.text.split(separator: ".").first else {
      return []
    }
    return tree.items.compactMap { item in
      guard item.product != nil, let variant = item.build.variant, variant.hasPrefix("cuda"),
        variant.dropFirst("cuda".count).split(separator: ".").first != major
      else { return nil }
      return Remark(
        text: "\(item.component.name) is the one for \(variant), in a tree of CUDA \(plan.release)",
        isWarning: true)
    }
  }

  /// What the machine's driver is too old for. Nothing if there is none: compiling works, and another machine may
  /// run it.
  func driverRemarks(on release: Release, for platform: Platform) -> [Remark] {
    // What is for another platform runs on another machine.
    guard platform == Platform.of(machine: Machine.architecture, isTegra: Machine.isTegra),
      let driver = Machine.driver.parsed, let need = DriverNeed(of: release)
    else { return [] }
    switch need.fit(of: driver) {
    case .good: return []
    case .limited: return [Remark(text: need.text(with: driver))]
    case .tooOld:
      return [
        Remark(
          text: "\(need.text(with: driver)): programs that use it will not run here",
          isWarning: true)
      ]
    }
  }
}

extension InstalledState {
  /// What the current release demands of the driver.
  var driverNeed: DriverNeed? {
    knownReleases.first { $0.release == current }.flatMap { DriverNeed(of: Release($0.receipt)) }
  }
}

extension Component {
  /// What who asks for it by name should know.
  fileprivate var driverWarning: String {
    name.text.hasPrefix("cuda_compat")
      ? "\(name) belongs to the driver: programs that find its libcuda use it instead of the driver's own, "
        + "which is for data centre GPUs only"
      : "\(name) belongs to the driver or the system: it is unpacked here, and nothing is loaded or set up"
  }
}
