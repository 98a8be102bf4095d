import CKernel
import Glibc

/// What this process and the machine are called. Read for messages and records, never as evidence (I3).
package enum Machine {
  /// A new one each time the kernel starts; `noboot` if /proc is not there.
  package static let bootID: String =
    firstLine(of: "/proc/sys/kernel/random/boot_id") ?? "noboot"

  package static let host: String = firstLine(of: "/proc/sys/kernel/hostname") ?? "localhost"

  /// The name of this process's user, or the number if it has none.
  package static let user: String = name(ofUser: geteuid())

  /// The name of a user, or the number if it has none.
  package static func name(ofUser number: UInt32) -> String {
    guard let entry = getpwuid(number) else { return "\(number)" }
    return String(cString: entry.pointee.pw_name)
  }

  /// The name of a group, or the number if it has none.
  package static func name(ofGroup number: UInt32) -> String {
    guard let entry = getgrgid(number) else { return "\(number)" }
    return String(cString: entry.pointee.gr_name)
  }

  /// Where a shell finds a program; `nil` if it does not.
  ///
  /// Not in a directory that depends on where the shell is: that is anybody's.
  package static func onPath(_ name: String) -> String? {
    (environment("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
      .map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// The home directory: HOME, or for processes without it that of the password database.
  ///
  /// Also for root with another user's HOME, as `su -p` and `sudo -E` leave it: that user's settings are not root's.
  package static var home: String? {
    if let home = environment("HOME"), !home.isEmpty {
      var status = stat()
      guard isRoot, stat(home, &status) == 0, status.st_uid != 0 else { return home }
    }
    guard let entry = getpwuid(geteuid()) else { return nil }
    return String(cString: entry.pointee.pw_dir)
  }

  package static var effectiveUser: UInt32 { geteuid() }

  package static var isRoot: Bool { effectiveUser == 0 }

  /// Whether this program has rights that who called it has not: it is set-user-ID, or something like that.
  package static var isPrivileged: Bool { ckernel_is_privileged() }

  /// `x86_64`, as `uname -m` prints it.
  package static let architecture: String = {
    var names = utsname()
    guard uname(&names) == 0 else { return "unknown" }
    return withUnsafeBytes(of: &names.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }()

  /// Whether this is a Jetson, whose builds are NVIDIA's `linux-aarch64`.
  package static var isTegra: Bool { access("/etc/nv_tegra_release", F_OK) == 0 }

  /// The mode bits that the kernel takes from new files.
  ///
  /// Read from /proc, because umask(2) cannot be asked without being changed for all threads.
  package static let umask: UInt16 = {
    let status = lines(of: "/proc/self/status").first { $0.hasPrefix("Umask:") }
    return status.flatMap { UInt16($0.split(separator: "\t").last ?? "", radix: 8) } ?? 0
  }()

  /// Names in archives are UTF-8 whatever the locale: libarchive gives no name at all for them in the C
  /// locale, which is what cron has. Before there are threads.
  package static func useUTF8Names() { _ = isUsingUTF8Names }

  private static let isUsingUTF8Names = setlocale(LC_CTYPE, "C.UTF-8") != nil

  /// How many cores this process was given, as by taskset(1) or a container: not more than the machine has.
  package static let coreCount = coreCountOfThread

  /// How many the calling thread may use.
  package static var coreCountOfThread: Int { Int(ckernel_core_count()) }

  package static var processID: Int32 { getpid() }

  /// Whether this process sees all others of the machine: the first pid namespace has this number.
  /// linux/proc_ns.h, PROC_PID_INIT_INO.
  package static var seesAllProcesses: Bool { pidNamespace == 0xEFFF_FFFC }

  /// The pid namespace in which this process's pid means something.
  package static let pidNamespace: UInt64 = {
    var status = stat()
    return stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : 0
  }()

  /// When process `pid` started, in clock ticks since boot; `nil` if it cannot be seen.
  ///
  /// A pid may be given to another process; a pid with its start time is not.
  package static func startTime(of pid: Int32) -> UInt64? {
    let fields = statusFields(of: pid) ?? []
    return fields.count > 18 ? UInt64(fields[18]) : nil
  }

  /// The fields of `/proc/PID/stat` from the fourth, the parent, on: proc_pid_stat(5).
  static func statusFields(of pid: Int32) -> [Substring]? {
    guard let line = firstLine(of: "/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else {
      return nil
    }
    return Array(line[line.index(after: end)...].split(separator: " ").dropFirst())
  }

  /// Whether process `pid` is there, and has been since `start`.
  package static func isAlive(_ pid: Int32, since start: UInt64?) -> Bool {
    if let now = startTime(of: pid) { return start == nil || now == start }
    // proc(5), hidepid: other users' processes are not shown, but kill(2) tells that they are there.
    return kill(pid, 0) == 0 || errno == EPERM
  }

  /// What started this process, for the record that others read.
  package static var context: String {
    if let script = environment("DPKG_MAINTSCRIPT_NAME") {
      return "dpkg:\(environment("DPKG_MAINTSCRIPT_PACKAGE") ?? script)"
    }
    if environment("INVOCATION_ID") != nil,
      let unit = firstLine(of: "/proc/self/cgroup")?.split(separator: "/").last,
      unit.hasSuffix(".service")
    {
      return "systemd:\(unit)"
    }
    if firstLine(of: "/proc/\(getppid())/comm") == "cron" { return "cron" }
    return "shell"
  }

  /// Whether a parent passed on a descriptor that holds the lock on that file.
  ///
  /// Ours are closed on exec (I4), so one that is not has survived an exec.
  package static func hasInheritedLock(on identity: FileIdentity) -> Bool {
    let limit = Int32(min(sysconf(Int32(_SC_OPEN_MAX)), 4096))
    return (3..<max(3, limit)).contains { descriptor in
      var status = stat()
      guard fstat(descriptor, &status) == 0, FileStatus(status).identity == identity,
        fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0
      else { return false }
      // proc_pid_fdinfo(5): `lock:` stands there if this very descriptor holds one, not just its file.
      let lines = lines(of: "/proc/self/fdinfo/\(descriptor)")
      return lines.isEmpty || lines.contains { $0.hasPrefix("lock:") && $0.contains("FLOCK") }
    }
  }

  package static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// The words that this process was called with, its own name first. What is not UTF-8 is repaired.
  package static let arguments: [String] = {
    guard let words = ckernel_arguments() else { return CommandLine.arguments }
    return (0..<Int(ckernel_argument_count())).compactMap { words[$0].map { String(cString: $0) } }
  }()

  package static func removeFromEnvironment(_ name: String) { unsetenv(name) }

  /// The absolute path of `path` with symbolic links resolved, or `nil` if it does not exist.
  package static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether something is at `path`, symbolic links followed.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Where this program is, without links; `nil` if it is no longer there.
  package static var executable: String? { resolved("/proc/self/exe") }

  package static var workingDirectory: String { resolved(".") ?? "/" }
}

/// The lines of a file of /proc or /sys, at most `limit` bytes of them.
func lines(of path: String, limit: Int = 4096) -> [Substring] {
  guard let stream = fopen(path, "re") else { return [] }
  defer { fclose(stream) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while text.count < limit {
    let count = fread(&buffer, 1, min(buffer.count, limit - text.count), stream)
    guard count > 0 else { break }
    text += buffer[..<count]
  }
  return String(decoding: text, as: UTF8.self).split(separator: "\n")
}

func firstLine(of path: String) -> String? { lines(of: path).first.map(String.init) }
