// A few lines at the bottom of the terminal that are drawn again and again, or a line now and then elsewhere.
//
// The cursor stays below them and is never hidden, so that also a run that is killed leaves a terminal as it should be.

import CUDAFiles
import CUDAInstall

/// Progress on stderr.
final class Progress {
  /// Whether lines are redrawn.
  let isAnimated: Bool
  private let isPlain: Bool
  private let console = Console(stream: .error)
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?
  private var badge: ProgressBadge?
  /// The widths of the lines that are drawn.
  private var drawn: [Int] = []
  private var stopCount: Int32 = 0

  init(style wanted: ProgressStyle, isQuiet: Bool) {
    start = clock.now
    let canDraw = Stream.error.isTerminal && Stream.error.columns > 0 && Stream.error.rows != 1
    // apt gives a maintainer script a terminal of 0 columns, whatever apt's own output is. What a shell, or
    // timeout(1), starts in the background would draw over what is typed.
    let mayDraw =
      canDraw && (environment("TERM") ?? "dumb") != "dumb" && environment("CI") == nil
      && !Context.isMaintainerScript && Stream.error.isInForeground
    isAnimated = !isQuiet && (wanted == .bar ? canDraw : wanted == .auto && mayDraw)
    // The journal keeps what it gets, and the service manager is told how far the run is.
    isPlain =
      !isQuiet && !isAnimated && wanted != .none
      && (wanted == .plain || !Stream.error.isJournal)
    if isAnimated, ProgressBadge.isKnownHere { badge = ProgressBadge() }
  }

  func draw(_ snapshot: ProgressSnapshot) {
    if isAnimated {
      // Short work needs no bar; more than ten frames a second nobody sees.
      guard clock.now - start > .milliseconds(500), isDue(.milliseconds(100)) else { return }
      let screen = Screen.ofErrors
      let total = ProgressText.total(snapshot, screen)
      draw(
        ProgressText.transfers(snapshot, screen) + [total], least: total, on: screen,
        ProgressText.percent(of: snapshot))
    } else if isPlain {
      // The first line is the headline, which says the same.
      if last == nil { last = clock.now }
      guard isDue(.seconds(30)) else { return }
      console.say(ProgressText.plain(snapshot))
    }
  }

  /// On a terminal alone: elsewhere the answer says it all.
  func drawChecked(_ checked: Int64, of total: Int64) {
    guard isAnimated, clock.now - start > .milliseconds(500), isDue(.milliseconds(100)) else {
      return
    }
    let screen = Screen.ofErrors
    let line = ProgressText.line("checked", checked, total, screen)
    draw([line], least: line, on: screen, ProgressText.percent(checked, total))
  }

  /// Whom this process waits for, and how far that one is.
  func draw(_ holder: Holder) {
    let screen = Screen.ofErrors
    let who = ProgressText.fitting("waiting: \(holder.description)", screen)
    let bar = holder.snapshot.map { [ProgressText.total($0, screen)] } ?? []
    let end = ProgressText.fitting("  Ctrl-C stops waiting; the other process goes on", screen)
    draw(
      [who] + bar + [end], least: who, on: screen,
      holder.snapshot.map { ProgressText.percent(of: $0) })
  }

  /// Takes away what is drawn, so that a line may follow.
  func clear() {
    let erasing = erasing(Screen.ofErrors)
    guard !erasing.isEmpty else { return }
    console.write(erasing, .note)
    drawn = []
  }

  /// Takes away all that shows that something goes on.
  func end() {
    clear()
    if let end = badge?.end() { console.write(end, .note) }
  }

  /// Replaces what is drawn: by `least` alone where the terminal is too low for all.
  private func draw(_ lines: [String], least: String, on screen: Screen, _ percent: Int64?) {
    // Once a signal has come nothing more is drawn: its last words were the last.
    guard isAnimated, Stream.error.isInForeground, Interruption.signal == nil else { return }
    let erasing = erasing(screen)
    // The cursor's row is one more.
    let fitting = screen.rows == 0 || lines.count < screen.rows ? lines : [least]
    let before = self.badge
    let badge = badge?.frame(percent) ?? ""
    // A terminal that is held with Ctrl-S shows what it did.
    guard console.write(erasing + badge + fitting.map { $0 + "\n" }.joined(), .fleeting) else {
      self.badge = before
      return
    }
    drawn = fitting.map(\.count)
  }

  /// Goes up to the first line that is drawn, and takes away all from there on; empty if nothing is drawn.
  private func erasing(_ screen: Screen) -> String {
    if stopCount != Interruption.stopCount {
      // The shell has written behind what was drawn: that stays, as a part of the past.
      stopCount = Interruption.stopCount
      drawn = []
      badge?.forget()
    }
    guard !drawn.isEmpty else { return "" }
    return "\u{1B}[\(screen.rowCount(ofLines: drawn))A\r\u{1B}[J"
  }

  private func isDue(_ interval: Duration) -> Bool {
    let now = clock.now
    if let last, now - last < interval { return false }
    last = now
    return true
  }
}

/// A terminal at this moment.
struct Screen {
  var columns: Int
  /// 0 if that is not known.
  var rows = 0
  var isUnicode: Bool

  /// A line as long as the terminal is wide may wrap.
  var usable: Int { max(1, columns - 1) }
  var ellipsis: String { isUnicode ? "…" : ".." }

  static var ofErrors: Screen {
    let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
    return Screen(
      columns: Stream.error.columns, rows: Stream.error.rows,
      isUnicode: locale.lowercased().contains("utf"))
  }

  /// How many rows lines take that were drawn before the window became narrower: all but xterm wrap them anew.
  func rowCount(ofLines widths: [Int]) -> Int {
    guard columns > 0, environment("XTERM_VERSION") == nil else { return widths.count }
    return widths.map { max(1, ($0 + columns - 1) / columns) }.reduce(0, +)
  }
}
