package import CUDAFiles

/// A tree in the making: a private directory beside the published trees, locked by this process as long as
/// the value lives (I5).
package struct Staging: ~Copyable {
  let name: String
  package let root: SharedDirectory
}

extension LockedStore {
  package func makeStaging() throws(StoreError) -> Staging {
    let name = Layout.newStaging()
    let directory: Directory
    do {
      try trees.makeDirectory(name)
      directory = try trees.directory(name)
    } catch {
      throw .files(error)
    }
    do {
      let isOurs = try directory.tryLock()
      precondition(isOurs, "a name with 64 random bits was taken")
    } catch {
      // NFS locks files only. Before a byte is fetched (I1).
      try? trees.removeTree(name)
      throw .cannotLock(
        prefix: store.prefix, fileSystem: (try? trees.space().fileSystem) ?? "unknown", error)
    }
    return Staging(name: name, root: SharedDirectory(directory))
  }

  /// Removes a staging that will not be published.
  package func discard(_ staging: consuming Staging) {
    // What cannot be removed now, the next run sweeps (I5).
    try? trees.removeTree(staging.name)
    staging.root.directory.unlock()
  }
}
