import CUDACatalog
import CUDAStore
import TestSupport
import Testing

/// A prefix with what a change needs, to be copied.
struct Template {
  let change: Change
  let scratch = Scratch()
  let mirror: SmallMirror
  /// What is visible before and after the change.
  let before: VisibleState
  let after: VisibleState
  /// The components of each release after the change.
  let components: [String: Set<String>]
  /// What a reader may find behind `current`: the old content, the new, and nothing only if there was or will be
  /// nothing.
  let views: Set<View>
  /// The calls that the change made.
  let calls: [Call]

  init(_ change: Change) throws {
    self.change = change
    let mirror = SmallMirror()
    self.mirror = mirror
    let template = scratch.file("template")
    try change.prepare(template, mirror: mirror.path)
    let before = try Store(prefix: template).visible()
    let views = [View(template)]
    let trial = scratch.file("trial")
    if !change.before.isEmpty { copy(template, trial) }
    let calls = Calls(in: trial)
    try calls.during { try change.run(trial, mirror: mirror.path) }
    self.calls = calls.all
    self.views = Set(views + [View(trial)])
    let after = try Store(prefix: trial).visible()
    #expect(before != after)
    (self.before, self.after) = (before, after)
    components = try InstallTests.components(of: trial)
    #expect(try flaws(of: trial, but: change.damagedTrees) == [])
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
