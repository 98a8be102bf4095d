import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// Kills participants of a round while they work: anybody, whoever has the lock, and whoever is sent a byte of an
/// archive at which the server stops.
final class Killer: Sendable {
  private let participants = Mutex<[Participant]>([])
  private let bench: Bench
  private let hold: Hold
  /// Runs until the round is over, so that nobody waits for a byte that is never sent.
  private let bell: Program
  private let ended = DispatchSemaphore(value: 0)

  /// The archives' digests by their paths.
  private let digests: [String: String]

  init(_ hold: Hold, _ bell: Program, _ bench: Bench, digests: [String: String]) {
    self.bench = bench
    self.digests = digests
    self.hold = hold
    self.bell = bell
    DispatchQueue(label: "killer").async { [self] in
      // Only the holder of the lock fetches.
      if hold.waitUntilReached(by: bell), let request = bench.requests.last?.request {
        waitUntilWritten(request)
        kill { $0.number == request.user }
      }
      hold.release()
      ended.signal()
    }
  }

  func know(_ participant: Participant) { participants.withLock { $0.append(participant) } }

  func kill(_ participant: Participant) { kill { $0.number == participant.number } }

  /// By its own record. There is none while a process has just come to the lock.
  func killHolder() {
    struct Record: Decodable { var pid: Int32 }
    guard let record = try? bench.record("operation.json", as: Record.self) else { return }
    kill { $0.program.pid == record.pid }
  }

  func stop() {
    bell.kill()
    ended.wait()
    bell.wait()
  }

  /// What is killed with bytes in its download leaves something to continue.
  private func waitUntilWritten(_ request: LoopbackServer.Request) {
    let directory = "\(bench.prefix)/.cuda-install/partial"
    let changes = Changes(in: directory, of: IN_MODIFY)
    let digest = digests[request.path] ?? ""
    func isWritten() -> Bool {
      namesIn(directory).contains {
        $0.hasPrefix(digest)
          && readFile("\(directory)/\($0)")?.count ?? 0 >= request.offset + request.bytesSent
      }
    }
    while !isWritten(), !bell.hasEnded { changes.wait() }
  }

  private func kill(_ isMeant: (Participant) -> Bool) {
    participants.withLock { $0.first(where: isMeant)?.kill() }
  }
}

extension LoopbackServer.Request {
  /// The number that a participant has for a user's name: RFC 7617.
  var user: Int? {
    guard let words = headers["authorization"]?.split(separator: " "), words.first == "Basic",
      let bytes = words.last.flatMap({ Data(base64Encoded: String($0)) })
    else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).prefix { $0 != ":" })
  }

  /// The first byte that was asked for.
  var offset: Int {
    guard let range, range.hasPrefix("bytes="), range.hasSuffix("-") else { return 0 }
    return Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
  }
}
