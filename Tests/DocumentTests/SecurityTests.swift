import Foundation
import TestSupport
import Testing

/// The rows of the page's tables: what the last column names between backticks.
private let named: [(row: String, tests: [String])] =
  Documents.lines("Sources/CUDAInstall/Documentation.docc/Security.md").compactMap { line in
    let cells = line.split(separator: " | ", omittingEmptySubsequences: false)
    guard line.hasPrefix("| "), cells.count == 3, cells[0] != "| Threat", cells[0] != "| ---" else {
      return nil
    }
    let tests = cells[2].split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    return (String(cells[0].dropFirst(2)), tests)
  }

/// All Swift of the tests.
private let sources = swift { _ in true }
private let cases = swift { $0.contains("NetworkCases") }

private func swift(_ isWanted: (String) -> Bool) -> String {
  let root = URL(filePath: Documents.root).appending(path: "Tests")
  let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
  return files.filter { $0.hasSuffix(".swift") && isWanted($0) }
    .compactMap { try? String(contentsOf: root.appending(path: $0), encoding: .utf8) }
    .joined()
}

@Test func `each threat of the security page names a test, and each of these exists`() {
  #expect(named.count > 40)
  for (row, tests) in named {
    #expect(!tests.isEmpty, "\(row)")
    for test in tests {
      // A function or a suite, or a case of the network's table.
      let exists =
        ["func `\(test)`", "struct `\(test)`", "func\n    `\(test)`"].contains {
          sources.contains($0)
        } || cases.contains("\"\(test)\"")
      #expect(exists, "\(row): \(test)")
    }
  }
}
