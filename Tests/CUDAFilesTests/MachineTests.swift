import CUDAFiles
import Glibc
import TestSupport
import Testing

@Test func `as many cores are used as are given, not as many as there are`() async throws {
  let nproc = runProgram(["nproc"]).output.split(separator: "\n").first.flatMap { Int($0) }
  #expect(Machine.coreCount == nproc)
  // Of this one thread.
  let one = try await onThread {
    let thread = linkTarget("/proc/thread-self")?.split(separator: "/").last ?? ""
    let status = String(decoding: readFile("/proc/thread-self/status") ?? [], as: UTF8.self)
    let allowed = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let core = try #require(allowed?.split(whereSeparator: { !$0.isNumber }).first)
    try #require(runProgram(["taskset", "-pc", "\(core)", "\(thread)"]).status == 0)
    return Machine.coreCountOfThread
  }
  #expect(one == 1)
}
