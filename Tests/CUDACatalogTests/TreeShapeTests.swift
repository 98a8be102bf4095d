import CUDACatalog
import CUDADigest
import Testing

private let digest = SHA256.digest(of: Array("x".utf8))

/// A tree by its paths: `-> target` for a link, "/" for a directory, else a file.
private func shape(_ tree: [String: String]) -> TreeShape {
  TreeShape(
    Dictionary(
      uniqueKeysWithValues: tree.map { path, text in
        let kind: TreeEntry.Kind =
          text.hasPrefix("-> ")
          ? .link(target: String(text.dropFirst(3)))
          : text == "/"
            ? .directory(mode: 0o555) : .file(byteCount: 1, mode: 0o444, digest: digest)
        return (path, TreeEntry(path: path, kind: kind, owners: []))
      }))
}

private func fault(_ tree: [String: String]) -> TreeShape.Fault? {
  do {
    try shape(tree).check()
    return nil
  } catch {
    return error
  }
}

@Test func `a tree as NVIDIA's has a good shape`() {
  #expect(
    fault([
      "lib": "/", "lib/libx.so": "-> libx.so.1", "lib/libx.so.1": "", "lib64": "-> lib",
      "targets": "/", "targets/x86_64-linux": "/", "targets/x86_64-linux/lib": "-> ../../lib",
      "here": "-> .", "here2": "-> ./", "none": "-> not/there", "lib/up": "-> ..",
    ]) == nil)
}

@Test(arguments: [
  "/etc", "..", "../x", "d/../../x", "./../x", "up/..", "out", "e/..", "loop/../..", "d/e/../../..",
])
func `I11: a link that leads out of a tree is found, whatever other links it goes through`(
  target: String
) {
  // `up` is the top; `out` leads out through `d/f`; `e` is deeper than it looks.
  let tree = [
    "d": "/", "d/e": "/", "d/g": "-> ..", "up": "-> d/g", "e": "-> up/.", "l": "-> \(target)",
    "loop": "-> d", "d/f": "-> g/../x", "out": "-> d/f",
  ]
  var rest = tree
  rest["l"] = nil
  rest["d/f"] = nil
  #expect(fault(rest) == nil)
  rest["l"] = tree["l"]
  if target == "out" { rest["d/f"] = tree["d/f"] }
  let found = fault(rest)
  guard case .leavesTree(let link)? = found else {
    Issue.record("\(String(describing: found))")
    return
  }
  #expect(["l", "d/f", "out"].contains(link))
}

@Test func `I11: nothing lies below a link or a file`() {
  #expect(
    fault(["lib": "/", "lib64": "-> lib", "lib64/x": ""])
      == .belowNoDirectory(path: "lib64/x", above: "lib64"))
  #expect(fault(["f": "", "f/x": ""]) == .belowNoDirectory(path: "f/x", above: "f"))
  #expect(fault(["d/x": ""]) == .belowNoDirectory(path: "d/x", above: "d"))
}

@Test func `links in a circle lead nowhere`() {
  #expect(fault(["a": "-> b", "b": "-> a", "c": "-> c", "d": "-> d/x"]) == nil)
}

@Test func `ten thousand links, each through the one before, are looked at in time`() {
  var tree: [String: String] = ["d": "/", "d/0": ""]
  for index in 1...10_000 { tree["d/\(index)"] = "-> ../d/\(index - 1)" }
  let took = ContinuousClock().measure { #expect(fault(tree) == nil) }
  #expect(took < .seconds(10), "\(took)")
}
