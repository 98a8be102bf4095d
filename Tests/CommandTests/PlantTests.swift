// A prefix of another user, in which that user has put something at each name that is used, and root at work in it.

import Glibc
import TestSupport
import Testing

/// What may lie at a name instead of what belongs there.
enum Plant: String, CaseIterable, Sendable {
  case fileLink, directoryLink, danglingLink, fifo, directory, hardLink, socket

  /// A script of sh(1) that puts it at `$name`; `$SCRATCH` has what it leads to.
  var script: String {
    switch self {
    case .fileLink: "ln -s \"$SCRATCH/canary/secret\" \"$name\""
    case .directoryLink: "ln -s \"$SCRATCH/canary/directory\" \"$name\""
    case .danglingLink: "ln -s \"$SCRATCH/canary/directory/new\" \"$name\""
    case .fifo: "mkfifo -m 666 \"$name\""
    case .directory: "mkdir -m 777 \"$name\"; echo theirs >\"$name/theirs\""
    case .hardLink: "ln \"$SCRATCH/canary/secret\" \"$name\""
    case .socket: "ln \"$SCRATCH/socket\" \"$name\""
    }
  }
}

@Suite(.enabled(if: Rights.toBecomeOthers, Rights.noOthers)) struct `What lies in root's way` {
  /// Names of a prefix that do not lie in one another, so that all of a row can be taken at once.
  private static let rows: [[String]] = [
    [".cuda-install.lock"], [".cuda-install"], ["current", "13.0.1", "13.0.2"],
    [".cuda-install/trees"],
    [".cuda-install/partial", ".cuda-install/receipts", ".cuda-install/catalog"],
    [".cuda-install/trees/13.0.1-1"],
    [
      ".cuda-install/operation.json", ".cuda-install/last.json", ".cuda-install/history.ndjson",
      ".cuda-install/receipts/13.0.1-1.json", ".cuda-install/partial/DIGEST.1",
      ".cuda-install/trees/.new.12345678.1.0123456789abcdef",
      ".cuda-install/trees/.old.12345678.1.0123456789abcdef",
      ".cuda-install/trees/13.0.2-2", ".cuda-install/.last.json.12345678.1.0123456789abcdef",
      ".current.12345678.1.0123456789abcdef",
    ],
    [
      ".cuda-install/trees/13.0.1-1/receipt.json", ".cuda-install/trees/13.0.1-1/receipt.ndjson",
      ".cuda-install/trees/13.0.1-1/lib/libcurand.so.13.0.48",
      ".cuda-install/trees/13.0.1-1/include",
    ],
  ]

  private static let install = ["install", "13.0.2", "curand"]
  private static let others = [
    ["doctor"], ["verify"], ["use", "13.0.1"], ["remove", "13.0.1", "--yes"],
  ]

  /// What is tried with a plant in a row: of the other commands the next one, or all if that is wanted.
  private static func commands(_ plant: Plant, _ row: Int) -> [[String]] {
    guard getenv("CUDA_INSTALL_EVERY_CALL") == nil else {
      return others.dropLast() + [install] + others.suffix(1)
    }
    let number = row + (Plant.allCases.firstIndex(of: plant) ?? 0)
    // What removes the names that the row is about comes last.
    return [install, others[number % others.count]]
  }

  @Test(arguments: Plant.allCases)
  func
    `I11: is not written, deleted or waited for through, and once it is away the next install succeeds`(
      plant: Plant
    ) throws
  {
    let bench = try Bench()
    let setup = """
      cd "$SCRATCH"; chmod 755 .; mkdir cuda; chown 65534 cuda
      mkdir -p canary/directory; echo mine >canary/directory/mine
      echo secret >canary/secret; chmod 600 canary/secret; chmod 700 canary/directory
      touch -d 2001-01-01 canary/secret canary/directory/mine canary/directory canary
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
      """
    try #require(bench.inShell(setup).status == 0)
    let first = bench.ended(asNobody(bench.command(["install", "13.0.1", "curand"])))
    try #require(first.status == 0, "\(first.errors)")
    let digest = sha256(component("libcurand").archive)
    let canary = bench.scratch.file("canary")
    for (index, row) in Self.rows.enumerated() {
      let prefix = bench.scratch.file("cuda\(index)")
      let names = row.map { $0.replacing("DIGEST", with: digest) }
      func atEach(_ script: String) {
        let run = bench.ended(
          ["sh", "-ec", "cd \"$PREFIX\"; for name; do \(script); done", "sh"] + names,
          environment: ["PREFIX": prefix, "SCRATCH": bench.scratch.path])
        #expect(run.status == 0, "\(run.errors)")
      }
      #expect(runProgram(["cp", "-a", bench.prefix, prefix]).status == 0)
      for words in Self.commands(plant, index) {
        atEach("rm -rf \"$name\"; \(plant.script)")
        let before = Canary(canary)
        let run = bench.ended(
          ["timeout", "--foreground", "-s", "KILL", "20"] + bench.command(words, prefix: prefix))
        let what = "\(words) with a \(plant) at \(row[0]): \(run.status) \(run.output)\(run.errors)"
        #expect([0, 65, 66, 73, 74].contains(run.status), "\(what)")
        if run.status != 0, !["doctor", "verify"].contains(words[0]) {
          #expect(run.errorLines.count == 1, "\(what)")
        }
        #expect(Canary(canary).isSame(as: before, but: plant), "\(what)")
      }
      atEach("rm -rf \"$name\"; cp -a \"$SCRATCH/cuda/$name\" \"$name\" 2>&- || :")
      let next = bench.ended(bench.command(["install", "13.0.2", "curand"], prefix: prefix))
      #expect(next.status == 0, "behind a \(plant) at \(row[0]): \(next.errors)")
    }
  }
}

/// All that is known of root's files, which nobody else may change.
private struct Canary {
  private var listed: [String: String]
  private var identities: [String] = []

  init(_ path: String) {
    listed = listing(path)
    for name in ["", "/secret", "/directory", "/directory/mine"] {
      var status = stat()
      lstat(path + name, &status)
      let owner = "\(status.st_uid):\(status.st_gid)"
      identities.append("\(name) \(owner) \(status.st_nlink) \(status.st_ctim.tv_nsec)")
    }
  }

  /// A hard link that is replaced is a name less, and no more than that.
  func isSame(as other: Canary, but plant: Plant) -> Bool {
    listed == other.listed && (plant == .hardLink || identities == other.identities)
  }
}
