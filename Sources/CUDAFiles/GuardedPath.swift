// How root comes to a prefix: nobody but root decides where it works.
//
// Whoever may rename what is on the way to a directory may put another one there, or a link to one. So the way is gone
// step by step, by descriptors, and no step is one that
//
//   is taken in a directory in which others may write: everybody, or a group that is not root's; unless a sticky bit
//   keeps them from what is root's
//   follows another user's link to what is not that user's, as CHASE_SAFE of systemd
//
// A directory that belongs to another user is a step like any: what lies there is that user's affair. What is done in the
// prefix is relative to the descriptor that was come to, and follows no link either.

import CKernel
import Glibc

/// Why root does not go a way.
package struct UnsafePath: Error, Equatable, Sendable {
  /// `/srv/shared: everybody may write there (owner root, mode 777)`
  package var reason: String
  /// What to do about it.
  package var remedy: String

  package init(reason: String, remedy: String) {
    self.reason = reason
    self.remedy = remedy
  }

  fileprivate init(_ link: String, of user: UInt32, leadsTo path: String, _ what: String) {
    reason =
      "\(link) is a link of user \(Machine.name(ofUser: user)), and leads to \(path), which \(what)"
    remedy = "name \(path) itself with --prefix, if that is meant"
  }
}

package enum GuardedPathError: Error, Equatable, Sendable {
  case call(SystemCallError)
  case unsafe(UnsafePath)
}

extension Directory {
  /// The directory at an absolute path, as root may come to it; in its `path` are no links.
  ///
  /// Where something is missing it is made, 0755 less the umask, if `makesMissing`; else there is none.
  package static func guarded(
    _ path: String, makesMissing: Bool
  ) throws(GuardedPathError) -> Directory? {
    do {
      var here = try open("/")
      var steps = Step.steps(of: path)
      var linkCount = 0
      while let step = steps.popLast() {
        switch step {
        case .up: here = try here.parent()
        case .arrival(let user, let link): try here.check(isOf: user, behind: link)
        case .down(let name):
          guard let found = try here.status(name) else {
            try here.checkWriters()
            // What a link leads to is not made for it.
            for case .arrival(let user, let link) in steps {
              guard user != 0 else {
                throw SystemCallError(call: "open", subject: link, code: ENOENT)
              }
              throw UnsafePath(link, of: user, leadsTo: here.below(name), "is not there")
            }
            guard makesMissing else { return nil }
            try here.makeStep(name)
            steps.append(step)
            continue
          }
          guard found.kind == .link else {
            let next = try here.step(name)
            // Of what was opened: another may have the name by now.
            try here.checkWriters(besides: next.status(), name)
            here = next
            continue
          }
          try here.checkWriters(besides: found, name)
          linkCount += 1
          guard linkCount <= 40 else {
            throw SystemCallError(call: "readlinkat", subject: here.at(name), code: ELOOP)
          }
          // It is no link any more if there is no target.
          let target = try here.readLink(name) ?? name
          steps.append(.arrival(user: found.owner, link: here.below(name)))
          steps += Step.steps(of: target)
          if target.hasPrefix("/") { here = try open("/") }
        }
      }
      try here.checkAsPrefix()
      return try here.readable()
    } catch let error as UnsafePath {
      throw .unsafe(error)
    } catch let error as SystemCallError {
      throw .call(error)
    } catch {
      preconditionFailure("neither a call nor a check: \(error)")
    }
  }
}

/// What is left of a way, the next step at the end.
private enum Step {
  case down(String)
  case up
  /// Where a link of that user has led.
  case arrival(user: UInt32, link: String)

  static func steps(of path: String) -> [Step] {
    path.split(separator: "/").reversed().filter { $0 != "." }
      .map { $0 == ".." ? .up : .down(String($0)) }
  }
}

extension Directory {
  /// `/` has a slash at its end already.
  fileprivate func below(_ name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  fileprivate func step(_ name: String) throws(SystemCallError) -> Directory {
    let next = try systemCall("openat", below(name)) {
      ckernel_step(descriptor, name)
    }
    return Directory(descriptor: next, path: below(name))
  }

  /// The same directory, which so far could only be gone through: search permission is enough for that.
  private func readable() throws(SystemCallError) -> Directory {
    let second = try systemCall("openat", path) {
      ckernel_openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    return Directory(descriptor: second, path: path)
  }

  /// Who besides the owner may write in this directory; `nil` if nobody, or who the owner let in. Of another user's
  /// directory that is this user's affair: his links and those of his group are looked at in any case.
  private func writers(_ status: FileStatus) throws(SystemCallError) -> String? {
    if status.mode & 0o002 != 0 { return "everybody" }
    guard status.mode & 0o020 != 0, status.owner == 0 else { return nil }
    if status.group != 0 { return "group \(Machine.name(ofGroup: status.group))" }
    // The group's bits are the bounds of an access list, if there is one (acl(5)).
    let count = try readable().accessListByteCount
    return count > 0 ? "whom its access list names" : nil
  }

  private var accessListByteCount: Int {
    ckernel_get_attribute(descriptor, "system.posix_acl_access", nil, 0)
  }

  fileprivate func parent() throws(SystemCallError) -> Directory {
    let next = try systemCall("openat", "\(path)/..") {
      ckernel_step(descriptor, "..")
    }
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    return Directory(
      descriptor: next, path: slash == path.startIndex ? "/" : String(path[..<slash]))
  }

  fileprivate func makeStep(_ name: String) throws(SystemCallError) {
    do {
      try systemCall("mkdirat", below(name)) { mkdirat(descriptor, name, 0o755) }
    } catch let error where error.code == EEXIST {
      // Another process was faster; what it made is looked at as anything.
    }
  }

  /// Throws if others may put what they like in this directory in the place of `next`, or of what is to be made.
  fileprivate func checkWriters(besides next: FileStatus? = nil, _ name: String = "") throws {
    let status = try status()
    guard let writers = try writers(status) else { return }
    guard status.mode & 0o1000 != 0 else {
      throw UnsafePath(
        reason:
          "\(writers) may write in \(path) (\(status.description)), and so lead root elsewhere",
        remedy: "chmod go-w \(path), or choose another directory with --prefix")
    }
    guard let next, next.owner != 0 else { return }
    throw UnsafePath(
      reason: "\(writers) may write in \(path) (\(status.description)), "
        + "and \(below(name)) belongs to \(Machine.name(ofUser: next.owner))",
      remedy: "choose another directory with --prefix, "
        + "or run it as \(Machine.name(ofUser: next.owner))")
  }

  /// Throws if it is to be a prefix, and others may write there who do not share it.
  fileprivate func checkAsPrefix() throws {
    let status = try status()
    guard let writers = try writers(status), status.mode & 0o1000 == 0 else { return }
    // A group that the prefix is passed on to shares it, and its members are trusted.
    guard status.mode & 0o002 != 0 || status.mode & 0o2000 == 0 else { return }
    throw UnsafePath(
      reason: "\(writers) may write in \(path) (\(status.description))",
      remedy: status.mode & 0o002 != 0
        ? "chmod o-w \(path)" : "chmod g-w \(path), or g+s if that group is to share it")
  }

  fileprivate func check(isOf user: UInt32, behind link: String) throws {
    let owner = try status().owner
    // Root's own leads where it likes.
    guard user != 0, owner != user else { return }
    throw UnsafePath(
      link, of: user, leadsTo: path, "belongs to \(Machine.name(ofUser: owner))")
  }
}

extension FileStatus {
  /// `owner root, mode 755`
  package var description: String {
    "owner \(Machine.name(ofUser: owner)), mode \(String(mode, radix: 8))"
  }
}
