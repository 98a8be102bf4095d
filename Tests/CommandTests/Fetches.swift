// What the server may be asked for, and how much it may send. Exactly one process at a time fetches (I1), it decides
// from the disk (I2), and what a killed one had is continued (I9). Hence of each archive:
//
//   1  A request follows another one only if the process of the earlier one was killed, or if something was
//      deleted in between: whoever is not killed puts what it fetches into a tree, where the next one finds it.
//   2  There is no request at all for what is in a tree already, unless that was deleted.
//   3  A request begins at the latest where the bytes end that the earlier ones were sent, and a process that is
//      not killed is sent exactly the rest.
//
// So an archive of `size` bytes costs at most `size`, and for each process that was killed in the middle of it at
// most what that one was sent and had no time to write, and `size` more for each deletion. No less can be promised:
// what is in a socket when its process is killed is lost, and how much that was is not written down anywhere.

import FoundationEssentials
import TestSupport

struct Fetches {
  private struct Archive {
    var digest: String
    var byteCount: Int
  }

  private let bench: Bench
  /// By the path at the server.
  private var archives: [String: Archive] = [:]
  /// How many requests there were before the round.
  private var seenCount = 0
  /// The archives' digests that are in trees when the round begins.
  private var present: Set<String> = []
  private var requestCount = 0
  private var resumedCount = 0
  private var repeatedCount = 0

  init(_ bench: Bench) { self.bench = bench }

  var summary: String {
    "\(archives.count) archives in \(requestCount) requests, \(resumedCount) of them resumed, "
      + "\(repeatedCount) after something was deleted"
  }

  /// Of the archives, by their paths at the server.
  var digests: [String: String] { archives.mapValues(\.digest) }

  mutating func know(_ components: [Mirror.Component]) {
    for component in components {
      let bytes = component.archive
      archives[Mirror.path(component)] = Archive(digest: sha256(bytes), byteCount: bytes.count)
    }
  }

  /// Before the processes of a round start.
  mutating func begin() {
    struct Receipt: Decodable {
      struct Artifact: Decodable { var sha256: String }
      struct Item: Decodable { var artifact: Artifact }
      var components: [Item]
    }
    seenCount = bench.server.log.count
    present = []
    for tree in bench.trees {
      let bytes = Data(bench.file(".cuda-install/trees/\(tree)/receipt.json") ?? [])
      let receipt = try? JSONDecoder().decode(Receipt.self, from: bytes)
      present.formUnion(receipt?.components.map(\.artifact.sha256) ?? [])
    }
  }

  /// After the round: who was killed, and how many runs may have deleted something.
  mutating func flaws(killed: Set<Int>, deletionCount: Int) -> [String] {
    let requests = bench.server.log.dropFirst(seenCount).filter { $0.path.hasSuffix(".tar.gz") }
    requestCount += requests.count
    resumedCount += requests.filter { $0.offset > 0 }.count
    var flaws: [String] = []
    for (path, requests) in Dictionary(grouping: requests, by: \.path) {
      guard let archive = archives[path] else { return ["nobody published \(path)"] }
      var again = present.contains(archive.digest) ? 1 : 0
      for (earlier, later) in zip(requests, requests.dropFirst()) {
        if !isKilled(earlier, killed) { again += 1 }
        if later.offset > earlier.offset + earlier.bytesSent {
          flaws.append("\(path): continued at \(later.offset), where nobody had been")
        }
      }
      if again > deletionCount {
        flaws.append(
          "\(path): fetched \(again) times more than needed: "
            + requests.map { "\($0.user ?? 0) from \($0.offset): \($0.bytesSent)" }
            .joined(separator: ", "))
      }
      repeatedCount += again
      for request in requests {
        let rest = archive.byteCount - request.offset
        guard request.bytesSent != rest else { continue }
        if request.bytesSent > rest || !isKilled(request, killed) {
          flaws.append("\(path): \(request.bytesSent) bytes sent from \(request.offset) on")
        }
      }
    }
    return flaws
  }

  private func isKilled(_ request: LoopbackServer.Request, _ killed: Set<Int>) -> Bool {
    request.user.map { killed.contains($0) } ?? false
  }
}
