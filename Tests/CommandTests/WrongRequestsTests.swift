// What a person can get wrong in a request, and what each is told: one line that names the thing, and where there is a
// way out a second one that says it. The table is WrongRequests.swift; as it comes out it is printed by
//
//   CUDA_INSTALL_TABLE=1 swift test --filter "wrong request"

import CUDACatalog
import Glibc
import TestSupport
import Testing

@Suite struct `A wrong request` {
  private static let isPrinted = getenv("CUDA_INSTALL_TABLE") != nil

  /// A machine with a driver has an answer to one of them.
  private static let rows = WrongRequest.all.filter {
    !$0.words.contains("--for-driver")
      || !hasLibrary && access("/sys/module/nvidia", F_OK) != 0
        && access("/proc/driver/nvidia", F_OK) != 0
  }

  @Test(arguments: rows)
  func `is told in one line what is wrong, and nothing is fetched or made`(
    row: WrongRequest
  ) throws {
    let shop = try Shop()
    let run = shop.run(row.words)
    let lines = run.errors.split(separator: "\n").map(String.init)
    let message = lines.first.map { shop.told($0, "error") } ?? ""
    let hint = lines.count > 1 ? shop.told(lines[1], "hint") : nil
    if Self.isPrinted {
      // In one write: rows are tried side by side.
      let text =
        "\(row.words) -> \(run.status), \(message)\(hint.map { "\n    hint: \($0)" } ?? "")\n"
      _ = text.utf8CString.withUnsafeBufferPointer { write(1, $0.baseAddress, text.utf8.count) }
    }
    #expect(run.status == row.status)
    #expect(message == row.message)
    #expect(hint == row.hint)
    #expect(lines.count == (row.hint == nil ? 1 : 2), "\(run.errors)")
    #expect(run.output == "")
    #expect(listing(shop.bench.prefix) == [:] && listing(shop.bench.scratch.file("new")) == [:])
    #expect(
      !shop.bench.server.log.contains { request in
        ArtifactPath.suffixes.contains(where: request.path.hasSuffix)
      })
  }

  @Test func `is one of at least forty, and each is another`() {
    #expect(WrongRequest.all.count >= 40)
    #expect(Set(WrongRequest.all.map(\.words)).count == WrongRequest.all.count)
  }

  @Test func `is all that is wrong there: right ones are carried out`() throws {
    for words in [
      "install 13.0.2 nvcc", "install 12 curand cudnn", "install cutensor@2 --variant 12",
      "install nvpl@25.5 --platform linux-sbsa", "install 13.0 --locked DIR/pins",
      "install --track SERVER/app/newest", "install --archive SERVER/app/server-1.2.0.tar.gz",
    ] {
      let shop = try Shop()
      let run = shop.run(words)
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
  }
}

/// A server with several releases and products, an application's releases, and pin files beside it.
private struct Shop {
  let bench: Bench

  static let mirror: Mirror = {
    var mirror = Mirror()
    var cudla = Mirror.component("libcudla", "13.0.88", byteCount: 10)
    cudla.platform = "linux-sbsa"
    var studio = Mirror.component("visual_studio_integration", "13.0.88", byteCount: 10)
    studio.platform = "windows-x86_64"
    func small(_ names: String..., version: String) -> [Mirror.Component] {
      names.map { Mirror.component($0, version, byteCount: 10) }
    }
    mirror.add(
      "11.8.0", small("cuda_cudart", "cuda_nvcc", "cuda_memcheck", version: "11.8.86"))
    mirror.add("12.9.1", small("cuda_cudart", "cuda_nvcc", "libcurand", version: "12.9.79"))
    for (label, version) in [("13.0.1", "13.0.48"), ("13.0.2", "13.0.88")] {
      mirror.add(
        label,
        small("cuda_cudart", "cuda_nvcc", "cuda_nvrtc", "cuda_cccl", "libcurand", version: version)
          + [cudla, studio])
    }
    mirror.add(
      "13.3.1",
      small("cuda_cudart", "cuda_nvcc", "cuda_nvrtc", "cccl", "libcurand", version: "13.3.50"))
    return mirror
  }()

  static let products: [Product] = [
    Product(
      "cudnn",
      ["9.13.0", "9.27.0"].map { label in
        (
          label,
          [
            .init("cudnn", "\(label).50", ["cuda12", "cuda13"]),
            .init("cudnn_samples", "\(label).50", [], on: ["source"]),
          ]
        )
      }),
    Product("cutensor", [("2.3.1", [.init("libcutensor", "2.3.1.0", ["cuda11", "cuda12"])])]),
    Product("nvpl", [("25.5", [.init("nvpl_blas", "0.4.1", [], on: ["linux-sbsa"])])]),
  ]

  static let documents: [String: [UInt8]] = {
    let archive = ArchiveMaker.tarGz([.file("server", "1.2.0\n")])
    let hash = Array("\(sha256(archive))  server-1.2.0.tar.gz\n".utf8)
    var documents: [String: [UInt8]] = [:]
    for name in ["server-1.2.0.tar.gz", "server.tar.gz", "bare-1.2.0.tar.gz"] {
      documents["/app/\(name)"] = archive
    }
    documents["/app/server-1.2.0.tar.gz.sha256"] = hash
    documents["/app/server.tar.gz.sha256"] = hash
    documents["/app/odd-1.2.0.tar.gz"] = archive
    documents["/app/odd-1.2.0.tar.gz.sha256"] = Array("<html>not found</html>\n".utf8)
    for (name, text) in [
      ("newest", "product: app\nrelease: 1.2.0\nserver-1.2.0.tar.gz\n"),
      ("no-product", "release: 1.2.0\nserver-1.2.0.tar.gz\n"),
      ("no-release", "product: app\nserver-1.2.0.tar.gz\n"),
      ("no-archive", "product: app\nrelease: 1.2.0\n"),
      ("odd-archive", "product: app\nrelease: 1.2.0\nserver-1.2.0.rar\n"),
      ("no-hash", "product: app\nrelease: 1.2.0\nbare-1.2.0.tar.gz\n"),
      ("page", "<html><body>Sign in</body></html>\n"),
      ("cut.json", "{\n  \"release_label\": \"13.0.2\",\n"),
      ("unlabeled.json", "{\"cuda_nvcc\": {\"version\": \"13.0.88\"}}"),
    ] { documents["/app/\(name)"] = Array(text.utf8) }
    documents["/empty/"] = Array("<html>Index of /empty</html>".utf8)
    return documents
  }()

  init() throws {
    bench = try Bench(Self.mirror)
    for files in Self.products.map(\.files) + [Self.documents] {
      for (path, bytes) in files { bench.server.publish(path, bytes) }
    }
    bench.scratch.write("file", [])
    bench.scratch.write("empty/.keep", [])
    writePins()
  }

  /// Of cudart in 13.0.2 at the server, and of what is nearly that.
  private func writePins() {
    let path = Mirror.component("cuda_cudart", "13.0.88").path
    let archive = Self.mirror.files[Mirror.base + path] ?? []
    let manifest = Self.mirror.files["\(Mirror.base)redistrib_13.0.2.json"] ?? []
    let pins = """
      {"v": 1, "platform": "linux-x86_64", "static": true, "without": [], "products": [
       {"product": "cuda", "release": "13.0.2", "source": "\(bench.mirror)",
        "manifest_sha256": "\(sha256(manifest))", "components": [
         {"name": "cuda_cudart", "title": "cudart", "version": "13.0.88", "license": "CUDA Toolkit",
          "asked": true, "artifact": {"path": "\(path)", "sha256": "\(sha256(archive))",
          "size": \(archive.count)}}]}]}
      """
    let zeros = String(repeating: "0", count: 64)
    for (name, text) in [
      ("pins", pins), ("cut-pins", String(pins.prefix(100))),
      ("later-pins", pins.replacing("\"v\": 1", with: "\"v\": 9")),
      ("sbsa-pins", pins.replacing("linux-x86_64\", \"static", with: "linux-sbsa\", \"static")),
      (
        "no-pins",
        #"{"v": 1, "platform": "linux-x86_64", "static": true, "without": [], "products": []}"#
      ),
      ("other-manifest-pins", pins.replacing(sha256(manifest), with: zeros)),
      (
        "other-archive-pins",
        pins.replacing(sha256(archive), with: zeros).replacing(bench.mirror, with: "/elsewhere")
      ),
    ] { bench.scratch.write(name, Array(text.utf8)) }
  }

  /// Runs the command; the mirror is the server's if no word says another source.
  func run(_ words: String) -> Ended {
    let words = words.split(separator: " ").map { word in
      word == "''"
        ? ""
        : String(word).replacing("SERVER", with: bench.server.url(""))
          .replacing("DIR", with: bench.scratch.path)
    }
    let says = ["--mirror", "--manifest", "--track", "--archive"].contains(where: words.contains)
    let options = ["--prefix", bench.prefix] + (says ? [] : ["--mirror", bench.mirror])
    return bench.ended([BuiltBinary.path] + words.prefix(1) + options + words.dropFirst())
  }

  /// A line of stderr without what is before every one, and with names for what differs from run to run.
  func told(_ line: String, _ kind: String) -> String {
    let start = "cuda-install: \(kind): "
    guard line.hasPrefix(start) else { return line }
    return String(line.dropFirst(start.count)).replacing(bench.server.url(""), with: "SERVER")
      .replacing(bench.scratch.path, with: "DIR").replacing(/[0-9a-f]{64}/, with: "HASH")
  }
}
