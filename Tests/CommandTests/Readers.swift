// What a reader of a prefix may rely on, and readers that rely on it:
//
//   one open    PREFIX/current/FILE is a file of a complete release, the old one or the new one. There is no
//               moment without one.
//   one tree    Whoever opens PREFIX/current once, and reads beneath what it opened, sees one release and never
//               parts of two, as long as the tree is there: install, update, use and rollback delete none.
//   one lease   prune and remove do. They leave a tree alone on which somebody has a shared flock(2): open
//               PREFIX/current, lock it, and if current still leads there, the tree stays until the unlock.

import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// Something that is not as promised.
struct Flaw: Error {
  let text: String
}

/// A tree, opened once through a link.
struct OpenTree: ~Copyable {
  let descriptor: Int32

  /// Follows a link of the prefix. `nil` if there is none.
  init?(_ link: String, in prefix: String, leased: Bool) throws(Flaw) {
    let path = "\(prefix)/\(link)"
    while true {
      let before = linkTarget(path)
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      let error = errno
      guard descriptor >= 0 else {
        // The kernel follows two links, one after the other: in between, another release may have become
        // current and this one may have been removed.
        if linkTarget(path) != before { continue }
        guard before == nil, error == ENOENT else {
          throw Flaw(text: "\(link) leads to \(before ?? "nothing"): \(describe(error))")
        }
        return nil
      }
      // Locked by its publisher, for another moment, or by whoever is about to delete it.
      guard !leased || (flock(descriptor, LOCK_SH | LOCK_NB) == 0 && isAt(path, descriptor)) else {
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      return
    }
  }

  deinit {
    // A child that another test starts at this moment may have the descriptor too.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// A file's bytes, or what a link says, or `nil` if there is none.
  func content(_ path: String, isLink: Bool = false) throws(Flaw) -> [UInt8]? {
    if isLink {
      var target = [CChar](repeating: 0, count: 4096)
      let count = readlinkat(descriptor, path, &target, target.count)
      return count < 0 ? nil : target[..<count].map { UInt8(bitPattern: $0) }
    }
    let file = openat(descriptor, path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      guard errno == ENOENT else { throw Flaw(text: "\(path): \(describe(errno))") }
      return nil
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      guard count >= 0 else { throw Flaw(text: "\(path): \(describe(errno))") }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }
}

/// Whether the path leads to what is open.
private func isAt(_ path: String, _ descriptor: Int32) -> Bool {
  var (named, opened) = (stat(), stat())
  return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0
    && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
}

private func describe(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Knows what releases consist of, and looks whether trees are that.
struct Reader: Sendable {
  /// The components that each release has to offer.
  var releases: [String: [Mirror.Component]]

  private struct Receipt: Decodable {
    struct Item: Decodable { var name: String }
    var release: String
    var components: [Item]
  }

  /// The components in the tree are whole, are of its release, and are those that its receipt names; the release.
  func check(_ tree: borrowing OpenTree) throws(Flaw) -> String {
    guard let bytes = try tree.content("receipt.json"),
      let receipt = try? JSONDecoder().decode(Receipt.self, from: Data(bytes)),
      let offered = releases[receipt.release]
    else { throw Flaw(text: "a tree without a receipt that can be read") }
    let names = Set(receipt.components.map(\.name))
    guard !names.isEmpty else { throw Flaw(text: "\(receipt.release) without a component") }
    for component in offered {
      let isThere = names.contains(component.name)
      for member in component.members where isFound(member) {
        let wanted = isThere ? content(member) : nil
        let found = try tree.content(member.name, isLink: isLink(member))
        guard found != wanted else { continue }
        let kind = found == nil ? "missing" : wanted == nil ? "not asked for" : "of something else"
        throw Flaw(text: "\(receipt.release) with \(names.sorted()): \(member.name) is \(kind)")
      }
    }
    return receipt.release
  }

  /// Licences and pkg-config files get other places, or another text.
  private func isFound(_ member: Member) -> Bool {
    member.name != "LICENSE" && !member.name.hasPrefix("pkg-config/")
  }

  private func isLink(_ member: Member) -> Bool {
    if case .link = member.kind { true } else { false }
  }

  private func content(_ member: Member) -> [UInt8] {
    if case .link(let target) = member.kind { Array(target.utf8) } else { member.bytes }
  }
}

/// A thread that does one thing over and over while the test goes on.
final class Bystander: Sendable {
  private struct State {
    var isStopped = false
    var flaws: [String] = []
    var count = 0
  }

  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () throws(Flaw) -> Void) {
    // A queue of its own is a thread of its own: the body does nothing but blocking calls.
    DispatchQueue(label: "bystander").async { [self] in
      while !state.withLock({ $0.isStopped }) {
        do throws(Flaw) {
          try body()
        } catch {
          state.withLock { $0.flaws.append(error.text) }
        }
        state.withLock { $0.count += 1 }
      }
      ended.signal()
    }
  }

  /// How often it was done so far.
  var count: Int { state.withLock { $0.count } }

  /// Ends it; what was not as promised.
  func stop() -> [String] {
    state.withLock { $0.isStopped = true }
    ended.wait()
    ended.signal()
    return state.withLock { $0.flaws }
  }
}

/// Tells when something happens in a directory, or to a file.
final class Changes: Sendable {
  private let watch = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))

  init(in directory: String, of changes: Int32 = IN_CREATE | IN_DELETE | IN_MOVED_TO) {
    precondition(watch >= 0 && inotify_add_watch(watch, directory, UInt32(changes)) >= 0)
  }

  deinit { close(watch) }

  /// Returns at the next change, and now and then without one.
  func wait() {
    var descriptor = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, 20)
    _ = take()
  }

  /// Whether there was a change since the last time.
  func take() -> Bool {
    var events = [UInt8](repeating: 0, count: 4096)
    var found = false
    while read(watch, &events, events.count) > 0 { found = true }
    return found
  }
}
