import CUDAFiles
import CUDAStore
import CUDATransfer

/// One question to a server.
struct Question {
  let request: TransferRequest
  /// What makes it another one; with user and password, which are not kept.
  let name: String
  /// The URL without user, password and query.
  let shown: String
  /// `https://host:port`
  let server: String
  /// What was answered before.
  var known: Answer?

  init(_ request: TransferRequest) {
    self.request = request
    name = Self.name(request.url, request)
    shown = redacted(request.url)
    server = CUDATransfer.server(of: request.url)
  }

  /// Under what its answer is kept; `nil` if nothing of it is: a query may be a password.
  var keptName: String? {
    request.url.contains { "?#".contains($0) } ? nil : Self.name(shown, request)
  }

  private static func name(_ url: String, _ request: TransferRequest) -> String {
    "\(request.wantsBody ? "GET" : "HEAD") \(url)\n\(request.accept ?? "")"
  }
}

/// What a server sent.
struct Brought {
  var document: Document?
  var byteCount: Int64?

  init(_ document: Document) { self.document = document }
  init(_ byteCount: Int64?) { self.byteCount = byteCount }
}

extension Answer {
  init(of question: Question, _ document: Document) {
    let response = document.response
    self.init(
      of: question, bytes: document.bytes, effectiveURL: redacted(response.effectiveURL))
    etag = response.validator.etag
    lastModified = response.validator.lastModified
    contentType = response.contentType
  }

  init(of question: Question, byteCount: Int64?) {
    self.init(of: question)
    self.byteCount = byteCount
  }

  init(
    of question: Question, status: Int = 200, bytes: [UInt8] = [], effectiveURL: String? = nil
  ) {
    self.init(
      url: question.shown, status: status, bytes: bytes,
      effectiveURL: effectiveURL ?? question.shown, fetched: .now)
    isPrivate = question.shown != question.request.url
  }

  var result: Result<Network.Reply, InstallError> {
    guard status == 200 else {
      return .failure(InstallError(.transfer(.http(status: status, url: url))))
    }
    return .success(
      Network.Reply(
        bytes: bytes, contentType: contentType, url: effectiveURL, byteCount: byteCount))
  }
}
