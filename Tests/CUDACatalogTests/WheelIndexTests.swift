import CUDACatalog
import CUDADigest
import Testing

private let page = "https://index.example/simple/nvidia-cuda-runtime/"
private let digest = String(repeating: "0a", count: 32)

private func read(
  _ text: String, _ contentType: String? = nil, at url: String = page
) throws(CatalogError) -> [WheelFile] {
  try WheelIndex.read(Array(text.utf8), contentType: contentType, at: url, document: "the page")
}

private func html(_ attributes: String) -> String {
  "<a \(attributes)>x</a>"
}

@Suite struct `A project's page of an index` {
  static let pages = [
    (wheelPageJSON, "application/vnd.pypi.simple.v1+json"), (wheelPageJSON, "application/json"),
    (wheelPageJSON, nil), (wheelPageJSON, "application/octet-stream"), (wheelPageHTML, nil),
    (wheelPageHTML, "text/html; charset=UTF-8"),
    (wheelPageHTML, "application/vnd.pypi.simple.v1+html"),
  ]

  @Test(arguments: pages)
  func `lists the wheels, in both of its forms`(text: String, type: String?) throws {
    let files = try read(text, type)
    #expect(files.map(\.name.version.text) == ["0.0.0a0", "13.0.96", "13.0.96", "13.0.96"])
    #expect(files.allSatisfy { $0.name.project == "nvidia-cuda-runtime" })
    let file = files[2]
    #expect(
      file.path.text
        == "https://files.example/packages/2e/24/nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    )
    #expect(
      "\(file.digest)" == "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548")
    #expect(file.byteCount == (text == wheelPageJSON ? 2_243_632 : nil))
  }

  @Test func `is what the server says it is`() {
    #expect(throws: CatalogError.self) { try read(wheelPageHTML, "application/json") }
    #expect(throws: Never.self) {
      let files = try read(wheelPageJSON, "text/html")
      #expect(files.isEmpty)
    }
  }

  static let places = [
    (
      "../../packages/a/p-1-py3-none-any.whl",
      "https://index.example/packages/a/p-1-py3-none-any.whl"
    ),
    ("p-1-py3-none-any.whl", "\(page)p-1-py3-none-any.whl"),
    ("/w/p-1-py3-none-any.whl", "https://index.example/w/p-1-py3-none-any.whl"),
    ("//files.example/p-1-py3-none-any.whl", "https://files.example/p-1-py3-none-any.whl"),
    ("../../../../../p-1-py3-none-any.whl", "https://index.example/p-1-py3-none-any.whl"),
    ("./p-1%2Bcu-py3-none-any.whl", "\(page)p-1%2Bcu-py3-none-any.whl"),
    (
      "https://me:word@files.example/p-1-py3-none-any.whl",
      "https://files.example/p-1-py3-none-any.whl"
    ),
  ]

  @Test(arguments: places)
  func `names places relative to its own`(href: String, expected: String) throws {
    let url = "https://someone:secret@index.example/simple/nvidia-cuda-runtime/?a=b"
    let files = try read(html("href=\"\(href)#sha256=\(digest)\""), at: url)
    #expect(files.map(\.path.text) == [expected])
  }

  @Test func `in HTML may move what its links are relative to`() throws {
    let text = "<base href=\"/mirror/\">" + html("href='p-1-py3-none-any.whl#sha256=\(digest)'")
    #expect(
      try read(text).map(\.path.text) == ["https://index.example/mirror/p-1-py3-none-any.whl"])
  }

  static let passedOver = [
    "href=\"p-1-py3-none-any.whl\"",
    "href=\"p-1-py3-none-any.whl#md5=0a0a\"",
    "href=\"p-1-py3-none-any.whl#sha256=0a0a\"",
    "href=\"p-1.tar.gz#sha256=\(digest)\"",
    "href=\"p-1-py3-none-any.whl.metadata#sha256=\(digest)\"",
    "href=\"p-1-py3-none-any.whl#sha256=\(digest)\" data-yanked",
    "href=\"p-1-py3-none-any.whl#sha256=\(digest)\" data-yanked=\"broken\"",
    "href=\"ftp://files.example/p-1-py3-none-any.whl#sha256=\(digest)\"",
    "href=\"javascript:p-1-py3-none-any.whl#sha256=\(digest)\"",
    "href=\"p-1-py3-none-any.whl?token=1#sha256=\(digest)\"",
    "href=\"a b/p-1-py3-none-any.whl#sha256=\(digest)\"",
    "href=\"p 1-py3-none-any.whl#sha256=\(digest)\"",
    "href=\"%2e%2e%2fp-1-py3-none-any.whl#sha256=\(digest)\"",
    "name=\"p-1-py3-none-any.whl#sha256=\(digest)\"",
  ]

  @Test(arguments: passedOver)
  func `has links that are passed over, and the next one counts`(attributes: String) throws {
    let text = html(attributes) + html("HREF = 'q-1-py3-none-any.whl#sha256=\(digest)'")
    #expect(try read(text).map(\.name.project) == ["q"])
  }

  @Test func `in HTML is read past entities, comments and what is never closed`() throws {
    let text = """
      <!-- <a href="c-1-py3-none-any.whl#sha256=\(digest)"> --> 1 < 2 <a<b>
      <A class=x data-core-metadata="sha256=\(digest)"
         HREF="&#x70;&#45;1-py3-none-any.whl&#35;egg=p&amp;sha256=\(digest.uppercased())"/>
      <a href="q-1-py3-none-any.whl#sha256=\(digest)
      """
    let files = try read(text)
    #expect(files.map(\.path.text) == ["\(page)p-1-py3-none-any.whl"])
    #expect(files.first?.metadataDigest.map { "\($0)" } == digest)
  }

  @Test func `says in JSON what was withdrawn, how large a file is, and where its metadata is`()
    throws
  {
    func file(_ name: String, _ more: String) -> String {
      """
      {"filename": "\(name)-1-py3-none-any.whl", "url": "\(name)-1-py3-none-any.whl",
       "hashes": {"sha256": "\(digest)"}\(more)}
      """
    }
    let files = [
      file("a", ", \"yanked\": true"), file("b", ", \"yanked\": \"wrong\""),
      file("c", ", \"size\": 0"),
      file("d", ", \"size\": 12, \"core-metadata\": {\"sha256\": \"\(digest)\"}"),
      file("e", ", \"core-metadata\": true, \"dist-info-metadata\": {\"sha256\": \"\(digest)\"}"),
      "1", "{}", "{\"filename\": 1}",
    ]
    let found = try read("{\"files\": [\(files.joined(separator: ","))]}")
    #expect(found.map(\.name.project) == ["c", "d", "e"])
    #expect(found.map(\.byteCount) == [nil, 12, nil])
    #expect(found.map { $0.metadataDigest != nil } == [false, true, true])
  }

  @Test func `of a later interface is not read by the rules of this one`() {
    #expect(throws: CatalogError.self) {
      try read("{\"meta\": {\"api-version\": \"2.0\"}, \"files\": []}")
    }
    #expect(throws: CatalogError.self) {
      try read("<meta name=\"pypi:repository-version\" content=\"2.0\"><a href=x>")
    }
    #expect(throws: Never.self) {
      try read("{\"meta\": {\"api-version\": \"1.9\"}, \"files\": []}")
    }
  }

  @Test func `without a list of files is an error, and so is an endless one`() {
    #expect(throws: CatalogError.self) { try read("{}") }
    #expect(throws: CatalogError.tooLarge(document: "the page", limit: 16 << 20)) {
      try WheelIndex.read(
        [UInt8](repeating: 0x41, count: 16 << 20 + 1), contentType: nil, at: page,
        document: "the page")
    }
  }

  @Test(arguments: [wheelPageJSON, wheelPageHTML])
  func `broken off or changed in one byte is read or refused, never a trap`(text: String) {
    let bytes = Array(text.utf8)
    let replacements = [0, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), 0xff]
    for index in bytes.indices {
      if index % 3 == 0 { attempt(Array(bytes[..<index])) }
      var changed = bytes
      switch index % 7 {
      case 5: changed[index] ^= 1
      case 6: changed.remove(at: index)
      default: changed[index] = replacements[index % 7]
      }
      attempt(changed)
    }
  }

  private func attempt(_ bytes: [UInt8]) {
    do throws(CatalogError) {
      for file in try WheelIndex.read(bytes, contentType: nil, at: page, document: "the page") {
        #expect(file.path.isURL)
      }
    } catch {
      #expect(isPrintable(error.message))
      #expect(error.message.hasPrefix("the page"))
    }
  }
}

@Suite struct `A wheel's name` {
  private let x86 = Platform("linux-x86_64")
  private let arm = Platform("linux-sbsa")

  static let fitting: [(String, [String])] = [
    (
      "nvidia_nvvm-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
      ["linux-x86_64"]
    ),
    (
      "nvidia_nvvm-13.0.88-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
      ["linux-sbsa"]
    ),
    ("nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl", ["linux-x86_64"]),
    ("nvidia_nvvm-13.0.88-2-py2.py3-none-linux_x86_64.whl", ["linux-x86_64"]),
    ("cuda_toolkit-13.0.2-py2.py3-none-any.whl", ["linux-x86_64", "linux-sbsa", "linux-aarch64"]),
    ("nvidia_nvvm-13.0.88-py3-none-win_amd64.whl", []),
    ("nvidia_nvvm-13.0.88-py3-none-win_arm64.whl", []),
    ("nvidia_nvvm-13.0.88-py3-none-macosx_11_0_x86_64.whl", []),
    ("nvidia_nvvm-13.0.88-py3-none-musllinux_1_2_x86_64.whl", []),
    ("cuda_core-0.3.0-cp312-cp312-manylinux_2_27_x86_64.whl", []),
  ]

  @Test(arguments: fitting)
  func `says what machine it is for`(text: String, expected: [String]) throws {
    let name = try #require(WheelName(text))
    let platforms = ["linux-x86_64", "linux-sbsa", "linux-aarch64"].compactMap(Platform.init)
    #expect(platforms.filter(name.fits).map(\.text) == expected)
  }

  @Test(arguments: [
    "", ".whl", "a.whl", "a-1.whl", "a-1-py3-none.whl", "a-1-x-py3-none-any.whl",
    "a-1-2-3-py3-none-any.whl", "-1-py3-none-any.whl", "a--py3-none-any.whl",
    "a-1-py3-none-any.zip", "a-1!2-py3-none-any.whl", "nvidia-cuda-nvcc-cu13-0.0.1.tar.gz",
    "a/b-1-py3-none-any.whl", "a-1-py3-none-any.WHL",
  ])
  func `is not`(text: String) {
    #expect(WheelName(text) == nil)
  }

  @Test func `has the project's name whatever its spelling`() {
    #expect(WheelName("NVIDIA_cuda.nvcc-1-py3-none-any.whl")?.project == "nvidia-cuda-nvcc")
    #expect(WheelName.normalized("NVIDIA__cuda-._nvcc") == "nvidia-cuda-nvcc")
  }

  @Test func `decides between two that fit: for the machine before any, then the highest build`()
    throws
  {
    let platform = try #require(x86)
    func best(_ names: String...) -> Int? {
      WheelName.best(of: names.compactMap(WheelName.init), for: platform)?.build
    }
    let plain = "p-1-py3-none-manylinux_2_17_x86_64.whl"
    #expect(best("p-1-9-py3-none-any.whl", plain) == 0)
    #expect(
      best("p-1-2-py3-none-manylinux1_x86_64.whl", plain, "p-1-10-py3-none-manylinux1_x86_64.whl")
        == 10)
    #expect(best("p-1-11-py3-none-win_amd64.whl") == nil)
  }
}
