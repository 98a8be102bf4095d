// Where releases may lie: the two layouts of NVIDIA's hosts, named by whichever of their directories, at a server or in
// a directory.

import CUDACatalog
import FoundationEssentials
import TestSupport
import Testing

@Suite struct `A mirror's layout` {
  /// Where a source is: at the loopback server, or below a directory.
  enum Place: String, CaseIterable, Sendable {
    case web, directory
  }

  /// A mirror of `files` by their paths, `path` of it, and the command.
  private func bench(
    _ files: [String: [UInt8]], at place: Place, _ path: String
  ) throws -> (bench: Bench, mirror: String) {
    let bench = try Bench(Mirror())
    for (path, bytes) in files {
      if place == .web {
        bench.server.publish(path, bytes)
      } else if !path.hasSuffix("/") {
        bench.scratch.write("mirror" + path, bytes)
      }
    }
    let mirror = place == .web ? bench.server.url(path) : bench.scratch.file("mirror" + path)
    return (bench, mirror)
  }

  // The newer host's

  /// As `releases.json` writes it.
  private struct Entry: Encodable {
    var version: String
    var manifest: String
    var sha256: String
    var size: Int

    init(_ label: String, _ manifest: [UInt8]) {
      version = label
      sha256 = TestSupport.sha256(manifest)
      self.manifest = "manifests/\(sha256).json"
      size = manifest.count
    }
  }

  private static let channels = "/bin-archive/release/cuda/"

  /// The releases of `mirror` as `releases.json` lists them, with archives in a pool beside them.
  private func channelLayout(
    _ mirror: Mirror, channels: [String: [String]]
  ) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var lists: [String: [Entry]] = [:]
    for (channel, labels) in channels {
      for label in labels {
        let classic = try #require(mirror.files["\(Mirror.base)redistrib_\(label).json"])
        var text = String(decoding: classic, as: UTF8.self)
        for (path, bytes) in mirror.files where path.hasSuffix(".tar.gz") {
          let relative = String(path.dropFirst(Mirror.base.count))
          let digest = sha256(bytes)
          let name = relative.split(separator: "/").last ?? ""
          let pool = "pool/\(digest.prefix(2))/\(digest)/\(name)"
          text = text.replacing("\"\(relative)\"", with: "\"../../../\(pool)\"")
          files["/bin-archive/\(pool)"] = bytes
        }
        #expect(text.contains("../../../pool/"))
        let entry = Entry(label, Array(text.utf8))
        files[Self.channels + entry.manifest] = Array(text.utf8)
        lists[channel, default: []].append(entry)
      }
    }
    files[Self.channels + "releases.json"] = Array(try JSONEncoder().encode(lists))
    return files
  }

  private static let both = ["archive": ["13.0.1", "13.0.2"]]

  @Test(arguments: Place.allCases, ["/bin-archive/release/cuda", "/bin-archive"])
  func `with manifests named by their hashes and archives in a pool is one like any other`(
    place: Place, path: String
  ) throws {
    let files = try channelLayout(.three, channels: Self.both)
    let (bench, mirror) = try bench(files, at: place, path)
    let list = bench.run("list", "--available", "-q", mirror: mirror)
    #expect(list.output == "13.0.2\n13.0.1\n", "\(list.errors)")
    let first = bench.run("install", "13.0.1", "curand", mirror: mirror)
    #expect(first.status == 0, "\(first.errors)")
    let run = bench.run("install", "13", "curand", "--use", mirror: mirror)
    #expect(run.status == 0, "\(run.errors)")
    try expectInstalled(component("libcurand"), in: bench)
    #expect(bench.run("verify").status == 0)
    // The receipt's source leads there again.
    let update = Ended(
      Program(
        [BuiltBinary.path, "update", "--prefix", bench.prefix], environment: bench.environment,
        in: bench.scratch))
    #expect(update.output == "everything is up to date\n", "\(update.errors)")
  }

  @Test(arguments: Place.allCases)
  func `I6: a manifest that is not the one that the list says is not read at all`(
    place: Place
  ) throws {
    var files = try channelLayout(.three, channels: Self.both)
    let path = try #require(
      files.keys.first { key in
        key.hasPrefix("\(Self.channels)manifests/")
          && String(decoding: files[key] ?? [], as: UTF8.self).contains("\"13.0.2\"")
      })
    let good = try #require(files[path])
    // Of the same length, and wrong JSON besides: its hash is the first thing that counts.
    files[path] = Array("[".utf8) + good.dropFirst()
    let (bench, mirror) = try bench(files, at: place, "/bin-archive")
    let run = bench.run("install", "13", "curand", "--json", mirror: mirror)
    #expect(run.status == 65)
    let error = try #require(try run.events.last?.error)
    #expect(error.code == "manifest_changed")
    #expect(error.message.contains(sha256(good)) && error.message.contains(sha256(files[path]!)))
    #expect(error.message.contains(path))
    #expect(bench.fetched == [] && listing(bench.prefix) == [:])
    // Another release is not affected, and this one is there once it is what it was.
    #expect(bench.run("install", "13.0.1", "curand", mirror: mirror).status == 0)
    if place == .web {
      bench.server.publish(path, good)
    } else {
      bench.scratch.write("mirror" + path, good)
    }
    #expect(bench.run("install", "13", "curand", mirror: mirror).status == 0)
  }

  @Test(arguments: Place.allCases)
  func `a preview is had by its exact version only`(place: Place) throws {
    let files = try channelLayout(
      .three, channels: ["archive": ["12.9.1", "13.0.1"], "preview": ["13.0.2"]])
    let (bench, mirror) = try bench(files, at: place, "/bin-archive")
    #expect(bench.run("list", "--available", "-q", mirror: mirror).output == "13.0.1\n12.9.1\n")
    for words in [["install", "curand"], ["install", "13", "curand"]] {
      let run = bench.ended(bench.command(words, mirror: mirror))
      #expect(run.status == 0, "\(run.errors)")
      #expect(linkTarget("\(bench.prefix)/current")?.contains("13.0.1") == true)
    }
    #expect(bench.run("update", mirror: mirror).output == "everything is up to date\n")
    let exact = bench.run("install", "13.0.2", "curand", "--use", mirror: mirror)
    #expect(exact.status == 0, "\(exact.errors)")
    try expectInstalled(component("libcurand"), in: bench)
  }

  // The classic one

  /// `cuda` 13.0.2 and another product, each in its directory below /compute.
  private func products() throws -> [String: [UInt8]] {
    let cudnn = Product(
      "cudnn", [("9.13.0", [.init("cudnn", "9.13.0.50", ["cuda12", "cuda13"])])])
    return Mirror.one(component("libcurand"), component("cuda_cudart")).files
      .merging(cudnn.files) { $1 }
  }

  @Test(
    arguments: Place.allCases,
    ["/", "/compute/cuda/redist", "/compute/cuda/redist/", "/compute/cudnn/redist"])
  func `is known by its root, by a product's directory and by that of another product`(
    place: Place, path: String
  ) throws {
    let (bench, mirror) = try bench(try products(), at: place, path)
    let run = bench.run("install", "13", "curand", "cudnn@9", mirror: mirror)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == "CUDA 13.0.2 (curand, cudnn 9.13.0) installed in \(bench.prefix)/13.0.2\n")
    #expect(bench.text("current/lib/libcudnn.so") == "cudnn 9.13.0.50 cuda13\n")
    let list = bench.run("list", "--available", "-q", "cudnn", mirror: mirror)
    #expect(list.output == "9.13.0\n", "\(list.errors)")
  }

  // Two manifests for one release

  private static let twice = Product(
    "cudnn",
    [
      ("8.9.6", [.init("cudnn", "8.9.6.50", ["cuda11", "cuda12"])]),
      ("8.9.7", [.init("cudnn", "8.9.7.29", ["cuda11", "cuda12"])]),
      ("8.9.7.29", [.init("cudnn", "8.9.7.29", [])]),
    ])

  @Test(arguments: Place.allCases)
  func `with one release under two labels has the one with variants, and the other exactly`(
    place: Place
  ) throws {
    let files = Mirror.one(component("libcurand")).files.merging(Self.twice.files) { $1 }
    let (bench, mirror) = try bench(files, at: place, "/")
    let list = bench.run("list", "--available", "-q", "cudnn", mirror: mirror)
    #expect(list.output == "8.9.7\n8.9.6\n", "\(list.errors)")
    let run = bench.run(
      "install", "13", "curand", "cudnn@8", "--variant", "12", mirror: mirror)
    #expect(run.status == 0, "\(run.errors)")
    #expect(bench.text("current/lib/libcudnn.so") == "cudnn 8.9.7.29 cuda12\n")
    #expect(bench.run("update", mirror: mirror).output == "everything is up to date\n")
    let exact = bench.run("install", "13", "curand", "cudnn@8.9.7.29", mirror: mirror)
    #expect(exact.status == 0, "\(exact.errors)")
    #expect(bench.text("current/lib/libcudnn.so") == "cudnn 8.9.7.29 -\n")
  }
}
