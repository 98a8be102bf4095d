// Every question to a server that is no download: at most once in a decision, and never without what the server
// answered before.
//
//   asked in this decision       the same answer again
//   --offline                    what is kept of its answer, and as of when; or the error `offline`
//   otherwise                    a conditional request; with 304 what is kept is as good as new
//   it cannot be asked           what is kept, with one warning for a server; or why
//
// A server that does not answer at all is not tried again for each of its documents. What is new is kept by the
// holder of the lock when the run ends (I1); readers write nothing (I10).

import CUDAFiles
package import CUDAStore
package import CUDATransfer

/// What one run may ask servers, and how; and what they answered.
package final class Network {
  package let options: TransferOptions
  /// Whether nothing may be asked.
  let isOffline: Bool
  private let store: Store
  let observe: (Event) -> Void

  /// By question.
  private var outcomes: [String: Result<Reply, InstallError>] = [:]
  /// What the prefix does not have yet.
  var new: [String: Answer] = [:]
  /// Questions that could not be asked while there was an alternative.
  private var failed: [String: TransferError] = [:]
  /// Servers to which there is no way.
  private var unreachable: [String: TransferError] = [:]
  /// One document leads to the next, on the same server.
  private var keptConnections: Connections?
  /// Servers of which it has been said that what they said before is used.
  private var told: Set<String> = []
  /// Why the first server that could not be asked could not.
  private(set) var failure: TransferError?
  /// Whether another server may be asked the same: what this one said before is no answer then.
  var hasAlternative = false

  package init(
    options: TransferOptions = NetworkSettings().options, isOffline: Bool = false,
    keptIn store: Store,
    observe: @escaping (Event) -> Void = { _ in }
  ) {
    self.options = options
    self.isOffline = isOffline
    self.store = store
    self.observe = observe
  }

  /// Those that servers keep open; libcurl is not loaded before the first question.
  private func connections() -> Connections {
    let connections = keptConnections ?? Connections()
    keptConnections = connections
    return connections
  }

  /// From here on nothing is known of this run: servers are asked again.
  func begin() {
    // libcurl would append the keys of sessions to this file, and nothing is written but in the prefix; as root it could
    // be anybody's file. What exec starts has it.
    Machine.removeFromEnvironment("SSLKEYLOGFILE")
    decideAgain()
    new = [:]
    told = []
  }

  /// What is decided from here on is decided anew (I2): whoever waited for the lock may have waited for hours.
  func decideAgain() {
    outcomes = [:]
    (failed, unreachable) = ([:], [:])
    failure = nil
  }

  /// The answers that the prefix does not have yet, by their questions.
  func takeNew() -> [String: Answer] {
    defer { new = [:] }
    return new
  }
}

extension Network {
  /// A document, or how long one is.
  struct Reply {
    var bytes: [UInt8]
    var contentType: String?
    /// Where redirects led. May contain credentials.
    var url: String
    var byteCount: Int64?
  }

  /// A document of at most `limit` bytes; `nil` if the server has none there.
  func document(at url: String, limit: Int) throws(InstallError) -> [UInt8]? {
    let request = TransferRequest(url: url, byteLimit: Int64(limit))
    do throws(InstallError) {
      return try documents([request])[0].get().bytes
    } catch {
      guard error.isOfMissingDocument else { throw error }
      return nil
    }
  }

  /// Several documents, asked for side by side; the results in the requests' order.
  ///
  /// - Parameter certificates: a file with certificates to trust, where the options name none.
  func documents(
    _ requests: [TransferRequest], trusting certificates: String? = nil
  ) -> [Result<Reply, InstallError>] {
    ask(requests.map { Question($0) }, trusting: certificates) {
      questions, options, isCancelled, notice in
      Transfer.documents(
        questions.map { question in
          var request = question.request
          request.conditional = question.known.map {
            Validator(etag: $0.etag, lastModified: $0.lastModified)
          }
          return request
        }, options: options, over: connections(), isCancelled: isCancelled, notice: notice
      ).map { $0.map(Brought.init) }
    }
  }

  /// How long documents or archives are; `nil` where the server does not say.
  func byteCounts(
    at urls: [String], trusting certificates: String? = nil
  ) -> [Result<Int64?, InstallError>] {
    let questions = urls.map {
      Question(TransferRequest(url: $0, byteLimit: 0, wantsBody: false))
    }
    return ask(questions, trusting: certificates) { questions, options, isCancelled, notice in
      Transfer.byteCounts(
        at: questions.map(\.request.url), options: options, over: connections(),
        isCancelled: isCancelled, notice: notice
      ).map { $0.map(Brought.init) }
    }.map { $0.map(\.byteCount) }
  }
}

private typealias Asking = (
  [Question], TransferOptions, _ isCancelled: @escaping @Sendable () -> Bool,
  _ notice: @escaping @Sendable (Int, TransferNotice) -> Void
) -> [Result<Brought, TransferError>]

extension Network {
  private func ask(
    _ questions: [Question], trusting certificates: String?, _ asking: Asking
  ) -> [Result<Reply, InstallError>] {
    var open: [Question] = []
    for var question in questions where outcomes[question.name] == nil {
      question.known = known(question)
      if isOffline {
        outcomes[question.name] = recalled(question)
      } else if let error = failed[question.name] ?? unreachable[question.server] {
        outcomes[question.name] = fallen(question, error)
      } else {
        open.append(question)
      }
    }
    if !open.isEmpty {
      var options = options
      options.caFile = options.caFile ?? certificates
      // Whoever knows what was said before is not kept waiting for long.
      if open.allSatisfy({ $0.known != nil }) {
        options.maximumAttempts = min(options.maximumAttempts, 2)
        options.longestRetryAfter = 2
      }
      let shown = open.map(\.shown)
      // Called on this thread, while it waits.
      nonisolated(unsafe) let observe = observe
      let start = ContinuousClock.now
      nonisolated(unsafe) var isTold = false
      let isCancelled: @Sendable () -> Bool = {
        if !isTold, start.duration(to: .now) > .seconds(5) {
          isTold = true
          observe(.notice("waiting for \(shown[0])"))
        }
        return Interruption.signal != nil
      }
      let results = asking(open, options, isCancelled) { index, notice in
        isTold = true
        guard case .retry(let attempt, let count, let reason) = notice else { return }
        observe(
          .notice("\(shown[index]): retry \(attempt)/\(count) after \(reason)"))
      }
      for (question, result) in zip(open, results) {
        outcomes[question.name] = outcome(of: question, result)
      }
    }
    return questions.map { question in
      guard let outcome = outcomes[question.name] else {
        preconditionFailure("each question has an outcome")
      }
      // If nobody else has an answer either, there may be one that is kept.
      if hasAlternative, case .failure(let error) = outcome, let error = error.unreachability {
        outcomes[question.name] = nil
        failed[question.name] = error
      }
      return outcome
    }
  }

  private func known(_ question: Question) -> Answer? {
    guard let name = question.keptName,
      let answer = new[name] ?? store.answer(to: name, about: question.shown),
      answer.bytes.count <= question.request.byteLimit
    else { return nil }
    return answer
  }

  private func outcome(
    of question: Question, _ result: Result<Brought, TransferError>
  ) -> Result<Reply, InstallError> {
    switch result {
    case .success(let brought):
      guard let document = brought.document else {
        keep(Answer(of: question, byteCount: brought.byteCount), question)
        return .success(
          Reply(bytes: [], url: question.request.url, byteCount: brought.byteCount))
      }
      let response = document.response
      if response.status == 304, let known = question.known {
        confirm(known, question)
        return .success(
          Reply(bytes: known.bytes, contentType: known.contentType, url: response.effectiveURL))
      }
      if response.status == 200 { keep(Answer(of: question, document), question) }
      return .success(
        Reply(
          bytes: document.bytes, contentType: response.contentType, url: response.effectiveURL))
    case .failure(let error):
      // Nor is a server that is in trouble, where it is known what it says when it is not.
      if error.isOfNoWay || error.isOfServer && question.known != nil,
        error.isOf(question.server)
      {
        unreachable[question.server] = error
      }
      if error.isOfServer { return fallen(question, error) }
      // That it has none is an answer as well; but not in place of what it had.
      if case .http(let status, _) = error, [403, 404, 410].contains(status),
        question.known?.status ?? status != 200
      {
        keep(Answer(of: question, status: status), question)
      }
      return .failure(InstallError(error))
    }
  }

  /// In milliseconds.
  private static let day: Int64 = 24 * 60 * 60 * 1000

  /// It is as good as new. That is written down now and then: a check that finds nothing writes nothing.
  private func confirm(_ known: Answer, _ question: Question) {
    guard let name = question.keptName,
      Timestamp.now.milliseconds - known.fetched.milliseconds > Self.day
    else { return }
    var known = known
    known.fetched = .now
    new[name] = known
  }

  private func keep(_ answer: Answer, _ question: Question) {
    guard let name = question.keptName else { return }
    if let known = question.known, known.says(answer) { return confirm(known, question) }
    var answer = answer
    // Whoever has the answer by somebody's password has it alone.
    answer.isPrivate = answer.isPrivate || options.netrcFile != nil
    new[name] = answer
  }

  /// Without asking.
  private func recalled(_ question: Question) -> Result<Reply, InstallError> {
    guard let known = question.known else {
      return .failure(InstallError(.offline(url: question.shown)))
    }
    if told.insert(question.server).inserted {
      observe(.notice("offline: what \(question.shown) said, as of \(known.fetched.localMinute)"))
    }
    return known.result
  }

  /// After the server could not be asked.
  private func fallen(
    _ question: Question, _ error: TransferError
  ) -> Result<Reply, InstallError> {
    guard !hasAlternative else { return .failure(InstallError(error)) }
    failure = failure ?? error
    guard let known = question.known else { return .failure(InstallError(error)) }
    if told.insert(question.server).inserted {
      observe(
        .warning(
          "cannot ask \(error.message); going on with what it said on \(known.fetched.localMinute)"
        ))
    }
    return known.result
  }
}

extension TransferError {
  /// Whether the server could not be asked, as opposed to that it has no answer for us.
  fileprivate var isOfServer: Bool {
    switch self {
    case .network, .tls: true
    case .http(let status, _): status >= 500 || isTransient
    default: false
    }
  }

  /// Whether there is no way to it: neither name nor address nor connection, of itself or of its proxy.
  fileprivate var isOfNoWay: Bool {
    if case .network(let code, _, _) = self { [5, 6, 7, 28].contains(code) } else { false }
  }
}

extension InstallError {
  /// Whether there is no such document.
  var isOfMissingDocument: Bool {
    if case .transfer(.http(let status, _)) = reason { [404, 410].contains(status) } else { false }
  }

  /// Whether a source could not be asked.
  var isOfUnreachableSource: Bool { unreachability != nil }

  /// Whether nobody was there to answer, or nobody was to be asked.
  var isOfSilence: Bool { if case .offline = reason { true } else { isOfUnreachableSource } }

  fileprivate var unreachability: TransferError? {
    if case .transfer(let error) = reason, error.isOfServer { error } else { nil }
  }
}
