import CUDACatalog
import CUDAFiles
import CUDAInstall

/// One command's run: the installer, and the report of what it does.
struct Session {
  let installer: Installer
  let report: any Report
  private let changes: Bool

  /// `changes`: whether it takes the lock; `skips`: where nobody can press Ctrl-C it does not wait for it, the next
  /// run will do.
  init(
    _ options: GlobalOptions, _ source: SourceOptions? = nil, changes: Bool = false,
    skips: Bool = false
  ) throws {
    // A query has nothing to clear up.
    Interruption.holdNothing(!changes)
    let report: any Report =
      options.json
      ? JSONReport(isQuery: !changes)
      // Who said how long to wait was not served; who did not is served by the next run.
      : TextReport(options, skips: skips && options.wait == nil)
    self.report = report
    self.changes = changes
    do throws(InstallError) {
      let offTerminal: Duration = skips ? .zero : .seconds(600)
      let patience = changes ? try Session.patience(options, offTerminal: offTerminal) : .zero
      var chosen = try source?.source(options)
      if chosen == nil { chosen = try options.source() }
      var installer = Installer(
        prefix: options.effectivePrefix, source: chosen,
        settings: try Session.usage { try options.settings() }, patience: patience,
        observe: { report.show($0) })
      installer.isSandboxed = try Session.usage { try options.isSandboxed() }
      self.installer = installer
      guard !installer.prefix.unicodeScalars.contains("\u{FFFD}") else {
        throw InstallError(.usage("the prefix is not UTF-8"))
      }
      // A relative prefix is below where we are.
      guard SearchPath.canHold(installer.prefix) else {
        throw InstallError(
          .usage("the prefix has a colon or a line break in it, which no search path can hold"))
      }
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
  }

  /// Runs `body`; if it fails, says why and ends the process with the documented status.
  func run(_ body: (Installer) throws(InstallError) -> Void) throws {
    do throws(InstallError) {
      try body(installer)
      // An answer is all that a query is for; what was changed is changed, whoever reads of it (I12).
      if !changes, let error = CUDAFiles.Stream.lostAnswer { throw InstallError(lostAnswer: error) }
    } catch {
      report.fail(error)
      throw Failure(exitStatus: error.exitStatus)
    }
  }

  private static func patience(
    _ options: GlobalOptions, offTerminal: Duration
  ) throws(InstallError) -> Duration? {
    try usage { try options.patience(offTerminal: offTerminal) }
  }

  /// What the environment says and cannot be is a matter of usage as well.
  private static func usage<Value>(_ body: () throws -> Value) throws(InstallError) -> Value {
    do { return try body() } catch { throw InstallError(.usage("\(error)")) }
  }
}
