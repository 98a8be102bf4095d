// What systemd and cron are told: systemd.service(5), systemd.timer(5), crontab(5).

/// Who runs the updates of a prefix: the machine, or one of its users.
enum TimerOwner: Sendable {
  case system, user
}

enum TimerText {
  /// The name of the template: its instances are `cuda-install-update@opt-cuda.timer`.
  static let template = "cuda-install-update@"

  /// The first line of what `timer enable` writes, by which it knows what it may replace.
  static let mark =
    "# Written by 'cuda-install timer enable', and deleted by 'timer disable'; to change it: systemctl edit"

  /// The instance for a prefix, as `systemd-escape --path` makes it: `/opt/cuda` is `opt-cuda`.
  static func instance(_ prefix: String) -> String {
    let steps = prefix.split(separator: "/")
    guard !steps.isEmpty else { return "-" }
    var escaped = ""
    for (index, byte) in steps.joined(separator: "/").utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "/"): escaped += "-"
      case UInt8(ascii: ".") where index > 0, UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        escaped += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return escaped
  }

  /// The service, for every prefix; `program` is a path.
  static func service(_ program: String, for owner: TimerOwner) -> String {
    """
    [Unit]
    Description=Update the CUDA components in %f
    Documentation=man:cuda-install(1)
    \(owner == .system
      ? "Wants=network-online.target\nAfter=network-online.target\nRequiresMountsFor=%f\n" : "")\
    ConditionACPower=true
    ConditionPathIsDirectory=%f

    [Service]
    Type=oneshot
    ExecStart=\(word(ofSystemd: ":\(program)")) --prefix %f --no-wait update
    # Another cuda-install is at work; the next run will do.
    SuccessExitStatus=75
    NotifyAccess=main
    SyslogIdentifier=cuda-install
    TimeoutStartSec=6h
    TimeoutStopSec=90s
    Nice=19
    IOSchedulingClass=idle
    NoNewPrivileges=true
    UMask=0022
    \(owner == .system ? hardening : "")
    """
  }

  /// All that is written, the lock file included, lies inside the prefix. Landlock and seccomp(2) are named because
  /// unpacking confines itself with them, and @system-service does not have them before systemd 256.
  private static let hardening = """
    CPUSchedulingPolicy=batch
    ProtectSystem=strict
    ReadWritePaths=%f
    ProtectHome=read-only
    PrivateTmp=true
    PrivateDevices=true
    ProtectClock=true
    ProtectControlGroups=true
    ProtectHostname=true
    ProtectKernelLogs=true
    ProtectKernelModules=true
    ProtectKernelTunables=true
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
    RestrictNamespaces=true
    RestrictRealtime=true
    RestrictSUIDSGID=true
    LockPersonality=true
    MemoryDenyWriteExecute=true
    SystemCallArchitectures=native
    SystemCallFilter=@system-service seccomp
    SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self
    SystemCallErrorNumber=EPERM
    CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER

    """

  /// The timer, for every prefix. At another time on each machine, but always the same; what was missed while the
  /// machine was off is done when it is on.
  static let timer = """
    [Unit]
    Description=Update the CUDA components in %f regularly
    Documentation=man:cuda-install(1)

    [Timer]
    OnCalendar=daily
    RandomizedDelaySec=6h
    FixedRandomDelay=true
    AccuracySec=15min
    Persistent=true

    [Install]
    WantedBy=timers.target

    """

  /// What goes beside one prefix's timer, if it is not daily.
  /// A time of day is meant as it is said; who says `weekly` leaves it to the machine when.
  static func schedule(_ expression: String) -> String {
    let isLoose = expression.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
    }
    return """
      [Timer]
      OnCalendar=
      OnCalendar=\(expression.replacing("%", with: "%%"))
      \(isLoose ? "" : "RandomizedDelaySec=0\nAccuracySec=1min\n")
      """
  }

  /// A line for cron that does the same: mail comes on changes and errors only, and never while systemd runs. For the
  /// system it is a file of /etc/cron.d.
  static func cron(_ program: String, prefix: String, for owner: TimerOwner) -> String {
    // crontab(5): an unescaped % is a line break.
    let command = "\(word(program)) --quiet --no-wait --prefix \(word(prefix)) update"
      .replacing("%", with: "\\%")
    let line =
      "[ -d /run/systemd/system ] || { sleep \"$(shuf -i 0-3600 -n 1)\"; \(command); "
      + "rc=$?; [ $rc -eq 75 ] || exit $rc; }"
    guard owner == .system else { return "17 3 * * * \(line)\n" }
    return """
      # Updates \(prefix) daily where systemd does not run. Mail comes only on changes and errors.
      SHELL=/bin/sh
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      MAILTO=root

      17 3 * * * root \(line)

      """
  }

  /// A word of a command line of systemd's. Behind a colon no variable is looked up in what follows (systemd.service(5)).
  private static func word(ofSystemd text: String) -> String {
    let text = text.replacing("%", with: "%%")
    guard text.utf8.contains(where: { $0 <= UInt8(ascii: " ") || "\"'\\;".utf8.contains($0) })
    else {
      return text
    }
    return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// A word of a shell's, quoted where it must be.
  private static func word(_ text: String) -> String {
    let plain = text.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        || "/._-+:@".utf8.contains($0)
    }
    return plain ? text : shellQuoted(text)
  }
}
