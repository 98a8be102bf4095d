// What a machine may do around a run: other mounts, other namespaces, other users, and a kernel that fails.

import Glibc
import TestSupport
import Testing

/// What this process may do. A test that needs more than there is says so, and is skipped.
enum Rights {
  /// In a mount namespace that ends with its process.
  static let toMount =
    runProgram(["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]).status
    == 0
  static let noMount: Comment = "needs the right to mount a file system"

  static let toMakePIDNamespaces =
    runProgram(["unshare", "-pf", "--mount-proc", "true"]).status == 0
  static let noPIDNamespaces: Comment = "needs the right to make a pid namespace"

  static let toStackFileSystems: Bool = {
    let script = """
      mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir lower upper work merged &&
      mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged
      """
    return runProgram(["unshare", "-m", "sh", "-c", script]).status == 0
  }()
  static let noStacking: Comment = "needs the right to mount an overlayfs"

  static let toBecomeOthers = geteuid() == 0 && runProgram(asNobody(["true"])).status == 0
  static let noOthers: Comment = "needs to be root, to become another user as well"

  static let toCompile = runProgram(["cc", "--version"]).status == 0
  static let noCompiler: Comment = "needs a C compiler, as cc"
}

/// The user `nobody`, and no group but its own.
let nobody: uid_t = 65534

/// A command as it runs as `nobody`.
func asNobody(_ command: [String]) -> [String] {
  ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] + command
}

/// A command that is killed after a minute: for a test whose failure would be to wait for ever.
func withinMinute(_ command: [String]) -> [String] {
  // In the foreground: otherwise a signal that it passes on comes twice.
  ["timeout", "--foreground", "-s", "KILL", "60"] + command
}

/// What a command says at its end that begins with these words: how much it took.
///
/// Not the kernel's account of a child of this process, which begins with this process's own memory.
struct Used {
  let byteCount: Int
  /// Of the processor's time.
  let milliseconds: Int

  static let words = [
    "python3", "-c",
    """
    import resource, subprocess, sys
    status = subprocess.run(sys.argv[1:], timeout=30).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("used", used.ru_maxrss, int(1000 * (used.ru_utime + used.ru_stime)), file=sys.stderr)
    sys.exit(status if status >= 0 else 99)
    """,
  ]

  init(_ errors: String) {
    let words = errors.split(separator: "\n").last?.split(separator: " ") ?? []
    let numbers = words.compactMap { Int($0) }
    (byteCount, milliseconds) =
      numbers.count == 2 ? (numbers[0] << 10, numbers[1]) : (.max, .max)
  }
}

extension Bench {
  /// Any command in this bench's environment, to its end.
  func ended(_ command: [String], environment: [String: String] = [:]) -> Ended {
    Ended(started(command, environment: environment))
  }

  /// What readers see first: the links of releases, and `current`.
  var links: [String: String] {
    disk.filter { !$0.key.contains("/") && $0.value.hasPrefix("link") }
  }

  func started(_ command: [String], environment: [String: String] = [:]) -> Program {
    Program(command, environment: self.environment.merging(environment) { $1 }, in: scratch)
  }
}

/// A mount namespace in which commands of a test run. It ends with the value.
final class MountNamespace {
  private let keeper: Program

  /// `script` is one of sh(1), run inside; it knows `$PREFIX` and `$SCRATCH`.
  init(_ bench: Bench, _ script: String) throws {
    keeper = bench.started(
      ["unshare", "-m", "sh", "-e", "-c", "\(script)\necho ready; exec tail -f /dev/null"],
      environment: ["PREFIX": bench.prefix, "SCRATCH": bench.scratch.path])
    guard keeper.waitForOutput("ready") else { throw NoNamespace(errors: keeper.errors) }
  }

  /// A command as it runs inside.
  func command(_ words: [String]) -> [String] {
    ["nsenter", "--mount=/proc/\(keeper.pid)/ns/mnt", "--"] + words
  }

  /// A path inside as others see it.
  func path(_ path: String) -> String { "/proc/\(keeper.pid)/root\(path)" }

  struct NoNamespace: Error { var errors: String }
}

/// A library that stands between a process and its kernel, and lets calls fail as file systems do.
///
///     FLOCK=error=37      each flock(2) fails with this errno
///     FLOCK=granted=1     each flock(2) is granted, whoever holds it
///     FLOCK=storm=50      the first 50 are interrupted by a signal
///     FLOCK=busy=2        the first 2 find the lock taken; the third never comes back, whatever signals come
///     FLOCK=remove=1      before the first, somebody removes the file that is to be locked
///     SYNCFS=stuck        syncfs(2) never comes back
///     WRITE=28            each pwrite(2) into a download fails with this errno
///     CLOCK=3600          the wall clock is an hour ahead
///
/// What never comes back says `stuck` on stderr.
enum Shim {
  static func environment(_ variables: [String: String], in scratch: Scratch) -> [String: String] {
    let (source, library) = (scratch.file("shim.c"), scratch.file("shim.so"))
    writeFile(source, Array(text.utf8))
    let run = runProgram(["cc", "-shared", "-fPIC", "-O1", "-o", library, source])
    precondition(run.status == 0, run.errors)
    return variables.merging(["LD_PRELOAD": library]) { $1 }
  }

  private static let text = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>

    static long setting(const char *variable, const char *key) {
      const char *value = getenv(variable);
      size_t length = strlen(key);
      return value && strncmp(value, key, length) == 0 ? atol(value + length) : -1;
    }

    static int fail(int code) { errno = code; return -1; }

    static int stuck(void) {
      if (write(2, "stuck\\n", 6) == 6) for (;;) pause();
      return fail(EIO);
    }

    static const char *path_of(int descriptor) {
      static __thread char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
      ssize_t count = readlink(link, path, sizeof path - 1);
      path[count > 0 ? count : 0] = 0;
      return path;
    }

    int flock(int descriptor, int operation) {
      static long calls;
      long call = calls++;
      long error = setting("FLOCK", "error="), storm = setting("FLOCK", "storm=");
      long busy = setting("FLOCK", "busy="), removals = setting("FLOCK", "remove=");
      if (error >= 0) return fail((int)error);
      if (call < storm) return fail(EINTR);
      if (setting("FLOCK", "granted=") >= 0) return 0;
      if (busy >= 0) return call < busy ? fail(EWOULDBLOCK) : stuck();
      if (call < removals) unlink(path_of(descriptor));
      return (int)syscall(SYS_flock, descriptor, operation);
    }

    int syncfs(int descriptor) {
      return getenv("SYNCFS") ? stuck() : (int)syscall(SYS_syncfs, descriptor);
    }

    ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
      long error = setting("WRITE", "");
      if (error >= 0 && strstr(path_of(descriptor), "/partial/")) return fail((int)error);
      return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    }

    ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
      return pwrite(descriptor, bytes, count, offset);
    }

    int clock_gettime(clockid_t clock, struct timespec *time) {
      int result = (int)syscall(SYS_clock_gettime, clock, time);
      const char *ahead = getenv("CLOCK");
      if (ahead && clock == CLOCK_REALTIME) time->tv_sec += atol(ahead);
      return result;
    }
    """
}

extension Program {
  /// A line of `/proc/PID/status`, without its name and blanks; `nil` once it has ended.
  func status(_ name: String) -> String? {
    let lines = String(decoding: readFile("/proc/\(pid)/status") ?? [], as: UTF8.self)
    let line = lines.split(separator: "\n").first { $0.hasPrefix("\(name):") }
    return line.map { String($0.dropFirst(name.count + 1).drop { " \t".contains($0) }) }
  }
}
