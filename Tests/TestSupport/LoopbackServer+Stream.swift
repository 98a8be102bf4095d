import CTestTLS
import Glibc

/// A connection's bytes, under TLS or not. Used on the connection's thread.
final class LoopbackStream {
  private let descriptor: Int32
  private var tls: OpaquePointer?

  /// `nil` if TLS was not agreed upon.
  init?(_ descriptor: Int32, _ identity: Identity?) {
    self.descriptor = descriptor
    guard let identity else { return }
    tls = test_tls_accept(identity.pointer, descriptor)
    if tls == nil { return nil }
  }

  deinit { if let tls { test_tls_free(tls) } }

  /// Empty at the end of the connection.
  func receive() -> ArraySlice<UInt8> {
    var piece = [UInt8](repeating: 0, count: 8192)
    let count =
      if let tls { test_tls_read(tls, &piece, piece.count) } else {
        recv(descriptor, &piece, piece.count, 0)
      }
    return piece.prefix(max(count, 0))
  }

  func send(_ text: String) -> Bool { send(Array(text.utf8)[...]) }

  /// Whether all of it went out.
  func send(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        if let tls {
          test_tls_write(tls, $0.baseAddress, $0.count)
        } else {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// What follows is the descriptor's end.
  func end(_ close: Answer.Close) {
    guard close == .reset else {
      if let tls { test_tls_end(tls) }
      shutdown(descriptor, Int32(SHUT_RDWR))
      return
    }
    // socket(7): with no time to linger close(2) sends a reset.
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
