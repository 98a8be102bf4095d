import CUDACatalog
import CUDADigest

extension FuzzTarget {
  /// What indexes of wheels, and what belongs to them, say.
  static let wheels = [
    FuzzTarget("wheel-page-html") { try wheelPage($0, "text/html") },
    FuzzTarget("wheel-page-json") {
      try wheelPage($0, "application/vnd.pypi.simple.v1+json")
    },
    FuzzTarget("wheel-metadata", wheelMetadata),
    FuzzTarget("pip-configuration") { bytes in
      let file = text(bytes)
      let configuration = PipConfiguration(files: [file], environment: [:])
      // A file that says nothing, before or behind, changes nothing.
      try require(
        PipConfiguration(files: ["", file, "[other]\n"], environment: [:]) == configuration,
        "what it says depends on other files")
      for index in [configuration.index].compactMap(\.self) + configuration.extraIndexes {
        try require(!index.isEmpty && index == index.trimmedOfSpace, "\(index.debugDescription)")
      }
      if let url = PipConfiguration.defaultIndex(inHelp: file) {
        try require(url.hasPrefix("http") && !url.contains(" "), "\(url.debugDescription)")
      }
    },
  ]

  private static func wheelPage(_ bytes: [UInt8], _ type: String) throws {
    let url = "https://user:geheim@index.example/simple/nvidia-nvvm/"
    let files = try known { () throws(CatalogError) in
      try WheelIndex.read(bytes, contentType: type, at: url, document: "nvidia-nvvm")
    }
    guard let files, let platform = Platform("linux-x86_64") else { return }
    for file in files {
      let path = file.path.text
      try require(ArtifactPath(path)?.text == path, "\(path) is no place of an archive")
      try require(file.path.isURL && path.hasSuffix(".whl"), "\(path) is no wheel's URL")
      try require(WebReference.user(of: path) == nil, "\(path) has a user")
      try require((1...1 << 40).contains(file.byteCount ?? 1), "a size beyond reason")
    }
    _ = WheelName.best(of: files.map(\.name), for: platform)
    // It has a type that tells nothing, and the first byte decides.
    _ = try known { () throws(CatalogError) in
      try WheelIndex.read(bytes, contentType: nil, at: url, document: "any")
    }
  }

  private static func wheelMetadata(_ bytes: [UInt8]) throws {
    let metadata = try known { () throws(CatalogError) in
      try ToolkitMetadata.read(bytes, document: "METADATA")
    }
    guard let metadata else { return }
    let label = metadata.version.toolkitLabel
    // PEP 440 has `.post` at the end; what has it elsewhere is no final version, and nobody chooses it.
    try require(
      label.toolkitLabel == label || !metadata.version.isFinal,
      "the label of \(label) is \(label.toolkitLabel)")
    for platform in ["linux-x86_64", "linux-sbsa", "windows-x86_64"].compactMap(Platform.init(_:)) {
      for (project, pin) in metadata.pins(on: platform) {
        try require(WheelName.normalized(project) == project, "\(project) is not normalised")
        try require(WheelPin(pin.description) == pin, "\(pin) changes")
        _ = WheelProject.component(of: project, in: label)
        let versions = [pin.version, label, metadata.version]
        if let choice = pin.choice(of: versions) {
          try require(pin.contains(choice) && versions.contains(choice), "\(choice) is no choice")
        }
      }
    }
  }
}

extension String {
  fileprivate var trimmedOfSpace: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
