import CUDACatalog
import CUDAFiles

extension Store {
  /// What is wrong with the prefix's links; empty if each is as the last change left it.
  package func linkFaults() throws(StoreError) -> [String] {
    let visible = try visible()
    var faults: [String] = []
    do {
      let directory = try Directory.open(prefix)
      let known = Set(visible.releases.keys).union(visible.current == nil ? [] : [Layout.current])
      for name in try directory.names().sorted() where !known.contains(name) {
        guard name == Layout.current || name.first?.isNumber == true && Version(name) != nil,
          let status = try directory.status(name)
        else { continue }
        let target = status.kind == .link ? try directory.readLink(name) : nil
        faults.append(target.map { "\(name) leads to \($0)" } ?? "\(name) is no link")
      }
      let last = history().last(where: \.changed)?.after ?? VisibleState()
      let expected = last.releases.keys.sorted() + (last.current == nil ? [] : [Layout.current])
      for name in expected where !known.contains(name) {
        if try directory.status(name) == nil { faults.append("\(name) is gone") }
      }
    } catch {
      throw .files(error)
    }
    // Of links that were replaced while we looked, nothing is known.
    return try self.visible() == visible ? faults : linkFaults()
  }
}
