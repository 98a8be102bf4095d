import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAStore
import Glibc
import TestSupport

/// What is wrong with what readers of a prefix see: nothing may be, at any moment (I7, I8, I9).
func flaws(of prefix: String, but damaged: Set<String> = []) throws -> [String] {
  var flaws: [String] = []
  let store = Store(prefix: prefix)
  let visible = try store.visible()
  for name in namesIn(prefix) where !name.hasPrefix(".") {
    if name == "current" {
      let target = linkTarget("\(prefix)/current") ?? "no link"
      if visible.releases[target] == nil { flaws.append("current -> \(target) leads nowhere") }
    } else if visible.releases[name] == nil {
      flaws.append("\(name) is no release")
    }
  }
  // Unseen trees, too: one under its own name is complete (I7).
  for tree in namesIn("\(prefix)/.cuda-install/trees") where !tree.hasPrefix(".") {
    if !damaged.contains(tree) { flaws += try treeFlaws(tree, store) }
  }
  for (release, tree) in visible.releases {
    if namesIn("\(prefix)/\(release)/bin").isEmpty { flaws.append("\(release) -> \(tree): empty") }
  }
  return flaws
}

private func treeFlaws(_ tree: String, _ store: Store) throws -> [String] {
  guard let receipt = try store.receipt(ofTree: tree), let entries = try store.entries(ofTree: tree)
  else { return ["\(tree) has no receipt"] }
  var flaws: [String] = []
  let root = store.path(ofTree: tree)
  if readFile("\(root)/receipt.json")
    != readFile("\(store.prefix)/.cuda-install/receipts/\(tree).json")
  {
    flaws.append("\(tree): the second copy of its receipt is not the same")
  }
  if SHA256.digest(of: ReceiptJSON.encodeEntries(entries)) != receipt.files.digest {
    flaws.append("\(tree): the list is not the receipt's")
  }
  for entry in entries {
    let path = "\(root)/\(entry.path)"
    let isIntact =
      switch entry.kind {
      case .file(let byteCount, let mode, let digest):
        permissions(path) == mode && readFile(path)?.count == Int(byteCount)
          && SHA256.digest(of: readFile(path) ?? []) == digest
      case .link(let target): linkTarget(path) == target
      case .directory(let mode): permissions(path) == mode
      }
    if !isIntact { flaws.append("\(tree): \(entry.path)") }
  }
  let listed = Set(entries.map(\.path) + ["receipt.json", "receipt.ndjson"])
  flaws += Set(paths(below: root)).subtracting(listed).map { "\(tree): \($0) is not listed" }
  return flaws
}

/// What nobody needs any more: none of it may outlast the next run.
func debris(in prefix: String) -> [String] {
  let bookkeeping = "\(prefix)/.cuda-install"
  let known: Set<String> = [".cuda-install", ".cuda-install.lock"]
  let records: Set<String> = [
    "trees", "partial", "receipts", "catalog", "last.json", "history.ndjson",
  ]
  return namesIn(prefix).filter { $0.hasPrefix(".") && !known.contains($0) }
    + namesIn(bookkeeping).filter { !records.contains($0) }
    + namesIn("\(bookkeeping)/trees").filter { $0.hasPrefix(".") }
    + namesIn("\(bookkeeping)/catalog").filter { $0.hasPrefix(".") }
    + namesIn("\(bookkeeping)/partial").map { "partial/\($0)" }
    + Set(namesIn("\(bookkeeping)/receipts"))
    .subtracting(namesIn("\(bookkeeping)/trees").map { "\($0).json" }).map { "receipts/\($0)" }
}

func permissions(_ path: String) -> UInt16? {
  var status = stat()
  return lstat(path, &status) == 0 ? UInt16(status.st_mode & 0o7777) : nil
}

/// Everything below a directory, relative to it; links are not followed.
func paths(below root: String) -> [String] {
  namesIn(root).flatMap { name -> [String] in
    let path = "\(root)/\(name)"
    guard linkTarget(path) == nil else { return [name] }
    return [name] + paths(below: path).map { "\(name)/\($0)" }
  }
}
