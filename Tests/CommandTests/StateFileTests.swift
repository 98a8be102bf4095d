// What lies in the bookkeeping may have been written by anybody who owns the prefix, or by a disk.

import Glibc
import TestSupport
import Testing

@Suite struct `What the bookkeeping says` {
  @Test func `I11: is to follow after a death leads no link out of the prefix`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    // The record's temporary name of the link is in here.
    #expect(bench.inShell("mkdir -p \"$PREFIX/.../outside\" \"$SCRATCH/outside\"").status == 0)
    let run = try bench.record("last.json", as: Named.self)
    for name in ["../outside/victim", "../outside", "/tmp/victim", "x/../../outside/victim", ".."] {
      let releases = "{\"13.0.1\":\"13.0.1-1\",\"\(name)\":\"13.0.1-1\"}"
      for wanted in [
        "{\"current\":\"13.0.1\",\"releases\":\(releases)}",
        "{\"current\":\"\(name)\",\"releases\":{\"13.0.1\":\"../../../../outside\"}}",
      ] {
        writeFile(
          "\(bench.prefix)/.cuda-install/operation.json",
          Array(
            """
            {"bootID":"x","command":"use","context":"shell","host":"x","op":"dead-\(run.op)",\
            "pid":1,"pidNamespace":1,"user":"x","started":"2026-11-27T12:00:00.000Z",\
            "before":{"releases":{}},"wanted":\(wanted),\
            "progress":{"done":0,"phase":"commit","rate":0,"unpacked":0,\
            "updated":"2026-11-27T12:00:00.000Z"}}
            """.utf8))
        let before = listing(bench.scratch.file("outside"))
        let use = bench.run("use", "13.0.1")
        #expect(use.status == 0, "\(use.errors)")
        #expect(listing(bench.scratch.file("outside")) == before, "\(wanted)")
        #expect(linkTarget("\(bench.prefix)/current") == "13.0.1", "\(wanted)")
        #expect(linkTarget("\(bench.prefix)/13.0.1") == ".cuda-install/trees/13.0.1-1", "\(wanted)")
      }
    }
    #expect(bench.run("install", "13.0.2", "curand").status == 0)
  }

  private struct Named: Decodable { var op: String }

  @Test func `I11: reaches nobody's terminal, log or JSON raw`() throws {
    let bench = try Bench()
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    let bad = "a\\u001b]0;owned\\u0007\\n\\r\\u202eb\\u2028\\u0085\\u200b"
    func record(_ pid: Int32, _ fields: String) -> [UInt8] {
      Array(
        """
        {"op":"op-\(bad)","command":"\(bad)","pid":\(pid),"host":"\(bad)","user":"\(bad)",\
        "context":"\(bad)","bootID":"\(bad)","pidNamespace":1,"started":"\(bad)",\
        "before":{"releases":{}},\(fields)}\n
        """.utf8)
    }
    let progress = """
      "progress":{"phase":"download","component":"\(bad)","done":1,"total":2,"rate":0,"unpacked":0,\
      "updated":"\(bad)"}
      """
    let ended = """
      "v":1,"ended":"\(bad)","ok":false,"changed":true,"exit":74,"after":{"releases":{}},\
      "error":{"code":"\(bad)","message":"\(bad)"}
      """
    let place = "\(bench.prefix)/.cuda-install"
    func expectClean(_ run: Ended, _ what: String) {
      let raw: Set<Unicode.Scalar> = [
        "\u{1B}", "\u{7}", "\r", "\u{202E}", "\u{2028}", "\u{85}", "\u{200B}",
      ]
      let text = run.output + run.errors
      #expect(
        !text.unicodeScalars.contains { raw.contains($0) }, "\(what): \(text.debugDescription)")
      #expect(!text.contains("owned\n") && !text.contains("\nb"), "\(what)")
    }
    writeFile("\(place)/last.json", record(1, ended))
    writeFile("\(place)/history.ndjson", record(1, ended))
    for words in [["status"], ["status", "--json"], ["doctor"], ["doctor", "--json"], ["list"]] {
      expectClean(bench.ended(bench.command(words)), "\(words) of one that ended")
    }
    writeFile("\(place)/operation.json", record(1, progress))
    // Who holds the lock left that record, for all that others can see.
    let hold = bench.hold()
    var said = ""
    for words in [
      ["status"], ["status", "--json"], ["doctor"], ["list"], ["use", "13.0.1", "--no-wait"],
      ["use", "13.0.1", "--wait=1"], ["use", "13.0.1", "--no-wait", "--json"],
    ] {
      let run = bench.ended(bench.command(words))
      expectClean(run, "\(words) while it runs")
      said += run.output + run.errors
    }
    #expect(said.contains("\\u{202e}"))
    hold.release()
    let next = bench.run("use", "13.0.1", "--json")
    expectClean(next, "use")
    #expect(next.status == 0, "\(next.errors)")
  }
}

/// Something that stands in a file of the bookkeeping instead of what was written.
struct Filling: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// A script of sh(1) that makes `$name` so.
  var script: String

  static let all = [
    Filling(
      testDescription: "100 MB of blanks", script: "tr '\\0' ' ' <\"$SCRATCH/zeros\" >\"$name\""),
    Filling(
      testDescription: "a million brackets",
      script: "head -c 1000000 \"$SCRATCH/zeros\" | tr '\\0' '[' >\"$name\""),
    Filling(testDescription: "a hole of a terabyte", script: "truncate -s 1T \"$name\""),
    Filling(
      testDescription: "what a terminal obeys",
      script:
        "printf '{\"op\":\"\\033]0;owned\\007\\n\",\"command\":\"\\342\\200\\256x\",\"v\":1}\\n' >\"$name\""
    ),
    Filling(testDescription: "a directory", script: "rm \"$name\"; mkdir \"$name\""),
    Filling(testDescription: "a fifo", script: "rm \"$name\"; mkfifo \"$name\""),
    Filling(testDescription: "another user's file", script: "chown 65534 \"$name\" || :"),
  ]
}

extension `What the bookkeeping says` {
  @Test(arguments: Filling.all)
  func `I9 I11: stops nobody who looks, costs neither time nor memory, and is mended`(
    filling: Filling
  ) throws {
    let bench = try Bench()
    #expect(bench.inShell("truncate -s 100M \"$SCRATCH/zeros\"").status == 0)
    #expect(bench.run("install", "13.0.1", "curand").status == 0)
    let template = bench.scratch.file("template")
    #expect(runProgram(["cp", "-a", bench.prefix, template]).status == 0)
    let records =
      "operation.json last.json history.ndjson receipts/13.0.1-1.json $(ls -d catalog/*)"
    let receipts = ["trees/13.0.1-1/receipt.json", "trees/13.0.1-1/receipt.ndjson"]
    // Of a tree's two one is enough, unless all is wanted.
    let isEven = Filling.all.count { $0.testDescription < filling.testDescription } % 2 == 0
    let some = getenv("CUDA_INSTALL_EVERY_CALL") == nil ? [receipts[isEven ? 0 : 1]] : receipts
    for names in [records] + some {
      let make = bench.inShell(
        """
        rm -rf "$PREFIX"; cp -a "$SCRATCH/template" "$PREFIX"; cd "$PREFIX/.cuda-install"
        for name in \(names); do [ -e "$name" ] || : >"$name"; \(filling.script); done
        """)
      #expect(make.status == 0, "\(make.errors)")
      for words in [["status", "--json"], ["doctor"]] {
        let run = bench.ended(Used.words + bench.command(words))
        let what = "\(words) with \(filling) in \(names): \(run.status) \(run.output)\(run.errors)"
        #expect([0, 65].contains(run.status), "\(what)")
        expectBounded(run, what)
      }
      let install = bench.ended(Used.words + bench.command(["install", "13.0.2", "curand"]))
      let what = "\(filling) in \(names): \(install.status) \(install.errors)"
      if install.status != 0 {
        // A history that is no file may have the numbers of trees.
        #expect(install.status == 74 && install.errorLines.count == 1, "\(what)")
        #expect(install.errors.contains("\(bench.prefix)/.cuda-install/history.ndjson"), "\(what)")
        #expect(
          runProgram(["rm", "-rf", "\(bench.prefix)/.cuda-install/history.ndjson"]).status == 0)
        #expect(bench.run("install", "13.0.2", "curand").status == 0)
      }
      expectBounded(install, what)
      let repair = bench.run("verify", "--repair")
      #expect(repair.status == 0, "\(what): \(repair.errors)")
    }
  }

  private func expectBounded(_ run: Ended, _ what: String) {
    // A build for tests takes several times what a program for people does.
    let used = Used(run.errors)
    #expect(used.byteCount < 300 << 20 && used.milliseconds < 8000, "\(what)")
    let text = run.output + run.errors
    #expect(
      !text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{202E}" },
      "\(what)")
  }
}
