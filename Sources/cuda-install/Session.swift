import CUDACatalog
import CUDAInstall

/// One command's run: the installer, and the report of what it does.
struct Session {
  let installer: Installer
  let report: any Report

  /// `command` as it is called in records and events.
  init(
    _ options: GlobalOptions, command: String, changes: Bool = false,
    offTerminal: Duration = .seconds(600)
  ) throws {
    let report: any Report =
      options.json
      ? JSONReport(command: command, isQuery: !changes)
      : TextReport(options)
    self.report = report
    do throws(InstallError) {
      installer = Installer(
        prefix: options.effectivePrefix, source: try options.source(),
        patience: changes ? try Session.patience(options, offTerminal) : .zero,
        observe: { report.show($0) })
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
    if changes { report.begin(prefix: installer.prefix) }
  }

  /// Runs `body`; if it fails, says why and ends the process with the documented status.
  func run(_ body: (Installer) throws(InstallError) -> Void) throws {
    do throws(InstallError) {
      try body(installer)
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
  }

  private static func patience(
    _ options: GlobalOptions, _ offTerminal: Duration
  ) throws(InstallError) -> Duration? {
    do {
      return try options.patience(offTerminal: offTerminal)
    } catch {
      throw InstallError(.usage("\(error)"))
    }
  }
}
