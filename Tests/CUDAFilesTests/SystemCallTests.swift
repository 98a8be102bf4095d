import CUDAFiles
import Glibc
import Testing

@Test func `a call that a signal interrupts is made again`() throws {
  var attempts = 0
  let result = try systemCall("pread", "a file") { () -> Int32 in
    attempts += 1
    errno = EINTR
    return attempts < 5 ? -1 : 42
  }
  #expect(result == 42)
  #expect(attempts == 5)
}

@Test func `the probe can be such a signal`() throws {
  let calls = Calls()
  var made = 0
  _ = try calls.during({ index, _ in index < 3 ? EINTR : nil }) {
    try systemCall("pread", "a file") { () -> Int32 in
      made += 1
      return 0
    }
  }
  #expect(calls.names.count == 4)
  #expect(made == 1)
}

@Test func `a call that fails says which it was, on what, and why`() {
  let error: SystemCallError? = failure {
    try systemCall("renameat", "a to b") { () -> Int32 in
      errno = ENOSPC
      return -1
    }
  }
  #expect(error == SystemCallError(call: "renameat", subject: "a to b", code: ENOSPC))
  #expect(error?.message == "renameat a to b: No space left on device")
}

@Test func `the probe is asked before each call, and may take its place`() throws {
  let calls = Calls()
  var made = 0
  let error: SystemCallError? = calls.during({ index, _ in index == 1 ? EIO : nil }) {
    failure {
      for _ in 0..<3 {
        try systemCall("fsync", "x") { () -> Int32 in
          made += 1
          return 0
        }
      }
    }
  }
  #expect(error?.code == EIO)
  #expect(calls.names == ["fsync", "fsync"])
  #expect(made == 1)
}

@Test func `a thread has the probe of the one that started it`() throws {
  let calls = Calls()
  try calls.during {
    let thread = try CUDAFiles.Thread {
      _ = try? systemCall("fsync", "outer") { Int32(0) }
      (try? CUDAFiles.Thread { _ = try? systemCall("syncfs", "inner") { Int32(0) } })?.join()
    }
    thread.join()
  }
  try CUDAFiles.Thread { _ = try? systemCall("close", "after") { Int32(0) } }.join()
  #expect(calls.names == ["fsync", "syncfs"])
}
