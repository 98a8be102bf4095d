import Glibc
import TestSupport
import Testing

/// One kind of damage, done by a line of sh(1) in the tree.
struct Damage: Sendable, CustomTestStringConvertible {
  let script: String
  /// What `verify` says.
  let finding: String
  /// Whose archives `--repair` needs.
  let fetched: [String]

  var testDescription: String { finding }

  init(_ finding: String, _ script: String, fetches fetched: String...) {
    (self.script, self.finding, self.fetched) = (script, finding, fetched)
  }

  static let ofFiles = [
    Damage(
      "changed lib/libnvcc.so.13.0.88",
      "printf x | dd of=lib/libnvcc.so.13.0.88 bs=1 seek=1000 conv=notrunc 2>&1",
      fetches: "cuda_nvcc"),
    Damage("changed bin/libcurand", "truncate -s 5 bin/libcurand", fetches: "libcurand"),
    Damage("changed bin/cudart", ": > bin/cudart", fetches: "cuda_cudart"),
    Damage("missing include/nvcc.h", "rm include/nvcc.h", fetches: "cuda_nvcc"),
    // The bytes are right.
    Damage("mode bin/nvcc", "chmod 4555 bin/nvcc"),
    Damage("mode include/nvcc.h", "chmod 0644 include/nvcc.h"),
    Damage(
      "changed lib/libcudart.so", "ln -sfn libnvcc.so lib/libcudart.so", fetches: "cuda_cudart"),
    Damage(
      "changed bin/nvcc", "mv bin/nvcc bin/.n && mkdir bin/nvcc && rm bin/.n",
      fetches: "cuda_nvcc"),
    // The installer's own, and what nobody has put there, need no archive.
    Damage("changed lib64", "ln -sfn include lib64"),
    Damage("missing targets/x86_64-linux/lib", "rm targets/x86_64-linux/lib"),
    Damage("changed version.json", "echo >> version.json"),
    Damage("extra lib/extra.so", ": > lib/extra.so"),
    Damage("extra include/deeper", "mkdir -p include/deeper/still"),
    Damage("mode include", "chmod 700 include"),
    Damage("mode receipt.json", "chmod 600 receipt.json"),
    // All that it says is said once more elsewhere.
    Damage("missing receipt.json", "rm receipt.json"),
    Damage("changed receipt.json", ": > receipt.json"),
    Damage("changed receipt.json", "truncate -s -20 receipt.json"),
    Damage("changed receipt.json", "sed -i '/\"track\"/ s/13/12/' receipt.json"),
    Damage("changed receipt.json", "sed -i '/\"asked\"/ s/false/true/' receipt.json"),
    Damage("changed receipt.json", "echo >> receipt.json"),
    Damage("changed receipt.json", "rm receipt.json && mkdir receipt.json"),
    Damage("mode .", "chmod 777 ."),
    // Without a list that is true nothing of the tree can be.
    Damage(
      "changed receipt.ndjson", "sed -i '3 s/size/sise/' receipt.ndjson",
      fetches: "cuda_cudart", "cuda_nvcc", "libcurand"),
    Damage(
      "changed receipt.ndjson", "sed -i '$ d' receipt.ndjson",
      fetches: "cuda_cudart", "cuda_nvcc", "libcurand"),
    Damage(
      "changed receipt.ndjson", "sed -i '1 s/{/{ /' receipt.ndjson",
      fetches: "cuda_cudart", "cuda_nvcc", "libcurand"),
    Damage(
      "missing receipt.ndjson", "rm receipt.ndjson",
      fetches: "cuda_cudart", "cuda_nvcc", "libcurand"),
  ]

  /// What is done to links of the prefix; what `status` says then; the command that mends it. The tree is there and
  /// whole, so nothing is fetched.
  static let ofLinks: [(script: String, says: String, mend: [String])] = [
    ("ln -sfn nowhere 13.0.2", "Current  none", ["install", "13", "--profile", "full"]),
    ("rm 13.0.2", "Current  none", ["install", "13", "--profile", "full"]),
    (
      "ln -sfn .cuda-install/trees/13.0.2-9 13.0.2", "Damaged  13.0.2:",
      ["install", "13", "--profile", "full"]
    ),
    ("ln -sfn nowhere current", "Current  none", ["use", "13"]),
    ("rm current", "Current  none", ["use", "13.0.2"]),
    ("ln -sfn 12.9.1 current", "Current  none", ["install", "13", "--profile", "full"]),
  ]
}

@Suite struct `What is damaged` {
  private func installed() throws -> Bench {
    let bench = try Bench()
    try #require(bench.run("install", "13", "--profile", "full").status == 0)
    return bench
  }

  @Test(arguments: Damage.ofFiles)
  func `I7 I9: is found by verify, and mended by fetching what it takes and no more`(
    damage: Damage
  ) throws {
    let bench = try installed()
    let tree = "\(bench.prefix)/13.0.2/."
    let whole = listing(tree)
    let script = "cd \"$PREFIX/current/\" && chmod u+w . bin lib include targets/x86_64-linux *.*"
    let restore = """
      for name in . bin lib targets/x86_64-linux; do [ "$MODE" = $name ] || chmod 555 $name; done
      [ "$MODE" = include ] || chmod 555 include
      for name in *.*; do [ "$MODE" = $name ] || chmod 444 $name; done
      """
    let words = damage.finding.split(separator: " ")
    let done = bench.inShell(
      "\(script) && { \(damage.script); } && \(restore)",
      environment: ["MODE": words[0] == "mode" ? String(words[1]) : ""])
    try #require(done.status == 0, "\(done.errors)")
    let found = bench.run("verify")
    #expect(found.status == 65, "\(found.errors)")
    #expect(found.output == "\(damage.finding)\n", "\(found.errors)")
    #expect(bench.run("status").status == 0)
    let fetched = bench.fetched.count
    let repair = bench.run("verify", "--repair")
    #expect(repair.output == "CUDA 13.0.2 repaired\n", "\(repair.errors)")
    #expect(bench.fetched.dropFirst(fetched).sorted() == damage.fetched)
    // What it would fetch it said before.
    #expect(repair.errors.contains(", 0 B to fetch") == damage.fetched.isEmpty, "\(repair.errors)")
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    #expect(listing(tree) == whole)
    #expect(bench.leftovers == [] && bench.partials == [])
  }

  @Test(arguments: Damage.ofLinks.indices)
  func `I8 I9: is said where it is a link, and mended without a fetch`(index: Int) throws {
    let damage = Damage.ofLinks[index]
    let bench = try installed()
    let whole = listing("\(bench.prefix)/13.0.2/.")
    let fetched = bench.fetched
    try #require(bench.inShell("cd \"$PREFIX\" && \(damage.script)").status == 0)
    let status = bench.run("status")
    #expect(status.output.contains(damage.says), "\(status.output)")
    let mend = bench.ended(bench.command(damage.mend))
    #expect(mend.status == 0, "\(mend.errors)")
    #expect(bench.fetched == fetched)
    #expect(linkTarget("\(bench.prefix)/current") == "13.0.2")
    #expect(listing("\(bench.prefix)/current/.") == whole)
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
  }

  /// Root may open everything; others may not.
  @Test(.enabled(if: Rights.toBecomeOthers, Rights.noOthers))
  func `I9: is found and mended where it is closed to its owner as well`() throws {
    let bench = try installed()
    #expect(chmod(bench.scratch.path, 0o777) == 0)
    #expect(runProgram(["chown", "-R", "nobody", bench.prefix]).status == 0)
    let script =
      "cd \"$PREFIX/current/\" && chmod 000 bin/libcurand include"
    try #require(bench.inShell(script).status == 0)
    let found = bench.ended(asNobody(bench.command(["verify"])))
    #expect(found.status == 65, "\(found.errors)")
    for path in ["bin/libcurand", "include"] {
      #expect(found.output.contains("mode \(path)\n"), "\(found.output)\(found.errors)")
    }
    #expect(bench.inShell("chmod 000 \"$PREFIX/current/receipt.ndjson\"").status == 0)
    let list = bench.ended(asNobody(bench.command(["verify"])))
    #expect(list.status == 65 && list.output == "mode receipt.ndjson\n", "\(list.errors)")
    let repair = bench.ended(asNobody(bench.command(["verify", "--repair"])))
    #expect(repair.status == 0, "\(repair.errors)")
    #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    // What is known of it is enough; without that nothing is made of the release.
    for place in ["receipt.json", "."] {
      #expect(bench.inShell("chmod 000 \"$PREFIX/current/\(place)\"").status == 0)
      let status = bench.ended(asNobody(bench.command(["status"])))
      #expect(status.output.contains("Damaged  13.0.2: 'cuda-install verify --repair 13.0.2'"))
      #expect(bench.ended(asNobody(bench.command(["verify"]))).status == 65)
      let repair = bench.ended(asNobody(bench.command(["verify", "--repair"])))
      #expect(repair.status == 0, "\(place): \(repair.errors)")
      #expect(bench.run("verify").output == "CUDA 13.0.2 is intact\n")
    }
    #expect(
      bench.inShell(
        "chmod 000 \"$PREFIX/current/receipt.json\"; rm \"$PREFIX/.cuda-install/receipts/\"*"
      ).status == 0)
    let before = bench.trees
    #expect(bench.ended(asNobody(bench.command(["install", "13", "nvcc"]))).status == 77)
    #expect(bench.trees == before)
  }
}
