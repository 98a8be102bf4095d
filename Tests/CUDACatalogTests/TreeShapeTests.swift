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
  "/etc", "..", "../x", "d/../../x", "./../x", "up/..", "d/..", ".././../x", "", "../\u{301}x",
  "/\u{301}etc", "d/e/../..", "a\0b",
])
func `I11: a link that leads out of a tree is found, and one that could`(target: String) {
  let tree = ["d": "/", "d/e": "/", "d/g": "-> ..", "up": "-> d/g"]
  #expect(fault(tree) == nil)
  #expect(fault(tree.merging(["l": "-> \(target)"]) { $1 }) == .leavesTree(link: "l"))
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
