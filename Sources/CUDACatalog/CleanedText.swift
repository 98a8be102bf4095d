/// `text` made fit for a terminal, a log or a JSON report (I11).
///
/// Control characters, invisible and direction-changing ones and line separators become `\u{..}`,
/// so that text from a server can neither hide nor rewrite what is around it. At most `limit`
/// characters are kept; `…` stands for the rest. Whole messages have no limit: their facts are at the end.
public func cleaned(_ text: String, limit: Int = 200) -> String {
  var result = ""
  var count = 0
  for scalar in text.unicodeScalars {
    let piece = harmless(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    // Scalars are counted, not `Character`s: one `Character` may hold any number of accents.
    count += piece.unicodeScalars.count
    guard count <= limit else { return result + "…" }
    result += piece
  }
  return result
}

/// Whether `scalar` may be printed as it is.
private func harmless(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  // C0, DEL and C1; zero-width and bidirectional controls; U+2028 and U+2029; what no font shows.
  case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
  default: true
  }
}
