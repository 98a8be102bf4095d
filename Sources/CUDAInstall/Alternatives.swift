// Several sources that may be asked the same, and what is believed of each.

import CUDAFiles

extension Network {
  /// The answer of the first of `sources` that has one; if none has, of the first that once had.
  ///
  /// Which error is another's to mend, `isOfSource` says; the first source's is thrown in the end.
  func first<Source, Value>(
    of sources: [Source], named name: (Source) -> String,
    _ question: (Source) throws(InstallError) -> Value
  ) throws(InstallError) -> Value {
    var failure: InstallError?
    for (index, source) in sources.enumerated() where sources.count > 1 {
      do throws(InstallError) {
        hasAlternative = true
        defer { hasAlternative = false }
        return try believing { () throws(InstallError) in try question(source) }
      } catch {
        guard error.isOfSource, Interruption.signal == nil else { throw error }
        failure = failure ?? error
        if index + 1 < sources.count {
          observe(.notice("\(error.message); asking \(name(sources[index + 1]))"))
        }
      }
    }
    for source in sources {
      do throws(InstallError) {
        return try question(source)
      } catch {
        guard error.isOfSource, sources.count > 1 else { throw error }
        failure = failure ?? error
      }
    }
    guard let failure else { preconditionFailure("there is a source") }
    throw failure
  }

  /// What `body` asks for is kept only if it could be read: a portal's page is no answer.
  func believing<Value>(
    _ body: () throws(InstallError) -> Value
  ) throws(InstallError) -> Value {
    let before = new
    do throws(InstallError) {
      return try body()
    } catch {
      if error.isOfDocument { new = before }
      throw error
    }
  }
}
