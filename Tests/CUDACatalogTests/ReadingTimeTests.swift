// How long a manifest takes to be read. A clock decides nothing in the other tests, and only the optimized program
// counts:
//
//   CUDA_INSTALL_TIMES=1 swift test -c release --filter "20 ms"

import CUDACatalog
import Glibc
import TestSupport
import Testing

@Suite struct `How long it takes` {
  private static let isWanted = getenv("CUDA_INSTALL_TIMES") != nil

  @Test(.enabled(if: isWanted && Shared.isThere, "CUDA_INSTALL_TIMES is not set"))
  func `to read the manifest of 13.4.2 is under 20 ms, the first time too`() throws {
    let name = "redistrib_13.4.2.json"
    let bytes = try Shared.bytes("manifests/cuda/\(name)")
    var times: [Duration] = []
    for _ in 0..<100 {
      var release: Release?
      times.append(
        try ContinuousClock().measure { release = try Redistrib.read(bytes, document: name) })
      #expect(release?.components.count == 40)
    }
    let sorted = times.sorted()
    print(
      "\(name), \(bytes.count) bytes: first \(times[0]), fastest \(sorted[0]), median \(sorted[50]), "
        + "slowest \(sorted[99])")
    #if !DEBUG
      #expect(times[0] < .milliseconds(20))
      #expect(sorted[50] < .milliseconds(20))
    #endif
  }
}
