/// What a well-behaved server answers.
struct Reply {
  var status: Int
  var headers: [String]
  var body: ArraySlice<UInt8>

  init(status: Int, headers: [String], body: ArraySlice<UInt8>) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  init(
    _ request: LoopbackServer.Request, _ content: [UInt8]?, as version: LoopbackServer.Version?
  ) {
    guard let content else {
      self.init(status: 404, headers: [], body: Array("nothing here".utf8)[...])
      return
    }
    let version = version ?? .init(etag: "\"\(String(fingerprint(content), radix: 16))\"")
    let validators =
      (version.etag.map { ["ETag: \($0)"] } ?? [])
      + (version.lastModified.map { ["Last-Modified: \($0)"] } ?? [])
    self.init(status: 200, headers: validators + ["Accept-Ranges: bytes"], body: content[...])
    if let known = request.headers["if-none-match"], known == version.etag {
      (status, body) = (304, [])
    } else if let range = request.range, version.permits(ifRange: request.headers["if-range"]) {
      take(range, of: content)
    }
  }

  /// Of ranges only `bytes=A-` and `bytes=A-B`; any other is ignored, as it may be (RFC 9110 §14.2).
  private mutating func take(_ range: String, of content: [UInt8]) {
    guard range.hasPrefix("bytes="), !range.contains(",") else { return }
    let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int(ends[0]) else { return }
    guard first < content.count else {
      headers.append("Content-Range: bytes */\(content.count)")
      (status, body) = (416, [])
      return
    }
    let last = min(Int(ends[1]) ?? .max, content.count - 1)
    guard first <= last else { return }
    headers.append("Content-Range: bytes \(first)-\(last)/\(content.count)")
    (status, body) = (206, content[first...last])
  }

  /// The indices of a body are places in the whole.
  mutating func corrupt(at place: Int) {
    guard body.indices.contains(place) else { return }
    body[place] ^= 0xff
  }
}

extension LoopbackServer.Version {
  /// RFC 9110 §13.1.5: a weak tag is never the same.
  fileprivate func permits(ifRange validator: String?) -> Bool {
    guard let validator else { return true }
    return validator == lastModified || (validator == etag && !validator.hasPrefix("W/"))
  }
}

/// The same for the same bytes as long as the process lasts.
private func fingerprint(_ bytes: [UInt8]) -> UInt {
  var hasher = Hasher()
  bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  return UInt(bitPattern: hasher.finalize())
}
