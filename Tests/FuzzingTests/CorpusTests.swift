import FuzzTargets
import TestSupport
import Testing

private let corpus = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")

// One after the other: the targets that unpack share a directory, as in a fuzzer's process.
@Suite(.serialized) struct `What is fuzzed` {
  @Test(arguments: FuzzTarget.all.map(\.name))
  func `holds for each file of its corpus`(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let folder = "/\(corpus)/Fuzzing/corpus/\(name)"
    let files = namesIn(folder)
    #expect(!files.isEmpty, "\(folder) is empty")
    for file in files {
      let bytes = try #require(readFile("\(folder)/\(file)"))
      #expect(throws: Never.self, "\(folder)/\(file)") { try target.run(bytes) }
    }
  }

  @Test func `has a corpus for each target, and no other`() {
    #expect(namesIn("/\(corpus)/Fuzzing/corpus") == FuzzTarget.all.map(\.name).sorted())
  }
}
