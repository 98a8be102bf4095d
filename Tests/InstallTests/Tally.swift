import Glibc
import Testing

/// What was tried at the calls of a change, and what came of it.
struct Tally {
  /// Whether all of it is wanted.
  let isComplete = getenv("CUDA_INSTALL_EVERY_CALL") != nil
  private let what: String
  private let calls: [Call]
  private var points: Set<Call> = []
  private var tries = 0
  private var missed = 0
  private var violationCount = 0

  init(_ what: String, _ change: Change, _ calls: [Call]) {
    self.what = "\(what), \(change)"
    self.calls = calls
  }

  /// The calls to try: of those that change what others find and of the rest as many as there is time for, evenly
  /// spread, and always each at which a link is replaced. All of them if that is wanted; of those that cost a process
  /// each, the ones that change something.
  mutating func points(changing: Int = .max, others: Int) -> [Call] {
    var chosen = calls
    if isComplete, others == 0 {
      chosen = calls.filter(\.changesPrefix)
    } else if !isComplete {
      let (visible, rest) = (calls.filter(\.changesPrefix), calls.filter { !$0.changesPrefix })
      let links = calls.filter(\.replacesLink)
      let wanted = Set(links + visible.spread(changing) + rest.spread(others))
      chosen = calls.filter { wanted.contains($0) }
    }
    points = Set(chosen)
    return chosen
  }

  /// As many errnos as there is time for, another selection at each point.
  func some(_ codes: [Int32], _ point: Int, _ limit: Int) -> [Int32] {
    guard !isComplete, codes.count > limit else { return codes }
    return (0..<limit).map { codes[(point + $0) % codes.count] }
  }

  /// What came of one try. The threads of a run take turns as they like: it may do without a call that the recorded
  /// one made, and then nothing was tried.
  mutating func note(_ violations: [String], _ isTried: Bool, _ place: String) {
    if isTried { tries += 1 } else { missed += 1 }
    violationCount += violations.count
    #expect(violations == [], "\(place)")
  }

  func tell() {
    // Only staging is the work of several threads, and its calls are one in ten of those tried.
    #expect(missed * 10 <= tries)
    print(
      "\(what): \(calls.count) calls, \(points.count) points, \(tries) tries, \(missed) missed, \(violationCount) violations"
    )
  }
}

extension Array {
  /// As many of the elements as wanted, evenly spread.
  fileprivate func spread(_ limit: Int) -> [Element] {
    guard count > limit else { return self }
    return (0..<limit).map { self[$0 * count / limit] }
  }
}
