import CKernel
import Glibc

/// A process besides this one, for a trial of what two processes do to each other. Killed with the value.
package struct SecondProcess: ~Copyable {
  private let pid: Int32
  private let answers: Int32

  /// It has the exclusive lock on the file `name`, or was refused.
  package static func locking(
    _ name: String, in directory: borrowing Directory
  ) throws(FileLockError) -> SecondProcess {
    var answers: Int32 = -1
    do {
      let pid = try systemCall("fork", directory.at(name)) {
        ckernel_second_locker(directory.descriptor, name, &answers)
      }
      return SecondProcess(pid: pid, answers: answers)
    } catch {
      throw .cannotOpen(error)
    }
  }

  /// It reads the symbolic link `name` again and again.
  package static func reading(
    _ name: String, in directory: borrowing Directory
  ) throws(SystemCallError) -> SecondProcess {
    var answers: Int32 = -1
    let pid = try systemCall("fork", directory.at(name)) {
      ckernel_second_reader(directory.descriptor, name, &answers)
    }
    return SecondProcess(pid: pid, answers: answers)
  }

  private init(pid: Int32, answers: Int32) {
    self.pid = pid
    self.answers = answers
  }

  deinit {
    ckernel_kill(pid)
    close(answers)
  }

  package enum Answer: Equatable, Sendable {
    case success
    /// Another process has the lock.
    case refused
    /// The errno.
    case failure(Int32)
  }

  /// The next thing that it has to say; `nil` if it died.
  package borrowing func answer() -> Answer? {
    var answer: Int32 = 0
    guard ckernel_read_answer(answers, &answer) == 1 else { return nil }
    return answer == 0 ? .success : answer == EWOULDBLOCK ? .refused : .failure(answer)
  }

  /// SIGKILL; what it said and nobody has heard.
  package consuming func kill() -> [Answer] {
    // The pipe ends with the process.
    Glibc.kill(pid, SIGKILL)
    var rest: [Answer] = []
    while let answer = answer() { rest.append(answer) }
    return rest
  }
}
