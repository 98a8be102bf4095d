// What a merged tree needs beyond its components' files (reference: NVIDIA's own toolkit installer):
//
//   lib64 -> lib                  nvcc.profile and many Makefiles say lib64
//   targets/<arch>-linux/         Rust, Bazel and cross builds look there
//   version.json version.txt      CMake's FindCUDAToolkit accepts a tree without nvcc only with one: Debian 12's
//                                 3.25 knows version.txt alone
//   lib/libX.so                   of wheels, which cannot hold links
//   lib/pkgconfig/*.pc            relative to the tree, with unversioned names beside NVIDIA's
//   receipt.json receipt.ndjson   what is here, and where it came from
//
// The result depends on the request and the artifacts alone: not on which thread was faster, nor on the
// clock, a pid or a user.

import CUDAArchive
import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore

struct Merge {
  let release: Release
  let platform: Platform
  let tree: Plan.NewTree
  let results: [ComponentName: Unpacked]

  private var items: [Plan.Item] { tree.items }

  /// Completes the tree at `root`; its receipt.
  func finish(_ root: SharedDirectory) throws(InstallError) -> Receipt {
    let entries = try mergedEntries()
    let receipt: Receipt
    var collision: InstallError?
    do {
      try makePendingLinks(root)
      var writer = TreeWriter(root: root, entries: entries)
      for name in items.map(\.component.name).sorted() {
        for held in results[name]?.held ?? [] {
          let other = try writer.addFile(
            held.path.names, PkgConfig.relocatable(held.bytes), owner: name, modified: held.modified
          )
          if let other {
            collision = InstallError(.collision(path: "\(held.path)", other, name))
          }
        }
      }
      try writer.settleTimes(times)
      try addFixUps(&writer)
      try writer.finishDirectories()
      if collision == nil { collision = fault(in: writer.entries) }
      receipt = try writeReceipt(
        writer.entries.values.sorted { $0.path < $1.path }, writer.modified, root)
    } catch {
      throw InstallError(.store(.files(error)))
    }
    if let collision { throw collision }
    return receipt
  }

  /// Hard links between files of two components: only now are both there.
  private func makePendingLinks(_ root: SharedDirectory) throws(SystemCallError) {
    var from = DirectoryCursor(root: root)
    var into = DirectoryCursor(root: root)
    for link in items.flatMap({ results[$0.component.name]?.pendingLinks ?? [] }) {
      let source = try from.find(link.original.names.dropLast())
      let target = try into.enter(link.path.names.dropLast())
      try target.directory.hardLink(
        link.original.names.last ?? "", in: source.directory, as: link.path.names.last ?? "")
    }
  }

  // Entries

  /// All components' entries by path. Two components may bring the same; not different things.
  private func mergedEntries() throws(InstallError) -> [String: TreeEntry] {
    var tree: [String: TreeEntry] = [:]
    for name in items.map(\.component.name).sorted() {
      for entry in results[name]?.entries ?? [] {
        let kind = TreeEntry.Kind(entry.kind)
        guard var known = tree[entry.path] else {
          tree[entry.path] = TreeEntry(path: entry.path, kind: kind, owners: [name])
          continue
        }
        guard known.kind == kind else {
          throw InstallError(.collision(path: entry.path, known.owners.first ?? name, name))
        }
        if !known.owners.contains(name) { known.owners.append(name) }
        tree[entry.path] = known
      }
    }
    return tree
  }

  /// When each path was modified, by each component that brings it, in order of names.
  private var times: [String: [Int64]] {
    var times: [String: [Int64]] = [:]
    for name in items.map(\.component.name).sorted() {
      var own: [String: Int64] = [:]
      for entry in results[name]?.entries ?? [] where own[entry.path] == nil {
        own[entry.path] = entry.modified
      }
      for held in results[name]?.held ?? [] where own["\(held.path)"] == nil {
        own["\(held.path)"] = held.modified
      }
      for (path, time) in own { times[path, default: []].append(time) }
    }
    return times
  }

  /// What no archive shows by itself.
  private func fault(in entries: [String: TreeEntry]) -> InstallError? {
    func owner(of path: String) -> ComponentName? { entries[path]?.owners.first }
    do throws(TreeShape.Fault) {
      try TreeShape(entries).check()
      return nil
    } catch {
      switch error {
      case .belowNoDirectory(let path, let above):
        guard let one = owner(of: above), let other = owner(of: path) else {
          preconditionFailure("the installer's own \(path) is below \(above)")
        }
        return InstallError(.collision(path: above, one, other))
      case .leavesTree(let link):
        guard let owner = owner(of: link),
          let item = items.first(where: { $0.component.name == owner })
        else { preconditionFailure("the installer's own \(link) leads out") }
        return InstallError(
          .archive(
            component: owner,
            .refused(
              item.build.artifact.path.name, entry: link, reason: "its target lies outside")))
      }
    }
  }

  // Fix-ups

  private func addFixUps(_ writer: inout TreeWriter) throws(SystemCallError) {
    if writer.hasDirectory("lib") {
      try writer.addLink(["lib64"], to: "lib")
    }
    // An application's tree is what its archives say, and nothing else but what `env` and `exec` lead to.
    guard items.contains(where: { $0.build.artifact.layout == nil }) else { return }
    let target = platform.text.split(separator: "-").dropFirst().joined(separator: "-")
    for name in ["lib", "include"] where writer.hasDirectory(name) {
      try writer.addLink(["targets", "\(target)-linux", name], to: "../../\(name)")
    }
    for link in WheelLibraries.missingLinks(for: pathsOfWheels) {
      try writer.addLink(link.path, to: link.target)
    }
    for (path, entry) in writer.entries.sorted(by: { $0.key < $1.key })
    where path.hasPrefix("lib/pkgconfig/") {
      guard case .file = entry.kind else { continue }
      let name = String(path.dropFirst("lib/pkgconfig/".count))
      guard !name.utf8.contains(UInt8(ascii: "/")), let plain = PkgConfig.unversioned(name) else {
        continue
      }
      try writer.addLink(["lib", "pkgconfig", plain], to: name)
    }
    guard release.product.isCUDA else { return }
    _ = try writer.addFile(["version.json"], versionJSON)
    _ = try writer.addFile(["version.txt"], Array("CUDA Version \(release.label)\n".utf8))
  }

  private var pathsOfWheels: [String] {
    items.filter { ArchiveFormat(fileName: $0.build.artifact.path.name) == .wheel }
      .flatMap { results[$0.component.name]?.entries.map(\.path) ?? [] }
  }

  private var versionJSON: [UInt8] {
    struct Named: Encodable {
      var name: String
      var version: String
    }
    var named = ["cuda": Named(name: "CUDA SDK", version: release.label.text)]
    for item in items {
      named[item.component.name.text] = Named(
        name: cleaned(item.component.title), version: item.component.version.text)
    }
    return JSONRecord.encodePretty(named)
  }

  // Receipt

  private func writeReceipt(
    _ entries: [TreeEntry], _ modified: Int64, _ root: SharedDirectory
  ) throws(SystemCallError) -> Receipt {
    let list = ReceiptJSON.encodeEntries(entries)
    var byteCount: Int64 = 0
    for entry in entries {
      if case .file(let count, _, _) = entry.kind { byteCount += count }
    }
    let receipt = Receipt(
      product: release.product, release: release.label, track: "\(tree.track)",
      profile: tree.profile?.rawValue, platform: platform, source: release.source,
      manifestDigest: release.manifestDigest, hasStatic: tree.hasStatic,
      components: items.sorted { $0.component.name < $1.component.name }.map { item in
        installed(item, entries)
      }, additions: tree.additions, without: tree.without,
      files: .init(count: entries.count, byteCount: byteCount, digest: SHA256.digest(of: list)))
    for (name, bytes) in [(Layout.fileList, list), (Layout.receipt, ReceiptJSON.encode(receipt))] {
      let file = try root.directory.create(name, mode: TreeMode.file)
      try file.write(bytes, at: 0)
      try file.setModified(modified)
    }
    try root.directory.setMode(ofDirectory: ".", TreeMode.directory)
    try root.directory.setModified(".", modified)
    return receipt
  }

  /// Counted from the merged tree, so that it does not matter how a file came there.
  private func installed(_ item: Plan.Item, _ entries: [TreeEntry]) -> Receipt.Installed {
    var byteCount: Int64 = 0
    var fileCount = 0
    for entry in entries where entry.owners.contains(item.component.name) {
      guard case .file(let count, _, _) = entry.kind else { continue }
      byteCount += count
      fileCount += 1
    }
    let omitted = results[item.component.name].flatMap {
      $0.omittedCount > 0
        ? Receipt.Omission(count: $0.omittedCount, byteCount: $0.omittedByteCount) : nil
    }
    return Receipt.Installed(
      name: item.component.name, product: item.product, title: cleaned(item.component.title),
      version: item.component.version,
      license: cleaned(item.component.license), variant: item.build.variant,
      artifact: item.build.artifact, byteCount: byteCount, fileCount: fileCount,
      omitted: omitted,
      asked: item.asked)
  }
}

extension TreeEntry.Kind {
  init(_ kind: UnpackedEntry.Kind) {
    self =
      switch kind {
      case .file(let byteCount, let mode, let digest):
        .file(byteCount: byteCount, mode: mode, digest: digest)
      case .link(let target): .link(target: target)
      case .directory: .directory(mode: TreeMode.directory)
      }
  }
}
