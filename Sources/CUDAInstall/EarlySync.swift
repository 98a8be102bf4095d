import CUDAFiles
import CUDAStore

/// Puts what has arrived and what is unpacked on the disk while more comes, so that in the end little is left to wait
/// for (I7).
struct EarlySync: Sendable {
  /// A directory of the file system. Nobody else has its descriptor: the kernel tells each of them once of an error, and
  /// the last sync is to hear of all.
  let directory: SharedDirectory

  /// How much is written between two times: enough for a disk to be quick.
  static let byteCount: Int64 = 64 << 20

  /// On a thread of its own, which a slow disk may hold up for long, and which nobody waits for. Where there can be none,
  /// all is left to the end.
  func start(_ board: Monitor<Board>, _ gauges: Gauges) {
    (try? Thread { run(board, gauges) })?.detach()
  }

  /// Until the board's work is over.
  private func run(_ board: Monitor<Board>, _ gauges: Gauges) {
    var synced: Int64 = 0
    while board.wait(milliseconds: 50, for: { $0.isOver ? () : nil }) == nil {
      let written = gauges.writtenByteCount + board.update { $0.arrived.values.reduce(0, +) }
      guard written - synced >= Self.byteCount else { continue }
      synced = written
      do { try directory.directory.syncFileSystem() } catch {
        board.change { $0.fail(InstallError(.store(.files(error)))) }
      }
    }
  }
}
