import ArgumentParser
import CUDACatalog
import CUDAFiles
import CUDAInstall

struct Timer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timer", abstract: "Let systemd update what is installed.",
    discussion: """
      Root's timers are the system's, those of others run while they are logged in. Nothing but this command turns \
      one on. Without systemd, print cron.
      """,
    subcommands: [Enable.self, Disable.self, State.self, Print.self])

  /// What each of its commands is for.
  struct Target: ParsableArguments {
    @Flag(exclusivity: .exclusive)
    var owner: Owner?

    enum Owner: EnumerableFlag {
      case user, system

      static func help(for value: Owner) -> ArgumentHelp? {
        value == .user
          ? "This user's systemd; root's is otherwise the machine's." : "The machine's."
      }
    }

    var timerOwner: TimerOwner {
      switch owner {
      case .user: .user
      case .system: .system
      case nil: Machine.isRoot ? .system : .user
      }
    }

    func timer(_ installer: Installer) -> UpdateTimer {
      UpdateTimer(prefix: installer.prefix, owner: timerOwner)
    }
  }

  /// Where this program is: by the name that a shell finds it by, which the next version will have as well.
  static func program() throws(InstallError) -> String {
    guard let own = Machine.executable else {
      throw InstallError(.systemd("this program has been replaced while it ran: start it again"))
    }
    guard let named = Machine.onPath("cuda-install"), Machine.resolved(named) == own else {
      return own
    }
    return named
  }

  struct Enable: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "enable", abstract: "Update the prefix from now on.")

    @Option(help: "When, as systemd writes it: daily, weekly, 'Mon *-*-* 03:00'.")
    var schedule: String?

    @OptionGroup var target: Target
    @OptionGroup var options: GlobalOptions

    mutating func validate() throws {
      let isForUpdate =
        !options.mirror.isEmpty || options.offline || options.cacert != nil || options.netrc
        || options.wait != nil
      guard !isForUpdate else {
        throw ValidationError(
          "the timer's runs have no options but --prefix: write the others into cuda-install.conf(5)"
        )
      }
    }

    mutating func run() throws {
      let session = try Session(options, acts: true)
      try session.run { (installer) throws(InstallError) in
        let timer = target.timer(installer)
        let program = try Timer.program()
        for setting in Setting.allCases where setting != .prefix {
          guard environment(setting.variable) != nil else { continue }
          session.report.show(
            .warning(
              "\(setting.variable) is not there when the timer runs: see cuda-install.conf(5)"))
        }
        if try installer.installed().releases.isEmpty {
          session.report.show(
            .warning("nothing is installed in \(installer.prefix) yet that could be updated"))
        }
        let changed = try timer.enable(program, schedule: schedule)
        let state = try timer.state()
        let times = schedule ?? (timer.hasSchedule ? "at its times" : "daily")
        session.report.answer(
          changed || options.quiet == 0
            ? "\(installer.prefix) is updated \(times)"
              + (state.next.map { ", next at \($0.local)" } ?? "") + "\n" : "",
          TimerJSON(timer, state, changed: changed))
        guard changed, !options.json, options.quiet == 0, Stream.error.isTerminal else { return }
        let console = Console(stream: .error)
        console.say("'cuda-install timer disable' ends that")
        if target.timerOwner == .user {
          console.say("'loginctl enable-linger' lets it run also while you are not logged in")
        }
      }
    }
  }

  struct Disable: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "disable", abstract: "Update the prefix no more.")

    @OptionGroup var target: Target
    @OptionGroup var options: GlobalOptions

    mutating func run() throws {
      let session = try Session(options, acts: true)
      try session.run { (installer) throws(InstallError) in
        let timer = target.timer(installer)
        let changed = try timer.disable()
        session.report.answer(
          changed || options.quiet == 0
            ? "\(installer.prefix) is \(changed ? "no longer" : "not") updated by a timer\n" : "",
          TimerJSON(timer, try timer.state(), changed: changed))
      }
    }
  }

  struct State: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Show whether it is on, and when it runs.")

    @OptionGroup var target: Target
    @OptionGroup var options: GlobalOptions

    mutating func run() throws {
      let session = try Session(options)
      try session.run { (installer) throws(InstallError) in
        let timer = target.timer(installer)
        let state = try timer.state()
        let rows = [
          ["Timer", "\(timer.unit), \(state.isEnabled ? "enabled" : "not enabled")"],
          ["Next", state.next?.local ?? "never"], ["Last", state.last?.local ?? "never"],
        ]
        session.report.answer(
          Columns.aligned(rows).map { $0 + "\n" }.joined(), TimerJSON(timer, state, changed: nil))
      }
    }
  }

  struct Print: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "print", abstract: "Print what systemd or cron would be told.")

    enum What: String, ExpressibleByArgument, CaseIterable { case service, timer, cron }

    @Argument(help: "service and timer, for every prefix, or cron, for this one.")
    var what: What

    @Option(help: "Where cuda-install will be; by default where this one is.", completion: .file())
    var program: String?

    @OptionGroup var target: Target
    @OptionGroup var options: GlobalOptions

    mutating func validate() throws {
      guard program.map(Self.isPath) ?? true else {
        throw ValidationError("--program needs an absolute path, without control characters")
      }
      guard !options.json else { throw ValidationError("what timer print prints is not JSON") }
    }

    private static func isPath(_ text: String) -> Bool {
      text.hasPrefix("/") && text.utf8.allSatisfy { $0 >= UInt8(ascii: " ") && $0 != 0x7F }
    }

    mutating func run() throws {
      let session = try Session(options)
      try session.run { (installer) throws(InstallError) in
        guard Self.isPath(installer.prefix) else {
          throw InstallError(.usage("the prefix has control characters in it, as no unit can"))
        }
        let own = try Timer.program()
        let program = program ?? own
        let owner = target.timerOwner
        let text =
          switch what {
          case .service: TimerText.service(program, for: owner)
          case .timer: TimerText.timer
          case .cron: TimerText.cron(program, prefix: installer.prefix, for: owner)
          }
        session.report.answer(text, [String: String]())
      }
    }
  }
}

private struct TimerJSON: Encodable {
  var v = 1
  var prefix: String
  var unit: String
  var enabled: Bool
  var active: Bool
  var next: String?
  var last: String?
  /// Whether this call changed anything.
  var changed: Bool?

  init(_ timer: UpdateTimer, _ state: UpdateTimer.State, changed: Bool?) {
    prefix = timer.prefix
    unit = timer.unit
    enabled = state.isEnabled
    active = state.isActive
    next = state.next?.rfc3339
    last = state.last?.rfc3339
    self.changed = changed
  }
}
