// Where root does not work: who else may write on the way to a prefix may lead root elsewhere.

import Glibc
import TestSupport
import Testing

/// A way to a prefix.
struct WayThere: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// A script of sh(1) that makes it, in the scratch directory.
  var make: String
  var prefix: String
  /// What the refusal names, and what it says to do; `nil` if root may go there.
  var refusal: (text: String, hint: String)?

  static let all = [
    WayThere(
      testDescription: "a directory that everybody may write", make: "mkdir -m 777 open",
      prefix: "open/cuda",
      refusal: (
        "everybody may write in SCRATCH/open (owner root, mode 777)", "chmod go-w SCRATCH/open"
      )),
    WayThere(
      testDescription: "one above others that is so", make: "mkdir -m 777 open; mkdir -p open/a/b",
      prefix: "open/a/b/cuda",
      refusal: ("everybody may write in SCRATCH/open (", "chmod go-w SCRATCH/open")),
    WayThere(
      testDescription: "one that another group may write",
      make: "mkdir shared; chgrp 65534 shared; chmod 2775 shared", prefix: "shared/cuda",
      refusal: ("group nogroup may write in SCRATCH/shared (", "chmod go-w SCRATCH/shared")),
    WayThere(
      testDescription: "a prefix that everybody may write", make: "mkdir -m 777 cuda",
      prefix: "cuda", refusal: ("everybody may write in SCRATCH/cuda (", "chmod o-w SCRATCH/cuda")),
    WayThere(
      testDescription: "a prefix that a group may write and does not share",
      make: "mkdir cuda; chgrp 65534 cuda; chmod 775 cuda", prefix: "cuda",
      refusal: ("group nogroup may write in SCRATCH/cuda (", "chmod g-w SCRATCH/cuda, or g+s")),
    WayThere(
      testDescription: "another user's prefix where everybody may make names",
      make: "mkdir -m 1777 tmp; mkdir tmp/cuda; chown 65534 tmp/cuda", prefix: "tmp/cuda",
      refusal: ("and SCRATCH/tmp/cuda belongs to nobody", "choose another directory")),
    WayThere(
      testDescription: "another user's link where everybody may make names",
      make: "mkdir -m 1777 tmp; mkdir real; ln -s ../real tmp/cuda; chown -h 65534 tmp/cuda",
      prefix: "tmp/cuda",
      refusal: ("and SCRATCH/tmp/cuda belongs to nobody", "choose another directory")),
    WayThere(
      testDescription: "another user's link to what is root's",
      make: "mkdir home real; ln -s ../real home/cuda; chown -hR 65534 home", prefix: "home/cuda",
      refusal: (
        "SCRATCH/home/cuda is a link of user nobody, and leads to SCRATCH/real, "
          + "which belongs to root", "name SCRATCH/real itself with --prefix"
      )),
    WayThere(
      testDescription: "another user's link to nothing yet",
      make: "mkdir home; ln -s ../real home/cuda; chown -hR 65534 home", prefix: "home/cuda",
      refusal: ("SCRATCH/home/cuda is a link of user nobody", "name SCRATCH/real itself")),
    WayThere(
      testDescription: "another user's link behind root's",
      make:
        "mkdir home real; ln -s ../real home/there; chown -hR 65534 home; ln -s home/there cuda",
      prefix: "cuda", refusal: ("SCRATCH/home/there is a link of user nobody", "name SCRATCH/real")),
    WayThere(
      testDescription: "bookkeeping of another user's where everybody may make names",
      make: "mkdir -m 1777 cuda; mkdir cuda/.cuda-install; chown 65534 cuda/.cuda-install",
      prefix: "cuda",
      refusal: ("SCRATCH/cuda/.cuda-install belongs to nobody", "move it away")),
    // And where root does.
    WayThere(
      testDescription: "root's own where everybody may make names",
      make: "mkdir -m 1777 tmp; mkdir tmp/mine", prefix: "tmp/mine/cuda"),
    WayThere(
      testDescription: "nothing yet where everybody may make names", make: "mkdir -m 1777 tmp",
      prefix: "tmp/cuda"),
    WayThere(
      testDescription: "another user's directory", make: "mkdir home; chown 65534 home",
      prefix: "home/a/cuda"),
    WayThere(
      testDescription: "another user's prefix by his own link",
      make: "mkdir -p home/real; ln -s real home/cuda; chown -hR 65534 home", prefix: "home/cuda"),
    WayThere(
      testDescription: "root's links, and detours",
      make: "mkdir -p real/a; ln -s \"$PWD/real\" one; ln -s ./one/../one/a two",
      prefix: "one/../two/../a//cuda/"),
    WayThere(
      testDescription: "one that root's own group may write", make: "mkdir -m 775 group",
      prefix: "group/cuda"),
    WayThere(
      testDescription: "a prefix that a group shares",
      make: "mkdir cuda; chgrp 65534 cuda; chmod 2775 cuda", prefix: "cuda"),
  ]
}

@Suite(.enabled(if: Rights.toBecomeOthers, Rights.noOthers)) struct `The way to root's prefix` {
  @Test(arguments: WayThere.all)
  func `I11: is gone where nobody else decides where it leads, and nowhere else`(
    way: WayThere
  ) throws {
    let bench = try Bench()
    let made = bench.inShell("cd \"$SCRATCH\"; umask 022; chmod 755 .; \(way.make)")
    try #require(made.status == 0, "\(made.errors)")
    let prefix = "\(bench.scratch.path)/\(way.prefix)"
    func here(_ text: String) -> String { text.replacing("SCRATCH", with: bench.scratch.path) }
    // Only what runs leave beside it is of another run.
    func disk() -> [String: String] {
      listing(bench.scratch.path).filter {
        !$0.key.hasPrefix("output-") && !$0.key.hasPrefix("err")
      }
      .filter {
        $0.key != "." && !$0.key.hasSuffix(".cuda-install.lock") && !$0.key.hasSuffix("cuda")
      }
    }
    let before = disk()
    let run = bench.run("install", "13", "curand", "--json", prefix: prefix)
    let doctor = bench.run("doctor", prefix: prefix)
    guard let refusal = way.refusal else {
      #expect(run.status == 0, "\(run.output)")
      #expect(!doctor.output.contains("fail"), "\(doctor.output)")
      #expect(bench.run("verify", prefix: prefix).status == 0)
      return
    }
    #expect(run.status == 77, "\(run.output)")
    let error = try run.events.last?.error
    #expect(error?.code == "unsafe_prefix")
    #expect(error?.message.hasPrefix("not as root: ") == true)
    #expect(error?.message.contains(here(refusal.text)) == true, "\(error?.message ?? "")")
    #expect(bench.fetched == [])
    let plain = bench.run("install", "13", "curand", prefix: prefix)
    #expect(plain.errorLines.count == 1)
    #expect(plain.errors.contains(here("hint: \(refusal.hint)")), "\(plain.errors)")
    #expect(disk() == before)
    // Looking is not refused.
    let reading = bench.run("status", prefix: prefix)
    #expect(reading.status == 0, "\(reading.errors)")
  }
}
