// cuda-install-json(5) against the program: what the sources' Encodable types can print, and what the real binary
// does print.

import FoundationEssentials
import TestSupport
import Testing

private let path = "man/cuda-install-json.5"

/// The words of the page's `.Va` and `.It Va` lines.
private func keysInPage(_ macros: [String]) -> Set<String> {
  let lines = Documents.lines(path).filter { line in macros.contains { line.hasPrefix("\($0) ") } }
  // A column's row has other macros around it; `error.message` is a key within a key.
  return Set(lines.flatMap { $0.matches(of: /[A-Za-z][A-Za-z0-9_]*/).map { String($0.output) } })
    .subtracting(["It", "Va", "No", "Pq", "Ql", "Po", "Pc", "Sx"])
}

/// The stored properties of the Encodable structs in a source file, by their indentation.
private func encodedKeys(_ source: String) -> Set<String> {
  var keys: Set<String> = []
  // How far the properties of the structs around a line are indented.
  var depths: [Int] = []
  for line in Documents.lines(source) {
    let depth = line.prefix { $0 == " " }.count
    if line.drop(while: { $0 == " " }) == "}", depths.last == depth + 2 { depths.removeLast() }
    if line.contains(/struct \w+: .*(Encodable|Codable)/) { depths.append(depth + 2) }
    // A computed property is not encoded: its line ends with its body's brace.
    guard depths.last == depth, !line.hasSuffix("{"), !line.hasSuffix("}"),
      let match = line.firstMatch(of: /^ *(?:package )?var (\w+)(?:: | = )/)
    else { continue }
    keys.insert(String(match.output.1))
  }
  return keys
}

/// All keys of a JSON value, however deep, but those that are data: releases, platforms.
private struct Keys: Decodable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var names: Set<String> = []

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      for key in object.allKeys {
        let isData = key.stringValue.contains(/^[0-9]|-/)
        if !isData { names.insert(key.stringValue) }
        names.formUnion(try object.decode(Keys.self, forKey: key).names)
      }
    } else if var array = try? decoder.unkeyedContainer() {
      while !array.isAtEnd { names.formUnion(try array.decode(Keys.self).names) }
    }
  }

  static func of(_ output: String) throws -> Set<String> {
    try output.split(separator: "\n").reduce(into: []) {
      $0.formUnion(try JSONDecoder().decode(Keys.self, from: Data($1.utf8)).names)
    }
  }
}

private let printedKeys: Set<String> = {
  let folder = "Sources/cuda-install"
  let files =
    ["JSONReport.swift", "PlanJSON.swift"]
    + namesIn("\(Documents.root)/\(folder)/Commands").map { "Commands/\($0)" }
  let records = "Sources/CUDACatalog/Records"
  return files.map { "\(folder)/\($0)" }.reduce(into: Set<String>()) {
    $0.formUnion(encodedKeys($1))
  }
  .union(encodedKeys("\(records)/RunRecord.swift"))
  // Of what operation.json holds only this type is printed as it is.
  .union(["current", "releases"])
  .union(["CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT"])
}()

@Test func `every key that the sources print is in the JSON page`() {
  #expect(printedKeys.count > 60)
  #expect(printedKeys.subtracting(keysInPage([".Va", ".It Va"])) == [])
}

@Test func `every key that the JSON page explains is printed by the sources`() {
  #expect(keysInPage([".It Va"]).subtracting(printedKeys) == [])
}

@Test func `I12: every status and word of a failure is in the JSON page, and no others`() {
  let rows = Documents.lines(path).compactMap {
    $0.prefixMatch(of: #/\.It (\d+) Ta ([a-z_]+) Ta /#)
  }
  let named = rows.compactMap { row in
    Int(row.output.1).map { ExitStatus(number: $0, word: String(row.output.2)) }
  }
  #expect(Set(named) == ExitStatus.ofErrors)
  #expect(named.count == ExitStatus.ofErrors.count)
  #expect(Documents.text(path).contains(".It 128+ Ta interrupted Ta "))
}

@Suite struct `JSON that the program prints` {
  private let scratch = Scratch()
  private let server: LoopbackServer

  init() throws {
    var mirror = Mirror()
    for (label, version) in [("13.0.1", "13.0.48"), ("13.0.2", "13.0.88")] {
      mirror.add(
        label, [Mirror.component("cuda_cudart", version), Mirror.component("libcurand", version)])
    }
    server = try LoopbackServer(mirror.files)
  }

  private func start(_ words: String) -> Program {
    let words = words.split(separator: " ").map(String.init)
    let options = ["--json", "--prefix", scratch.file("cuda"), "--mirror", server.url(Mirror.base)]
    return Program([BuiltBinary.path] + words + options, in: scratch)
  }

  /// The keys of what a run prints; that they are all in the page.
  @discardableResult
  private func keys(_ run: Program, _ status: Int32) throws -> Set<String> {
    let ended = run.wait()
    #expect(ended == status, "\(run.output)\(run.errors)")
    let keys = try Keys.of(run.output)
    #expect(!keys.isEmpty)
    #expect(keys.subtracting(keysInPage([".Va", ".It Va"])) == [], "\(run.output)")
    return keys
  }

  @Test func `the JSON page has every key of queries, with nothing installed and with something`()
    throws
  {
    defer { server.stop() }
    let queries = [
      "list", "list --available", "list --available --components 13", "status", "status --follow",
      "install 13 --dry-run", "doctor",
    ]
    let ofSomething = ["list --components", "verify", "env", "update --check", "prune --dry-run"]
    for query in queries { try keys(start(query), 0) }
    for query in ofSomething + ["status --of nobody"] {
      #expect(try keys(start(query), 66).contains("error"), "\(query)")
    }
    try keys(start("install 13.0.1 curand"), 0)
    for query in queries + ofSomething { try keys(start(query), 0) }
    #expect(runProgram(["rm", scratch.file("cuda/current/include/libcurand.h")]).status == 0)
    #expect(try keys(start("verify"), 65).isSuperset(of: ["findings", "kind", "path"]))
    #expect(try keys(start("verify --repair"), 0).isSuperset(of: ["added", "removed", "items"]))
    #expect(try keys(start("use"), 64).contains("error"))
  }

  @Test func `the JSON page has every key of a run that others wait for, leave and follow`() throws
  {
    defer { server.stop() }
    let hold = server.hold("*.tar.gz", afterBytes: 1000)
    let first = start("install 13 curand")
    try #require(first.waitForOutput("\"all_done\":1000,"))
    let second = start("install 13 curand --wait")
    try #require(second.waitForOutput("waiting"))
    let follower = start("status --follow")
    try #require(follower.waitForOutput("waiting"))
    #expect(try keys(start("status"), 0).isSuperset(of: ["holder", "operation", "context"]))
    #expect(try keys(start("install 13 --no-wait"), 75).contains("holder"))
    hold.release()
    try keys(first, 0)
    #expect(try keys(second, 0).contains("by"))
    #expect(try keys(follower, 0).isSuperset(of: ["record", "before", "after"]))
  }

  @Test func `the JSON page has every key that tells of a run that died`() throws {
    defer { server.stop() }
    let hold = server.hold("*.tar.gz", afterBytes: 1000)
    let killed = start("install 13 curand")
    try #require(killed.waitForOutput("\"all_done\":1000,"))
    killed.kill()
    killed.wait()
    hold.release()
    #expect(try keys(start("status"), 0).contains("interrupted"))
    #expect(try keys(start("status --follow"), 75).contains("error"))
    #expect(try keys(start("install 13 curand"), 0).isSuperset(of: ["level", "code", "text"]))
  }
}

@Test(
  .enabled(if: hasProgram("mandoc"), "there is no mandoc; .ci/setup --tests installs it"),
  arguments: [
    path, "man/cuda-install.conf.5", "man/cuda-install-locking.7", "man/cuda-install-sources.7",
  ])
func `mandoc finds nothing wrong with the page`(path: String) {
  let lint = runProgram(["mandoc", "-Tlint", "-Wstyle", "\(Documents.root)/\(path)"])
  let remarks = (lint.output + lint.errors).split(separator: "\n").filter {
    // Which other pages this machine has says nothing about this one.
    !$0.contains("referenced manual not found") && !$0.contains("outdated mandoc.db")
  }
  #expect(remarks == [])
}

@Test(
  .enabled(if: hasProgram("groff"), "there is no groff"),
  arguments: [
    path, "man/cuda-install.conf.5", "man/cuda-install-locking.7", "man/cuda-install-sources.7",
  ])
func `groff warns of nothing in the page`(path: String) {
  let run = runProgram(["groff", "-ww", "-mandoc", "-Tutf8", "\(Documents.root)/\(path)"])
  #expect(run.status == 0)
  #expect(run.errors == "")
}
