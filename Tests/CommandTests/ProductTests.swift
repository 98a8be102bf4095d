import FoundationEssentials
import TestSupport
import Testing

@Suite struct `Several products` {
  /// CUDA 13.0.1 and 13.0.2, and cuDNN for CUDA 12 and 13 in two releases.
  static let mirror: Mirror = {
    var mirror = Mirror()
    for (label, version) in [("12.9.1", "12.9.79"), ("13.0.1", "13.0.48"), ("13.0.2", "13.0.88")] {
      mirror.add(label, cuda(version))
    }
    for label in ["9.13.0", "9.13.1", "9.14.0"] {
      mirror.add(label, cudnn(label), product: "cudnn")
    }
    return mirror
  }()

  static func cuda(_ version: String) -> [Mirror.Component] {
    ["cuda_cudart", "cuda_nvrtc", "libcublas"].map { Mirror.component($0, version) }
  }

  static func cudnn(_ version: String) -> [Mirror.Component] {
    ["cuda12", "cuda13"].map { variant in
      var component = Mirror.component("cudnn", "\(version).\(variant.suffix(2))")
      component.variant = variant
      return component
    } + [samples(version)]
  }

  /// Built for no platform.
  static func samples(_ version: String) -> Mirror.Component {
    var component = Mirror.Component(
      "cudnn_samples", version, [.file("src/cudnn_samples_v9/mnist.cpp", "int main() {}\n")])
    component.platform = "source"
    return component
  }

  private func cudnn(in bench: Bench, of release: String = "current") -> [String] {
    namesIn("\(bench.prefix)/\(release)/lib").filter { $0.hasPrefix("libcudnn.so.") }
  }

  @Test func `I8: of one request are in one tree, in the variant that fits`() throws {
    let bench = try Bench(Self.mirror)
    let run = bench.run("install", "13.0", "cudart", "cudnn@9.13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == "CUDA 13.0.2 (cudart, cudnn 9.13.1) installed in \(bench.prefix)/13.0.2\n")
    #expect(bench.trees == ["13.0.2-1"])
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
    // What cuDNN needs of CUDA.
    let why = bench.run("list", "--components", "--why").output
    #expect(why.contains("part of cudnn"))
    #expect(why.contains("needed by cudnn"))
    #expect(namesIn("\(bench.prefix)/current/lib").contains("liblibcublas.so.13.0.88"))
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
    #expect(bench.run("verify").status == 0)
    let again = bench.run("install", "13.0", "cudart", "cudnn@9.13")
    #expect(again.output.contains("is already installed"), "\(again.output)\(again.errors)")
    let old = bench.run("install", "12.9", "cudnn@9.13.0")
    #expect(old.status == 0, "\(old.errors)")
    #expect(cudnn(in: bench, of: "12.9.1") == ["libcudnn.so.9.13.0.12"])
  }

  @Test func `I8 I9: are both visible, or neither, whichever fails`() throws {
    for component in [Self.cuda("13.0.88")[0], Self.cudnn("9.13.1")[1]] {
      let bench = try Bench(Self.mirror)
      #expect(bench.run("install", "13.0.1", "cudart").status == 0)
      let before = bench.disk
      let product = component.name.hasPrefix("cuda") ? "cuda" : "cudnn"
      bench.server.fault(Mirror.base(of: product) + component.path, .corrupt(at: 100))
      let run = bench.run("install", "13.0.2", "cudart", "cudnn@9.13", "--use")
      #expect(run.status == 65)
      #expect(run.errorLines.first?.contains("\(component.name) from") == true, "\(run.errors)")
      #expect(linkTarget("\(bench.prefix)/current") == "13.0.1")
      #expect(linkTarget("\(bench.prefix)/13.0.2") == nil)
      func visible(_ disk: [String: String]) -> [String: String] {
        disk.filter { !$0.key.hasPrefix(".cuda-install/partial") }
      }
      #expect(visible(bench.disk) == visible(before))
      #expect(bench.run("install", "13.0.2", "cudart", "cudnn@9.13", "--use").status == 0)
      #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
    }
  }

  @Test func `without a version go into the current release, and stay with it`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("install", "13.0.1", "cudart").status == 0)
    let run = bench.run("install", "cudnn@9.13.0")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "CUDA 13.0.1 (cudnn 9.13.0) installed in \(bench.prefix)/13.0.1\n")
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.0.13"])
    #expect(bench.run("install", "13.0.1", "nvrtc").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.0.13"])
    #expect(bench.run("remove", "cudnn").status == 0)
    #expect(cudnn(in: bench) == [])
    #expect(bench.run("rollback").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.0.13"])
  }

  @Test func `are updated each on its track, the tree with it`() throws {
    var mirror = Mirror()
    mirror.add("13.0.1", Self.cuda("13.0.48"))
    mirror.add("9.13.0", Self.cudnn("9.13.0"), product: "cudnn")
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13").status == 0)
    #expect(bench.run("update").output == "everything is up to date\n")
    mirror.add("9.13.1", Self.cudnn("9.13.1"), product: "cudnn")
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    #expect(
      bench.run("update", "--check").output
        == "cudnn 9.13.0 -> 9.13.1 with CUDA 13.0.1 in \(bench.prefix)\n")
    let before = bench.server.log.count
    #expect(bench.run("update").status == 0)
    let fetched = bench.server.log.dropFirst(before).filter { $0.path.hasSuffix(".tar.gz") }
    #expect(fetched.map { $0.path.contains("cudnn") } == [true])
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
    mirror.add("13.0.2", Self.cuda("13.0.88"))
    mirror.add("9.13.2", Self.cudnn("9.13.2"), product: "cudnn")
    mirror.add("9.14.0", Self.cudnn("9.14.0"), product: "cudnn")
    for (path, bytes) in mirror.files { bench.server.publish(path, bytes) }
    let run = bench.run("update")
    #expect(
      run.output == """
        CUDA 13.0.1 -> 13.0.2 in \(bench.prefix)
        cudnn 9.13.1 -> 9.13.2 with CUDA 13.0.2 in \(bench.prefix)

        """, "\(run.errors)")
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.2.13"])
    #expect(cudnn(in: bench, of: "13.0.1") == ["libcudnn.so.9.13.1.13"])
    #expect(bench.run("update").output == "everything is up to date\n")
  }

  @Test func `are repaired from where each came`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("install", "13.0", "cudart", "cudnn@9.13").status == 0)
    writeFile("\(bench.prefix)/current/lib/libcudnn.so.9.13.1.13", [0])
    #expect(bench.run("verify").status == 65)
    let before = bench.server.log.count
    let run = bench.run("verify", "--repair")
    #expect(run.status == 0, "\(run.errors)")
    let fetched = bench.server.log.dropFirst(before).filter { $0.path.hasSuffix(".tar.gz") }
    #expect(fetched.map { $0.path.contains("cudnn") } == [true])
    #expect(bench.run("verify").status == 0)
    #expect(bench.run("list", "--components", "--why").output.contains("part of cudnn"))
  }

  @Test func `stand alone where there is no CUDA, in the variant that is said`() throws {
    let bench = try Bench(Self.mirror)
    let unsaid = bench.run("install", "cudnn@9.13")
    #expect(unsaid.status == 66)
    #expect(
      unsaid.errors.contains("component cudnn has several variants: cuda12, cuda13"),
      "\(unsaid.errors)")
    #expect(namesIn(bench.prefix) == [])
    let run = bench.run("install", "cudnn@9.13", "--variant", "12")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "cudnn 9.13.1 installed in \(bench.prefix)/9.13.1\n")
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.12"])
    #expect(readFile("\(bench.prefix)/current/version.json") == nil)
  }

  @Test func `have parts that are for no platform, for who asks for them`() throws {
    let bench = try Bench(Self.mirror)
    let run = bench.run("install", "13", "cudart", "cudnn_samples", "cudnn@9.13")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      readFile("\(bench.prefix)/current/src/cudnn_samples_v9/mnist.cpp") != nil)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
  }

  @Test func `are listed each by its name`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("list", "-q", "--available", "cudnn").output == "9.14.0\n9.13.1\n9.13.0\n")
    #expect(bench.run("list", "-q", "--available", "cudnn@9.13").output == "9.13.1\n9.13.0\n")
    #expect(
      bench.run("list", "--available", "--components", "cudnn").output.contains("cudnn_samples"))
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13").status == 0)
    #expect(
      bench.run("list", "--available", "cudnn").output.contains("9.13.1  installed"))
  }

  @Test func `are whole again when they are asked for after they were removed`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("install", "13", "cudart", "cudnn_samples", "cudnn@9.13").status == 0)
    // All of it, whatever its components are called.
    #expect(bench.run("remove", "cudnn").status == 0)
    #expect(!bench.run("list", "--components").output.contains("cudnn"))
    #expect(bench.run("update").status == 0)
    #expect(cudnn(in: bench) == [])
    #expect(bench.run("install", "cudnn@9.13").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
  }

  @Test func `alone are updated and repaired in the variant that they are in`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("install", "cudnn@9.13.0", "--variant", "12").status == 0)
    writeFile("\(bench.prefix)/current/lib/libcudnn.so.9.13.0.12", [0])
    let repair = bench.run("verify", "--repair")
    #expect(repair.status == 0, "\(repair.errors)")
    #expect(bench.run("install", "cudnn@9.13", "--variant", "12", "--use").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.12"])
    #expect(bench.run("update").output == "everything is up to date\n")
    #expect(bench.run("verify").status == 0)
  }

  @Test func `follow CUDA's release in their variant, unless another is said`() throws {
    let bench = try Bench(Self.mirror)
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13", "--variant", "12").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.12"])
    #expect(bench.run("update").output == "everything is up to date\n")
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13").status == 0)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
    let pins = bench.scratch.file("pins")
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13", "--locked", pins).status == 0)
    #expect(bench.run("install", "--locked", pins, prefix: bench.scratch.file("other")).status == 0)
  }

  @Test func `with a component of one name are refused together`() throws {
    var mirror = Self.mirror
    mirror.add("1.0.0", [Mirror.component("libcublas", "1.0.0")], product: "cuvs")
    let bench = try Bench(mirror)
    let run = bench.run("install", "13", "libcublas", "cuvs@1.0.0")
    #expect(run.status == 66)
    #expect(run.errors.contains("two of these products have a component libcublas"))
    #expect(namesIn(bench.prefix) == [])
  }

  @Test func `of one directory are told apart by what their manifests say`() throws {
    let bench = try Bench(Self.mirror)
    let flat = bench.scratch.file("redist")
    for (path, bytes) in Self.mirror.files where !path.hasSuffix("/") {
      let names = path.split(separator: "/").dropFirst(3)
      writeFile("\(flat)/\(names.joined(separator: "/"))", bytes)
    }
    #expect(
      bench.run("list", "-q", "--available", "cudnn", mirror: flat).output
        == "9.14.0\n9.13.1\n9.13.0\n")
    let run = bench.run("install", "13.0", "cudart", "cudnn@9", mirror: flat)
    #expect(run.status == 0, "\(run.errors)")
    #expect(cudnn(in: bench) == ["libcudnn.so.9.14.0.13"])
    #expect(bench.run("install", "cudnn@13", mirror: flat).status == 66)
  }

  @Test func `I2: of a release that appears while one asks are kept`() throws {
    let bench = try Bench(Self.mirror)
    // There is no prefix yet, so it asks before it has the lock.
    let hold = bench.server.hold("\(Mirror.base)redistrib_13.0.2.json", afterBytes: 10)
    let first = bench.start("install", "13.0", "nvrtc", "--force")
    #expect(hold.waitUntilReached(by: first))
    #expect(bench.run("install", "13.0", "cudart", "cudnn@9.13").status == 0)
    hold.release()
    #expect(first.wait() == 0, "\(first.errors)")
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.1.13"])
    try expectTrueReceipt("\(bench.prefix)/13.0.2/")
  }

  @Test func `whose source is gone keep neither CUDA's update nor its repair back`() throws {
    var mirror = Mirror()
    mirror.add("13.0.1", Self.cuda("13.0.48"))
    mirror.add("9.13.0", Self.cudnn("9.13.0"), product: "cudnn")
    let bench = try Bench(mirror)
    #expect(bench.run("install", "13", "cudart", "cudnn@9.13").status == 0)
    mirror.add("13.0.2", Self.cuda("13.0.88"))
    for (path, bytes) in mirror.files {
      bench.server.publish(path, path.contains("cudnn") ? nil : bytes)
    }
    writeFile("\(bench.prefix)/current/bin/cudart", [0])
    let repair = bench.run("verify", "--repair")
    #expect(repair.status == 0, "\(repair.errors)")
    let update = bench.run("update")
    #expect(update.errors.contains("CUDA 13.0.1 -> 13.0.2 is done"), "\(update.errors)")
    #expect(update.status == 69)
    #expect(cudnn(in: bench) == ["libcudnn.so.9.13.0.13"])
  }
}
