// What the kernel tells about locks and processes: /proc/locks, /proc/PID. Information for people, never
// evidence (I3): in another pid namespace the lines are missing, and a lock that a child has inherited is shown
// under the pid that took it, though that may be gone.

import Glibc

/// A process by its number and the name of its program.
package struct RunningProcess: Sendable, Hashable {
  package var pid: Int32
  /// `flock`; `nil` if the process is gone or cannot be seen.
  package var name: String?

  package init(pid: Int32, name: String?) {
    self.pid = pid
    self.name = name
  }

  /// `pid 88 (flock)`
  package var description: String { "pid \(pid)" + (name.map { " (\($0))" } ?? "") }
}

extension Machine {
  /// The processes that took a flock(2) on that file, as far as they can be seen from here.
  package static func holders(of file: FileIdentity) -> [RunningProcess] {
    let device = file.device
    let (major, minor) = (
      (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF, device & 0xFF | (device >> 12) & ~0xFF
    )
    let wanted = "\(hexadecimal(major)):\(hexadecimal(minor)):\(file.number)"
    // proc_locks(5): `1: FLOCK  ADVISORY  WRITE 4711 fe:00:24593 0 EOF`; `->` is one that waits.
    return lines(of: "/proc/locks", limit: 1 << 20).compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 8, fields[1] == "FLOCK", fields[5] == wanted, let pid = Int32(fields[4])
      else { return nil }
      return RunningProcess(pid: pid, name: name(of: pid))
    }
  }

  /// Whether `pid` is a parent of this process, or a parent's parent.
  package static func isAncestor(_ pid: Int32) -> Bool {
    var parent = getppid()
    // Bounded: what is read may change while it is read.
    for _ in 0..<1000 where parent > 1 {
      if parent == pid { return true }
      guard let text = statusFields(of: parent)?.first, let next = Int32(text) else { return false }
      parent = next
    }
    return false
  }

  /// The processes that run a program of the directory `path`, use a library of it, or work in it; of other users'
  /// processes only root is told.
  package static func processes(using path: String) -> [RunningProcess] {
    guard let names = try? Directory.open("/proc").names() else { return [] }
    return names.compactMap { Int32($0) }.sorted().compactMap { pid in
      guard pid != processID, uses(pid, path) else { return nil }
      return RunningProcess(pid: pid, name: name(of: pid))
    }
  }

  private static func uses(_ pid: Int32, _ path: String) -> Bool {
    for link in ["exe", "cwd"] {
      guard let target = resolved("/proc/\(pid)/\(link)") else { continue }
      if target == path || target.hasPrefix("\(path)/") { return true }
    }
    // proc_pid_maps(5): the path is the sixth field and may hold spaces.
    return lines(of: "/proc/\(pid)/maps", limit: 16 << 20).contains { line in
      guard let slash = line.firstIndex(of: "/") else { return false }
      return line[slash...].hasPrefix("\(path)/")
    }
  }

  private static func name(of pid: Int32) -> String? { firstLine(of: "/proc/\(pid)/comm") }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return digits.count < 2 ? "0\(digits)" : digits
  }
}
