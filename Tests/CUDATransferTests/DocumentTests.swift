import CUDATransfer
import Synchronization
import TestSupport
import Testing

private let index = Array("{\"release_date\": \"2025-10-02\"}".utf8)

@Test func `a document arrives with its validator, and is not sent again while it is the same`()
  throws
{
  try serving(["/i": index]) { server in
    let url = server.url("/i")
    let first = try Transfer.document(at: url, limit: 1000, options: quick)
    #expect(first.bytes == index)
    #expect(first.response.status == 200)
    let known = first.response.validator
    let second = try Transfer.document(at: url, limit: 1000, validator: known, options: quick)
    #expect(second.bytes.isEmpty)
    #expect(second.response.status == 304)
    #expect(second.response.validator == known)

    server.publish("/i", index + index)
    let third = try Transfer.document(at: url, limit: 1000, validator: known, options: quick)
    #expect(third.bytes == index + index)
    #expect(third.response.validator != known)
  }
}

@Test func `a 304 that nobody asked for is an error`() throws {
  try serving([:]) { server in
    server.fault("/i", .status(304, body: ""))
    let error = #expect(throws: TransferError.self) {
      try Transfer.document(at: server.url("/i"), limit: 1000, options: quick)
    }
    guard case .http(304, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

@Test func `a document that was cut or that a server restarts is whole in the end`() throws {
  try serving(["/i": index]) { server in
    server.fault("/i", .cut(after: 7))
    server.fault("/i", .ignoreRange)
    let document = try Transfer.document(at: server.url("/i"), limit: 1000, options: quick)
    #expect(document.bytes == index)
  }
}

@Test func `a document longer than its limit is an error`() throws {
  try serving(["/i": index]) { server in
    server.fault("/i", .unframed())
    let error = #expect(throws: TransferError.self) {
      try Transfer.document(at: server.url("/i"), limit: 8, options: quick)
    }
    guard case .tooLong(_, 8) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

@Test func `a document that does not come is cancelled when asked`() throws {
  try serving(["/i": index]) { server in
    let hold = server.hold("/i")
    let error = #expect(throws: TransferError.self) {
      try Transfer.document(at: server.url("/i"), limit: 1000, options: quick) {
        // True from the moment at which the server stands still.
        hold.isReached
      }
    }
    guard case .cancelled = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

@Test func `a line break in a stored validator starts no header`() throws {
  try serving(["/i": index]) { server in
    let validator = Validator(etag: "\"a\"\r\nX-Smuggled: 1", lastModified: "\u{7f}")
    let url = server.url("/i")
    _ = try Transfer.document(at: url, limit: 1000, validator: validator, options: quick)
    let asked = try #require(server.log.first)
    #expect(asked.headers["x-smuggled"] == nil)
    #expect(asked.headers["if-none-match"] == nil)
    #expect(asked.headers["if-modified-since"] == nil)
  }
}

@Test func `how large a body is can be asked without fetching it`() throws {
  try serving(["/i": index]) { server in
    server.fault("/i", .status(503))
    server.fault("/r", .redirect(to: "/i"), times: 2)
    let count = try Transfer.byteCount(at: server.url("/r"), options: quick)
    #expect(count == Int64(index.count))
    #expect(server.log.allSatisfy { $0.method == "HEAD" && $0.bytesSent == 0 })
    #expect(server.requests(for: "/i").map(\.status) == [503, 200])
  }
}

@Test func `a body whose size the server does not say has none`() throws {
  try serving(["/i": index]) { server in
    server.fault("/i", .unframed())
    server.fault("/i", .status(405))
    server.fault("/i", .status(501))
    for _ in 0..<3 {
      let count = try Transfer.byteCount(at: server.url("/i"), options: quick)
      #expect(count == nil)
    }
  }
}

@Test func `the size of what is not there is an error`() throws {
  try serving([:]) { server in
    let error = #expect(throws: TransferError.self) {
      try Transfer.byteCount(at: server.url("/i"), options: quick)
    }
    guard case .http(404, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

@Test func `documents that are asked for together come in the order of the questions`() throws {
  try serving(["/a": Array("a".utf8), "/c": Array("c".utf8)]) { server in
    let hold = server.hold("/a")
    server.fault("/c", .status(503))
    let requests = ["/a", "/b", "/c"].map { TransferRequest(url: server.url($0), byteLimit: 10) }
    let results = Transfer.documents(requests, options: quick) {
      // The first is the last to arrive.
      if server.requests(for: "/c").contains(where: { $0.bytesSent > 0 }) { hold.release() }
      return false
    }
    #expect(results.map { try? $0.get().bytes } == [Array("a".utf8), nil, Array("c".utf8)])
  }
}

@Test func `a document can be asked for in one of its forms, and says which it has`() throws {
  try serving(["/i": index]) { server in
    server.fault("/i", .status(200, headers: ["Content-Type: text/html; charset=utf-8"], body: "x"))
    var request = TransferRequest(url: server.url("/i"), byteLimit: 1000)
    request.accept = "application/json, text/html;q=0.1"
    let results = Transfer.documents([request, request], options: quick)
    let types = results.map { try? $0.get().response.contentType }
    #expect(Set(types) == ["text/html; charset=utf-8", nil])
    #expect(server.log.allSatisfy { $0.headers["accept"] == request.accept })
  }
}

@Test func `documents that are asked for one after another come over one connection`() throws {
  try serving(["/a": Array("a".utf8), "/b": Array("b".utf8)]) { server in
    let connections = Connections()
    for path in ["/a", "/b", "/missing", "/a"] {
      let request = TransferRequest(url: server.url(path), byteLimit: 10)
      _ = Transfer.documents([request], options: quick, over: connections)
    }
    #expect(server.log.count == 4)
    #expect(Set(server.log.map(\.connection)).count == 1)
  }
}

@Test(arguments: [LoopbackServer.Fault.farewell, .hangUpNext])
func `a connection that the server closes meanwhile costs no document`(
  fault: LoopbackServer.Fault
) throws {
  try serving(["/a": Array("a".utf8)]) { server in
    server.fault("/a", fault)
    let connections = Connections()
    let request = TransferRequest(url: server.url("/a"), byteLimit: 10)
    for _ in 0..<2 {
      let result = Transfer.documents([request], options: quick, over: connections)[0]
      let document = try result.get()
      #expect(document.bytes == Array("a".utf8))
    }
  }
}
