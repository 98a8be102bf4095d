import CUDAInstall
import Glibc
import Synchronization
import TestSupport
import Testing

/// Whoever owns a tree puts a second name of somebody's secret in it, in the moment between a look and the next.
@Test func `I6 I11: a file that is swapped while it is taken over is not published`() throws {
  let template = try Template(.component)
  let secret = template.scratch.file("secret")
  let name = "/.cuda-install/trees/13.0.1-1/bin/alpha"
  var swapCount = 0
  for occurrence in 0..<10 {
    let prefix = template.makePrefix("swapped")
    // With another mode than it was given it is copied, not linked.
    #expect(chmod(prefix + name, 0o755) == 0)
    writeFile(secret, Array("secret".utf8))
    #expect(chmod(secret, 0o600) == 0)
    let isSwapped = Atomic(false)
    let error = failure {
      try Calls(in: prefix).during({ call in
        guard call == Call(name: "openat", subject: name, occurrence: occurrence) else {
          return nil
        }
        unlink(prefix + name)
        link(secret, prefix + name)
        isSwapped.store(true, ordering: .sequentiallyConsistent)
        return nil
      }) { try template.change.run(prefix, mirror: template.mirror.path) }
    }
    guard isSwapped.load(ordering: .sequentiallyConsistent) else { break }
    swapCount += 1
    let found = runProgram([
      "find", prefix, "-type", "f", "-perm", "/077", "-exec", "grep", "-l", "^secret$", "{}", "+",
    ])
    #expect(found.output == "", "\(occurrence): \(String(describing: error?.message))")
    if let error { #expect(error.exitStatus == 74 && error.message.contains("bin/alpha")) }
    #expect(modeOf(secret) == 0o600)
    // What he has done to his tree is his affair; without it all goes on.
    unlink(prefix + name)
    try template.change.run(prefix, mirror: template.mirror.path)
    template.remove(prefix)
  }
  #expect(swapCount >= 2)
}

@Test func `I6 I11: a file that is swapped in the moment of its linking is not published`() throws {
  let template = try Template(.component)
  let secret = template.scratch.file("secret")
  writeFile(secret, Array("secret".utf8))
  #expect(chmod(secret, 0o555) == 0)
  let prefix = template.makePrefix("swapped")
  let name = "\(prefix)/.cuda-install/trees/13.0.1-1/bin/alpha"
  let isSwapped = Atomic(false)
  let error = failure {
    try Calls(in: prefix).during({ call in
      guard call.name == "linkat", call.subject.contains("/13.0.1-1/bin/alpha as ") else {
        return nil
      }
      unlink(name)
      link(secret, name)
      isSwapped.store(true, ordering: .sequentiallyConsistent)
      return nil
    }) { try template.change.run(prefix, mirror: template.mirror.path) }
  }
  let wasSwapped = isSwapped.load(ordering: .sequentiallyConsistent)
  #expect(wasSwapped)
  #expect(error?.exitStatus == 74 && error?.message.contains("bin/alpha") == true)
  #expect(namesIn("\(prefix)/.cuda-install/trees") == ["13.0.1-1"])
  unlink(name)
  try template.change.run(prefix, mirror: template.mirror.path)
}
