/// Whether more connections bring a large body sooner.
///
/// A server or a network that limits each connection gives several more than one; where the line itself is the limit
/// they only take it from others. So for a body that comes alone they are tried once, measured, and kept only if they
/// pay. While several bodies come there are several connections in any case, and those that nobody waits for join one.
package struct Sharing: Sendable {
  package enum Advice: Equatable {
    /// As it is.
    case stay
    /// More connections, as many as may be.
    case add
    /// So many more.
    case join(Int)
    /// They are worth it.
    case keep
    /// Back to so many.
    case drop(to: Int)
  }

  /// How long one state is watched before it is judged.
  package static let watch = Duration.seconds(1)
  /// Several connections must be this much faster than one, or they are not worth having.
  package static let gain = 1.3
  /// What is over sooner than this is left alone.
  package static let least = Duration.seconds(4)
  /// How long it is watched before others join, and what is over too soon for that.
  package static let glance = Duration.milliseconds(100)
  package static let leastJoined = Duration.milliseconds(500)
  /// How much there is for each that joins, at least.
  package static let smallestShare: Int64 = 4 << 20
  /// How much one connection asks for at a time, at least.
  package static let smallestPiece: Int64 = 8 << 20
  /// What is shorter than two of these is not divided any more.
  package static let smallestHalf: Int64 = 32 << 10
  /// How often a server may have something against more connections before it is believed.
  private static let mostRefusals = 3
  private static let pause = Duration.seconds(5)

  private enum State {
    /// Over one, and those that have joined it.
    case alone
    case tried(before: Double, over: Int)
    /// Worth it: so many, if one of them is lost as well.
    case kept(connections: Int)
    case settled
  }

  private var state = State.alone
  private var mark: (time: Duration, byteCount: Int64)?
  private var time = Duration.zero
  private var refusals = 0
  /// Nothing is tried before.
  private var earliest = Duration.zero

  /// How much one connection asks for at a time: two seconds' worth, so that asking costs nothing.
  package private(set) var pieceByteCount = Sharing.smallestPiece

  package init() {}

  /// Whether there is nothing left to find out.
  package var isSettled: Bool { if case .settled = state { true } else { false } }

  /// What to do at `time`, on any clock that does not jump, when `received` bytes have come in all over so many
  /// connections, and `missing` have not. `free`: how many more there may be, for which nobody else waits; `isAlone`:
  /// whether nothing else comes.
  package mutating func advice(
    at time: Duration, received: Int64, missing: Int64, connections: Int, free: Int,
    isAlone: Bool
  ) -> Advice {
    self.time = time
    let mark = mark ?? (time, received)
    self.mark = mark
    let passed = time - mark.time
    let rate = Double(received - mark.byteCount) / max(passed / .seconds(1), 0.001)
    switch state {
    case .settled: return .stay
    case .alone:
      let more = min(free, Int(missing / Self.smallestShare) - connections)
      if !isAlone, more > 0, passed >= Self.glance, time >= earliest,
        Double(missing) > rate * (Self.leastJoined / .seconds(1))
      {
        self.mark = (time, received)
        // No more than its share for each, so that all are through at the same moment.
        pieceByteCount = min(
          twoSeconds(at: rate, over: connections), missing / Int64(connections + more))
        return .join(more)
      }
      guard passed >= Self.watch, time >= earliest else { return .stay }
      self.mark = (time, received)
      let isLong = Double(missing) > rate * (Self.least / .seconds(1))
      guard isAlone, free > 0, isLong, missing >= 2 * Self.smallestPiece else { return .stay }
      pieceByteCount = min(twoSeconds(at: rate, over: connections), missing / 2)
      state = .tried(before: rate, over: connections)
      return .add
    case .tried(let before, let count):
      // The first second is the new connections' own.
      guard passed >= Self.watch * 2 else { return .stay }
      guard rate >= before * Self.gain else {
        state = .settled
        return .drop(to: count)
      }
      state = .kept(connections: connections)
      return .keep
    case .kept(let wanted):
      // At the end they leave one after the other, and are not missed.
      guard connections < wanted, isAlone, free > 0, time >= earliest,
        missing >= 2 * Self.smallestPiece
      else { return .stay }
      return .add
    }
  }

  private func twoSeconds(at rate: Double, over connections: Int) -> Int64 {
    max(Self.smallestPiece, Int64(rate * 2) / Int64(connections))
  }

  /// One of several connections is gone. `hasBrought`: whether it had brought something; otherwise it may be that the
  /// server does not want so many.
  package mutating func lose(hasBrought: Bool, leaving connections: Int) {
    if hasBrought {
      earliest = max(earliest, time + Self.watch)
    } else if time >= earliest {
      // Several that are refused in one moment are one refusal.
      refusals += 1
      earliest = time + Self.pause * refusals
      if refusals == Self.mostRefusals { return state = .settled }
    }
    if case .tried = state, connections == 1 { (state, mark) = (.alone, nil) }
  }

  /// Nothing comes for a while: what is measured begins anew.
  package mutating func pause() { mark = nil }

  /// Parts are not to be had.
  package mutating func settle() { state = .settled }
}
