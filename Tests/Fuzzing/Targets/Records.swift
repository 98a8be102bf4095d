import CUDACatalog
import CUDADigest
import CUDAFiles
import CUDAPlanning
import CUDAStore

extension FuzzTarget {
  /// What lies in a prefix, where whoever shares it can write.
  static let records = [
    FuzzTarget("receipt", receipt),
    FuzzTarget("tree-entries") { bytes in
      let entries = try known { () throws(CatalogError) in
        try ReceiptJSON.decodeEntries(bytes, document: "receipt.ndjson")
      }
      guard let entries else { return }
      let written = ReceiptJSON.encodeEntries(entries)
      let again = try ReceiptJSON.decodeEntries(written, document: "again")
      try require(again == entries, "entries change when they are written")
      for entry in entries {
        let segments = entry.path.utf8.split(
          separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        try require(
          segments.allSatisfy { ![[], [0x2E], [0x2E, 0x2E]].contains(Array($0)) },
          "\(entry.path.debugDescription) leaves the tree")
      }
    },
    FuzzTarget("operation") { bytes in
      guard let operation = JSONRecord.decode(Operation.self, from: bytes) else { return }
      let again = JSONRecord.decode(Operation.self, from: JSONRecord.encode(operation))
      try require(again == operation, "it changes when it is written")
      try require((0...100).contains(operation.percent ?? 0), "\(operation.percent ?? 0) percent")
      try requirePrintable(operation.phrase)
      let died = RunRecord(died: operation, after: VisibleState())
      _ = (died.added, died.removed)
    },
    FuzzTarget("history") { bytes in
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let record = JSONRecord.decode(RunRecord.self, from: Array(line)) else { continue }
        let written = JSONRecord.encode(record)
        try require(written.count { $0 == UInt8(ascii: "\n") } == 1, "it is more than one line")
        try require(
          JSONRecord.decode(RunRecord.self, from: written) == record,
          "it changes when it is written")
        let cleaned = record.cleaned
        for text in [cleaned.command, cleaned.op, cleaned.user, cleaned.started, cleaned.ended] {
          try requirePrintable(text)
        }
        try requirePrintable(cleaned.error?.message ?? "")
        for tree in record.added + Array(record.after.releases.values) {
          guard let (release, serial) = Layout.parseTree(tree) else { continue }
          try require(!tree.contains("/") && serial > 0, "the tree \(release) is elsewhere")
        }
      }
    },
    FuzzTarget("answer", answer),
    FuzzTarget("note") { bytes in
      guard let note = Note(bytes) else { return }
      let again = Note(note.text)
      try require(
        again?.ranges == note.ranges && again?.origin == note.origin, "it changes when written")
      for limit in [0, 1, 8 << 20, .max] as [Int64] {
        let coverage = Coverage(note.ranges ?? [], limit: limit)
        try require((0...limit).contains(coverage.byteCount), "\(coverage.byteCount) of \(limit)")
        try require((0...limit).contains(coverage.frontier), "\(coverage.frontier) of \(limit)")
        let missing = coverage.missing(of: limit)
        try require(
          missing.reduce(coverage.byteCount) { $0 + Int64($1.count) } == limit,
          "what is there and what is not are not the whole")
      }
    },
  ]

  private static func receipt(_ bytes: [UInt8]) throws {
    _ = try known { () throws(CatalogError) in
      try ReceiptJSON.decode(bytes, document: "receipt.json")
    }
    // With the right checksum, which no mutation finds.
    guard var receipt = JSONRecord.decode(Receipt.self, from: bytes),
      Receipt.knownFormats.contains(receipt.format)
    else { return }
    let written = ReceiptJSON.encode(receipt)
    let again = try ReceiptJSON.decode(written, document: "again")
    try require(again == receipt, "it changes when it is written")
    try require(ReceiptJSON.encode(again) == written, "it is written in two ways")
    var wrong = written
    wrong[bytes.seed % wrong.count] ^= 1
    let accepted = try known { () throws(CatalogError) in
      try ReceiptJSON.decode(wrong, document: "wrong")
    }
    try require(accepted == nil, "one wrong byte is not seen")
    let pins = Pins(receipt)
    if let read = try known({ () throws(CatalogError) in try Pins.read(pins.bytes, document: "pins")
    }) {
      try require(read == pins, "its pins change when they are written")
    }
    try plan(Release(allOf: receipt))
    receipt.without = []
    let installed = InstalledRelease(release: receipt.release, tree: "13.0.2-1", receipt: receipt)
    let state = InstalledState(current: receipt.release, releases: [installed])
    let request = Request(
      product: receipt.product, track: receipt.followed, platform: receipt.platform)
    do throws(PlanningError) {
      _ = try Plan(request: request, release: Release(receipt), state: state)
    } catch {
      try requirePrintable(error.message)
    }
  }

  private static func answer(_ bytes: [UInt8]) throws {
    _ = Answer(entry: bytes)
    // With the digest and the size of the body, which no mutation finds.
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return }
    let body = Array(bytes[(end + 1)...])
    var head = text(Array(bytes[..<end]))
    for (key, value) in [
      ("\"sha256\":\"", "\(SHA256.digest(of: body))"), ("\"size\":", "\(body.count)"),
    ] {
      guard let place = head.firstRange(of: key) else { continue }
      let old = head[place.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
      head.replaceSubrange(old.startIndex..<old.endIndex, with: value)
    }
    guard let answer = Answer(entry: Array(head.utf8) + [UInt8(ascii: "\n")] + body) else { return }
    try require(answer.bytes == body, "another body")
    try require(Answer(entry: answer.entry) == answer, "it changes when it is written")
    for field in [answer.etag, answer.lastModified].compactMap(\.self) {
      try require(!field.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a header with a line break")
    }
  }
}
