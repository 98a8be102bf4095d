import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAStore
import Glibc
import TestSupport
import Testing

/// A prefix in a scratch directory, changed through its lock.
struct Prefix {
  let scratch = Scratch()
  var path: String { scratch.file("prefix") }
  var store: Store { Store(prefix: path) }
  var bookkeeping: String { "\(path)/.cuda-install" }

  func lock() throws -> LockedStore { try store.lock(for: "test", patience: .zero) { _ in } }

  /// Publishes a tree with one file; its name.
  @discardableResult
  func publish(_ label: String, makesCurrent: Bool = true) throws -> String {
    var locked = try lock()
    let staging = try locked.makeStaging()
    try staging.root.directory.replace("file", with: Array(label.utf8), .none)
    let warning = try locked.commit(staging, as: version(label), makesCurrent: makesCurrent)
    #expect(warning == nil)
    let record = locked.finish(changed: true, exit: 0, error: nil)
    return try #require(record.after.releases[label])
  }

  func remove(_ label: String) throws -> [String] {
    let locked = try lock()
    let removal = try locked.remove(version(label))
    _ = locked.finish(changed: true, exit: 0, error: nil)
    return removal.inUse.map(\.tree)
  }

  func use(_ label: String) throws {
    var locked = try lock()
    #expect(try locked.use(version(label)) == nil)
    _ = locked.finish(changed: true, exit: 0, error: nil)
  }

  /// Takes the lock and gives it back.
  func visit() throws -> Recovery {
    let locked = try lock()
    let recovery = locked.recovery
    _ = locked.finish(changed: false, exit: 0, error: nil)
    return recovery
  }
}

func version(_ text: String) throws -> Version { try #require(Version(text)) }

let artifact = [UInt8]("the bytes of an artifact".utf8)
let digest = SHA256.digest(of: artifact)

extension RunName: ExpressibleByStringLiteral {
  /// A run of a test.
  public init(stringLiteral command: String) { self.init(command) }
}
