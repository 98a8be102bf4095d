import CUDAInstall
import CUDAStore
import CUDATransfer

extension Network {
  /// Without a prefix: nothing was said before.
  convenience init() { self.init(keptIn: Store(prefix: "/nowhere")) }
}
