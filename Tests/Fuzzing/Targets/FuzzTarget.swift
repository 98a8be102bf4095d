// What is fuzzed: each reader of something that others wrote, and what must hold of whatever it reads.
//
// `Tests/fuzz` runs them under libFuzzer; FuzzingTests runs each once over its corpus.

import Glibc

/// A reader, under the name of what it reads.
package struct FuzzTarget: Sendable {
  /// Also of its corpus: `manifest`.
  package let name: String
  /// Throws where something does not hold that must hold of every input; traps are found as well.
  package let run: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.run = run
  }

  package static let all: [FuzzTarget] = catalogs + wheels + records + words + archives

  /// Which of them the environment asks for.
  package static var chosenName: String {
    getenv("CUDA_INSTALL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  }
}

/// What did not hold.
package struct Violation: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ what: @autoclosure () -> String) throws {
  guard holds else { throw Violation(what()) }
}

/// The input as text, as far as it is some.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// I11: nothing in it that a terminal or a log would obey.
func requirePrintable(_ text: String) throws {
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      throw Violation("U+\(String(scalar.value, radix: 16)) is shown: \(text.debugDescription)")
    default: break
    }
  }
}

/// A pseudo-random choice that depends on the input alone.
extension [UInt8] {
  var seed: Int { reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } }
}
