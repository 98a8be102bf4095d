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

package enum LockTable {
  /// The processes that took a flock(2) on `file`, `fe:00:24593`, by lines of /proc/locks.
  package static func holders(of file: String, in table: [Substring]) -> [Int32] {
    // proc_locks(5): `1: FLOCK  ADVISORY  WRITE 4711 fe:00:24593 0 EOF`; `->` is one that waits.
    table.compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 8, fields[1] == "FLOCK", fields[5] == file else { return nil }
      return Int32(fields[4])
    }
  }

  /// A device of stat(2) as /proc/locks writes it: `fe:00`. makedev(3) has spread the numbers.
  package static func numbers(ofDevice device: UInt64) -> String {
    let major = device >> 8 & 0xfff | device >> 32 & 0xffff_f000
    let minor = device & 0xff | device >> 12 & 0xffff_ff00
    return [major, minor].map { hexadecimal(UInt32($0)) }.joined(separator: ":")
  }
}

extension Directory {
  /// The processes that took a flock(2) on a file of this directory's mount, as far as they can be seen from here;
  /// `nil` if the kernel's table cannot be read.
  package func lockHolders(of file: FileIdentity) -> [RunningProcess]? {
    if let superblock { return holders(of: file, on: superblock) }
    // After a chroot(2) into what is no mount point, the mount is not listed. stat(2) knows the device but for a
    // subvolume of btrfs, so only who is found is known.
    let found = holders(of: file, on: LockTable.numbers(ofDevice: file.device))
    return found.isEmpty ? nil : found
  }

  private func holders(of file: FileIdentity, on device: String) -> [RunningProcess] {
    LockTable.holders(of: "\(device):\(file.number)", in: lines(of: "/proc/locks", limit: 1 << 20))
      .map { RunningProcess(pid: $0, name: Machine.name(of: $0)) }
  }

  /// The device of the file system as /proc/locks writes it. Not that of stat(2): on btrfs that is the
  /// subvolume's.
  private var superblock: String? {
    let mount = lines(of: "/proc/self/fdinfo/\(descriptor)").first { $0.hasPrefix("mnt_id:") }
    guard let mount = mount?.split(separator: "\t").last else { return nil }
    // proc_pid_mountinfo(5): `36 35 98:0 /mnt1 /mnt2 ...`
    for line in lines(of: "/proc/self/mountinfo", limit: 4 << 20) {
      let fields = line.split(separator: " ", maxSplits: 3)
      guard fields.count == 4, fields[0] == mount else { continue }
      let numbers = fields[2].split(separator: ":").compactMap { UInt32($0) }
      guard numbers.count == 2 else { return nil }
      return numbers.map { hexadecimal($0) }.joined(separator: ":")
    }
    return nil
  }
}

private func hexadecimal(_ number: UInt32) -> String {
  let digits = String(number, radix: 16)
  return digits.count < 2 ? "0\(digits)" : digits
}

/// A directory that a process uses.
package struct DirectoryUse: Sendable {
  package var process: RunningProcess
  package var directory: FileIdentity
}

extension Machine {
  /// Whether `pid` is a parent of this process, or a parent's parent.
  package static func isAncestor(_ pid: Int32) -> Bool {
    var parent = getppid()
    // Bounded: what is read may change while it is read.
    for _ in 0..<1000 where parent > 0 {
      if parent == pid { return true }
      guard let text = statusFields(of: parent)?.first, let next = Int32(text) else { return false }
      parent = next
    }
    return false
  }

  /// The directories whose path ends in `marker` and one name, of which a process runs a program, has a file
  /// mapped, or works in them, wherever it has them mounted; of other users' processes only root is told.
  package static func uses(ofDirectoriesIn marker: String) -> [DirectoryUse] {
    var uses: [DirectoryUse] = []
    for pid in processes where pid != processID {
      for path in paths(pid, marker) {
        // As that process sees it: its mounts need not be ours.
        var status = stat()
        guard stat("/proc/\(pid)/root\(path)", &status) == 0 else { continue }
        let process = RunningProcess(pid: pid, name: name(of: pid))
        uses.append(DirectoryUse(process: process, directory: FileStatus(status).identity))
      }
    }
    return uses
  }

  /// Not through the funnel: how many there are is nothing that a test could repeat.
  private static var processes: [Int32] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var found: [Int32] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let pid = Int32(name) { found.append(pid) }
    }
    return found.sorted()
  }

  private static func paths(_ pid: Int32, _ marker: String) -> Set<String> {
    var texts: [String] = []
    for line in lines(of: "/proc/\(pid)/maps", limit: 16 << 20) {
      // proc_pid_maps(5): the path is the sixth field and may hold spaces.
      guard let slash = line.firstIndex(of: "/") else { continue }
      texts.append(String(line[slash...]))
    }
    for link in ["exe", "cwd"] {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink("/proc/\(pid)/\(link)", &buffer, buffer.count)
      guard count > 0 else { continue }
      let bytes = buffer[..<count].map { UInt8(bitPattern: $0) }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    var paths: Set<String> = []
    for text in texts {
      guard let range = text.firstRange(of: marker) else { continue }
      let name = text[range.upperBound...].prefix { $0 != "/" }
      paths.insert(String(text[..<range.upperBound]) + name)
    }
    return paths
  }

  static func name(of pid: Int32) -> String? { firstLine(of: "/proc/\(pid)/comm") }
}
