import CCurl

/// One request in libcurl's hands. Used on the transfer's thread only.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private let errorText: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?

  /// The bytes of the answer's body go to `write` with `context`; neither is owned.
  init(
    _ request: TransferRequest, _ attempt: Attempt, _ options: TransferOptions,
    _ write: ccurl_write, _ context: UnsafeMutableRawPointer
  ) {
    guard let pointer = ccurl_easy_init() else { preconditionFailure("out of memory") }
    self.pointer = pointer
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    _ = ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    _ = ccurl_set_write(pointer, write, context)
    set(CURLOPT_URL, attempt.url(of: request))
    setProtocols(request.url)
    setVersion(request, attempt)
    setTrust(options)
    setPatience(options.stallLimit)
    set(CURLOPT_USERAGENT, options.userAgent)
    // A redirect does not make a GET of it.
    if !request.wantsBody { set(CURLOPT_NOBODY, 1) }
    addHeader("Accept", request.accept)
    if attempt.passesCaches {
      addHeader("Cache-Control", "no-cache")
      addHeader("Pragma", "no-cache")
    }
    if let range = attempt.range {
      // What comes back is compared with it before a byte is used: libcurl takes any 206, and any 200.
      set(CURLOPT_RANGE, range)
      addHeader("If-Range", attempt.validator.strongTag ?? attempt.validator.lastModified)
    } else if let known = request.conditional {
      addHeader("If-None-Match", known.etag)
      addHeader("If-Modified-Since", known.lastModified)
    }
    _ = ccurl_set_pointer(pointer, CURLOPT_HTTPHEADER, headers)
  }

  deinit {
    ccurl_easy_cleanup(pointer)
    ccurl_slist_free_all(headers)
    errorText.deallocate()
  }

  /// The default is everything libcurl was built with, files and ssh among it, and https may lead to http.
  private func setProtocols(_ url: String) {
    let isPlain = url.lowercased().hasPrefix("http:")
    set(CURLOPT_PROTOCOLS_STR, isPlain ? "http,https" : "https")
    set(CURLOPT_REDIR_PROTOCOLS_STR, isPlain ? "http,https" : "https")
    set(CURLOPT_FOLLOWLOCATION, 1)
    set(CURLOPT_MAXREDIRS, 5)
    set(CURLOPT_HTTP09_ALLOWED, 0)
    // Unset on purpose: CURLOPT_ACCEPT_ENCODING would inflate what is hashed as it was sent;
    // CURLOPT_MAXFILESIZE_LARGE also stops an error's page, hiding its status, so that the write
    // callback looks at Content-Length instead.
  }

  /// Many small bodies share one connection. HTTP/2 gains nothing for a few large ones, and 7.88 was early in getting it
  /// right (curl #10525).
  private func setVersion(_ request: TransferRequest, _ attempt: Attempt) {
    let isLarge = request.expectedByteCount != nil || attempt.avoidsHTTP2
    set(
      CURLOPT_HTTP_VERSION, Int(isLarge ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS))
    if !isLarge, request.url.lowercased().hasPrefix("https:") { set(CURLOPT_PIPEWAIT, 1) }
  }

  private func setTrust(_ options: TransferOptions) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_UNRESTRICTED_AUTH, 0)
    if let file = options.netrcFile {
      set(CURLOPT_NETRC, Int(CURL_NETRC_OPTIONAL.rawValue))
      set(CURLOPT_NETRC_FILE, file)
    } else {
      set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    }
    if let file = options.caFile {
      set(CURLOPT_CAINFO, file)
      set(CURLOPT_PROXY_CAINFO, file)
    }
    if let directory = options.caDirectory {
      set(CURLOPT_CAPATH, directory)
      set(CURLOPT_PROXY_CAPATH, directory)
    }
    _ = ccurl_set_close_on_exec(pointer)
  }

  /// No limit on the whole: hours for gigabytes on a slow line are in order, silence is not.
  private func setPatience(_ stallLimit: Duration) {
    let seconds = max(1, Int(stallLimit / .seconds(1)))
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_CONNECTTIMEOUT, min(20, seconds))
    set(CURLOPT_LOW_SPEED_LIMIT, 1024)
    set(CURLOPT_LOW_SPEED_TIME, seconds)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_TCP_KEEPIDLE, 30)
    set(CURLOPT_TCP_KEEPINTVL, 30)
    set(CURLOPT_BUFFERSIZE, 256 << 10)
  }

  /// A name that is still being looked up is not waited for.
  func abandon() { set(CURLOPT_QUICK_EXIT, 1) }

  private func set(_ option: CURLoption, _ value: Int) {
    _ = ccurl_set_long(pointer, option, value)
  }

  private func set(_ option: CURLoption, _ value: String) {
    _ = ccurl_set_string(pointer, option, value)
  }

  /// A validator comes from a file or another server: a line break in it must not start a new header.
  private func addHeader(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty, value.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) else { return }
    headers = ccurl_slist_append(headers, "\(name): \(value)")
  }
}

/// What one attempt asks for, beyond its request.
struct Attempt {
  /// Where it begins; not 0 unless a range is asked for.
  var start: Int64
  /// Where it ends, if not where the body does.
  var end: Int64?
  /// What the bytes that are here already were part of.
  var validator: Validator
  var passesCaches: Bool
  var avoidsHTTP2: Bool

  /// Whether a part is asked for, as opposed to the whole.
  var isRange: Bool { start > 0 || end != nil }

  /// `100-`, `0-99`
  var range: String? { isRange ? "\(start)-\(end.map { String($0 - 1) } ?? "")" : nil }

  func url(of request: TransferRequest) -> String {
    guard passesCaches, let query = request.certainty, !request.url.contains("?") else {
      return request.url
    }
    return "\(request.url)?\(query)"
  }
}

/// What the last answer says of itself.
extension EasyHandle {
  /// 0 before the first answer; a proxy's refusal to connect counts as one.
  var status: Int {
    let status = long(CURLINFO_RESPONSE_CODE)
    return status != 0 ? status : long(CURLINFO_HTTP_CONNECTCODE)
  }

  /// `nil` if the body ends with the connection or in chunks.
  var contentLength: Int64? {
    let length = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    return length < 0 ? nil : length
  }

  /// In seconds; 0 if the server does not say.
  var retryAfter: Int64 { offset(CURLINFO_RETRY_AFTER) }

  var effectiveURL: String {
    var value: UnsafePointer<CChar>?
    guard ccurl_get_string(pointer, CURLINFO_EFFECTIVE_URL, &value) == CURLE_OK, let value else {
      return ""
    }
    return String(cString: value)
  }

  var contentType: String? { header("Content-Type") }

  var contentRange: ContentRange? { header("Content-Range").flatMap { ContentRange($0) } }

  /// Whether the server knows ranges, as far as it says so.
  var acceptsRanges: Bool { status == 206 || header("Accept-Ranges")?.lowercased() == "bytes" }

  var validator: Validator {
    Validator(etag: header("ETag"), lastModified: header("Last-Modified"))
  }

  func errorText(for code: CURLcode) -> String {
    String(cString: errorText[0] != 0 ? UnsafePointer(errorText) : ccurl_easy_strerror(code))
  }

  private func header(_ name: String) -> String? {
    var found: UnsafeMutablePointer<curl_header>?
    // -1: the last request's, behind all redirects.
    let code = ccurl_easy_header(pointer, name, 0, UInt32(CURLH_HEADER), -1, &found)
    guard code == CURLHE_OK, let value = found?.pointee.value else { return nil }
    return String(cString: value)
  }

  private func long(_ item: CURLINFO) -> Int {
    var value = 0
    _ = ccurl_get_long(pointer, item, &value)
    return value
  }

  private func offset(_ item: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    _ = ccurl_get_offset(pointer, item, &value)
    return Int64(value)
  }
}
