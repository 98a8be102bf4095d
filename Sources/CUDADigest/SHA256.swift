// SHA-256 by OpenSSL's libcrypto, which picks the processor's SHA instructions by itself: several
// gigabytes are hashed while they arrive, and a portable implementation would be the bottleneck.
//
// Why not swift-crypto: it compiles BoringSSL, which adds 1 to 1.5 minutes to a clean build, and
// libcrypto is on the machine anyway, behind libcurl.

import CCrypto

/// What libcrypto does for the whole process.
package enum Cryptography {
  /// From now on no file of settings is read, which may name libraries to load. Before anything is hashed.
  package static func ignoreSettings() {
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
  }
}

/// A SHA-256 under way.
package struct SHA256: ~Copyable {
  private var context = SHA256_CTX()

  package init() {
    let status = SHA256_Init(&context)
    precondition(status == 1, "libcrypto does not offer SHA-256")
  }

  /// Appends `bytes` to what is hashed.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    let status = SHA256_Update(&context, start, bytes.count)
    precondition(status == 1, "libcrypto cannot go on hashing")
  }

  /// The digest of all that was appended.
  package consuming func finish() -> SHA256Digest {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      let status = SHA256_Final(buffer.baseAddress, &context)
      precondition(status == 1, "libcrypto cannot end hashing")
      count = 32
    }
    return SHA256Digest(bytes: bytes)
  }

  /// The digest of `bytes`.
  package static func digest(of bytes: [UInt8]) -> SHA256Digest {
    var hash = Self()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
