/// Whether more connections bring a large body sooner: tried once, measured, and kept only if so.
///
/// A server or a network that limits each connection gives several more than one; where the line itself is the limit
/// they only take it from others.
package struct Sharing: Sendable {
  package enum Advice: Equatable {
    /// As it is.
    case stay
    /// More connections, as many as there are.
    case add
    /// Back to one.
    case drop
  }

  /// How long one state is watched before it is judged.
  package static let watch = Duration.seconds(1)
  /// Several connections must be this much faster than one, or they are not worth having.
  package static let gain = 1.3
  /// What is over sooner than this is left alone.
  package static let least = Duration.seconds(4)
  /// How much one connection asks for at a time.
  package static let pieceByteCount: Int64 = 8 << 20

  private enum State { case alone, tried(rateAlone: Double), settled }

  private var state = State.alone
  private var mark: (time: Duration, byteCount: Int64)?

  package init() {}

  /// Whether there is nothing left to find out.
  package var isSettled: Bool { if case .settled = state { true } else { false } }

  /// What to do at `time`, on any clock that does not jump, when `received` bytes have come in all and `missing` have
  /// not. `isFree`: whether there are connections that nobody else waits for.
  package mutating func advice(
    at time: Duration, received: Int64, missing: Int64, isFree: Bool
  ) -> Advice {
    guard let mark else {
      self.mark = (time, received)
      return .stay
    }
    let passed = time - mark.time
    switch state {
    case .settled: return .stay
    case .alone:
      guard passed >= Self.watch else { return .stay }
      let rate = Double(received - mark.byteCount) / (passed / .seconds(1))
      self.mark = (time, received)
      let isLong = Double(missing) > rate * (Self.least / .seconds(1))
      guard isFree, isLong, missing >= 2 * Self.pieceByteCount else { return .stay }
      state = .tried(rateAlone: rate)
      return .add
    case .tried(let rateAlone):
      // The first second is the new connections' own.
      guard passed >= Self.watch * 2 else { return .stay }
      let rate = Double(received - mark.byteCount) / (passed / .seconds(1))
      state = .settled
      return rate >= rateAlone * Self.gain ? .stay : .drop
    }
  }

  /// The server does not want more connections.
  package mutating func settle() { state = .settled }
}
