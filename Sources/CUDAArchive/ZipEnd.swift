/// The record at the end of a zip, which says where its directory is (APPNOTE.TXT 6.3.10, §4.3.14 to §4.3.16).
///
/// Whoever looks for it looks backwards, so it is the last one: the bytes behind it are its comment, to the end. What
/// is between the directory and this record can only be the two records of a zip64.
struct ZipEnd {
  let directory: Range<Int64>
  let entryCount: Int

  /// 40 bytes are what `git archive` writes; libarchive looks 16 KiB far.
  static let maximumCommentByteCount = 4096

  private static let byteCount = 22
  private static let locatorByteCount = 20
  private static let zip64ByteCount = 56

  /// `tail`: the last bytes of the zip, as many as `tailByteCount` says, or all.
  static let tailByteCount =
    byteCount + maximumCommentByteCount + locatorByteCount + zip64ByteCount

  init(tail: [UInt8], ofByteCount whole: Int64) throws(ZipFault) {
    let bytes = ZipBytes(tail)
    let start = whole - Int64(tail.count)
    guard let place = bytes.last(.end) else { throw ZipFault("it has no directory at its end") }
    guard place + Self.byteCount <= tail.count,
      place + Self.byteCount + bytes.short(place + 20) == tail.count
    else { throw ZipFault("the record at its end is not at its end") }
    guard bytes.short(place + 4) == 0, bytes.short(place + 6) == 0,
      bytes.short(place + 8) == bytes.short(place + 10)
    else { throw ZipFault("it is a part of several") }

    var end = start + Int64(place)
    var count = Int64(bytes.short(place + 10))
    var size = bytes.word(place + 12)
    var offset = bytes.word(place + 16)
    let locator = place - Self.locatorByteCount
    if locator >= 0, bytes.starts(.locator, at: locator) {
      let record = locator - Self.zip64ByteCount
      end = start + Int64(record)
      guard record >= 0, bytes.starts(.zip64, at: record), bytes.long(record + 4) == 44,
        bytes.word(locator + 4) == 0, bytes.long(locator + 8) == end, bytes.word(locator + 16) == 1,
        bytes.word(record + 16) == 0, bytes.word(record + 20) == 0,
        bytes.long(record + 24) == bytes.long(record + 32)
      else { throw ZipFault("its zip64 records do not agree") }
      // What does not fit into the old record is all ones there.
      for (old, full, place) in [
        (count, Int64(UInt16.max), 32), (size, ZipBytes.full, 40), (offset, ZipBytes.full, 48),
      ] {
        guard old == full || old == bytes.long(record + place) else {
          throw ZipFault("its zip64 records do not agree")
        }
      }
      count = bytes.long(record + 32)
      size = bytes.long(record + 40)
      offset = bytes.long(record + 48)
    }
    guard size <= end, offset == end - size else {
      throw ZipFault("its directory is not where the record at its end says")
    }
    guard count <= Int64(UnpackingLimit.entryCount), size <= UnpackingLimit.directoryByteCount
    else { throw ZipFault("its directory is too large", isTooMuch: true) }
    directory = offset..<end
    entryCount = Int(count)
  }
}

/// Why a zip is not taken: a phrase that follows its name or an entry's.
struct ZipFault: Error {
  var reason: String
  /// Whether it only is larger than what is allowed.
  var isTooMuch = false

  init(_ reason: String, isTooMuch: Bool = false) {
    self.reason = reason
    self.isTooMuch = isTooMuch
  }
}
