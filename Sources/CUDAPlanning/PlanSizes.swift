import CUDACatalog

// No sum here can overflow: an artifact has at most 2^40 bytes, and a manifest, limited to 16 MiB,
// has room for fewer than 2^18.

extension Plan {
  /// What is fetched.
  package var fetchByteCount: Int64 {
    items.filter { $0.source == .fetch }.reduce(0) { $0 + $1.build.artifact.byteCount }
  }

  /// The artifacts that need not be fetched.
  package var reusedByteCount: Int64 {
    items.filter { $0.source != .fetch }.reduce(0) { $0 + $1.build.artifact.byteCount }
  }

  /// What the new tree unpacks to: exactly, where an installed tree has the artifact, and otherwise
  /// three times the archive. NVIDIA's archives were measured to expand 1.8 to 5.6 times.
  package var diskByteCount: Int64 {
    items.reduce(0) { $0 + $1.diskByteCount }
  }

  /// The part of `diskByteCount` that takes new room; what is reused is linked.
  package var addedDiskByteCount: Int64 {
    items.filter { $0.source == .fetch }.reduce(0) { $0 + $1.diskByteCount }
  }

  private var items: [Item] { tree?.items ?? [] }
}
