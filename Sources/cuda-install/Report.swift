import CUDACatalog
import CUDAFiles
import CUDAInstall

/// Tells what a run does: to people, or to programs.
protocol Report {
  func show(_ event: Event)
  /// Takes away what showed a wait.
  func endWaiting()
  /// Why it did not work.
  func fail(_ error: InstallError)
  /// The answer of a command that changes something: one line for each change.
  func finish(_ outcome: Outcome, changes: [String], otherwise: String?)
  /// The answer of a query.
  func answer(_ text: String, _ document: some Encodable)
}

/// Text: the answer on stdout, everything else on stderr.
final class TextReport: Report {
  private let errors = Console(stream: .error)
  private let quiet: Int
  private let progress: Progress
  private let skips: Bool
  private var lastWaitingLine: Duration?

  /// `skips`: to find another process at work is no failure, the next run will do.
  init(_ options: GlobalOptions, _ settings: Result<Settings, InstallError>, skips: Bool) {
    self.skips = skips
    quiet = options.quiet
    // What cannot be obeyed is an error by itself.
    let style = options.progress ?? (try? settings.get().progressStyle())
    progress = Progress(style: style ?? .auto, isQuiet: options.quiet > 0)
  }

  func show(_ event: Event) {
    switch event {
    case .started: break
    case .waiting(let holder, let wait): showWaiting(holder, wait)
    case .locked(let waited):
      if waited > .zero { progress.clear() }
    case .recovered(let text): note("note: \(text)")
    case .planned(let summary): note(PlanText.headline(summary))
    case .progress(let snapshot): progress.draw(snapshot)
    case .checking(let checked, let total): progress.drawChecked(checked, of: total)
    case .notice(let text): note(text)
    case .warning(let text): note("warning: \(text)")
    }
  }

  func endWaiting() { progress.end() }

  func fail(_ error: InstallError) {
    progress.end()
    if skips, error.holder != nil {
      note("skipped: \(error.message)")
      return
    }
    if error.isWarning {
      // Also with -q: it is why the status is not 0.
      errors.say("warning: \(error.message)")
      return
    }
    errors.say("error: \(error.message)")
    if let hint = error.hint { errors.say("hint: \(hint)") }
  }

  func finish(_ outcome: Outcome, changes: [String], otherwise: String?) {
    progress.end()
    let output = Console(stream: .output)
    if outcome.changed {
      guard quiet < 2 else { return }
      for change in changes { output.report(change: change) }
    } else if let otherwise, quiet == 0 {
      output.write(cleaned(otherwise, limit: .max) + "\n")
    }
  }

  func answer(_ text: String, _ document: some Encodable) {
    progress.end()
    Console(stream: .output).write(text)
  }

  private func note(_ text: String) {
    guard quiet == 0 else { return }
    progress.clear()
    errors.say(text)
  }

  /// On a terminal the holder's progress, redrawn; elsewhere a line and then one every 30 s.
  private func showWaiting(_ holder: Holder, _ wait: Wait) {
    guard quiet == 0, holder.isWorthSaying(after: wait.elapsed) else { return }
    if progress.isAnimated {
      progress.draw(holder)
      return
    }
    if let lastWaitingLine, wait.elapsed - lastWaitingLine < .seconds(30) { return }
    let seconds = wait.elapsed.components.seconds
    if lastWaitingLine == nil {
      let limit = wait.limit.map { "at most \($0.components.seconds) s" } ?? "without limit"
      errors.say("waiting for \(holder.description); \(limit)")
    } else {
      errors.say("still waiting for \(holder.description); \(seconds) s so far")
    }
    lastWaitingLine = wait.elapsed
  }
}
