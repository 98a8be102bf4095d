package import CUDAFiles

/// A tree in the making: a private directory beside the published trees, locked by this process as long as
/// the value lives (I5).
package struct Staging: ~Copyable {
  let name: String
  package let root: SharedDirectory
}

extension LockedStore {
  package func makeStaging() throws(StoreError) -> Staging {
    do {
      let name = Layout.newStaging()
      try trees.makeDirectory(name)
      let directory = try trees.directory(name)
      let isOurs = try directory.tryLock()
      precondition(isOurs, "a name with 64 random bits was taken")
      return Staging(name: name, root: SharedDirectory(directory))
    } catch {
      throw .files(error)
    }
  }

  /// Removes a staging that will not be published.
  package func discard(_ staging: consuming Staging) {
    // What cannot be removed now, the next run sweeps (I5).
    try? trees.removeTree(staging.name)
  }
}
