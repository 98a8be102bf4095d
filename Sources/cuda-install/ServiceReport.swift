import CUDACatalog
import CUDAFiles
import CUDAInstall

/// Tells what another report does, and the service manager where the run is.
final class ServiceReport: Report {
  private let other: any Report
  private let manager: ServiceManager
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant?

  init(_ other: any Report, _ manager: ServiceManager) {
    self.other = other
    self.manager = manager
  }

  func show(_ event: Event) {
    switch event {
    case .waiting(let holder, _): tell("waiting for \(holder.description)", every: .seconds(2))
    case .planned(let summary): tell(PlanText.headline(summary))
    case .progress(let snapshot): tell(ProgressText.plain(snapshot), every: .seconds(2))
    case .locked: tell("at work")
    case .checking(let checked, let total):
      tell("\(ProgressText.percent(checked, total))% checked", every: .seconds(2))
    case .started, .recovered, .notice, .warning: break
    }
    other.show(event)
  }

  func endWaiting() { other.endWaiting() }

  func fail(_ error: InstallError) {
    tell(error.message)
    other.fail(error)
  }

  func finish(_ outcome: Outcome, changes: [String], otherwise: String?) {
    let lines = outcome.changed ? changes : otherwise.map { [$0] } ?? []
    tell(lines.joined(separator: "; "))
    other.finish(outcome, changes: changes, otherwise: otherwise)
  }

  func answer(_ text: String, _ document: some Encodable) { other.answer(text, document) }

  private func tell(_ status: String, every interval: Duration = .zero) {
    let now = clock.now
    if let last, now - last < interval { return }
    last = now
    manager.tell(cleaned(status, limit: .max))
  }
}
