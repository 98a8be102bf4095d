/// `text` as one word for a POSIX shell.
func shellQuoted(_ text: String) -> String {
  "'" + text.replacing("'", with: "'\\''") + "'"
}

/// `text` as one word for csh, which looks for its history also within quotes.
func cshQuoted(_ text: String) -> String {
  shellQuoted(text).replacing("!", with: "\\!")
}

/// `text` as one word for fish: within single quotes only `\\` and `\'` are special.
func fishQuoted(_ text: String) -> String {
  "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}
