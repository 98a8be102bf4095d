import Dispatch
import Glibc

/// A transfer that stands still until the test lets it go on.
package final class Hold: Sendable {
  let afterBytes: Int
  private let reached = DispatchSemaphore(value: 0)
  private let released = DispatchSemaphore(value: 0)

  init(afterBytes: Int) { self.afterBytes = afterBytes }

  /// Returns once the transfer stands at its byte.
  package func waitUntilReached() {
    reached.wait()
    reached.signal()
  }

  /// Returns once the transfer stands at its byte, or the program that asks for it has ended: whether it stands.
  package func waitUntilReached(by program: Program) -> Bool {
    while reached.wait(timeout: .now() + .milliseconds(100)) != .success {
      if program.hasEnded { return isReached }
    }
    reached.signal()
    return true
  }

  /// Whether the transfer stands at its byte.
  package var isReached: Bool {
    let isReached = reached.wait(timeout: .now()) == .success
    if isReached { reached.signal() }
    return isReached
  }

  /// The transfer goes on, or will not stop at all. Harmless to repeat.
  package func release() { released.signal() }

  func stand() {
    reached.signal()
    released.wait()
    released.signal()
  }
}

package struct ServerError: Error {
  package var call: String
  package var code = errno
}

/// A listening socket on a port that the kernel chose; without `backlog` it does not listen.
func listenOnLoopback(backlog: Int32? = 64) throws -> (descriptor: Int32, port: UInt16) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { throw ServerError(call: "socket") }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let code = withUnsafeMutablePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(descriptor, address, length) == 0
        && backlog.map { listen(descriptor, $0) == 0 } ?? true
        && getsockname(descriptor, address, &length) == 0
    }
  }
  guard code else {
    defer { close(descriptor) }
    throw ServerError(call: "bind, listen or getsockname")
  }
  return (descriptor, UInt16(bigEndian: address.sin_port))
}

/// Waits for one; `nil` once the listener is shut down.
func nextConnection(_ listener: Int32) -> Int32? {
  while true {
    let connection = accept(listener, nil, nil)
    if connection < 0, errno == EINTR { continue }
    guard connection >= 0 else { return nil }
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    return connection
  }
}

/// A socket connected to a port of 127.0.0.1; `nil` if nobody listens there.
func connectToLoopback(_ port: UInt16) -> Int32? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return nil }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  let code = withUnsafePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  if code == 0 { return descriptor }
  close(descriptor)
  return nil
}

/// A port of 127.0.0.1 at which nobody listens.
package func deadPort() throws -> UInt16 {
  // Bound and not listening, so that nobody else gets it: it stays so until the process ends.
  let (descriptor, port) = try listenOnLoopback(backlog: nil)
  _ = descriptor
  return port
}

/// What `body` returns, on a thread of its own: a test that only waits for a process holds up no other.
package func onThread<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    startThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}

/// Runs `body` on a thread that nobody waits for.
func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { context in
      // libssl writes without MSG_NOSIGNAL.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
      return nil
    }, Unmanaged.passRetained(Body(body)).toOpaque())
  precondition(code == 0, "pthread_create: \(code)")
  pthread_detach(thread)
}

/// A file's bytes, a directory's listing as HTML, or `nil`.
func fileOrIndex(_ path: String) -> [UInt8]? {
  if let directory = opendir(path) {
    defer { closedir(directory) }
    guard path.hasSuffix("/") else { return nil }
    return Array(index(directory).utf8)
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(descriptor, &piece, piece.count)
    guard count > 0 else { return count == 0 ? bytes : nil }
    bytes += piece[..<count]
  }
}

/// As nginx's autoindex writes it.
private func index(_ directory: OpaquePointer) -> String {
  var names: [String] = []
  while let entry = readdir(directory) {
    let isDirectory = entry.pointee.d_type == UInt8(DT_DIR)
    let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." { names.append(isDirectory ? name + "/" : name) }
  }
  let links = names.sorted().map { "<a href=\"\($0)\">\($0)</a>\n" }.joined()
  return "<html><body><h1>Index</h1><pre>\(links)</pre></body></html>\n"
}
