// One round of the soak: what the processes are, who is killed, and what must be true of how they end.

import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// One time in `count`.
  mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func some<Value>(of values: [Value]) -> [Value] {
    values.filter { _ in Bool.random(using: &self) }
  }

  mutating func one<Value>(of values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}

/// A process of a round.
final class Participant: Sendable {
  /// Its name at the server, and unique in the soak.
  let number: Int
  let words: [String]
  /// How it may end if nobody kills it.
  let statuses: [Int32]
  let program: Program
  private let wasKilled = Mutex(false)

  init(_ number: Int, _ words: [String], _ statuses: [Int32], _ program: Program) {
    self.number = number
    self.words = words
    self.statuses = statuses
    self.program = program
  }

  func kill() {
    guard !program.hasEnded else { return }
    wasKilled.withLock { $0 = true }
    program.kill()
  }

  /// It may have ended before the signal came.
  var isVictim: Bool { wasKilled.withLock { $0 } }

  /// The run may have deleted trees that somebody wants again.
  var isDeletion: Bool { words[0] == "remove" || words.contains("--keep=0") }
}

final class Soak {
  static let processCount = 64

  let bench: Bench
  private var random: SeededNumbers
  private(set) var fetches: Fetches
  private(set) var mirror = Mirror()
  /// What each release has to offer, and the labels in the order of publication.
  private(set) var reader = Reader(releases: [:])
  private var labels: [String] = []
  private var startedCount = 0
  private var killedCount = 0
  private var readCount = 0

  init(seed: UInt64) throws {
    random = SeededNumbers(state: seed)
    bench = try Bench(Mirror())
    fetches = Fetches(bench)
    // An empty directory is as good as none, and can be watched.
    mkdir(bench.prefix, 0o755)
  }

  var summary: String {
    "\(startedCount) processes, \(killedCount) killed, \(fetches.summary), \(readCount) trees read"
  }

  /// Runs a round; what was not as it must be.
  func round(_ round: Int) throws -> [String] {
    try publish(round)
    // Only in some rounds is anything deleted: in the others, nothing is fetched that is there.
    let deletes = round.isMultiple(of: 3)
    fetches.begin()
    let (prefix, reader) = (bench.prefix, reader)
    // A reader that never rests would take a core from those whom it watches.
    let changes = Changes(in: prefix)
    let bystander = Bystander { () throws(Flaw) in
      changes.wait()
      guard let tree = try OpenTree("current", in: prefix, leased: true) else {
        // Only before the very first install: no one removes the current release.
        if round > 1 { throw Flaw(text: "nothing is current") }
        return
      }
      _ = try reader.check(tree)
    }
    let participants = run(isFirst: round == 1, deletes: deletes)
    var flaws = participants.flatMap { flawsOfEnd(of: $0) }
    flaws += bystander.stop().prefix(3).map { "reader: \($0)" }
    readCount += bystander.count
    flaws += try flawsAfterwards()
    let killed = participants.filter { $0.program.wait() == 128 + SIGKILL }
    killedCount += killed.count
    flaws += fetches.flaws(
      killed: Set(killed.map(\.number)),
      deletionCount: participants.filter { $0.isDeletion && $0.program.wait() != 75 }.count)
    return flaws + flawsAfterPruning()
  }

  // The round

  /// A new release of 13.0 in each round, one of 12.9 in each third: there is something to fetch.
  private func publish(_ round: Int) throws {
    var added = ["13.0.\(round)"]
    if round % 3 == 1 { added.append("12.9.\(round)") }
    for label in added {
      let components = ["cuda_cudart", "cuda_nvcc", "libcurand"].map {
        Mirror.component(
          $0, "\(label).\(Int.random(in: 1...99, using: &random))",
          byteCount: Int.random(in: 5000...60_000, using: &random))
      }
      reader.releases[label] = components
      fetches.know(components)
      mirror.add(label, components)
      labels.append(label)
    }
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
  }

  /// Starts all, kills some, and waits for each.
  private func run(isFirst: Bool, deletes: Bool) -> [Participant] {
    var participants: [Participant] = []
    // Killed as soon as the server has sent it so many bytes of an archive.
    let hold = bench.server.hold("*.tar.gz", afterBytes: .random(in: 1...4000, using: &random))
    let bell = Program(["sleep", "600"], in: bench.scratch)
    let killer = Killer(hold, bell, bench, digests: fetches.digests)
    for _ in 0..<Self.processCount {
      let participant = start(isFirst: isFirst, deletes: deletes)
      participants.append(participant)
      killer.know(participant)
      if random.oneIn(16) { killer.kill(random.one(of: participants)) }
      if random.oneIn(16) { killer.killHolder() }
    }
    for participant in participants.shuffled(using: &random) {
      if random.oneIn(12) { killer.killHolder() }
      participant.program.wait()
    }
    killer.stop()
    return participants
  }

  private func start(isFirst: Bool, deletes: Bool) -> Participant {
    startedCount += 1
    var (words, statuses) = choose(deletes: deletes)
    // Where nothing is installed yet, there is nothing to change.
    if isFirst, words[0] != "install" { statuses.append(66) }
    if random.oneIn(2) { words.append("--json") }
    // The user's name tells whose request it is. It is left out of what is written down.
    let url = "http://\(startedCount):x@" + bench.mirror.dropFirst("http://".count)
    let program = Program(
      bench.command(words, mirror: url), environment: bench.environment, in: bench.scratch)
    return Participant(startedCount, words, statuses, program)
  }

  private func choose(deletes: Bool) -> (words: [String], statuses: [Int32]) {
    let (wait, locked): ([String], [Int32]) =
      random.oneIn(3) ? (["--no-wait"], [75]) : (["--wait=300"], [])
    let label = random.one(of: labels.suffix(3))
    switch Int.random(in: 0..<100, using: &random) {
    case ..<28:
      let components = random.some(of: ["cudart", "nvcc", "libcurand"])
      let track = random.one(of: ["13.0", "13", "12.9", "latest"])
      let use = random.oneIn(3) ? ["--use"] : []
      return (["install", track] + components + use + wait, [0] + locked)
    case ..<36: return (["update"] + wait, [0] + locked)
    case ..<50: return (["status"], [0])
    case ..<58: return (["verify"] + (random.oneIn(2) ? [] : [label]), [0, 66])
    case ..<66: return (["list"], [0])
    case ..<72: return (["prune", deletes ? "--keep=0" : "--keep=1000"] + wait, [0] + locked)
    case ..<84:
      let release = random.one(of: [label, "13", "12", "-"])
      return (["use", release] + wait, [0, 66] + locked)
    case ..<90: return (["rollback"] + wait, [0, 66] + locked)
    // The current release is refused.
    case _ where deletes: return (["remove", label] + wait, [0, 64, 66] + locked)
    default: return (["status"], [0])
    }
  }

  // What must be true

  private func flawsOfEnd(of participant: Participant) -> [String] {
    let program = participant.program
    let status = program.wait()
    let who = "\(participant.words.joined(separator: " ")): status \(status)"
    if status == 128 + SIGKILL, participant.isVictim { return [] }
    guard participant.statuses.contains(status) else { return ["\(who)\n\(program.errors)"] }
    guard participant.words.contains("--json") else { return [] }
    // I12: one result, and it says what the exit status says.
    let last = program.output.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
    guard let event = try? JSONDecoder().decode(Answer.self, from: last),
      event.exit ?? 0 == status
    else { return ["\(who), but the last line is \(String(decoding: last, as: UTF8.self))"] }
    return []
  }

  private struct Answer: Decodable { var exit: Int32? }

  /// The lock is free, the next installs succeed, and all releases are whole.
  private func flawsAfterwards() throws -> [String] {
    var flaws: [String] = []
    for track in ["13.0", "12.9"] {
      flaws += check(bench.run("install", track, "--no-wait"), "install \(track)")
    }
    for label in installed {
      flaws += check(bench.run("verify", label), "verify \(label)")
      do throws(Flaw) {
        let tree = try OpenTree(label, in: bench.prefix, leased: false)
        if let tree { _ = try reader.check(tree) }
      } catch {
        flaws.append("\(label): \(error.text)")
      }
    }
    if bench.leftovers != [] { flaws.append("left over: \(bench.leftovers)") }
    return flaws
  }

  /// No download is left that nobody continues, and the next round starts with few trees.
  private func flawsAfterPruning() -> [String] {
    var flaws = check(bench.run("prune", "--keep", "1", "--no-wait"), "prune")
    if bench.partials != [] { flaws.append("partial: \(bench.partials)") }
    if bench.leftovers != [] { flaws.append("left over: \(bench.leftovers)") }
    let trees = Set(installed.compactMap { linkTarget("\(bench.prefix)/\($0)") })
    if trees.count != installed.count { flaws.append("releases share a tree: \(trees)") }
    return flaws
  }

  private var installed: [String] { namesIn(bench.prefix).filter { $0.first?.isNumber == true } }

  private func check(_ run: Ended, _ name: String) -> [String] {
    run.status == 0 ? [] : ["\(name): status \(run.status)\n\(run.errors)"]
  }
}
