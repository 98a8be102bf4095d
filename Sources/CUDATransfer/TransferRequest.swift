/// One document or archive to fetch.
package struct TransferRequest: Sendable {
  /// `http` or `https`; anything else ends in `badURL`.
  package var url: String
  /// The exact size of the whole body, where something trusted says it.
  package var expectedByteCount: Int64?
  /// The transfer stops as soon as the whole body is longer than this.
  package var byteLimit: Int64
  /// Which bytes of the whole are wanted, lowest first, where the receiver has the others; `nil`: all. Needs an
  /// expected size.
  package var missing: [Range<Int64>]?
  /// What the others were part of: the server sends these only if that is still what it has.
  package var resumeValidator: Validator?
  /// The body is sent only if it is no longer this one; otherwise the status is 304.
  package var conditional: Validator?
  /// Which of its forms are wanted, as the header `Accept` says it.
  package var accept: String?
  /// Whether the body is wanted at all; without it the request is a HEAD.
  package var wantsBody: Bool
  /// What is there for certain, by a name that no cache knows: if the server says that it is not, or has another size,
  /// it is asked once more, past all caches, with this as the URL's query.
  package var certainty: String?
  /// Whether no cache is to be believed from the start.
  package var passesCaches: Bool
  /// Whether several connections may bring parts of it, where that pays.
  package var allowsSharing: Bool

  package init(
    url: String, expectedByteCount: Int64? = nil, byteLimit: Int64,
    missing: [Range<Int64>]? = nil, resumeValidator: Validator? = nil,
    conditional: Validator? = nil, accept: String? = nil, wantsBody: Bool = true,
    certainty: String? = nil, passesCaches: Bool = false, allowsSharing: Bool = false
  ) {
    self.url = url
    self.expectedByteCount = expectedByteCount
    self.byteLimit = byteLimit
    self.missing = missing
    self.resumeValidator = resumeValidator
    self.conditional = conditional
    self.accept = accept
    self.wantsBody = wantsBody
    self.certainty = certainty
    self.passesCaches = passesCaches
    self.allowsSharing = allowsSharing
  }
}

/// What identifies one version of a body, in the server's own words (RFC 9110 §8.8).
package struct Validator: Sendable, Equatable, Codable {
  package var etag: String?
  package var lastModified: String?

  package init(etag: String? = nil, lastModified: String? = nil) {
    self.etag = etag
    self.lastModified = lastModified
  }

  /// The tag, if it says that the bytes are the same: a weak one does not (RFC 9110 §13.1.5).
  var strongTag: String? { etag.flatMap { $0.hasPrefix("W/") ? nil : $0 } }
}

package struct TransferResponse: Sendable {
  /// 200, 203, 206 or, to a conditional request, 304; 0 if the receiver had every byte and nothing was asked.
  package var status: Int
  /// Where the redirects led. May contain credentials: print `redacted(effectiveURL)`.
  package var effectiveURL: String
  package var validator: Validator
  /// Received over all attempts; bytes that a restart made useless are counted.
  package var byteCount: Int64
  /// Requests made, each with its redirects.
  package var attempts: Int
  /// Whether the body was put together: of several answers, or of what was here and one more.
  package var isPieced: Bool
  /// What the last answer says its whole body has; `nil` if it does not say.
  package var contentLength: Int64?
  /// In which form the server says the body is: `text/html; charset=utf-8`.
  package var contentType: String?

  package init(
    status: Int, effectiveURL: String, validator: Validator, byteCount: Int64, attempts: Int,
    isPieced: Bool = false, contentLength: Int64? = nil, contentType: String? = nil
  ) {
    self.status = status
    self.effectiveURL = effectiveURL
    self.validator = validator
    self.byteCount = byteCount
    self.attempts = attempts
    self.isPieced = isPieced
    self.contentLength = contentLength
    self.contentType = contentType
  }
}

/// Something a person who waits may want to know.
package enum TransferNotice: Sendable, Equatable {
  /// Attempt number `attempt` follows after a pause.
  case retry(attempt: Int, of: Int, reason: String)
  /// The server sends the rest, from this byte on; why it had not in one go, if that was a moment ago.
  case resumed(at: Int64, after: String?)
  /// The server sends everything again; what was received is forgotten.
  case restarted
  /// So many connections bring it from now on.
  case shared(connections: Int)
}

/// Takes what a transfer brings. Called on the transfer's thread only, one call at a time; while a call
/// lasts no transfer goes on.
package protocol TransferReceiver: AnyObject, Sendable {
  /// What the body is that is about to arrive, in the server's words.
  func begin(_ validator: Validator)
  /// Takes `bytes`, whose first is at `offset` of the body, and which are gone after the call. Never a byte of an error
  /// page. Several runs of bytes may grow side by side, none of them into another.
  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ReceiveFailure)
  /// What has arrived is not to stay in memory alone any longer. Called a moment after bytes came, and last.
  func settle() throws(ReceiveFailure)
  /// Forgets everything received: the next byte is the first of the body.
  func restart() throws(ReceiveFailure)
  func notice(_ notice: TransferNotice)
  /// Called exactly once, last.
  func finish(_ result: Result<TransferResponse, TransferError>)
}

extension TransferReceiver {
  package func begin(_ validator: Validator) {}
  package func settle() {}
}

/// A receiver's own error, on its way through the transfer back to whoever can read it.
package struct ReceiveFailure: Error {
  package var underlying: any Error & Sendable

  package init(_ underlying: any Error & Sendable) { self.underlying = underlying }
}

/// What is the same for all requests.
package struct TransferOptions: Sendable {
  package var userAgent: String
  package var connectionsPerHost: Int
  package var connections: Int
  /// Certificates to trust beside the system's: the value of CURL_CA_BUNDLE or SSL_CERT_FILE, which
  /// libcurl does not read.
  package var caFile: String?
  /// A directory of them, in place of the system's: the value of SSL_CERT_DIR.
  package var caDirectory: String?
  /// The file with users and passwords for servers, if one is to be read.
  package var netrcFile: String?
  /// How often one transfer is tried without any progress.
  package var maximumAttempts: Int
  /// How long a transfer may bring less than 1 KiB a second.
  package var stallLimit: Duration
  /// How many seconds a server may ask for at most, before it is asked again.
  package var longestRetryAfter = Retry.longestRetryAfter
  /// What a second of back-off or `Retry-After` lasts. Less in tests.
  package var backoffUnit: Duration

  package init(
    userAgent: String, connectionsPerHost: Int = 6, connections: Int = 8, caFile: String? = nil,
    caDirectory: String? = nil, netrcFile: String? = nil, maximumAttempts: Int = 5,
    stallLimit: Duration = .seconds(30), backoffUnit: Duration = .seconds(1)
  ) {
    self.userAgent = userAgent
    self.connectionsPerHost = connectionsPerHost
    self.connections = connections
    self.caFile = caFile
    self.caDirectory = caDirectory
    self.netrcFile = netrcFile
    self.maximumAttempts = maximumAttempts
    self.stallLimit = stallLimit
    self.backoffUnit = backoffUnit
  }
}
