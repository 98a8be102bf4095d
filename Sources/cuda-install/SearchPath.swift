/// Lines that take what begins with `below` out of a search path. An element that was empty stays so.
enum SearchPath {
  /// Whether a search path, and the line that sets it, can hold it.
  static func canHold(_ path: String) -> Bool {
    !path.utf8.contains {
      [UInt8(ascii: ":"), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains($0)
    }
  }

  /// What it is if it cannot: a phrase.
  static let objection =
    "empty, or has a colon or a line break in it, which no search path can hold"

  /// The rest is in `cuda_kept`, each element behind a colon.
  static func posix(_ name: String, without below: String) -> String {
    """
    cuda_rest="${\(name):+$\(name):}"; cuda_kept=
    while [ -n "$cuda_rest" ]; do case "$cuda_rest" in \(shellQuoted(below))*) ;; \
    *) cuda_kept="$cuda_kept:${cuda_rest%%:*}" ;; esac; cuda_rest="${cuda_rest#*:}"; done
    """
  }

  /// The rest is in the list `kept`; `$below` and its `$length` are set.
  static func fish(_ name: String) -> String {
    // A search path that is empty has an element for fish.
    """
    set -l kept; test -n "$\(name)"; and for element in $\(name); \
    test (string sub -l $length -- "$element") = $below; or set -a kept $element; end
    """
  }

  /// The rest is the search path, behind `front` of `$CUDA_HOME`; `$CUDA_BELOW` is set.
  ///
  /// Each line is one command with its semicolon, since csh's eval makes one line of all, and a variable must be
  /// there when a line names it. No =~: its pattern may be in the prefix. What awk prints is not read again.
  static func csh(_ name: String, front: String = "") -> String {
    """
    if ( ! $?\(name) ) setenv \(name) "";
    setenv \(name) "`awk -v n=\(name) -v b=CUDA_BELOW -v h=CUDA_HOME -v f=\(front) -v c=: 'BEGIN { \
    if (f) s = c ENVIRON[h] f; k = split(ENVIRON[n], e, c); for (i = 1; i <= k; i++) \
    if (index(e[i], ENVIRON[b]) - 1) s = s c e[i]; print substr(s, 2) }'`";
    """
  }
}
