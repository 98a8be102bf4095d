import CUDACatalog
import Testing

@Suite struct `What pip is told` {
  @Test func `comes from files and variables, the later before the earlier`() {
    func index(_ files: [String], _ environment: [String: String] = [:]) -> String? {
      PipConfiguration(files: files, environment: environment).index
    }
    let global = "[global]\nindex-url = https://one.example/simple\n"
    let user = "[global]\nINDEX_URL: https://two.example/simple\n"
    let command = "[download]\nindex-url=https://three.example/simple\n"
    let variable = [
      "PIP_INDEX_URL": "https://four.example/simple", "INDEX_URL": "https://five.example",
    ]
    #expect(index([]) == nil)
    #expect(index([global]) == "https://one.example/simple")
    #expect(index([global, user]) == "https://two.example/simple")
    // pip reads what is for the command behind what is for all, wherever it stands.
    #expect(index([command, global, user]) == "https://three.example/simple")
    #expect(index([command], variable) == "https://four.example/simple")
    #expect(index([global], ["PIP_INDEX_URL": ""]) == "https://one.example/simple")
  }

  @Test func `is read as pip reads it`() {
    let text = """
      # index-url = https://comment.example
      ; [global]
      index-url = https://nowhere.example
      [global]
      timeout = 60
      extra-index-url =
          https://one.example/simple
          # between
          https://two.example/simple   https://three.example/simple

      cert = /etc/ssl/ours.pem
      no-index = no
      [list]
      index-url = https://list.example
      """
    let configuration = PipConfiguration(files: [text], environment: [:])
    #expect(configuration.index == nil)
    #expect(
      configuration.extraIndexes == [
        "https://one.example/simple", "https://two.example/simple", "https://three.example/simple",
      ])
    #expect(configuration.certificates == "/etc/ssl/ours.pem")
    #expect(!configuration.forbidsIndex)
    let windows = PipConfiguration(
      files: ["[install]\r\nno-index = True\r\ncert = a\r\n"], environment: ["PIP_CERT": "b"])
    #expect(windows.forbidsIndex)
    #expect(windows.certificates == "b")
  }

  @Test(arguments: [
    """
      -i, --index-url <url>       Base URL of the Python Package Index (default https://index.example/simple). This should point
                                  to a repository compliant with PEP 503.
    """,
    """
      -i, --index-url <url>       Base URL of the Python Package Index (default
                                  https://index.example/simple). This should point to a repository
    """,
    """
      -f, --find-links <url>      (default https://other.example)
      --index-url <url>    Base URL (default https://index.
                           example/simple).
    """,
  ])
  func `otherwise is what its help says`(help: String) {
    #expect(PipConfiguration.defaultIndex(inHelp: help) == "https://index.example/simple")
  }

  @Test(arguments: [
    "", "--index-url", "--index-url (default", "--index-url (default none)", "(default https://a)",
  ])
  func `is not guessed from another help`(help: String) {
    #expect(PipConfiguration.defaultIndex(inHelp: help) == nil)
  }
}

@Suite struct `A reference` {
  // RFC 3986 §5.4, what of it has a host; the fragment goes.
  static let examples = [
    ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
    ("/g", "http://a/g"),
    ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
    ("#s", "http://a/b/c/d;p?q"), ("g#s", "http://a/b/c/g"), (";x", "http://a/b/c/;x"),
    ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
    ("..", "http://a/b/"),
    ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../g", "http://a/g"),
    ("../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
    ("g.", "http://a/b/c/g."),
    ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"),
    ("g/../h", "http://a/b/c/h"), ("g;x=1/../y", "http://a/b/c/y"),
  ]

  @Test(arguments: examples)
  func `is seen from where it stands`(reference: String, expected: String) {
    #expect(WebReference.resolve(reference, against: "http://a/b/c/d;p?q") == expected)
  }

  @Test func `that leads nowhere is none`() {
    #expect(WebReference.resolve("mailto:a@b", against: "http://a/") == nil)
    #expect(WebReference.resolve("g", against: "a/b") == nil)
    #expect(WebReference.resolve("//", against: "http://a/") == nil)
    #expect(WebReference.resolve("//me:word@", against: "http://a/") == nil)
    #expect(WebReference.resolve("g", against: "http://me:word@/b") == nil)
  }

  @Test func `is at the server that libcurl asks, whatever accents are on its signs`() {
    let url = "https://other.example/\u{301}@index.example/a"
    #expect(WebReference.server(of: url) == "https://other.example")
    #expect(WebReference.withUser(of: ["https://me:word@index.example/"], url) == url)
    #expect(WebReference.user(of: "https://me:word@\u{301}index.example/") == "me:word")
    #expect(
      WebReference.resolve("a/..\u{2f}\u{301}b?\u{301}c#\u{301}d", against: "http://a/")
        == "http://a/\u{301}b?\u{301}c")
  }

  @Test func `is at a server, whoever asks`() {
    #expect(
      WebReference.server(of: "https://me:p@ss@Index.example:443/a") == "https://index.example")
    #expect(WebReference.server(of: "http://index.example:80") == "http://index.example")
    #expect(WebReference.server(of: "https://index.example:8443?") == "https://index.example:8443")
    #expect(WebReference.user(of: "https://me:p@ss@index.example/a@b") == "me:p@ss")
    #expect(WebReference.user(of: "https://index.example/a@b") == nil)
  }
}
