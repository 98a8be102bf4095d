import CUDATransfer
import TestSupport
import Testing

@Test func `the test server serves a directory's files and lists what is in it`() throws {
  let server = try LoopbackServer(["/made-up": [1, 2, 3]], root: "/etc") { path in
    path == "/more" ? [4] : nil
  }
  defer { server.stop() }
  func bytes(_ path: String) throws -> [UInt8] {
    try Transfer.document(at: server.url(path), limit: 1 << 20, options: quick).bytes
  }
  #expect(try bytes("/made-up") == [1, 2, 3])
  #expect(try bytes("/more") == [4])
  #expect(try String(decoding: bytes("/passwd"), as: UTF8.self).hasPrefix("root:"))
  #expect(try bytes("/pass%77d") == bytes("/passwd"))
  let listing = try String(decoding: bytes("/"), as: UTF8.self)
  #expect(listing.contains("<a href=\"passwd\">passwd</a>"))
  #expect(listing.contains("<a href=\"ssl/\">ssl/</a>"))
  #expect(throws: TransferError.self) { try bytes("/ssl") }
}

@Test func `the test server corrupts the byte it is told to, of the whole`() throws {
  try serving(["/a": Array(0..<100)]) { server in
    server.fault("/*", .corrupt(at: 60), times: 2)
    for offset in [0, 50] {
      let got = fetch(
        TransferRequest(
          url: server.url("/a"), expectedByteCount: 100, byteLimit: 100,
          missing: offset == 0 ? nil : [Int64(offset)..<100]),
        into: Recorder(Array(0..<UInt8(offset))))
      var expected: [UInt8] = Array(0..<100)
      expected[60] ^= 0xff
      #expect(got.bytes == expected)
    }
  }
}
