import CUDACatalog
import CUDAInstall
import CUDAPlanning

/// A plan in words.
enum PlanText {
  /// `CUDA 13.0.2, devel: 9 components, 82.7 MiB to fetch, about 248.1 MiB on disk (80.00 GiB free)`
  static func headline(_ summary: PlanSummary) -> String {
    let plan = summary.plan
    let items = plan.tree?.items ?? []
    var text = "\(plan.product.title) \(plan.release)"
    for addition in plan.tree?.additions ?? [] {
      text += " with \(addition.product.title) \(addition.release)"
    }
    text += ": \(count(items.count, "component"))"
    text += ", \(Size(summary.fetchByteCount)) to fetch"
    if summary.keptByteCount > 0 { text += " (\(Size(summary.keptByteCount)) are here already)" }
    if plan.reusedByteCount > 0 { text += ", \(Size(plan.reusedByteCount)) reused" }
    if summary.unpacks { text += ", about \(Size(plan.addedDiskByteCount)) more on disk" }
    if let free = summary.freeByteCount { text += " (\(Size(free)) free)" }
    return text
  }

  /// What `--dry-run` prints.
  static func table(_ summary: PlanSummary) -> String {
    let plan = summary.plan
    guard !plan.changesNothing else {
      return "\(plan.product.title) \(plan.release) is already installed\n"
    }
    var lines = [headline(summary)]
    let rows = (plan.tree?.items ?? []).map { item in
      [
        "  \(item.source == .fetch ? "fetch" : "reuse")", item.component.name.text,
        item.component.version.text, "\(Size(item.build.artifact.byteCount))", why(item.reason),
      ]
    }
    lines += Columns.aligned(rows)
    if plan.makesCurrent, summary.unpacks { lines.append("  current becomes \(plan.release)") }
    return lines.joined(separator: "\n") + "\n"
  }

  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  static func why(_ reason: Reason) -> String {
    switch reason {
    case .asked: "asked for"
    case .profile(let profile): "profile \(profile.rawValue)"
    case .neededBy(let name): "needed by \(name)"
    case .product(let product): "part of \(product)"
    case .installed: "installed before"
    }
  }
}

/// Rows of words under each other.
enum Columns {
  /// Whatever the words quote does not reach the terminal raw (I11).
  static func aligned(_ rows: [[String]]) -> [String] {
    let rows = rows.map { row in row.map { cleaned($0, limit: .max) } }
    var widths: [Int] = []
    for row in rows {
      for (column, word) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], word.count)
      }
    }
    return rows.map { row in
      var line = ""
      for (column, word) in row.enumerated() {
        line += word
        guard column < row.count - 1 else { continue }
        line += String(repeating: " ", count: widths[column] - word.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
