import CUDAInstall

/// Progress in words and bars. No line is wider than the screen.
enum ProgressText {
  /// A line for each of at most four artifacts.
  static func transfers(_ snapshot: ProgressSnapshot, _ screen: Screen) -> [String] {
    snapshot.active.prefix(4).map { transfer in
      let stall = stall(transfer.stalled)
      return line(
        transfer.component, transfer.done, transfer.total, screen, stall: stall,
        behindSizes: transfer.isUnpacking ? [work(snapshot)] : [])
    }
  }

  static func total(_ snapshot: ProgressSnapshot, _ screen: Screen) -> String {
    // Unpacking goes on while there is something to fetch; the bar that is behind is shown alone.
    guard !snapshot.isFetched else {
      return line(work(snapshot), snapshot.consumed, snapshot.total, screen)
    }
    let left = left(snapshot)
    return line(
      "total", snapshot.fetched, snapshot.total, screen, stall: stall(snapshot.stalled),
      behindSizes: ["\(Size(snapshot.rate))/s"] + (left > 0 ? [roughDuration(left)] : []))
  }

  /// Of what `total` shows.
  static func percent(of snapshot: ProgressSnapshot) -> Int64 {
    percent(snapshot.isFetched ? snapshot.consumed : snapshot.fetched, snapshot.total)
  }

  /// `44% (0.53/1.21 GiB, 62.0 MiB/s, 11 s left)`
  static func plain(_ snapshot: ProgressSnapshot) -> String {
    guard !snapshot.isFetched else {
      return "\(percent(snapshot.consumed, snapshot.total))% "
        + (snapshot.recompresses ? "recompressed" : "unpacked")
    }
    let left = left(snapshot)
    return "\(percent(snapshot.fetched, snapshot.total))% ("
      + Size.progress(snapshot.fetched, of: snapshot.total) + ", "
      + (stall(snapshot.stalled)
        ?? "\(Size(snapshot.rate))/s" + (left > 0 ? ", \(duration(left)) left" : "")) + ")"
  }

  /// `  libcublas         ━━━━━━━━━━━━━━╸       68%  312.5/459.1 MiB  41.3 MiB/s  4 s`
  ///
  /// What does not fit goes, the least important first: the facts from behind, the bar, the name's end.
  /// A stall is more than a bar.
  static func line(
    _ name: String, _ done: Int64, _ total: Int64, _ screen: Screen, stall: String? = nil,
    behindSizes: [String] = []
  ) -> String {
    let percent = "\(percent(done, total))%"
    let end = String(repeating: " ", count: max(0, 5 - percent.count)) + percent
    let nameWidth = min(18, screen.usable - 2 - end.count)
    guard nameWidth >= 3 else { return String(percent.prefix(screen.usable)) }
    let start = "  " + padded(shortened(name, nameWidth - 1, screen), nameWidth)
    let room = screen.usable - start.count - end.count
    // The same on all lines of a screen, whatever they say, so that no bar jumps: sizes, rate and time, or fewer of them.
    let barWidth = min([17 + 13 + 8, 17 + 13, 17, 0].map { room - $0 }.first { $0 >= 8 } ?? 0, 40)
    let sizes = Size.progress(done, of: total)
    let facts = (stall.map { [$0, sizes] } ?? [sizes] + behindSizes).map { "  \($0)" }
    var rest = ""
    for fact in facts {
      guard barWidth + rest.count + fact.count <= room else { break }
      rest += fact
    }
    if rest.isEmpty, stall != nil, facts[0].count <= room { return start + end + facts[0] }
    return start + bar(done, total, barWidth, screen.isUnicode) + end + rest
  }

  /// As much of a sentence as fits, if possible up to the end of a fact or at least of a word.
  static func fitting(_ text: String, _ screen: Screen) -> String {
    guard width(of: text) > screen.usable else { return text }
    var head = ""
    var used = 0
    for character in text {
      used += width(of: "\(character)")
      if used > screen.usable { break }
      head.append(character)
    }
    // What is cut off begins with its mark, which needs no place itself.
    let next = text.dropFirst(head.count).first
    if next == "," || next == ";" { return head }
    if let end = head.lastIndex(where: { $0 == "," || $0 == ";" }) { return String(head[..<end]) }
    let words = String(head.prefix(screen.usable - screen.ellipsis.count))
    guard next != " ", let end = words.lastIndex(of: " "),
      words[..<end].contains(where: { $0 != " " })
    else { return shortened(text, screen.usable, screen) }
    return words[..<end] + screen.ellipsis
  }

  /// A text of at most so many columns, with a mark where it lacks something.
  private static func shortened(_ text: String, _ columns: Int, _ screen: Screen) -> String {
    guard width(of: text) > columns else { return text }
    var head = ""
    var used = screen.ellipsis.count
    for character in text {
      used += width(of: "\(character)")
      if used > columns { break }
      head.append(character)
    }
    return head + screen.ellipsis
  }

  /// In columns; what is not ASCII may be two wide.
  private static func width(of text: String) -> Int {
    text.reduce(0) { $0 + ($1.isASCII ? 1 : 2) }
  }

  /// What is done with an artifact that is here.
  private static func work(_ snapshot: ProgressSnapshot) -> String {
    snapshot.recompresses ? "recompressing" : "unpacking"
  }

  /// `41 s`, `2 min 10 s`, `3 h 5 min`
  static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
    default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// `41 s`, `3 min`, `4 h`: what is guessed needs no more.
  private static func roughDuration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\((seconds + 30) / 60) min"
    default: "\((seconds + 1800) / 3600) h"
    }
  }

  /// In seconds; 0 if that cannot be told.
  private static func left(_ snapshot: ProgressSnapshot) -> Int64 {
    snapshot.rate > 0 ? (snapshot.total - snapshot.fetched) / snapshot.rate : 0
  }

  /// `stalled 12 s`
  private static func stall(_ stalled: Duration?) -> String? {
    stalled.map { "stalled \(duration($0.components.seconds))" }
  }

  private static func bar(_ done: Int64, _ total: Int64, _ width: Int, _ isUnicode: Bool) -> String
  {
    let halves = total > 0 ? Int(Int64(2 * width) * min(done, total) / total) : 0
    let (full, half, empty) = isUnicode ? ("━", "╸", " ") : ("#", ".", ".")
    return String(repeating: full, count: halves / 2) + (halves % 2 == 1 ? half : "")
      + String(repeating: empty, count: width - (halves + 1) / 2)
  }

  static func percent(_ done: Int64, _ total: Int64) -> Int64 {
    total > 0 ? min(done, total) * 100 / total : 100
  }

  private static func padded(_ name: String, _ width: Int) -> String {
    name + String(repeating: " ", count: max(1, width - name.count))
  }
}
