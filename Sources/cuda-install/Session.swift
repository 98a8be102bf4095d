import CUDACatalog
import CUDAFiles
import CUDAInstall

/// One command's run: the installer, and the report of what it does.
struct Session {
  let installer: Installer
  let report: any Report
  let settings: Settings
  private let isQuery: Bool

  /// `changes`: whether it changes the prefix, for which it takes the lock; `acts`: whether something else; `skips`: where nobody can press Ctrl-C it does not wait for it, the next
  /// run will do.
  init(
    _ options: GlobalOptions, _ source: SourceOptions? = nil, changes: Bool = false,
    acts: Bool = false, skips: Bool = false
  ) throws {
    isQuery = !changes && !acts
    // A query has nothing to clear up.
    Interruption.holdNothing(isQuery)
    let settings = Settings.ofThisProcess
    var report: any Report =
      options.json
      ? JSONReport(isQuery: !changes)
      // Who said how long to wait was not served; who did not is served by the next run.
      : TextReport(options, settings, skips: skips && options.wait == nil)
    if changes, let manager = ServiceManager() { report = ServiceReport(report, manager) }
    self.report = report
    do throws(InstallError) {
      let settings = try settings.get()
      self.settings = settings
      for warning in settings.warnings { report.show(.warning(warning)) }
      let offTerminal: Duration = skips ? .zero : .seconds(600)
      let patience = changes ? try options.patience(settings, offTerminal: offTerminal) : .zero
      let prefix = try options.effectivePrefix(settings)
      guard SearchPath.canHold(prefix) else { throw Session.unfit(SearchPath.objection) }
      var chosen = try source?.source(options)
      if chosen == nil { chosen = try options.source(settings) }
      var installer = Installer(
        prefix: prefix, source: chosen, settings: try options.network(settings), patience: patience,
        observe: { [report] in report.show($0) })
      installer.isSandboxed = try settings.isSandboxed()
      _ = try settings.progressStyle()
      self.installer = installer
      guard !installer.prefix.unicodeScalars.contains("\u{FFFD}") else {
        throw Session.unfit("not UTF-8")
      }
      // A relative prefix is below where we are.
      guard SearchPath.canHold(installer.prefix) else { throw Session.unfit(SearchPath.objection) }
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
  }

  private static func unfit(_ objection: String) -> InstallError {
    InstallError(.usage("the prefix is \(objection)"))
  }

  /// Runs `body`; if it fails, says why and ends the process with the documented status.
  func run(_ body: (Installer) throws(InstallError) -> Void) throws {
    do throws(InstallError) {
      try body(installer)
      // An answer is all that a query is for; what was changed is changed, whoever reads of it (I12).
      if isQuery, let error = CUDAFiles.Stream.lostAnswer { throw InstallError(files: error) }
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
  }
}
