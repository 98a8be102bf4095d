import Glibc

/// Names for what only this process uses (I5): `<boot>.<pid>.<random>`.
///
/// The boot and the pid are for people; the 64 random bits make it unique, also across pid namespaces.
package enum UniqueName {
  package static func next() -> String {
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let padded = String(repeating: "0", count: 16 - random.count) + random
    return "\(Machine.bootID.prefix(8)).\(getpid()).\(padded)"
  }
}
