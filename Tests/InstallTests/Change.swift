import CUDACatalog
import CUDAInstall
import CUDAPlanning
import Glibc
import Synchronization
import TestSupport
import Testing

/// What the tests do to a prefix, each with what must be there before.
enum Change: String, CaseIterable, Codable, Sendable {
  /// A release where nothing is, and a second one, which becomes current: two links each.
  case first, second
  /// A further component for the current release: one link. For one that becomes current: two.
  case component, addition
  /// Another product for the current release.
  case product
  /// A component that goes.
  case reduction
  case update, use, rollback, repair, remove, removeCurrent, prune
  /// A run that has nothing of its own to do, behind one that died between its two links.
  case recovery, recoveryOfRollback
  /// A release that `update` replaces; only ever a beginning.
  case tracked

  static let allCases: [Change] = [
    .first, .second, .component, .addition, .product, .reduction, .update, .use, .rollback,
    .repair, .remove,
    .removeCurrent, .prune, .recovery, .recoveryOfRollback,
  ]
  /// Those that make a tree.
  static let making: [Change] = [
    .first, .second, .component, .addition, .product, .reduction, .update, .repair,
  ]
  /// Those that take one away.
  static let removing: [Change] = [.remove, .removeCurrent, .prune]

  /// Whether recovery does all of it.
  var recovers: Bool { self == .recovery || self == .recoveryOfRollback }

  /// The changes that lead to where this one begins.
  var before: [Change] {
    switch self {
    case .first, .tracked: []
    case .second, .component, .product, .reduction, .repair: [.first]
    case .use, .remove, .removeCurrent: [.first, .second]
    case .addition: [.first, .second, .use]
    case .rollback: [.first, .second, .use, .addition]
    case .update: [.tracked]
    case .prune: [.tracked, .update, .addition]
    case .recovery: Change.addition.before
    case .recoveryOfRollback: Change.rollback.before
    }
  }

  /// The trees that are not as their receipts say when this one begins.
  var damagedTrees: Set<String> { self == .repair ? ["13.0.1-1"] : [] }

  /// Brings a new prefix to where this one begins.
  func prepare(_ prefix: String, mirror: String) throws {
    for earlier in before { try earlier.run(prefix, mirror: mirror) }
    switch self {
    case .recovery: stopBetweenLinks(.addition, prefix, mirror: mirror)
    case .recoveryOfRollback: stopBetweenLinks(.rollback, prefix, mirror: mirror)
    default: break
    }
    for tree in damagedTrees {
      let path = "\(prefix)/.cuda-install/trees/\(tree)/bin/alpha"
      #expect(runProgram(["sh", "-c", "chmod u+w \(path); echo spoilt >\(path)"]).status == 0)
    }
  }

  func run(
    _ prefix: String, mirror: String, isSandboxed: Bool = true,
    observe: @escaping (Event) -> Void = { _ in }
  ) throws {
    let mirror = self == .tracked ? SmallMirror.past(of: mirror) : mirror
    var installer = Installer(
      prefix: prefix, source: try CatalogSource(mirror), patience: .zero, observe: observe)
    installer.isSandboxed = isSandboxed
    switch self {
    case .first: _ = try installer.install(request("13.0.1", "alpha", "beta"))
    case .second: _ = try installer.install(request("13.0.2", "alpha", "beta"))
    case .component: _ = try installer.install(request("13.0.1", "gamma"))
    case .addition: _ = try installer.install(request("13.0.2", "gamma"))
    case .product: _ = try installer.install(productRequest())
    case .reduction: _ = try installer.remove(components: ["beta"], from: "13.0.1")
    case .tracked: _ = try installer.install(request("13", "alpha", "beta"))
    case .update, .recovery, .recoveryOfRollback: _ = try installer.update([])
    case .use: _ = try installer.use("13.0.1")
    case .rollback: _ = try installer.rollBack()
    case .repair: _ = try installer.repair(nil)
    case .remove: _ = try installer.remove(["13.0.1"], removesCurrent: false)
    case .removeCurrent: _ = try installer.remove(["13.0.2"], removesCurrent: true)
    case .prune: _ = try installer.prune(keep: 0)
    }
  }
}

/// Runs the change until its first link is replaced.
private func stopBetweenLinks(_ change: Change, _ prefix: String, mirror: String) {
  let count = Mutex(0)
  try? Calls(in: prefix).during({ call in
    let number = count.withLock { count in
      count += call.replacesLink || count > 1 ? 1 : 0
      return count
    }
    return number > 1 ? EIO : nil
  }) { try change.run(prefix, mirror: mirror) }
}

func request(_ label: String, _ components: String...) throws -> Request {
  Request(
    track: try #require(Track(label)), components: components,
    platform: try #require(Platform("linux-x86_64")))
}

/// Of the newest cuDNN, for what is current.
private func productRequest() throws -> Request {
  var request = Request(platform: try #require(Platform("linux-x86_64")))
  request.additions = [Request.Addition(product: try #require(ProductName("cudnn")))]
  request.joinsCurrent = true
  return request
}

/// A mirror with two releases that share a component, and another product beside them.
struct SmallMirror {
  let scratch: Scratch
  let path: String

  init() {
    scratch = Scratch()
    var mirror = Mirror()
    mirror.add(
      "13.0.1",
      [small("alpha", "13.0.10"), small("beta", "13.0.11"), small("gamma", "13.0.12")])
    _ = mirror.write(to: scratch.file("past"))
    mirror.add("1.1.0", [small("sigma", "1.1.0")], product: "cudnn")
    mirror.add(
      "13.0.2",
      [small("alpha", "13.0.20"), small("beta", "13.0.11"), small("gamma", "13.0.22")])
    path = mirror.write(to: scratch.file("mirror"))
  }

  /// The mirror as it was when there was only the first release.
  static func past(of path: String) -> String {
    path.replacing("/mirror/", with: "/past/", maxReplacements: 1)
  }
}

private func small(_ name: String, _ version: String) -> Mirror.Component {
  Mirror.Component(
    name, version,
    [
      .file("LICENSE", "Licence of \(name)\n"),
      .file("bin/\(name)", "\(name) \(version)\n", mode: 0o755),
      Member("lib/lib\(name).so", .link("lib\(name).so.1")),
      .file("lib/lib\(name).so.1", "\(name) \(version)\n", mode: 0o755),
    ])
}
