import CUDACatalog
import CUDADigest
import CUDAPlanning
import TestSupport
import Testing

@Suite struct `A plan` {
  let request: Request
  let old: Release
  let new: Release

  init() throws {
    request = Request(components: ["a", "b"], platform: try platform())
    old = try release(
      "1.0.0",
      [
        try component("a", byteCount: 5), try component("b", byteCount: 50), try component("c"),
        try component("nvidia_fs"),
      ])
    new = try release(
      "1.0.1",
      [try component("a", byteCount: 5), try component("b", contents: "b2", byteCount: 60)])
  }

  @Test func `for an empty prefix fetches all, the largest first, and makes it current`() throws {
    let plan = try Plan(request: request, release: old, state: InstalledState())
    let tree = try #require(plan.tree)
    #expect(plan.names == ["b", "a"])
    #expect(tree.items.allSatisfy { $0.source == .fetch && $0.reason == .asked && $0.asked })
    #expect(plan.makesCurrent)
    #expect(!plan.changesNothing)
    #expect(plan.fetchByteCount == 55)
    #expect(plan.reusedByteCount == 0)
    #expect(plan.diskByteCount == 165)
  }

  @Test func `for what is installed is empty`() throws {
    let state = try state()
    let plan = try Plan(request: request, release: old, state: state)
    #expect(plan.changesNothing)
    #expect(plan.tree == nil)
    #expect([plan.fetchByteCount, plan.reusedByteCount, plan.diskByteCount] == [0, 0, 0])
    var fewer = request
    fewer.components = ["a"]
    #expect(try Plan(request: fewer, release: old, state: state).changesNothing)
  }

  @Test
  func `of archives that were compressed anew is empty where the published ones are installed`()
    throws
  {
    let anew = old.with(old.components.map { $0.with($0.builds.map(\.compressedAnew)) })
    let published = try Plan(request: request, release: anew, state: try state())
    #expect(published.changesNothing)
    // Not the other way round: that they are the same is only said by whoever made them.
    let plan = try Plan(request: request, release: anew, state: InstalledState())
    let state = InstalledState(
      current: old.label, releases: [try installed(plan, for: request, tree: "1.0.0-1")])
    let back = try Plan(request: request, release: old, state: state)
    #expect(back.tree?.items.map(\.source) == [.fetch, .fetch])
    #expect(try Plan(request: request, release: anew, state: state).changesNothing)
  }

  @Test func `that adds a component keeps the others, and fetches only the new one`() throws {
    var more = request
    more.components = ["c"]
    let plan = try Plan(request: more, release: old, state: try state())
    let tree = try #require(plan.tree)
    #expect(plan.names == ["b", "c", "a"])
    #expect(tree.items.map(\.reason) == [.installed, .asked, .installed])
    #expect(tree.items.map(\.source) == [.reuse(tree: "1.0.0-1"), .fetch, .reuse(tree: "1.0.0-1")])
    #expect(tree.items.map(\.asked) == [true, true, true])
    #expect(plan.fetchByteCount == 10)
    #expect(plan.reusedByteCount == 55)
    #expect(plan.diskByteCount == 77 + 77 + 30)
    #expect(plan.addedDiskByteCount == 30)
    #expect(!plan.makesCurrent)
  }

  @Test func `for another release reuses what did not change`() throws {
    let plan = try Plan(request: request, release: new, state: try state())
    let tree = try #require(plan.tree)
    #expect(plan.names == ["b", "a"])
    #expect(tree.items.map(\.source) == [.fetch, .reuse(tree: "1.0.0-1")])
    #expect(plan.makesCurrent)
  }

  @Test func `reuses a tree that no link names any more`() throws {
    let (linked, current) = (try state().releases, try version("1.0.1"))
    let state = InstalledState(current: current, releases: [], otherTrees: linked)
    let plan = try Plan(request: request, release: old, state: state)
    #expect(plan.fetchByteCount == 0)
    #expect(plan.tree?.items.map(\.source) == Array(repeating: .reuse(tree: "1.0.0-1"), count: 2))
  }

  @Test func `that reinstalls fetches all, also what it only keeps`() throws {
    var again = request
    again.components = ["a"]
    again.reinstalls = true
    let plan = try Plan(request: again, release: old, state: try state())
    #expect(plan.names == ["b", "a"])
    #expect(plan.tree?.items.allSatisfy { $0.source == .fetch } == true)
    #expect(plan.diskByteCount == 77 + 77)
  }

  @Test func `replaces what the manifest has changed in place`() throws {
    let changed = try release(
      "1.0.0",
      [try component("a", byteCount: 5), try component("b", contents: "again", byteCount: 50)])
    var fewer = request
    fewer.components = ["a"]
    let plan = try Plan(request: fewer, release: changed, state: try state())
    #expect(plan.tree?.items.map(\.source) == [.fetch, .reuse(tree: "1.0.0-1")])
  }

  @Test func `keeps what the manifest has no more`() throws {
    let less = try release("1.0.0", [try component("a", byteCount: 5), try component("c")])
    var more = request
    more.components = ["c"]
    let plan = try Plan(request: more, release: less, state: try state())
    #expect(plan.names == ["b", "c", "a"])
    #expect(plan.fetchByteCount == 10)
  }

  @Test func `for an installed release that is not in use only makes it current, if wanted`() throws
  {
    let state = InstalledState(current: try version("1.0.1"), releases: try state().releases)
    let plan = try Plan(request: request, release: old, state: state)
    #expect(plan.tree == nil)
    #expect(plan.makesCurrent)
    #expect(!plan.changesNothing)
    var aside = request
    aside.makesCurrent = false
    #expect(try Plan(request: aside, release: old, state: state).changesNothing)
    let first = try Plan(request: aside, release: old, state: InstalledState())
    #expect(first.makesCurrent)
  }

  @Test func `does not put a product's release in the place of another's of the same label`() throws
  {
    let other = Request(
      product: try productName("nvcomp"), components: ["a"], platform: try platform())
    let error = #expect(throws: PlanningError.self) {
      try Plan(
        request: other, release: try release("1.0.0", product: "nvcomp", [try component("a")]),
        state: try state())
    }
    #expect(error == .labelTaken(try version("1.0.0"), by: .cuda))
  }

  @Test
  func `keeps what is to be kept if the release has it, and does not select what was removed`()
    throws
  {
    let wide = try release(
      "1.1.0",
      [
        try component("cuda_nvcc"), try component("cuda_cudart"), try component("cuda_crt"),
        try component("libnvvm"), try component("libcurand"),
      ])
    var following = Request(components: ["nvcc"], profile: .runtime, platform: try platform())
    following.kept = [try name("libcurand"), try name("gone")]
    following.without = [try name("libnvvm"), try name("cuda_crt")]
    let plan = try Plan(request: following, release: wide, state: InstalledState())
    #expect(Set(plan.names) == ["cuda_nvcc", "cuda_cudart", "libcurand"])
    #expect(plan.tree?.without.map(\.text) == ["cuda_crt", "libnvvm"])
    #expect(plan.tree?.items.filter(\.asked).map(\.component.name.text) == ["cuda_nvcc"])
    // Asked for by name, it is not removed any more.
    following.components = ["libnvvm"]
    let back = try Plan(request: following, release: wide, state: InstalledState())
    #expect(back.tree?.without.map(\.text) == ["cuda_crt"])
  }

  @Test func `of nothing that is wanted says so`() throws {
    var following = Request(components: [], platform: try platform())
    following.kept = [try name("gone")]
    let error = #expect(throws: PlanningError.self) {
      try Plan(request: following, release: old, state: InstalledState())
    }
    #expect(error == .nothingSelected(product: .cuda, release: old.label))
  }

  @Test func `remembers the larger profile`() throws {
    let all = try release("1.0.0", [try component("cuda_cudart"), try component("libcurand")])
    for (one, other) in [(Profile.base, Profile.full), (.full, .base), (.devel, .runtime)] {
      let request = Request(profile: one, platform: try platform())
      let plan = try Plan(request: request, release: all, state: InstalledState())
      let state = InstalledState(
        current: all.label, releases: [try installed(plan, for: request, tree: "1.0.0-1")])
      let second = Request(profile: other, platform: try platform())
      let next = try Plan(request: second, release: all, state: state)
      #expect((next.tree?.profile ?? one) == max(one, other))
      #expect(next.changesNothing == (one > other))
    }
  }

  @Test func `of a damaged release makes a new tree with all that it had`() throws {
    let whole = try state().releases[0]
    let state = InstalledState(
      current: old.label, damaged: [DamagedRelease(release: old.label, known: whole)])
    let plan = try Plan(request: request, release: old, state: state)
    #expect(plan.names == ["b", "a"])
    #expect(plan.tree?.items.allSatisfy { $0.source == .reuse(tree: "1.0.0-1") } == true)
    var one = request
    one.components = ["a"]
    #expect(try Plan(request: one, release: old, state: state).names == ["b", "a"])
  }

  @Test func `that removes components keeps the rest as it is, and remembers what went`() throws {
    let whole = try state().releases[0]
    let plan = try Plan(removing: ["b"], from: whole, state: try state())
    #expect(plan.names == ["a"])
    #expect(plan.tree?.items.map(\.source) == [.reuse(tree: "1.0.0-1")])
    #expect(plan.tree?.without == [try name("b")])
    #expect(!plan.makesCurrent)
    let all = #expect(throws: PlanningError.self) {
      try Plan(removing: ["b", "a"], from: whole, state: try state())
    }
    #expect(all == .nothingLeft(whole))
    let none = #expect(throws: PlanningError.self) {
      try Plan(removing: ["c"], from: whole, state: try state())
    }
    #expect(none == .noComponentInstalled("c", release: "CUDA 1.0.0", suggestions: ["a", "b"]))
  }

  @Test(
    .enabled(if: Shared.isThere, "\(Shared.absence)"),
    arguments: ["11.8.0", "12.6.3", "13.0.2", "13.4.2"])
  func `carried out leaves nothing to plan, for each of NVIDIA's releases`(label: String) throws {
    let release = try realRelease(label)
    for profile in Profile.allCases {
      let request = Request(profile: profile, platform: try platform())
      let plan = try Plan(request: request, release: release, state: InstalledState())
      let after = InstalledState(
        current: plan.release, releases: [try installed(plan, for: request, tree: "\(label)-1")])
      #expect(try Plan(request: request, release: release, state: after).changesNothing)
      let sizes = plan.tree?.items.map(\.build.artifact.byteCount) ?? []
      #expect(sizes == sizes.sorted(by: >))
    }
  }

  /// `old`, installed with `a` and `b`, and in use.
  private func state() throws -> InstalledState {
    let plan = try Plan(request: request, release: old, state: InstalledState())
    return InstalledState(
      current: old.label, releases: [try installed(plan, for: request, tree: "1.0.0-1")])
  }

  @Test func `to remove names releases that are installed, and says if one is in use`() throws {
    let state = try state()
    let removal = try Removal(["1.0.0", "1.0.0"], state: state)
    #expect(removal.releases == [old.label])
    #expect(removal.removesCurrent)
    #expect(try Removal([], state: state).removesCurrent == false)
    for text in ["1.0", "1.0.1", "..", "", "a"] {
      let error = #expect(throws: PlanningError.self) { try Removal([text], state: state) }
      #expect(error == .notInstalled(text, installed: [old.label]))
      #expect(error?.hint == "installed are 1.0.0")
    }
  }
}

extension Build {
  fileprivate var compressedAnew: Build {
    let anew = Artifact(
      path: artifact.path, digest: SHA256.digest(of: Array("\(artifact.digest)".utf8)),
      byteCount: 7,
      published: .init(
        path: artifact.path, digest: artifact.digest, byteCount: artifact.byteCount))
    return Build(platform: platform, variant: variant, artifact: anew)
  }
}
