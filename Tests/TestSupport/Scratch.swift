import CUDADigest
import Glibc

/// A directory of a test's own, removed with the value.
package final class Scratch: Sendable {
  /// Absolute, symbolic links resolved.
  package let path: String

  package init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/cuda-install-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = resolved(String(cString: made)) else {
      fatalError("no scratch directory in \(base): \(String(cString: strerror(errno)))")
    }
    path = real
  }

  deinit {
    // Trees are closed to writing, and not every runner is root.
    let words = ["sh", "-c", "chmod -R u+w \"$0\"; rm -rf \"$0\"", path]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for pointer in arguments { free(pointer) } }
    var pid = pid_t()
    if posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environ) == 0 { waitpid(pid, nil, 0) }
  }

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, making the directories on the way.
  package func write(_ name: String, _ bytes: [UInt8]) { writeFile(file(name), bytes) }
}

/// Writes a file, making the directories on the way.
package func writeFile(_ path: String, _ bytes: [UInt8]) {
  var parent = ""
  for part in path.split(separator: "/").dropLast() {
    parent += "/\(part)"
    mkdir(parent, 0o755)
  }
  guard let stream = fopen(path, "we") else { fatalError("cannot write \(path)") }
  let count = fwrite(bytes, 1, bytes.count, stream)
  precondition(fclose(stream) == 0 && count == bytes.count, "cannot write \(path)")
}

/// The absolute path of `path` without symbolic links in it, or `nil` if it does not exist.
package func resolved(_ path: String) -> String? {
  guard let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}

/// The bytes of a file, or `nil` if it cannot be opened.
package func readFile(_ path: String) -> [UInt8]? {
  guard let stream = fopen(path, "re") else { return nil }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, stream)
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
}

/// What a symbolic link says, or `nil` if it is none.
package func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: 4096)
  let count = readlink(path, &buffer, buffer.count)
  guard count >= 0 else { return nil }
  return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The names in a directory, sorted; empty if there is none.
package func namesIn(_ path: String) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// Everything below a directory: type, mode, time of modification and content by path. The directory itself is
/// "."; an empty listing means that nothing is there.
package func listing(_ path: String) -> [String: String] {
  var found: [String: String] = [:]
  list(path, as: ".", into: &found)
  return found
}

private func list(_ path: String, as name: String, into found: inout [String: String]) {
  var status = stat()
  guard lstat(path, &status) == 0 else { return }
  let mode = String(status.st_mode & 0o7777, radix: 8)
  let kind: String
  switch status.st_mode & S_IFMT {
  case S_IFREG: kind = "file \(sha256(readFile(path) ?? []))"
  case S_IFLNK: kind = "link to \(linkTarget(path) ?? "")"
  case S_IFDIR: kind = "directory"
  default: kind = "special file"
  }
  found[name] = "\(kind), mode \(mode), modified \(status.st_mtim.tv_sec)"
  guard status.st_mode & S_IFMT == S_IFDIR else { return }
  for child in namesIn(path) {
    list("\(path)/\(child)", as: name == "." ? child : "\(name)/\(child)", into: &found)
  }
}

/// The permission bits of a file, or `nil` if there is none. A link is not followed.
package func modeOf(_ path: String) -> Int? {
  var status = stat()
  return lstat(path, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
}

/// How much there is of a file's extended attributes; -1 if it cannot be told. A link is not followed.
package func attributeByteCount(_ path: String) -> Int {
  // Glibc's module leaves out sys/xattr.h.
  typealias List = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, Int) -> Int
  guard let list = dlsym(nil, "llistxattr") else { return -1 }
  return unsafeBitCast(list, to: List.self)(path, nil, 0)
}

/// In hexadecimal.
package func sha256(_ bytes: [UInt8]) -> String { "\(SHA256.digest(of: bytes))" }
