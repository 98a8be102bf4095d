/// A number of bytes for people: `512 B`, `58.4 MiB`, `1.21 GiB`.
public struct Size: CustomStringConvertible, Sendable {
  private let byteCount: Int64

  /// A size of this many bytes.
  public init(_ byteCount: Int64) { self.byteCount = byteCount }

  /// With its unit.
  public var description: String { "\(digits(unit)) \(unit.name)" }

  /// `0.53/1.21 GiB`: both in the unit of the second.
  public static func progress(_ done: Int64, of total: Int64) -> String {
    let unit = Size(total).unit
    return "\(Size(done).digits(unit))/\(Size(total).digits(unit)) \(unit.name)"
  }

  private typealias Unit = (name: String, byteCount: Int64, places: Int)

  private var unit: Unit {
    switch byteCount {
    case ..<1024: ("B", 1, 0)
    case ..<(1 << 20): ("KiB", 1 << 10, 1)
    case ..<(1 << 30): ("MiB", 1 << 20, 1)
    default: ("GiB", 1 << 30, 2)
    }
  }

  /// The point is `.` in every locale.
  private func digits(_ unit: Unit) -> String {
    let scale: Int64 = unit.places == 0 ? 1 : unit.places == 1 ? 10 : 100
    let (high, low) = byteCount.multipliedFullWidth(by: scale)
    let scaled = unit.byteCount.dividingFullWidth((high, low)).quotient
    guard unit.places > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % scale)"
    return
      "\(scaled / scale).\(String(repeating: "0", count: unit.places - fraction.count))\(fraction)"
  }
}
