import CUDAFiles
import Synchronization

/// The calls of some code, in order, and what is to happen to one of them.
final class Calls: Sendable {
  private let state = Mutex<[(call: String, subject: String)]>([])

  var names: [String] { state.withLock { $0.map(\.call) } }
  var count: Int { state.withLock { $0.count } }

  /// Runs `body` while each call asks `verdict` with its place in the order, from 0 on.
  func during<Result>(
    _ verdict: @escaping @Sendable (_ index: Int, _ call: String) -> Int32? = { _, _ in nil },
    _ body: () throws -> Result
  ) rethrows -> Result {
    let probe = Probe { call, subject in
      let index = self.state.withLock { calls in
        calls.append((call, subject))
        return calls.count - 1
      }
      return verdict(index, call)
    }
    return try Probe.$current.withValue(probe) { try body() }
  }
}

/// The error that `body` throws; `nil` if it does not, or throws another.
func failure<Failure: Error>(_ type: Failure.Type = Failure.self, _ body: () throws -> Void)
  -> Failure?
{
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}
