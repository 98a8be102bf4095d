import CUDAFiles
import Glibc
import Synchronization

/// The calls of some code on all its threads, in order, and what is to happen to one of them.
final class Calls: Sendable {
  struct Call: Sendable {
    var name: String
    var subject: String
  }

  private let state = Mutex<[Call]>([])

  var all: [Call] { state.withLock { $0 } }
  var count: Int { state.withLock { $0.count } }

  /// Runs `body` while each call asks `verdict` with its place in the order, from 0 on.
  func during<Result>(
    _ verdict: @escaping @Sendable (_ index: Int, _ call: String, _ subject: String) -> Int32? = {
      _, _, _ in nil
    },
    _ body: () throws -> Result
  ) rethrows -> Result {
    let probe = Probe { name, subject in
      let index = self.state.withLock { calls in
        calls.append(Call(name: name, subject: subject))
        return calls.count - 1
      }
      return verdict(index, name, subject)
    }
    return try Probe.$current.withValue(probe) { try body() }
  }
}

/// Runs `body` and dies of SIGKILL at the n-th call, or behind the last one.
func dying(at n: Int, _ body: () throws -> Void) rethrows {
  try Calls().during({ index, _, _ in
    if index == n { kill(getpid(), SIGKILL) }
    return nil
  }) { try body() }
  kill(getpid(), SIGKILL)
}
