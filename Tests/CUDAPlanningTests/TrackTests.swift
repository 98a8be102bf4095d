import CUDACatalog
import CUDAPlanning
import Testing

@Suite struct `A track` {
  static let labels = [
    "11.8.0", "12.9.1", "13.0.2", "13.0.10", "13.1.1", "14.0.0-rc1", "25.05", "25.11",
  ]

  static let moves =
    [
      ("latest", "25.11"), ("13", "13.1.1"), ("13.0", "13.0.10"), ("12", "12.9.1"),
      ("13.0.2", "13.0.2"), ("14", nil), ("14.0.0", nil), ("13.0.3", nil), ("1", nil),
      ("25.5", "25.05"), ("25.05", "25.05"), ("013", "13.1.1"),
    ] as [(String, String?)]

  @Test(arguments: moves) func `leads to its newest release`(text: String, newest: String?) throws {
    let track = try #require(Track(text))
    let labels = try Self.labels.map { try version($0) }
    #expect(track.newest(of: labels)?.text == newest)
    #expect(track.newest(of: labels.reversed())?.text == newest)
    #expect(track.description == text)
  }

  @Test func `without a release names those there are`() throws {
    let labels = try ["11.8.0", "13.0.2"].map { try version($0) }
    let error = PlanningError.noSuchRelease(.cuda, try #require(Track("12")), available: labels)
    #expect(error.message == "the source has no release 12")
    #expect(error.hint == "there are 13.0.2, 11.8.0")
  }

  @Test func `is wider than those that it contains`() throws {
    let tracks = try ["latest", "13", "13.0", "13.0.2"].map { try #require(Track($0)) }
    for (index, wide) in tracks.enumerated() {
      for (other, narrow) in tracks.enumerated() {
        #expect(wide.isWider(than: narrow) == (index < other), "\(wide) \(narrow)")
      }
    }
    #expect(try !#require(Track("12")).isWider(than: tracks[3]))
    #expect(try !#require(Track("13.1")).isWider(than: tracks[3]))
  }

  @Test(arguments: ["", "newest", "13.x", "v", "w13", "13.", ".13", "13.0.2-rc1", "13 ", "１３"])
  func `is latest, or numbers`(text: String) {
    #expect(Track(text) == nil)
  }

  @Test func `has three numbers if it is one release`() throws {
    #expect(try Track("13.0.2") == .exact(version("13.0.2")))
    #expect(try Track("8.9.7.29") == .exact(version("8.9.7.29")))
    #expect(try Track("13.0") == .within(version("13.0")))
    #expect(Track("latest") == .latest)
  }
}
