// cuda-install timer: the texts, and what it does to the units of a systemd that stands in for the real one.
// Tests/units runs the real one.

import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A user whose systemd is a script: it knows enabled from active units, and notes what it was told.
private final class Desk: Sendable {
  let bench: Bench

  init() throws {
    bench = try Bench()
    let script = """
      #!/bin/sh
      echo "$(basename "$0") $*" >>"$HOME/calls"
      [ "$(basename "$0")" = systemctl ] || { [ "$3" != nonsense ]; exit; }
      units="$HOME/.config/systemd/user" wants="$HOME/.config/systemd/user/timers.target.wants"
      files() { find "$units" -type f ! -path '*.wants/*' -exec cksum {} + | sort; }
      for unit; do :; done
      case $2 in
      show)
        [ -e "$wants/$unit" ] && printf 'UnitFileState=enabled\\nActiveState=active\\n'
        [ "$(files)" = "$(cat "$HOME/loaded" 2>/dev/null)" ] || echo NeedDaemonReload=yes
        printf 'NextElapseUSecRealtime=Sun 2033-05-18 03:33:20 UTC\\nLastTriggerUSec=\\n' ;;
      daemon-reload) [ ! -e "$HOME/stuck" ] || exit 1
        files >"$HOME/loaded" ;;
      enable) [ ! -e "$HOME/broken" ] || { echo "Failed to enable unit: no" >&2; exit 1; }
        mkdir -p "$wants"; touch "$wants/$unit" ;;
      disable) rm -f "$wants/$unit" ;;
      esac
      """
    for name in ["systemctl", "systemd-analyze"] {
      writeFile(bench.scratch.file("bin/\(name)"), Array(script.utf8))
      chmod(bench.scratch.file("bin/\(name)"), 0o755)
    }
    writeFile(bench.scratch.file("run/systemd/private"), [])
  }

  func timer(_ words: String..., prefix: String = "/opt/cuda") -> Ended {
    bench.ended(
      [BuiltBinary.path, "timer"] + words + ["--user", "--prefix", prefix],
      environment: [
        "XDG_RUNTIME_DIR": bench.scratch.file("run"),
        "PATH": "\(bench.scratch.file("bin")):/usr/bin:/bin",
      ])
  }

  var folder: String { bench.scratch.file("home/.config/systemd/user") }
  var files: [String] {
    listing(folder).filter { !$0.value.hasPrefix("directory") }.map(\.key).sorted()
  }
  /// What systemd was told that changes something, and forgets.
  func calls() -> [String] {
    let path = bench.scratch.file("home/calls")
    defer { unlink(path) }
    return String(decoding: readFile(path) ?? [], as: UTF8.self).split(separator: "\n")
      .map(String.init).filter { $0.hasPrefix("systemctl") && !$0.contains(" show ") }
  }
}

@Suite struct `A timer` {
  @Test func `is enabled once, and disabled without a trace`() throws {
    let desk = try Desk()
    let unit = "cuda-install-update@opt-cuda.timer"
    let enabled = desk.timer("enable")
    #expect(enabled.status == 0, "\(enabled.errors)")
    #expect(enabled.output.hasPrefix("/opt/cuda is updated daily, next at 2033-05-18 "))
    #expect(
      desk.files == [
        "cuda-install-update@.service", "cuda-install-update@.timer",
        "timers.target.wants/\(unit)",
      ])
    let service = String(
      decoding: readFile("\(desk.folder)/cuda-install-update@.service") ?? [], as: UTF8.self)
    #expect(service.contains("ExecStart=:\(BuiltBinary.path) --prefix %f --no-wait update\n"))
    #expect(
      desk.calls() == ["systemctl --user daemon-reload", "systemctl --user enable --now \(unit)"])

    let again = desk.timer("enable", "--json")
    #expect(again.output.contains("\"changed\":false") && desk.calls() == [])
    #expect(again.output.contains("\"next\":\"2033-05-18T03:33:20.000Z\""))
    #expect(desk.timer("status").output.hasPrefix("Timer  \(unit), enabled\n"))
    let status = desk.bench.run("status", prefix: "/opt/cuda")
    #expect(status.output.contains("\nTimer    \(unit)\n"), "\(status.output)")

    #expect(desk.timer("enable", "--schedule", "weekly").status == 0)
    let special = readFile("\(desk.folder)/\(unit).d/schedule.conf") ?? []
    #expect(String(decoding: special, as: UTF8.self).hasSuffix("OnCalendar=\nOnCalendar=weekly\n"))
    #expect(desk.calls().last == "systemctl --user restart \(unit)")
    // As it is, if nobody says otherwise.
    #expect(desk.timer("enable").output.hasPrefix("/opt/cuda is updated at its times"))
    #expect(desk.timer("enable", "--schedule", "Mon *-*-* 03:00").status == 0)
    let exact = String(
      decoding: readFile("\(desk.folder)/\(unit).d/schedule.conf") ?? [], as: UTF8.self)
    #expect(exact.hasSuffix("OnCalendar=Mon *-*-* 03:00\nRandomizedDelaySec=0\nAccuracySec=1min\n"))
    // What systemd could not be told it is told the next time.
    writeFile(desk.bench.scratch.file("home/stuck"), [])
    #expect(desk.timer("enable", "--schedule", "hourly").status == 69)
    unlink(desk.bench.scratch.file("home/stuck"))
    _ = desk.calls()
    #expect(desk.timer("enable", "--schedule", "hourly").status == 0)
    #expect(
      desk.calls() == ["systemctl --user daemon-reload", "systemctl --user restart \(unit)"])
    #expect(desk.timer("enable", "--schedule", "daily").output.contains(" is updated daily"))
    #expect(readFile("\(desk.folder)/\(unit).d/schedule.conf") == nil)

    // The templates are for every prefix, and stay for the last.
    #expect(desk.timer("enable", prefix: "/srv/a-b").status == 0)
    #expect(desk.timer("disable").output == "/opt/cuda is no longer updated by a timer\n")
    #expect(desk.files.contains("cuda-install-update@.service"))
    #expect(desk.timer("disable", prefix: "/srv/a-b").status == 0)
    #expect(desk.files == [])
    #expect(desk.timer("disable").output == "/opt/cuda is not updated by a timer\n")
  }

  @Test func `changes no unit that somebody else wrote, and no file for a time that is none`()
    throws
  {
    let desk = try Desk()
    let path = "\(desk.folder)/cuda-install-update@.timer"
    #expect(desk.timer("enable", "--schedule", "nonsense").status == 64)
    #expect(desk.files == [])
    writeFile(path, Array("[Timer]\n".utf8))
    let run = desk.timer("enable")
    #expect(run.status == 69 && run.errors.contains("\(path) was not written by cuda-install"))
    #expect(readFile(path) == Array("[Timer]\n".utf8))
    #expect(!desk.calls().contains { $0.contains("enable --now") })
    #expect(desk.timer("disable").status == 0)
    #expect(readFile(path) == Array("[Timer]\n".utf8))
  }

  @Test func `that systemd refuses is an error in its words; without systemd there is cron`() throws
  {
    let desk = try Desk()
    writeFile(desk.bench.scratch.file("home/broken"), [])
    let refused = desk.timer("enable")
    #expect(refused.status == 69)
    #expect(
      refused.errorLines == [
        "cuda-install: error: systemctl enable failed: Failed to enable unit: no"
      ])
    #expect(desk.files == [])
    unlink(desk.bench.scratch.file("run/systemd/private"))
    let absent = desk.timer("enable", "--json")
    #expect(absent.status == 69 && absent.output.contains("\"code\":\"systemd\""))
    #expect(absent.output.contains("timer print cron"))
    #expect(absent.output.contains("\"retryable\":false"))
    #expect(desk.timer("enable", "--offline").status == 64)
    #expect(desk.timer("print", "cron", "--program", "/a\nb").status == 64)
    #expect(desk.timer("status").status == 69)
  }

  @Test(
    .enabled(if: hasSystemd("systemd-escape"), "there is no systemd-escape"),
    arguments: ["/", "/opt/cuda", "/srv/a-b/c_d", "/.hidden/x.y", "/opt/ü ber", "/a\"b'c\\d$e%f:g"])
  func `has the name that systemd-escape makes of the prefix`(prefix: String) throws {
    let desk = try Desk()
    let name = runProgram(["systemd-escape", "-p", "--template=cuda-install-update@.timer", prefix])
    let run = desk.timer("status", "--json", prefix: prefix)
    if prefix.contains(":") {
      #expect(run.status == 64)
    } else {
      #expect(try unit(in: run.output) == name.output.split(separator: "\n").first.map(String.init))
    }
  }

  private func unit(in document: String) throws -> String {
    struct Document: Decodable { var unit: String }
    return try JSONDecoder().decode(Document.self, from: Data(document.utf8)).unit
  }

  @Test(
    .enabled(if: hasSystemd("systemd-analyze"), "there is no systemd-analyze"),
    arguments: [["--system"], ["--user"]])
  func `is made of units that systemd finds nothing wrong with`(owner: [String]) throws {
    let bench = try Bench()
    let program = bench.scratch.file("with blank %/cuda-install")
    mkdir(bench.scratch.file("with blank %"), 0o755)
    symlink(BuiltBinary.path, program)
    for what in ["service", "timer"] {
      let printed = bench.ended(
        [BuiltBinary.path, "timer", "print", what, "--program", program] + owner)
      #expect(printed.status == 0)
      writeFile(
        bench.scratch.file("cuda-install-update@opt-a\\x20b.\(what)"), Array(printed.output.utf8))
    }
    let verified = runProgram(
      ["systemd-analyze", "verify", "--man=no"] + owner
        + ["service", "timer"].map {
          bench.scratch.file("cuda-install-update@opt-a\\x20b.\($0)")
        },
      environment: bench.environment.merging(["XDG_RUNTIME_DIR": bench.scratch.path]) { $1 })
    // An unknown key is a warning and nothing else.
    #expect(verified.status == 0 && verified.errors == "" && verified.output == "", "\(verified)")
  }

  @Test func `is a line for cron that says nothing but changes and errors`() throws {
    let bench = try Bench(prefix: "a b%c'd")
    try #require(bench.run("install", "13.0", "curand").status == 0)
    let printed = bench.ended(
      [BuiltBinary.path, "timer", "print", "cron", "--user", "--prefix", bench.prefix])
    // crontab(5): five fields, and no bare %.
    let fields = printed.output.split(separator: " ", maxSplits: 5)
    #expect(fields.prefix(5) == ["17", "3", "*", "*", "*"])
    let command = fields.last.map { $0.replacing("\\%", with: "\u{0}") } ?? ""
    #expect(!command.contains("%") && printed.output.split(separator: "\n").count == 1)
    // As cron runs it, at once, where systemd does not run.
    let line = command.replacing("\u{0}", with: "%").replacing("/run/systemd/system", with: "/no")
    func run() -> Ended {
      bench.inShell("shuf() { echo 0; }; \(line)")
    }
    let idle = run()
    #expect(idle.status == 0 && idle.output == "" && idle.errors == "", "\(idle.errors)")
    let holding = bench.hold()
    let busy = run()
    holding.release()
    #expect(busy.status == 0 && busy.output == "" && busy.errors == "", "\(busy.errors)")
    bench.server.stop()
    let broken = run()
    #expect(broken.status == 69 && broken.errors.hasPrefix("cuda-install: "))
  }
}

private func hasSystemd(_ program: String) -> Bool {
  runProgram(["sh", "-c", "command -v \(program)"]).status == 0
}
