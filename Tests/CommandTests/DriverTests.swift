import CUDACatalog
import FoundationEssentials
import TestSupport
import Testing

/// Whether this machine has a driver's library where the loader looks, which no mount takes away.
let hasLibrary =
  runProgram([
    "sh", "-c",
    "ls /usr/lib/*/libcuda.so.1 /usr/lib*/libcuda.so.1 /usr/lib*/nvidia/libcuda.so.1 "
      + "/usr/local/nvidia/lib64/libcuda.so.1 /run/opengl-driver/lib/libcuda.so.1 2>&- | grep -q .",
  ]).status == 0
private let foundLibrary: Comment = "needs a machine without libcuda.so.1"

/// A machine with a driver, as its kernel would show it: a mount namespace in which all commands run.
private struct Machine {
  let bench: Bench
  private let place: MountNamespace

  /// `module` and `driver` are the lines of /sys/module/nvidia/version and /proc/driver/nvidia/version.
  init(_ mirror: Mirror = .three, module: String? = nil, driver: String? = nil) throws {
    bench = try Bench(mirror)
    var script = "mount -t tmpfs tmpfs /sys/module; mount -t tmpfs tmpfs /proc/driver"
    for (directory, line) in [("/sys/module/nvidia", module), ("/proc/driver/nvidia", driver)] {
      guard let line else { continue }
      let file = bench.scratch.file("line\(directory.utf8.count)")
      writeFile(file, Array((line + "\n").utf8))
      script += "\nmkdir \(directory); cp \(file) \(directory)/version"
    }
    place = try MountNamespace(bench, script)
  }

  func run(_ words: String...) -> Ended { bench.ended(place.command(bench.command(words))) }

  func start(_ words: String...) -> Program { bench.started(place.command(bench.command(words))) }

  /// A script of sh(1), inside.
  func inside(_ script: String) -> Ended { bench.ended(place.command(["sh", "-e", "-c", script])) }
}

@Suite(.enabled(if: Rights.toMount, Rights.noMount)) struct `A machine's driver` {
  private let newest = "550.54.14, good for CUDA 12.4, runs 11 and 12"

  private struct Status: Decodable {
    var driver: String?, driver_unknown: String?, driver_cuda: String?, driver_fit: String?
    var driver_majors: [Int]?

    init(_ machine: Machine) throws {
      let run = machine.run("status", "--json")
      self = try JSONDecoder().decode(Self.self, from: Data(run.output.utf8))
    }
  }

  @Test(
    arguments: [
      ("550.54.14", nil),
      (
        nil,
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Sat Feb 17 22:55:48 UTC 2024"
      ),
      (
        "\u{1b}[31m580.1",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build  (VirtualGPU)"
      ),
    ] as [(String?, String?)])
  func `is the kernel's module, or what the driver itself says`(module: String?, driver: String?)
    throws
  {
    let machine = try Machine(module: module, driver: driver)
    #expect(machine.run("status").output.contains("Driver   \(newest)\n"))
    let status = try Status(machine)
    #expect(status.driver == "550.54.14" && status.driver_cuda == "12.4")
    #expect(status.driver_majors == [11, 12] && status.driver_fit == nil)
  }

  @Test(.enabled(if: !hasLibrary, foundLibrary))
  func `I11: what is no version is neither one nor printed`() throws {
    let garbage = "\u{1b}]0;580.82.07\u{7}"
    let machine = try Machine(module: garbage, driver: "Kernel Module \(garbage)")
    for words in [["status"], ["doctor"], ["status", "--json"], ["install", "13", "curand"]] {
      let run = machine.run(words[0], words.dropFirst().joined())
      #expect(!(run.output + run.errors).contains("580"), "\(words)")
    }
    #expect(machine.run("status").output.contains("there, but does not tell its version"))
    let refused = machine.run("install", "--for-driver")
    #expect(refused.status == 66, "\(refused.errors)")
    #expect(machine.run("install", "13", "curand").status == 0)
  }

  @Test(.enabled(if: !hasLibrary, foundLibrary))
  func `where there is none an install says so at most at its end`() throws {
    let machine = try Machine()
    let install = machine.run("install", "13", "curand")
    #expect(install.status == 0)
    #expect(!install.errors.contains("driver"), "\(install.errors)")
    #expect(machine.run("status").output.contains("Driver   none found\n"))
    #expect(machine.run("doctor").output.contains("none found: compiling works"))
    let status = try Status(machine)
    #expect(status.driver == nil && status.driver_majors == nil && status.driver_fit == nil)
  }

  @Test(
    .enabled(if: Rights.toStackFileSystems, Rights.noStacking),
    .enabled(if: !hasLibrary, foundLibrary))
  func `is Windows' own affair under WSL, and else told by its library's name`() throws {
    let machine = try Machine()
    let stack = machine.inside(
      """
      cd "\(machine.bench.scratch.path)"; mkdir layers; mount -t tmpfs tmpfs layers; cd layers
      mkdir upper work; mount -t overlay -o lowerdir=/usr/lib,upperdir=upper,workdir=work overlay /usr/lib
      mkdir -p /usr/lib/nvidia /usr/lib/compat; touch /usr/lib/nvidia/libcuda.so.550.54.14
      touch /usr/lib/compat/libcuda.so.580.65.06
      ln -s libcuda.so.550.54.14 /usr/lib/nvidia/libcuda.so.2
      """)
    try #require(stack.status == 0, "\(stack.errors)")
    // Of a package for forward compatibility: not the driver's.
    let compat = machine.inside("ln -s ../compat/libcuda.so.580.65.06 /usr/lib/nvidia/libcuda.so.1")
    #expect(compat.status == 0)
    #expect(machine.run("status").output.contains("Driver   none found"))
    #expect(machine.inside("ln -sfn libcuda.so.2 /usr/lib/nvidia/libcuda.so.1").status == 0)
    #expect(machine.run("status").output.contains("Driver   \(newest)\n"))
    #expect(
      machine.inside("mkdir -p /usr/lib/wsl/lib; touch /usr/lib/wsl/lib/libcuda.so.1").status == 0)
    let windows = "of Windows, and its version cannot be read here"
    #expect(machine.run("status").output.contains("Driver   \(windows)\n"))
    let status = try Status(machine)
    #expect(status.driver == nil && status.driver_unknown == windows)
    let doctor = machine.run("doctor")
    #expect(doctor.output.contains(windows) && !doctor.output.contains("warn  driver"))
    #expect(!machine.run("install", "13", "curand").errors.contains("driver"))
    let refused = machine.run("install", "--for-driver")
    #expect(refused.status == 66 && refused.errors.contains(windows), "\(refused.errors)")
  }
}

@Suite(.enabled(if: Rights.toMount, Rights.noMount)) struct `A driver that does not suit a release`
{
  private let tooOld = "driver 550.54.14 is older than the 580 that CUDA 13.0.2 needs"
  private let limited = "driver 580.65.06 is older than CUDA 13.0.2's own, 580.95.05"

  @Test func `too old: a warning before anything is fetched, and no failure`() throws {
    let machine = try Machine(module: "550.54.14")
    let dry = machine.run("install", "13", "curand", "--dry-run")
    #expect(dry.status == 0 && dry.errors.contains("warning: \(tooOld)"), "\(dry.errors)")
    let document = machine.run("install", "13", "curand", "--dry-run", "--json").output
    #expect(document.contains("\"notes\":[\"\(tooOld)"), "\(document)")
    let run = machine.run("install", "13", "curand", "--json")
    #expect(run.status == 0)
    let events = try run.events
    let warning = try #require(events.firstIndex { $0.text?.hasPrefix(tooOld) == true })
    #expect(events[warning].level == "warning")
    #expect(warning < (events.firstIndex { $0.type == "plan" } ?? -1))
    // What is there already is no news.
    #expect(machine.run("install", "13", "curand").errors == "")
    let status = machine.run("status")
    #expect(
      status.output.contains("TOO OLD for CUDA 13.0.2, which needs 580\n"), "\(status.output)")
    #expect(machine.run("status", "--json").output.contains("\"driver_fit\":\"too_old\""))
    let doctor = machine.run("doctor")
    #expect(doctor.status == 0 && doctor.output.contains(tooOld), "\(doctor.output)")
    #expect(doctor.output.contains("warn  driver"))
  }

  @Test func `older than the release's own: a remark`() throws {
    let machine = try Machine(module: "580.65.06")
    let run = machine.run("install", "13", "curand", "--json")
    #expect(try run.events.contains { $0.level == "note" && $0.text?.hasPrefix(limited) == true })
    #expect(machine.run("status").output.contains("; CUDA 13.0.2 works with limits\n"))
    let doctor = machine.run("doctor").output
    #expect(doctor.contains(limited) && !doctor.contains("warn  driver"), "\(doctor)")
  }

  @Test func `new enough: not a word, and doctor says good`() throws {
    let machine = try Machine(module: "580.95.05")
    let run = machine.run("install", "13", "curand")
    #expect(run.status == 0 && !run.errors.contains("driver"), "\(run.errors)")
    #expect(
      machine.run("status").output.contains("580.95.05, good for CUDA 13.0, runs 11, 12 and 13\n"))
    #expect(machine.run("status", "--json").output.contains("\"driver_fit\":\"good\""))
    #expect(machine.run("doctor").output.contains("the current release is good with it\n"))
  }

  @Test func `for another machine's platform this one's driver says nothing`() throws {
    var mirror = Mirror()
    var other = component("libcurand")
    other.platform = "linux-ppc64le"
    mirror.add("13.0.2", [other])
    let machine = try Machine(mirror, module: "550.54.14")
    let run = machine.run("install", "13", "curand", "--platform", "linux-ppc64le")
    #expect(run.status == 0 && !run.errors.contains("driver"), "\(run.errors)")
  }

  @Test func `update warns of a release that the driver is too old for, and takes it`() throws {
    let machine = try Machine(module: "550.54.14")
    #expect(machine.run("install", "13.0.1", "curand").status == 0)
    try machine.bench.editReceipt(of: "13.0.1") { $0.track = "13" }
    let check = machine.run("update", "--check")
    #expect(check.status == 100 && check.errors.contains("warning: \(tooOld)"), "\(check.errors)")
    let update = machine.run("update")
    #expect(update.status == 0 && update.errors.contains("warning: \(tooOld)"), "\(update.errors)")
    #expect(machine.bench.links["13.0.2"] != nil)
  }
}

@Suite(.enabled(if: Rights.toMount, Rights.noMount)) struct `A release for the driver` {
  private let why = "CUDA 12.9.1: the newest that driver 550.54.14 supports"

  @Test func `is the newest that it supports, and a dry run says why`() throws {
    let machine = try Machine(module: "550.54.14")
    let dry = machine.run("install", "--for-driver", "--dry-run", "curand")
    #expect(dry.status == 0 && dry.errors.contains(why), "\(dry.errors)")
    #expect(dry.output.hasPrefix("CUDA 12.9.1: 1 component"))
    #expect(machine.run("install", "--for-driver", "curand").status == 0)
    #expect(machine.bench.links["12.9.1"] != nil && machine.bench.links["13.0.2"] == nil)
    // Again, where there is a prefix: nothing to do, and still the same choice.
    let again = machine.run("install", "--for-driver", "curand")
    #expect(again.status == 0 && again.output.contains("CUDA 12.9.1 (curand) is already installed"))
    #expect(machine.run("install", "--for-driver", "curand", "--dry-run").errors.contains(why))
  }

  @Test func `is chosen on the track that is named, whatever else is installed`() throws {
    let machine = try Machine(module: "580.65.06")
    #expect(machine.run("install", "12.9.1", "curand").status == 0)
    let install = machine.run("install", "--for-driver", "13.0", "curand")
    #expect(install.status == 0)
    #expect(install.errors.contains("CUDA 13.0.2: the newest 13.0 that driver 580.65.06 supports"))
    #expect(machine.bench.links["13.0.2"] != nil)
  }

  @Test func `I2: is chosen once the lock is there, not before`() throws {
    var mirror = Mirror()
    mirror.add("12.9.1", Mirror.components("12.9.79"))
    let machine = try Machine(mirror, module: "580.65.06")
    #expect(machine.run("install", "12.9.1", "curand").status == 0)
    let holding = machine.bench.hold()
    let waiter = machine.start("install", "--for-driver", "curand", "--wait", "--json")
    try #require(waiter.waitForOutput("waiting"))
    for (path, bytes) in Mirror.three.files { machine.bench.server.publish(path, bytes) }
    holding.release()
    let ended = Ended(waiter)
    #expect(ended.status == 0, "\(ended.output)")
    #expect(machine.bench.links["13.0.2"] != nil)
  }

  @Test(arguments: [
    (["13.0.2"], "driver 550.54.14 does not support CUDA 13.0.2, which needs 580 or newer"),
    (["13"], "driver 550.54.14 supports no release 13, which needs 580 or newer"),
    (["11"], "the source has no release 11"),
  ])
  func `that is none on the track is refused, and nothing is made`(words: [String], text: String)
    throws
  {
    let machine = try Machine(module: "550.54.14")
    let run = machine.run("install", "--for-driver", words[0], "curand")
    #expect(run.status == 66, "\(run.errors)")
    #expect(run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)")
    #expect(run.errors.contains("hint: "))
    #expect(listing(machine.bench.prefix) == [:])
    #expect(machine.run("install", "--for-driver", "curand").status == 0)
  }

  @Test(.enabled(if: !hasLibrary, foundLibrary))
  func `is none where there is no driver`() throws {
    let machine = try Machine()
    let run = machine.run("install", "--for-driver", "curand")
    #expect(run.status == 66 && run.errorLines.count == 1, "\(run.errors)")
    #expect(run.errors.contains("this machine has none loaded"))
    #expect(run.errors.contains("hint: name the version instead"))
    let events = try machine.run("install", "--for-driver", "curand", "--json").events
    #expect(events.last?.error?.code == "not_found" && events.last?.exit == 66)
    let old = try Machine(module: "390.157")
    let refused = old.run("install", "--for-driver", "curand")
    #expect(refused.status == 66)
    #expect(refused.errors.contains("the oldest needs 525.60.13 or newer"), "\(refused.errors)")
  }
}

@Suite struct `Why components are there` {
  @Test func `each says why, in words and in JSON`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13", "nvcc").status == 0)
    let text = bench.run("list", "--components", "--why").output
    let rows = text.split(separator: "\n").map(String.init)
    #expect(rows.contains { $0.hasPrefix("cuda_nvcc ") && $0.hasSuffix("  asked for") }, "\(text)")
    #expect(rows.contains { $0.hasPrefix("cuda_cudart ") && $0.hasSuffix("  needed by cuda_nvcc") })
    #expect(!bench.run("list", "--components").output.contains("asked for"))
    let json = bench.run("list", "--components", "--json").output
    #expect(json.contains("\"why\":\"needed by cuda_nvcc\""), "\(json)")
    #expect(bench.run("install", "13", "--profile", "devel").status == 0)
    #expect(bench.run("list", "--components", "--why").output.contains("  profile devel\n"))
  }

  @Test func `of what the source has it is said in which profiles it is`() throws {
    let bench = try Bench(.one(component("cuda_cudart"), component("cuda_compat")))
    let text = bench.run("list", "--available", "--components", "--why").output
    let rows = text.split(separator: "\n").map(String.init)
    #expect(rows.contains { $0.hasSuffix("  base, runtime, devel, full") }, "\(text)")
    #expect(rows.contains { $0.hasPrefix("cuda_compat ") && $0.contains("  never unless asked") })
    let json = bench.run("list", "--available", "--components", "--json").output
    #expect(json.contains("\"profiles\":[]"), "\(json)")
    #expect(bench.run("list", "--why").status == 64)
  }

  @Test func `what belongs to the driver comes with a warning when it is asked for`() throws {
    let bench = try Bench(
      .one(component("cuda_cudart"), component("cuda_compat"), component("nvidia_fs")))
    let full = bench.run("install", "13", "--profile", "full")
    #expect(full.status == 0 && !full.errors.contains("warning"), "\(full.errors)")
    #expect(bench.fetched == ["cuda_cudart"])
    let dry = bench.run("install", "13", "nvidia_fs", "--dry-run")
    #expect(dry.errors.contains("warning: nvidia_fs belongs to the driver or the system"))
    let run = bench.run("install", "13", "cuda_compat", "--json")
    #expect(run.status == 0)
    #expect(
      try run.events.contains {
        $0.level == "warning" && $0.text?.hasPrefix("cuda_compat belongs to the driver: ") == true
      })
    #expect(!bench.run("verify", "--repair").errors.contains("warning"))
  }
}
