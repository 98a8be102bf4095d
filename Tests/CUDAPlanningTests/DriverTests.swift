import CUDACatalog
import CUDAPlanning
import FoundationEssentials
import TestSupport
import Testing

@Suite struct `What a driver and a release are to each other` {
  typealias Fit = DriverNeed.Fit

  static let fits =
    [
      ("12.9.1", "525.60.12", .tooOld), ("12.9.1", "525.60.13", .limited),
      ("12.9.1", "575.57.07", .limited), ("12.9.1", "575.57.08", .good),
      ("12.9.1", "999.1", .good), ("13.0.2", "575.57.08", .tooOld),
      ("13.0.0", "580.65.06", .good), ("13.0.2", "580.65.06", .limited),
      ("11.0.3", "450.36.06", .good), ("11.4.4", "450.36.06", .tooOld),
      ("11.4.4", "450.80.02", .limited), ("12.2.2", "535.86.10", .limited),
      ("12.2.2", "535.104.05", .good),
      // Newer than the table: what the major demands. And of whole majors nobody knows anything.
      ("13.4.2", "580.65.06", .good), ("13.9.0", "579.99", .tooOld),
      ("12.10.0", "525.60.13", .good),
      ("14.0.0", "999.1", nil), ("10.2.89", "999.1", nil), ("26.5", "999.1", nil),
    ] as [(String, String, Fit?)]

  @Test(arguments: fits) func `too old, limited or good, by the number`(
    label: String, driver: String, fit: Fit?
  ) throws {
    let need = DriverNeed(ofCUDA: try version(label))
    #expect(try need?.fit(of: version(driver)) == fit)
    let isSupported = Driver.supports(try version(label), with: try version(driver))
    #expect(isSupported == (fit != nil && fit != .tooOld))
  }

  @Test func `a sentence says what is the matter, with both versions`() throws {
    let need = try #require(DriverNeed(ofCUDA: try version("12.9.1")))
    #expect(
      need.text(with: try version("470.57.02"))
        == "driver 470.57.02 is older than the 525.60.13 that CUDA 12.9.1 needs")
    #expect(
      need.text(with: try version("550.54.14")).hasPrefix(
        "driver 550.54.14 is older than CUDA 12.9.1's own, 575.57.08: it works, but"))
    #expect(need.text(with: try version("580.1")) == "driver 580.1 runs CUDA 12.9.1")
  }

  static let phrases = [
    ("580.82.07", "580.82.07, good for CUDA 13.0, runs 11, 12 and 13"),
    ("550.54.14", "550.54.14, good for CUDA 12.4, runs 11 and 12"),
    ("470.256.02", "470.256.02, good for CUDA 11.4, runs 11"),
    ("450.80.02", "450.80.02, runs 11"), ("390.157", "390.157, too old for any CUDA from 11 on"),
    ("570.211.01", "570.211.01, good for CUDA 12.8, runs 11 and 12"),
    ("700.1.2", "700.1.2, good for CUDA 13.3, runs 11, 12 and 13"),
  ]

  @Test(arguments: phrases) func `a driver's line of CUDA and its majors are two things`(
    driver: String, text: String
  ) throws {
    #expect(Driver.text(try version(driver)) == text)
  }

  @Test func `the newest that a driver supports is chosen on the track`() throws {
    let labels = try ["11.8.0", "12.9.1", "13.0.2", "13.4.2", "13.5.0-rc1", "14.0.0"].map(version)
    func newest(_ track: String, _ driver: String) throws -> String? {
      try Driver.newest(of: labels, on: #require(Track(track)), with: version(driver))?.text
    }
    #expect(try newest("latest", "550.54.14") == "12.9.1")
    #expect(try newest("latest", "580.65.06") == "13.4.2")
    #expect(try newest("13.0", "610.43.02") == "13.0.2")
    #expect(try newest("latest", "450.80.02") == "11.8.0")
    #expect(try newest("13", "550.54.14") == nil)
    #expect(try newest("latest", "390.157") == nil)
    #expect(try newest("14", "999.1") == nil, "nobody knows what it needs")
  }

  @Test func `a manifest that has the driver says itself which is the release's own`() throws {
    let driver = Component(
      name: try name("nvidia_driver"), title: "", license: "NVIDIA Driver",
      version: try version("620.10.01"), builds: [])
    for label in ["13.0.2", "13.9.0"] {
      let need = try #require(DriverNeed(of: try release(label, [driver])))
      #expect(need.own?.text == "620.10.01" && need.oldest.text == "580")
    }
    #expect(DriverNeed(of: try release("14.0.0", [driver])) == nil)
    // tensorrt 11.3.0 is no CUDA 11.
    #expect(DriverNeed(of: try release("11.3.0", product: "tensorrt", [])) == nil)
  }

  @Test func `a release that no driver supports is refused with both versions`() throws {
    let (driver, label) = (try version("550.54.14"), try version("13.0.2"))
    let exact = PlanningError.driverTooOld(driver, .exact(label), oldest: try version("580"))
    #expect(
      exact.message == "driver 550.54.14 does not support CUDA 13.0.2, which needs 580 or newer")
    #expect(exact.hint?.contains("leave the version out") == true)
    let unknown = PlanningError.driverTooOld(driver, .exact(try version("14.0.0")), oldest: nil)
    #expect(unknown.message == "driver 550.54.14 is not known to support CUDA 14.0.0")
  }
}

@Suite(.enabled(if: Shared.isThere, "\(Shared.absence)")) struct `The table of drivers` {
  @Test(arguments: ["11.4.4", "11.8.0", "12.6.3", "12.9.1", "13.0.2", "13.4.2"])
  func `says what the releases' own manifests say`(label: String) throws {
    let release = try realRelease(label)
    let said = release[try name("nvidia_driver")]?.version
    #expect(DriverNeed(ofCUDA: release.label)?.own == said)
    #expect(DriverNeed(of: release)?.own == said)
    #expect((said == nil) == (label == "13.4.2"))
  }

  @Test func `is the one that was collected`() throws {
    struct Row: Decodable { var cuda: String, driver: String }
    struct Table: Decodable { var toolkit_driver: [Row] }
    let bytes = Data(try Shared.bytes("reference/driver-table.json"))
    let rows = try JSONDecoder().decode(Table.self, from: bytes).toolkit_driver
    #expect(rows.count == 44)
    for row in rows {
      let need = try #require(DriverNeed(ofCUDA: try version(row.cuda)))
      #expect(need.own?.text == row.driver, "\(row.cuda)")
      #expect(need.own.map { $0 >= need.oldest } == true, "\(row.cuda)")
    }
  }
}
