// Sixty-four processes at once, round after round, some of them killed; and a reader all the while.
//
// All choices are made from a seed, the test's argument. What the kernel makes of them differs from run to run,
// so a failure may need more than one try. Four rounds fit into a test run of two cores; the whole soak is
//
//   CUDA_INSTALL_SOAK_SEED=4711 CUDA_INSTALL_SOAK_ROUNDS=20 swift test --filter "64 processes"

import FoundationEssentials
import Glibc
import TestSupport
import Testing

private func setting(_ name: String) -> UInt64? {
  getenv(name).flatMap { UInt64(String(cString: $0)) }
}

@Suite struct `Sixty-four processes` {
  private static let seed = setting("CUDA_INSTALL_SOAK_SEED") ?? 11
  private static let roundCount = Int(setting("CUDA_INSTALL_SOAK_ROUNDS") ?? 4)

  @Test(arguments: [seed])
  func `I1 I2 I5 I8 I9 I12: 64 processes at once, some killed, and every round ends well`(
    seed: UInt64
  ) throws {
    let soak = try Soak(seed: seed)
    for round in 1...Self.roundCount {
      let flaws = try soak.round(round)
      // A flaw that stays would be every later round's too.
      try #require(
        flaws.isEmpty, "seed \(seed), round \(round):\n\(flaws.joined(separator: "\n"))")
    }
    print("soak: seed \(seed), \(soak.summary)")
  }
}
