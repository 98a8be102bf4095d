// What a network can do to a transfer, and how the command ends: how often the server is asked, how much of an archive
// it sends, what is told, and that the next run succeeds. The rows are the NetworkCases; as they come out they are
// printed by
//
//   CUDA_INSTALL_TABLE=1 swift test --filter "Any network"

import Dispatch
import Glibc
import TestSupport
import Testing

@Suite struct `Any network` {
  private static let isPrinted = getenv("CUDA_INSTALL_TABLE") != nil
  /// Rows mostly wait, so that more of them than there are processors are tried side by side.
  private static let places = DispatchSemaphore(value: 8)

  @Test(arguments: NetworkCase.all.filter { $0.absence == nil })
  func `ends an install whole or not at all, in as few requests as it takes`(
    row: NetworkCase
  ) async throws {
    let network = try Network(tls: row.tls)
    let observed = try await onThread {
      Self.places.wait()
      defer { Self.places.signal() }
      return try row.observe(network)
    }
    if Self.isPrinted { show("\(row.name) -> \(observed.summary)\n") }
    let errors = "\(observed.run.errors)"
    expect(observed.archives.count, row.archives, "requests for the archive", errors)
    expect(observed.manifests.count, row.manifests, "requests for the manifest", errors)
    expect(observed.indexes.count, row.indexes, "requests for the index", errors)
    expect(observed.byteCount, row.bytes, "bytes of the archive", errors)
    #expect(network.bench.leftovers == [])
    // Nothing could tell that parts of a document belong together.
    #expect((observed.manifests + observed.indexes).allSatisfy { $0.range == nil })
    for (text, holds) in row.check(network, observed) { #expect(holds, "\(text): \(errors)") }
    guard case .failure(let status, let texts) = row.end else {
      #expect(observed.run.status == 0, "\(errors)")
      #expect(observed.trees == ["13.0.2-1"] && observed.isInstalled)
      #expect(network.bench.partials == [])
      return
    }
    #expect(observed.run.status == status, "\(errors)")
    #expect(observed.run.errorLines.count == 1, "\(errors)")
    for text in texts { #expect(observed.message.contains(text), "\(errors)") }
    #expect(observed.trees == [] && !observed.isInstalled)
    #expect(observed.next?.status == 0, "\(observed.next?.errors ?? "")")
    #expect(network.bench.trees == ["13.0.2-1"] && network.isInstalled)
  }

  @Test(arguments: NetworkCase.all.filter { $0.absence != nil })
  func `is not all there on this machine`(row: NetworkCase) throws {
    try Test.cancel("\(row.name): \(row.absence ?? "")")
  }

  @Test func `has at least seventy ways to go wrong, and each is another`() {
    #expect(NetworkCase.all.count >= 70)
    #expect(Set(NetworkCase.all.map(\.name)).count == NetworkCase.all.count)
  }

  @Test func `may ask for any patience: a wait of years is told, and interrupted at once`()
    async throws
  {
    let network = try Network()
    network.words = ["13.0.2", "cudart"]
    network.server.fault(
      Network.path, .status(429, headers: ["Retry-After: 99999999999"]), times: .max)
    let (isTold, status) = try await onThread {
      let program = network.start()
      let isTold = program.waitForErrors("429")
      program.kill(SIGINT)
      return (isTold, program.wait())
    }
    #expect(isTold && status == 128 + SIGINT)
    #expect(network.server.requests(for: Network.path).count == 1)
    network.server.mend()
    #expect(network.start().wait() == 0)
    #expect(network.isInstalled)
  }

  private func expect(
    _ count: Int, _ expected: NetworkCase.Count?, _ what: String, _ errors: String
  ) {
    guard let expected else { return }
    #expect(expected.range.contains(count), "\(what), with \(errors)")
  }
}

/// In one write: rows are tried side by side.
private func show(_ text: String) {
  _ = text.utf8CString.withUnsafeBufferPointer { write(1, $0.baseAddress, text.utf8.count) }
}
