import CUDAFiles
import Testing

@Test(arguments: [
  (0, "1970-01-01T00:00:00.000Z"), (1_764_000_131_034, "2025-11-24T16:02:11.034Z"),
  (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
])
func `a moment is written as RFC 3339 says`(milliseconds: Int64, text: String) {
  #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
  #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
}

@Test(arguments: [UInt64(1), 2, 3])
func `a moment that is written is read again`(seed: UInt64) {
  var state = seed
  for _ in 0..<2_000 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let moment = Timestamp(milliseconds: Int64(state >> 22) % 253_402_300_800_000)
    #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
  }
  #expect(Timestamp(rfc3339: Timestamp.now.rfc3339) != nil)
}

@Test(arguments: [
  "", "Z", "2026", "2026-11-23", "2026-11-23T14:02:11Z", "2026-11-23T14:02:11.034",
  "2026-11-23T14:02:11.034+", "2026-11-23 14:02:11.034Z", "2026/11/23T14:02:11.034Z",
  "2026-13-23T14:02:11.034Z", "2026-02-30T14:02:11.034Z", "2026-11-23T25:02:11.034Z",
  "2147483647x1x1x1x1x1x1xZ", "9999999x9x9x9x9x9x99999Z", "99999999999999999999999Z",
  "１-1-1T1:1:1.1Z", "2026-11-23T14:02:11.0345Z",
])
func `only what is written as a moment is read as one`(text: String) {
  #expect(Timestamp(rfc3339: text) == nil)
}

@Test func `a moment for identifiers has no colons`() {
  #expect(Timestamp(milliseconds: 1_764_000_131_034).compact == "20251124T160211Z")
}

// makedev(3) of glibc made the numbers on the left.
@Test(
  arguments: [
    (0xfe00, "fe:00"), (0x1b, "00:1b"), (0x1_0303, "103:03"), (0x12000_6783_459a, "12345:6789a"),
  ] as [(UInt64, String)])
func `a device of stat(2) is written as proc(5) does`(device: UInt64, text: String) {
  #expect(LockTable.numbers(ofDevice: device) == text)
}

@Test func `I5: no name is made twice`() {
  let names = (0..<10_000).map { _ in UniqueName.next() }
  #expect(Set(names).count == names.count)
  for name in names.prefix(100) {
    let parts = name.split(separator: ".")
    #expect(parts.count == 3)
    #expect(parts[1] == "\(Machine.processID)")
    #expect(parts[2].count == 16)
  }
}

@Test func `who waits for a value goes on when it changes`() throws {
  let turn = Monitor(0)
  let rounds = 1_000
  let other = try CUDAFiles.Thread {
    for round in 0..<rounds {
      let _: Void? = turn.wait { $0 == 2 * round + 1 ? () : nil }
      turn.change { $0 += 1 }
    }
  }
  for round in 0..<rounds {
    turn.change { $0 += 1 }
    let _: Void? = turn.wait { $0 == 2 * round + 2 ? () : nil }
  }
  other.join()
  #expect(turn.update { $0 } == 2 * rounds)
}

@Test func `what is there already is not waited for, and what never comes not for ever`() {
  let value = Monitor(7)
  #expect(value.wait { $0 == 7 ? "there" : nil } == "there")
  #expect(value.wait(milliseconds: 0) { $0 == 8 ? "there" : nil } == nil)
  #expect(value.wait(milliseconds: 1) { $0 == 8 ? "there" : nil } == nil)
  #expect(value.wait(milliseconds: 60_000) { $0 == 7 ? "there" : nil } == "there")
}

@Test func `changes from many threads are all there`() throws {
  let sum = Monitor(0)
  let threads = try (0..<8).map { _ in
    try CUDAFiles.Thread { for _ in 0..<500 { sum.update { $0 += 1 } } }
  }
  for thread in threads { thread.join() }
  #expect(sum.update { $0 } == 4_000)
}
