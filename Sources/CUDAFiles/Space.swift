import CKernel

/// A file system as statfs(2) describes it.
package struct Space: Sendable, Equatable {
  /// Bytes that this user may still write.
  package var freeByteCount: Int64
  /// `ext4`, `nfs`, `overlayfs`, or the number in hexadecimal.
  package var fileSystem: String
  /// Whether it is mounted read-only; mode bits do not tell.
  package var isReadOnly: Bool
}

extension Directory {
  package func space() throws(SystemCallError) -> Space {
    var answer = ckernel_space()
    try systemCall("fstatfs", path) { ckernel_space(descriptor, &answer) }
    // root may use the reserved blocks.
    let free = Machine.isRoot ? answer.free_for_root : answer.free_for_others
    return Space(
      freeByteCount: Int64(clamping: free),
      fileSystem: fileSystemNames[answer.type] ?? "0x" + String(answer.type, radix: 16),
      isReadOnly: answer.is_read_only)
  }
}

/// The magic numbers of statfs(2) that people may meet.
private let fileSystemNames: [UInt32: String] = [
  0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x0102_1994: "tmpfs",
  0x794C_7630: "overlayfs", 0x6969: "nfs", 0xFF53_4D42: "cifs", 0xFE53_4D42: "smb2",
  0x2FC1_2FC1: "zfs", 0x6573_5546: "fuse", 0x0BD0_0BD0: "lustre", 0xF2F5_2010: "f2fs",
  0x4750_4653: "gpfs", 0x00C3_6400: "ceph", 0x0102_1997: "9p",
]
