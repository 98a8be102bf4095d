import CUDACatalog
import CUDAInstall
import CUDAPlanning
import CUDAStore
import TestSupport
import Testing

/// What the tests do to a prefix, each with what must be there before.
enum Change: String, CaseIterable, Codable, Sendable {
  case first, second, component, use, remove, rollback

  /// The changes that lead to where this one begins.
  var before: [Change] {
    switch self {
    case .first: []
    case .second, .component: [.first]
    case .use, .remove: [.first, .second]
    case .rollback: [.first, .component]
    }
  }

  func run(_ prefix: String, mirror: String, observe: @escaping (Event) -> Void = { _ in }) throws {
    let installer = Installer(
      prefix: prefix, source: try CatalogSource(mirror), patience: .zero, observe: observe)
    switch self {
    case .first: _ = try installer.install(request("13.0.1", "alpha", "beta"))
    case .second: _ = try installer.install(request("13.0.2", "alpha", "beta"))
    case .component: _ = try installer.install(request("13.0.1", "gamma"))
    case .use: _ = try installer.use("13.0.1")
    case .remove: _ = try installer.remove(["13.0.1"], removesCurrent: false)
    case .rollback: _ = try installer.rollBack()
    }
  }
}

func request(_ label: String, _ components: String...) throws -> Request {
  Request(
    track: try #require(Track(label)), components: components,
    platform: try #require(Platform("linux-x86_64")))
}

/// A mirror with two releases that share a component.
struct SmallMirror {
  let scratch: Scratch
  let path: String

  init() {
    scratch = Scratch()
    var mirror = Mirror()
    mirror.add(
      "13.0.1",
      [small("alpha", "13.0.10"), small("beta", "13.0.11"), small("gamma", "13.0.12")])
    mirror.add(
      "13.0.2",
      [small("alpha", "13.0.20"), small("beta", "13.0.11"), small("gamma", "13.0.22")])
    path = mirror.write(to: scratch.file("mirror"))
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

/// A prefix with what a change needs, to be copied.
struct Template {
  let scratch = Scratch()
  let mirror: SmallMirror
  /// What is visible before and after the change.
  let before: VisibleState
  let after: VisibleState
  /// The components of each release after the change.
  let components: [String: Set<String>]
  /// The calls that the change made.
  let calls: [Call]

  init(_ change: Change) throws {
    let mirror = SmallMirror()
    self.mirror = mirror
    let template = scratch.file("template")
    for earlier in change.before { try earlier.run(template, mirror: mirror.path) }
    let before = try Store(prefix: template).visible()
    let trial = scratch.file("trial")
    if !change.before.isEmpty { copy(template, trial) }
    let calls = Calls(in: trial)
    try calls.during { try change.run(trial, mirror: mirror.path) }
    self.calls = calls.all
    let after = try Store(prefix: trial).visible()
    #expect(before != after)
    (self.before, self.after) = (before, after)
    components = try InstallTests.components(of: trial)
    #expect(try flaws(of: trial) == [])
  }

  /// A prefix of the test's own.
  func makePrefix(_ name: String) -> String {
    let prefix = scratch.file(name)
    if !namesIn(scratch.file("template")).isEmpty { copy(scratch.file("template"), prefix) }
    return prefix
  }

  func remove(_ prefix: String) { #expect(runProgram(["rm", "-rf", prefix]).status == 0) }
}

private func copy(_ source: String, _ target: String) {
  #expect(runProgram(["cp", "-a", source, target]).status == 0)
}

/// The components of each release that is visible, by their receipts.
func components(of prefix: String) throws -> [String: Set<String>] {
  let store = Store(prefix: prefix)
  return try store.visible().releases.mapValues { tree in
    Set(try store.receipt(ofTree: tree)?.components.map(\.name.text) ?? [])
  }
}
