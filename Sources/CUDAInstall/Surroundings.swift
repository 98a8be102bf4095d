import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

extension Installer {
  /// What `doctor` sees around the prefix: the file system, the processes, other CUDAs, the driver.
  func surroundings() -> [Check] {
    [fileSystemCheck(), spaceCheck(), processCheck()].compactMap { $0 }
      + proxyChecks() + othersChecks() + [driverCheck()]
  }

  /// `trial`: what a confined thread could do in the prefix, if that could be tried.
  func sandboxCheck(_ trial: SandboxTrial?) -> Check {
    guard isSandboxed else {
      return Check(
        "sandbox", .warn, "off, as CUDA_INSTALL_SANDBOX says",
        hint: "unset it: unpacking costs the same with the sandbox")
    }
    if let objection = Sandbox.objection { return Check("sandbox", .ok, "off: \(objection)") }
    guard let trial else {
      return Check("sandbox", .ok, "this kernel has Landlock, which archives are unpacked under")
    }
    guard trial.isGood else {
      let reason = trial.failure ?? "a confined thread could do what it is not to do"
      return Check("sandbox", .warn, "unpacking is not, or not fully, confined: \(reason)")
    }
    return Check(
      "sandbox", .ok,
      "a thread that unpacks can write into the new tree, and open or reach nothing else")
  }

  private func fileSystemCheck() -> Check? {
    guard let space = Directory.nearestSpace(to: prefix) else { return nil }
    if space.isReadOnly {
      return Check(
        "file system", .warn, "\(space.fileSystem), mounted read-only: nothing can be changed")
    }
    if ["nfs", "cifs", "smb2", "lustre", "gpfs", "ceph", "9p", "fuse"].contains(space.fileSystem) {
      return Check(
        "file system", .warn,
        "\(space.fileSystem): whether another machine's lock is seen is the server's affair",
        hint: "install from one machine only, or into a local directory on each")
    }
    let note =
      space.fileSystem == "overlayfs"
      ? "overlayfs: what lies in a lower layer is never renamed, only its links are replaced"
      : space.fileSystem
    return Check("file system", .ok, note)
  }

  private func spaceCheck() -> Check? {
    guard let space = Directory.nearestSpace(to: prefix) else { return nil }
    let text = "\(Size(space.freeByteCount)) free"
    guard space.freeByteCount >= 1 << 30 else {
      return Check("space", .warn, text, hint: "'cuda-install prune' deletes what nothing uses")
    }
    return Check("space", .ok, text)
  }

  private func processCheck() -> Check {
    Machine.seesAllProcesses
      ? Check("processes", .ok, "all of this machine can be seen from here")
      : Check(
        "processes", .warn,
        "processes outside of this container may have the lock, and cannot be named from here")
  }

  private func othersChecks() -> [Check] {
    var checks: [Check] = []
    let other = "/usr/local/cuda"
    if let real = Machine.resolved(other), !isInside(real) {
      checks.append(
        Check(
          "other CUDA", .warn, "\(other) is \(real)",
          hint: "CMake looks there after CUDAToolkit_ROOT, CUDA_PATH and PATH"))
    }
    if let nvcc = Machine.onPath("nvcc"), !isInside(Machine.resolved(nvcc) ?? nvcc) {
      checks.append(
        Check(
          "nvcc", .warn, "the nvcc that the shell finds is \(nvcc)",
          hint: "eval \"$(cuda-install env)\" puts this prefix first"))
    }
    if let path = Machine.environment("LD_LIBRARY_PATH"), !path.isEmpty,
      path.split(separator: ":", omittingEmptySubsequences: false).contains("")
    {
      checks.append(
        Check(
          "LD_LIBRARY_PATH", .warn,
          "it has an empty element: the loader looks in the current directory",
          hint: "write it as LD_LIBRARY_PATH=NEW${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"))
    }
    return checks.isEmpty ? [Check("other CUDA", .ok, "none in the way")] : checks
  }

  /// What of libcurl's environment decides who is asked.
  private func proxyChecks() -> [Check] {
    let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    let proxies = names.compactMap { name in
      Machine.environment(name).flatMap { $0.isEmpty ? nil : "\(name) is \(redacted($0))" }
    }
    guard !proxies.isEmpty else { return [] }
    let exceptions = (Machine.environment("no_proxy") ?? Machine.environment("NO_PROXY"))
      .map { $0.isEmpty ? "" : ", but not for \(cleaned($0))" }
    return [Check("proxy", .ok, proxies.joined(separator: ", ") + (exceptions ?? ""))]
  }

  private func isInside(_ path: String) -> Bool { path == prefix || path.hasPrefix("\(prefix)/") }

  private func driverCheck() -> Check {
    let found = Machine.driver
    guard let driver = found.parsed else {
      let text =
        found == .none
        ? "none found: compiling works, programs that use a GPU need one" : found.phrase
      return Check("driver", .ok, text)
    }
    guard let need = (try? installed())?.driverNeed else {
      return Check("driver", .ok, found.phrase)
    }
    switch need.fit(of: driver) {
    case .good:
      return Check("driver", .ok, "\(found.phrase); the current release is good with it")
    case .limited:
      return Check(
        "driver", .ok, need.text(with: driver), hint: "a newer driver gives all of it")
    case .tooOld:
      return Check(
        "driver", .warn, need.text(with: driver),
        hint: "update the driver, or 'cuda-install install --for-driver --use'")
    }
  }
}
