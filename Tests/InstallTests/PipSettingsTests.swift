import CUDACatalog
import CUDAInstall
import CUDATransfer
import Glibc
import TestSupport
import Testing

/// Where a source without an index of its own would ask, in a home and with a PATH of the test's own.
private func index(home: String, _ variables: [String: String] = [:]) -> String {
  for name in [
    "XDG_CONFIG_HOME", "VIRTUAL_ENV", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
    "PIP_NO_INDEX",
  ] {
    unsetenv(name)
  }
  setenv("HOME", home, 1)
  setenv("XDG_CONFIG_DIRS", "\(home)/xdg", 1)
  setenv("PATH", "\(home)/bin", 1)
  for (name, value) in variables { setenv(name, value, 1) }
  do { return try WheelSource(index: nil).description } catch { return error.message }
}

/// A program that prints what pip says in its help, and what it was called with.
private func writePip(_ scratch: Scratch, _ name: String, _ index: String) {
  let path = scratch.file("bin/\(name)")
  scratch.write(
    "bin/\(name)",
    Array(
      """
      #!/bin/sh
      echo "$LC_ALL $COLUMNS $*" >> '\(scratch.file("called"))'
      echo '  -i, --index-url <url>  Base URL (default \(index)). This'
      """.utf8))
  chmod(path, 0o755)
}

// Each in a process of its own: the environment is one for all of a process's tests.
@Suite struct `pip's settings` {
  @Test func `are found where pip finds them, the stronger behind`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      let home = scratch.path
      func write(_ path: String, _ host: String) {
        scratch.write(
          path, Array("[global]\nindex-url = https://me:word@\(host).example/simple\n".utf8))
      }
      write("xdg/pip/pip.conf", "one")
      #expect(index(home: home) == "https://one.example/simple/")
      write(".pip/pip.conf", "two")
      #expect(index(home: home) == "https://two.example/simple/")
      write(".config/pip/pip.conf", "three")
      #expect(index(home: home) == "https://three.example/simple/")
      write("other/pip/pip.conf", "four")
      #expect(
        index(home: home, ["XDG_CONFIG_HOME": "\(home)/other"]) == "https://four.example/simple/")
      write("venv/pip.conf", "five")
      let venv = ["VIRTUAL_ENV": "\(home)/venv"]
      #expect(index(home: home, venv) == "https://five.example/simple/")
      write("named", "six")
      let named = ["PIP_CONFIG_FILE": "\(home)/named"]
      #expect(index(home: home, venv.merging(named) { $1 }) == "https://six.example/simple/")
      scratch.write("empty", [])
      // A named file stands for the user's own.
      #expect(
        index(home: home, ["PIP_CONFIG_FILE": "\(home)/empty"]) == "https://one.example/simple/")
      #expect(
        index(home: home, ["PIP_CONFIG_FILE": "\(home)/missing"]) == "https://three.example/simple/"
      )
      let nothing = venv.merging(["PIP_CONFIG_FILE": "/dev/null"]) { $1 }
      #expect(index(home: home, nothing).hasPrefix("no package index is configured"))
      let variable = ["PIP_INDEX_URL": "https://seven.example/simple"]
      #expect(index(home: home, named.merging(variable) { $1 }) == "https://seven.example/simple/")
      #expect(
        index(home: home, ["PIP_NO_INDEX": "1"])
          == "pip is configured to ask no package index (no-index)")
    }
  }

  @Test func `are followed through links, as files that are kept elsewhere`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      scratch.write("dotfiles/pip.conf", Array("[global]\nindex-url=http://index.example\n".utf8))
      scratch.write(".config/pip/other", [])
      symlink("../../dotfiles/pip.conf", scratch.file(".config/pip/pip.conf"))
      #expect(index(home: scratch.path) == "http://index.example/")
    }
  }

  @Test func `that name no index leave it to pip, and without pip it is an error`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      let none =
        "no package index is configured for pip, and there is no pip to ask for its default"
      #expect(index(home: scratch.path, ["PIP_CONFIG_FILE": "/dev/null"]) == none)
      writePip(scratch, "python3", "https://python.example/simple")
      #expect(index(home: scratch.path) == "https://python.example/simple/")
      writePip(scratch, "pip", "https://pip.example/simple")
      #expect(index(home: scratch.path) == "https://pip.example/simple/")
      let called = String(decoding: readFile(scratch.file("called")) ?? [], as: UTF8.self)
      // Python looks at nothing in the working directory.
      #expect(called == "C 500 -I -m pip download --help\nC 500 download --help\n")
      scratch.write("bin/pip", Array("#!/bin/sh\nexit 1\n".utf8))
      #expect(index(home: scratch.path) == "https://python.example/simple/")
    }
  }

  @Test func `are no program's that lies where the shell is, whatever PATH says`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      writePip(scratch, "pip3", "https://here.example/simple")
      #expect(chdir(scratch.file("bin")) == 0)
      writePip(scratch, "../there/pip3", "https://there.example/simple")
      for path in [":", ".", "::.", "../bin:"] {
        let found = index(
          home: scratch.path,
          ["PIP_CONFIG_FILE": "/dev/null", "PATH": "\(path):\(scratch.file("there"))"])
        #expect(found == "https://there.example/simple/", "\(path)")
      }
    }
  }

  @Test(.enabled(if: geteuid() == 0, "needs to be root"))
  func `of root's are not in another user's home`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      scratch.write(
        ".config/pip/pip.conf", Array("[global]\nindex-url=http://index.example\n".utf8))
      #expect(index(home: scratch.path) == "http://index.example/")
      chown(scratch.path, 65534, 65534)
      #expect(index(home: scratch.path) != "http://index.example/")
      var settings = NetworkSettings()
      settings.readsNetrc = true
      #expect(settings.options.netrcFile?.hasPrefix(scratch.path) == false)
    }
  }

  @Test func `name certificates, unless curl's or OpenSSL's do`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      let variables = ["PIP_INDEX_URL": "https://index.example", "PIP_CERT": "~/ours.pem"]
      unsetenv("CURL_CA_BUNDLE")
      unsetenv("SSL_CERT_FILE")
      #expect(index(home: scratch.path, variables) == "https://index.example/")
      func certificates(_ index: String?) throws -> String? {
        try WheelSource(index: index).options(NetworkSettings().options).caFile
      }
      let ours = scratch.file("ours.pem")
      for index in [nil, "https://other.example"] {
        let found = try certificates(index)
        #expect(found == ours)
      }
    }
  }

  @Test func `may name further indexes, and the first that has a project counts`() async {
    await #expect(processExitsWith: .success) {
      let scratch = Scratch()
      var near = PackageIndex(.json)
      near.add(.init(toolkit: "13.0.1", []))
      var far = PackageIndex(.html)
      far.addToolkit("13.0.2")
      let (first, second) = (try LoopbackServer(near.files), try LoopbackServer(far.files))
      defer {
        first.stop()
        second.stop()
      }
      let extra = [
        "PIP_INDEX_URL": first.url("/simple"), "PIP_EXTRA_INDEX_URL": second.url("/simple"),
      ]
      #expect(index(home: scratch.path, extra) == first.url("/simple/"))
      let source = try WheelSource(index: nil)
      #expect(try source.labels(by: Network()).map(\.text) == ["13.0.1"])
      #expect(second.log.isEmpty)
      first.publish("/simple/cuda-toolkit/", nil)
      #expect(try source.labels(by: Network()).map(\.text) == ["13.0.2"])
    }
  }
}
