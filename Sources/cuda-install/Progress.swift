import CUDAFiles
import CUDAInstall

/// Progress on stderr: a few redrawn lines on a terminal, a line now and then elsewhere.
final class Progress {
  /// Whether lines are redrawn.
  let isAnimated: Bool
  private let isPlain: Bool
  private let console = Console(stream: .error)
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?
  private var drawnLineCount = 0

  init(style wanted: ProgressStyle, isQuiet: Bool) {
    start = clock.now
    let canDraw = Stream.error.isTerminal && Stream.error.columns > 0
    // apt gives a maintainer script a terminal of 0 columns, whatever apt's own output is.
    let mayDraw =
      canDraw && (environment("TERM") ?? "dumb") != "dumb" && environment("CI") == nil
      && !Context.isMaintainerScript
    isAnimated = !isQuiet && (wanted == .bar ? canDraw : wanted == .auto && mayDraw)
    // The journal keeps what it gets, and the service manager is told how far the run is.
    isPlain =
      !isQuiet && !isAnimated && wanted != .none
      && (wanted == .plain || !Stream.error.isJournal)
  }

  func draw(_ snapshot: ProgressSnapshot) {
    if isAnimated {
      // Short work needs no bar; more than ten frames a second nobody sees.
      guard clock.now - start > .milliseconds(500), isDue(.milliseconds(100)) else { return }
      draw(lines(of: snapshot))
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
    let columns = Stream.error.columns
    draw([ProgressText.line("checked", checked, total, "", columns, Self.isUnicode)])
  }

  func lines(of snapshot: ProgressSnapshot) -> [String] {
    ProgressText.lines(snapshot, columns: Stream.error.columns, isUnicode: Self.isUnicode)
  }

  /// Replaces what is drawn.
  func draw(_ lines: [String]) {
    guard isAnimated else { return }
    let columns = max(1, Stream.error.columns)
    let fitting = lines.map { String($0.prefix(columns - 1)) }
    console.write(erasing + fitting.map { $0 + "\n" }.joined(), .fleeting)
    drawnLineCount = fitting.count
  }

  /// Takes away what is drawn, so that a line may follow.
  func clear() {
    guard drawnLineCount > 0 else { return }
    console.write(erasing, .note)
    drawnLineCount = 0
  }

  private var erasing: String {
    drawnLineCount > 0 ? "\u{1B}[\(drawnLineCount)A\r\u{1B}[J" : ""
  }

  private func isDue(_ interval: Duration) -> Bool {
    let now = clock.now
    if let last, now - last < interval { return false }
    last = now
    return true
  }

  private static var isUnicode: Bool {
    let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
    return locale.lowercased().contains("utf")
  }
}

/// Progress in words and bars.
enum ProgressText {
  /// At most four artifacts and the total.
  static func lines(
    _ snapshot: ProgressSnapshot, columns: Int, isUnicode: Bool
  ) -> [String] {
    var lines = snapshot.active.prefix(4).map { transfer in
      line(
        transfer.component, transfer.done, transfer.total,
        transfer.isUnpacking ? "unpacking" : stall(transfer.stalled) ?? "", columns, isUnicode)
    }
    let left = snapshot.rate > 0 ? (snapshot.total - snapshot.fetched) / snapshot.rate : 0
    // Unpacking goes on while there is something to fetch; the bar that is behind is shown alone.
    if snapshot.isFetched {
      lines.append(line("unpacking", snapshot.consumed, snapshot.total, "", columns, isUnicode))
    } else {
      let rate = "\(Size(snapshot.rate))/s" + (left > 0 ? "  \(duration(left))" : "")
      let tail = stall(snapshot.stalled) ?? rate
      lines.append(line("total", snapshot.fetched, snapshot.total, tail, columns, isUnicode))
    }
    return lines
  }

  /// `44% (0.53/1.21 GiB, 62.0 MiB/s, 11 s left)`
  static func plain(_ snapshot: ProgressSnapshot) -> String {
    guard !snapshot.isFetched else {
      return "\(percent(snapshot.consumed, snapshot.total))% unpacked"
    }
    let left = snapshot.rate > 0 ? (snapshot.total - snapshot.fetched) / snapshot.rate : 0
    return "\(percent(snapshot.fetched, snapshot.total))% ("
      + Size.progress(snapshot.fetched, of: snapshot.total) + ", "
      + (stall(snapshot.stalled)
        ?? "\(Size(snapshot.rate))/s" + (left > 0 ? ", \(duration(left)) left" : "")) + ")"
  }

  /// `stalled 12 s`
  private static func stall(_ stalled: Duration?) -> String? {
    stalled.map { "stalled \(duration($0.components.seconds))" }
  }

  /// `41 s`, `2 min 10 s`, `3 h 5 min`
  static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
    default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// What does not fit goes, the least important first: the tail, the sizes, the bar.
  static func line(
    _ name: String, _ done: Int64, _ total: Int64, _ tail: String, _ columns: Int, _ isUnicode: Bool
  ) -> String {
    let percent = "\(percent(done, total))%"
    let start = "  " + padded(name, 18)
    let end = String(repeating: " ", count: 5 - percent.count) + percent
    let sizes = "  " + Size.progress(done, of: total)
    var rest = sizes + (tail.isEmpty ? "" : "  \(tail)")
    if start.count + end.count + rest.count > columns { rest = sizes }
    if start.count + end.count + rest.count > columns { rest = "" }
    let room = columns - start.count - end.count - max(rest.count, 34) - 1
    guard room >= 8 else { return start + end + rest }
    return start + bar(done, total, min(room, 40), isUnicode) + end + rest
  }

  private static func bar(_ done: Int64, _ total: Int64, _ width: Int, _ isUnicode: Bool) -> String
  {
    let filled = total > 0 ? Int(Int64(width) * min(done, total) / total) : 0
    let (full, empty) = isUnicode ? ("━", " ") : ("#", ".")
    return String(repeating: full, count: filled) + String(repeating: empty, count: width - filled)
  }

  private static func percent(_ done: Int64, _ total: Int64) -> Int64 {
    total > 0 ? min(done, total) * 100 / total : 100
  }

  private static func padded(_ name: String, _ width: Int) -> String {
    name + String(repeating: " ", count: max(1, width - name.count))
  }
}
