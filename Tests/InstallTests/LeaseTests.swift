import CUDAInstall
import CUDAStore
import Synchronization
import TestSupport
import Testing

/// What others do while a reader looks for the tree of 13.0.1, or looks at it.
enum Disturbance: String, CaseIterable, Sendable {
  /// The release goes.
  case removal
  /// It gets another tree, and the old one goes.
  case replacement

  func run(_ prefix: String, mirror: String) throws {
    let installer = Installer(
      prefix: prefix, source: try CatalogSource(mirror), patience: .zero)
    switch self {
    case .removal: _ = try installer.remove(["13.0.1"], removesCurrent: true)
    case .replacement:
      _ = try installer.install(request("13.0.1", "gamma"))
      _ = try installer.prune(keep: 0)
    }
  }
}

@Suite struct `Readers that need a tree for a while` {
  /// Runs `reader` again and again, each time with the disturbance before another of its calls.
  private func disturb(
    by disturbance: Disturbance, _ reader: (Installer) throws -> Void
  ) throws {
    let mirror = SmallMirror()
    var index = 0
    while true {
      let scratch = Scratch()
      let prefix = scratch.file("cuda")
      let installer = Installer(
        prefix: prefix, source: try CatalogSource(mirror.path), patience: .zero)
      _ = try installer.install(request("13.0.1", "alpha", "beta"))
      let moment = Moment(index)
      let calls = Calls(in: scratch.path)
      try calls.during({ _ in
        // Its own calls are no further moments.
        if moment.hasCome { try? disturbance.run(prefix, mirror: mirror.path) }
        return nil
      }) { try reader(installer) }
      guard moment.isOver else { return }
      // Until the lease is there, each call is another moment; behind it they are all alike.
      index += index < 30 ? 1 : 9
    }
  }

  @Test(arguments: Disturbance.allCases)
  func `I7 I10: verify finds no damage in a tree that is replaced or removed meanwhile`(
    disturbance: Disturbance
  ) throws {
    try disturb(by: disturbance) { installer in
      do throws(InstallError) {
        let (_, findings) = try installer.verify("13.0.1")
        #expect(findings == [])
      } catch {
        #expect(disturbance == .removal && error.exitStatus == 66, "\(error.message)")
      }
    }
  }

  @Test(arguments: Disturbance.allCases)
  func `I7 I10: exec gets a tree that stays, whatever is replaced or removed meanwhile`(
    disturbance: Disturbance
  ) throws {
    try disturb(by: disturbance) { installer in
      do throws(InstallError) {
        let (_, root) = try installer.leasedEnvironment(of: "13.0.1")
        #expect(readFile("\(root)/receipt.json") != nil, "\(root)")
      } catch {
        #expect(disturbance == .removal && error.exitStatus == 66, "\(error.message)")
      }
    }
  }
}

/// The n-th call of a run, once.
private final class Moment: Sendable {
  private let left: Mutex<Int>

  init(_ index: Int) { left = Mutex(index) }

  var hasCome: Bool {
    left.withLock { left in
      left -= 1
      return left == -1
    }
  }

  /// Whether the run had that many calls.
  var isOver: Bool { left.withLock { $0 < 0 } }
}
