// An application that publishes its own archives: a server part that changes with each release, and libraries that
// have a version of their own. Both lie on a web server with their `.sha256` beside them, and a description of the
// newest release is always at the same place.

import TestSupport

/// The publisher's web server, and an application's directory.
final class Publisher: Sendable {
  let bench: Bench

  var server: LoopbackServer { bench.server }
  var prefix: String { bench.prefix }

  /// Where the description of the newest release always is.
  static let newest = "/voicebox/newest.release"
  var newest: String { server.url(Self.newest) }

  init() throws { bench = try Bench(Mirror()) }

  static func serverPath(_ version: String) -> String {
    "/voicebox/v\(version)/voicebox-server-cuda-\(version).tar.gz"
  }

  static let librariesPath = "/voicebox/libs/cuda-libs-cu128-v1.tar.gz"

  static func serverArchive(_ version: String, byteCount: Int = 3000) -> [UInt8] {
    ArchiveMaker.tarGz([
      .file("voicebox-server", "#!/bin/sh\necho voicebox \(version)\n", mode: 0o755),
      .file("LICENSE", "Licence of voicebox\n"),
      .file("data/voices.txt", String(repeating: version, count: byteCount / version.count)),
    ])
  }

  static func librariesArchive(byteCount: Int = 50_000) -> [UInt8] {
    ArchiveMaker.tarGz([
      Member("lib/libcublas.so.12", .file, Mirror.noise(byteCount, of: "libcublas"), mode: 0o755),
      Member("lib/libcublas.so", .link("libcublas.so.12")),
    ])
  }

  /// Puts an archive on the server, with the list of hashes that sha256sum(1) would print.
  func publish(_ path: String, _ archive: [UInt8], hash: String? = nil) {
    let name = path.split(separator: "/").last ?? ""
    server.publish(path, archive)
    server.publish("\(path).sha256", Array("\(hash ?? sha256(archive))  \(name)\n".utf8))
  }

  /// Publishes a release: its server part, the libraries, and last the description of the newest.
  func release(_ version: String, more: String = "") {
    publish(Self.serverPath(version), Self.serverArchive(version))
    publish(Self.librariesPath, Self.librariesArchive())
    describe(version, more: more)
  }

  func describe(_ version: String, more: String = "") {
    server.publish(
      Self.newest,
      Array(
        """
        # Of voicebox
        product: voicebox
        release: \(version)
        \(more)
        v\(version)/voicebox-server-cuda-\(version).tar.gz
        libs/cuda-libs-cu128-v1.tar.gz

        """.utf8))
  }

  /// Runs the command without a mirror.
  func run(_ words: String...) -> Ended { Ended(start(words)) }
  func start(_ words: String...) -> Program { start(words) }

  private func start(_ words: [String]) -> Program {
    Program(
      [BuiltBinary.path] + words.prefix(1) + ["--prefix", prefix] + words.dropFirst(),
      environment: bench.environment, in: bench.scratch)
  }

  /// The archives that were asked for, by their file names, in that order; a question for a size is none.
  var fetched: [String] {
    server.log.filter { $0.method == "GET" && $0.path.hasSuffix(".tar.gz") }
      .map { String($0.path.split(separator: "/").last ?? "") }
  }

  /// What the application prints that `current` leads to; `nil` if it cannot be started.
  var started: String? {
    let run = runProgram(["\(prefix)/current/voicebox-server"])
    return run.status == 0 ? run.output : nil
  }
}
