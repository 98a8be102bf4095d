import CUDAFiles
import CUDAStore

/// Puts what is unpacked on the disk while more is being unpacked, so that in the end little is left to wait for (I7).
struct EarlySync: Sendable {
  /// A directory of the file system.
  let root: SharedDirectory

  /// How much is unpacked between two times: enough for a disk to be quick.
  static let byteCount: Int64 = 64 << 20

  /// Until the board's work is over.
  func run(_ board: Monitor<Board>, _ gauges: Gauges) {
    var synced: Int64 = 0
    while board.wait(milliseconds: 50, for: { $0.isOver ? () : nil }) == nil {
      let written = gauges.writtenByteCount
      guard written - synced >= Self.byteCount else { continue }
      synced = written
      // The kernel tells an error of the disk once: the last sync may not hear of it.
      do { try root.directory.syncFileSystem() } catch {
        board.change { $0.fail(InstallError(.store(.files(error)))) }
      }
    }
  }
}
