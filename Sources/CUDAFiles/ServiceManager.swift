import Glibc

/// The service manager, where it wants to hear of this process: `$NOTIFY_SOCKET`, sd_notify(3).
package struct ServiceManager: Sendable {
  private let address: [UInt8]

  /// `nil` where nobody listens.
  package init?() {
    guard let path = Machine.environment("NOTIFY_SOCKET"), path.utf8.count > 1 else { return nil }
    var address = Array(path.utf8)
    switch address[0] {
    case UInt8(ascii: "/"): break
    // An abstract name, which nothing on disk has.
    case UInt8(ascii: "@"): address[0] = 0
    default: return nil
    }
    guard address.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
    self.address = address
  }

  /// Says what this process does, as one line of `systemctl status`; lost where it cannot be had at once.
  package func tell(_ status: String) {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var destination = sockaddr_un()
    destination.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &destination.sun_path) { $0.copyBytes(from: address) }
    let count = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + address.count } ?? 0
    let message = Array(
      "STATUS=\(status.split(whereSeparator: \.isNewline).joined(separator: " "))".utf8)
    withUnsafeBytes(of: &destination) { destination in
      guard let start = destination.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return
      }
      _ = sendto(
        descriptor, message, message.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
        start, socklen_t(count))
    }
  }
}
