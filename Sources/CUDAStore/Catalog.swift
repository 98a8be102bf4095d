// What servers answered, kept for when they are asked again, or cannot be: catalog/<sha256 of the question>
//
//   {"etag":"\"5f-63\"","fetched":"2026-11-27T12:00:00.000Z","sha256":"...","size":4711,"status":200, ...}
//   the body, byte for byte
//
// Nothing rests on it, so that anybody may delete it at any time: an entry that is damaged, of another version, too
// long or not to be read is not there. Hence nothing of it is synced: what a power cut leaves of an entry its own
// digest refuses.

import CUDACatalog
import CUDADigest
package import CUDAFiles

/// What a server answered to one question.
package struct Answer: Sendable, Equatable {
  /// Without user, password and query.
  package var url: String
  /// 200, or why there is no body: 404
  package var status = 200
  package var bytes: [UInt8]
  package var etag: String?
  package var lastModified: String?
  /// In which form the body is, in the server's words.
  package var contentType: String?
  /// Where redirects led, without user, password and query.
  package var effectiveURL: String
  /// How long the body is that was not asked for.
  package var byteCount: Int64?
  package var fetched: Timestamp
  /// Whether it was given to a user with a password: nobody else gets it from here.
  package var isPrivate = false

  package init(
    url: String, status: Int = 200, bytes: [UInt8] = [], effectiveURL: String, fetched: Timestamp
  ) {
    self.url = url
    self.status = status
    self.bytes = bytes
    self.effectiveURL = effectiveURL
    self.fetched = fetched
  }

  /// Whether it says the same, whenever that was.
  package func says(_ other: Answer) -> Bool {
    var other = other
    other.fetched = fetched
    other.isPrivate = isPrivate
    return self == other
  }
}

extension Answer {
  /// The first line of an entry.
  private struct Head: Codable {
    var v: Int
    var url: String
    var status: Int
    var etag: String?
    var last_modified: String?
    var content_type: String?
    var effective_url: String
    var byte_count: Int64?
    var fetched: String
    var sha256: String
    var size: Int
  }

  private static let version = 1
  /// Of a body: a manifest has one or two.
  static let byteLimit = 16 << 20
  /// Of a whole entry.
  static let entryLimit = byteLimit + 64 << 10

  /// As an entry.
  package var entry: [UInt8] {
    JSONRecord.encode(
      Head(
        v: Self.version, url: url, status: status, etag: etag, last_modified: lastModified,
        content_type: contentType, effective_url: effectiveURL, byte_count: byteCount,
        fetched: fetched.rfc3339, sha256: "\(SHA256.digest(of: bytes))", size: bytes.count)) + bytes
  }

  /// What an entry says; `nil` if it is not one, or not whole.
  package init?(entry: [UInt8]) {
    guard let end = entry.firstIndex(of: UInt8(ascii: "\n")),
      let head = JSONRecord.decode(Head.self, from: Array(entry[..<end])), head.v == Self.version,
      let fetched = Timestamp(rfc3339: head.fetched)
    else { return nil }
    let body = Array(entry[(end + 1)...])
    guard body.count == head.size, "\(SHA256.digest(of: body))" == head.sha256 else { return nil }
    self.init(
      url: head.url, status: head.status, bytes: body, effectiveURL: head.effective_url,
      fetched: fetched)
    etag = head.etag.flatMap(Self.line)
    lastModified = head.last_modified.flatMap(Self.line)
    contentType = head.content_type
    byteCount = head.byte_count
  }
}

extension Answer {
  /// What may stand in a header of a request; whoever shares the prefix may have written it.
  private static func line(_ text: String) -> String? {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? text : nil
  }
}

extension Store {
  /// What is kept of a server's answer to `question`, which was about `url`. Takes no lock (I10).
  package func answer(to question: String, about url: String) -> Answer? {
    let bytes: [UInt8]?
    do throws(SystemCallError) {
      let catalog = try bookkeeping(Layout.catalog)
      bytes = try catalog.contents(of: Layout.answer(to: question), limit: Answer.entryLimit)
    } catch {
      return nil
    }
    return bytes.flatMap { Answer(entry: $0) }.flatMap { $0.url == url ? $0 : nil }
  }
}

extension LockedStore {
  private static var entryCount: Int { 128 }
  private static var allBytes: Int64 { 64 << 20 }

  /// Keeps answers, by their questions, and forgets the oldest where there are too many. Whether it works changes
  /// nothing for anybody.
  package func keep(_ answers: [String: Answer]) {
    guard !answers.isEmpty, isOurs else { return }
    do throws(SystemCallError) {
      try bookkeeping.ensureDirectory(Layout.catalog, mode: isShared ? 0o775 : 0o755)
      let catalog = try bookkeeping.directory(Layout.catalog)
      var names: Set<String> = []
      for (question, answer) in answers where answer.bytes.count <= Answer.byteLimit {
        let name = Layout.answer(to: question)
        names.insert(name)
        try catalog.replace(
          name, with: answer.entry, .none, mode: answer.isPrivate ? 0o600 : 0o644)
      }
      try Self.forgetOldest(in: catalog, but: names)
    } catch {
      // The sweep takes what is half written.
    }
  }

  private static func forgetOldest(
    in catalog: borrowing Directory, but new: Set<String>
  ) throws(SystemCallError) {
    var entries: [(name: String, isNew: Bool, status: FileStatus)] = []
    for name in try catalog.names() {
      guard let status = try catalog.status(name), status.kind != .directory else { continue }
      entries.append((name, new.contains(name), status))
    }
    entries.sort { ($0.isNew ? 1 : 0, $0.status.modified) > ($1.isNew ? 1 : 0, $1.status.modified) }
    var byteCount: Int64 = 0
    for (index, entry) in entries.enumerated() {
      byteCount += entry.status.byteCount
      if index >= entryCount || byteCount > allBytes { try catalog.unlink(entry.name) }
    }
  }
}
