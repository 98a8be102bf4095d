// What libFuzzer calls. It brings `main`; which target is meant, the environment says.

import FuzzTargets
import Glibc

private let target: FuzzTarget = {
  let name = FuzzTarget.chosenName
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fatalError("CUDA_INSTALL_FUZZ_TARGET is none of \(FuzzTarget.all.map(\.name))")
  }
  return target
}()

/// Runs the target on one input: what it must not do ends the process, which libFuzzer notes.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  } catch {
    // Not `fatalError`: in looking for a backtrace it reads what AddressSanitizer forbids.
    let words = Array("\(target.name): \(error)\n".utf8)
    _ = write(2, words, words.count)
    abort()
  }
  return 0
}
