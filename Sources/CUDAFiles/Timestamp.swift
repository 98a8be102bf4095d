import Glibc

/// A moment of the wall clock, in milliseconds since 1970.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// RFC 3339 in UTC with milliseconds: `2026-11-23T14:02:11.034Z`.
  package var rfc3339: String {
    let fields = fields(gmtime_r)
    return "\(date(fields))T\(clock(fields)).\(padded(Int(milliseconds % 1000), 3))Z"
  }

  /// `20261123T140211Z`, for identifiers.
  package var compact: String {
    String(rfc3339.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// Local time for people: `14:02:11`, with the date in front unless it is today.
  package var local: String {
    let fields = fields(localtime_r)
    let today = Timestamp.now.fields(localtime_r)
    return date(fields) == date(today) ? clock(fields) : "\(date(fields)) \(clock(fields))"
  }

  /// Local time for people, to the minute: `2026-11-27 12:00`.
  package var localMinute: String {
    let fields = fields(localtime_r)
    return "\(date(fields)) \(clock(fields).prefix(5))"
  }

  /// When a clock in UTC shows what DOS's date and time say, in seconds since 1970. A zip says what its maker's clock
  /// showed, and nobody can tell where that was: two machines make the same of it.
  package static func seconds(dosDate date: Int, time: Int) -> Int64 {
    var fields = tm()
    fields.tm_year = Int32(80 + date >> 9)
    fields.tm_mon = Int32(date >> 5 & 0xF) - 1
    fields.tm_mday = Int32(date & 0x1F)
    fields.tm_hour = Int32(time >> 11)
    fields.tm_min = Int32(time >> 5 & 0x3F)
    fields.tm_sec = Int32(time & 0x1F) * 2
    return Int64(timegm(&fields))
  }

  /// Reads what `rfc3339` writes; `nil` for anything else.
  package init?(rfc3339 text: String) {
    let digits = text.utf8.split { !(0x30...0x39).contains($0) }
      .compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
    guard digits.count == 7, text.utf8.count == 24, text.hasSuffix("Z"),
      (1970...9999).contains(digits[0]), digits[1...].allSatisfy({ $0 <= 999 })
    else { return nil }
    var fields = tm()
    fields.tm_year = digits[0] - 1900
    fields.tm_mon = digits[1] - 1
    fields.tm_mday = digits[2]
    fields.tm_hour = digits[3]
    fields.tm_min = digits[4]
    fields.tm_sec = digits[5]
    milliseconds = Int64(timegm(&fields)) * 1000 + Int64(digits[6])
    // timegm(3) takes the 30th of February for the 2nd of March.
    guard rfc3339 == text else { return nil }
  }

  private func fields(
    _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
  ) -> tm {
    var seconds = time_t(milliseconds / 1000)
    var fields = tm()
    _ = convert(&seconds, &fields)
    return fields
  }

  private func date(_ fields: tm) -> String {
    "\(fields.tm_year + 1900)-\(padded(Int(fields.tm_mon) + 1, 2))-\(padded(Int(fields.tm_mday), 2))"
  }

  private func clock(_ fields: tm) -> String {
    [fields.tm_hour, fields.tm_min, fields.tm_sec].map { padded(Int($0), 2) }.joined(separator: ":")
  }
}

private func padded(_ number: Int, _ width: Int) -> String {
  let text = "\(number)"
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
