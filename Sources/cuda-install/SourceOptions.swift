import ArgumentParser
import CUDACatalog
import CUDAInstall
import CUDAPlanning

/// Where releases come from, if not from a directory of manifests.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "One manifest or release description, for ever.", valueName: "url"),
    completion: .file())
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "Where the newest manifest or release description always is; updates ask there.",
      valueName: "url"),
    completion: .file())
  var track: String?

  @Option(
    help: ArgumentHelp(
      "wheels: from the package index that pip asks; wheels=URL: from another.",
      valueName: "source"),
    completion: .list(["wheels", "wheels="]))
  var source: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Archives with their .sha256 beside them.", valueName: "url"),
    completion: .file())
  var archive: [String] = []

  mutating func validate() throws {
    let count = [manifest != nil, track != nil, !archive.isEmpty, source != nil].count { $0 }
    guard count < 2 else {
      throw ValidationError("--manifest, --track, --archive and --source exclude each other")
    }
    guard source.map({ $0 == "wheels" || $0.hasPrefix("wheels=") }) ?? true else {
      throw ValidationError("there is one --source to name, wheels; --mirror names a directory")
    }
  }

  /// Whether any of them names a source.
  var isNamed: Bool { isDocument || source != nil }

  /// Whether a document or the archives themselves say what there is.
  var isDocument: Bool { manifest != nil || track != nil || !archive.isEmpty }

  /// The source that these options name; `nil` if they name none.
  func source(_ global: GlobalOptions) throws(InstallError) -> CatalogSource? {
    let source: CatalogSource
    if let kind = self.source {
      let index = kind.split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init)
      source = try CatalogSource.wheels(index: index)
    } else if let manifest {
      source = try CatalogSource.document(manifest, follows: false)
    } else if let track {
      source = try CatalogSource.document(track, follows: true)
    } else if !archive.isEmpty {
      source = try CatalogSource.archives(archive)
    } else {
      return nil
    }
    guard global.mirror.isEmpty else {
      throw InstallError(.usage("--mirror is for directories of manifests: say one or the other"))
    }
    return source
  }
}

/// What the words of a command line ask for.
struct Wish {
  /// The version, if one is said.
  var track: Track?
  var additions: [Request.Addition] = []
  /// Neither a version nor a product.
  var components: [String] = []

  /// `13.0 nvcc cudnn@9.13`: a version comes first; `cuda@13.0` says the same anywhere.
  init(_ words: [String], variant: String? = nil) throws(InstallError) {
    for (index, word) in words.enumerated() {
      if index == 0, isVersion(word) {
        track = try Track(typed: word)
      } else if let mark = word.firstIndex(of: "@") {
        try add(word[..<mark], word[word.index(after: mark)...], variant)
      } else if ProductName.published.contains(word) {
        try add(word[...], "latest", variant)
      } else if isVersion(word), word != "latest" {
        throw InstallError(
          .usage(
            "\(cleaned(word)) is no component: a version comes first, or behind its product as in cudnn@9"
          ))
      } else {
        components.append(word)
      }
    }
  }

  /// Whether it is for what is current, whatever that is.
  var joinsCurrent: Bool { track == nil && !additions.isEmpty }

  private mutating func add(
    _ name: Substring, _ version: Substring, _ variant: String?
  ) throws(InstallError) {
    guard let product = ProductName(String(name)) else {
      throw InstallError(
        .usage(
          name.isEmpty
            ? "there is no product before the @ of @\(cleaned(String(version))): write one as in cudnn@9.13"
            : "\(cleaned(String(name))) is not a product: write one as in cudnn@9.13"))
    }
    guard !version.isEmpty else {
      throw InstallError(
        .usage("there is no version behind the @ of \(product)@: write one as in \(product)@latest")
      )
    }
    let track = try Track(typed: String(version))
    guard product != .cuda else {
      guard self.track == nil else { throw InstallError(.usage("two versions of CUDA are named")) }
      self.track = track
      return
    }
    guard !additions.contains(where: { $0.product == product }) else {
      throw InstallError(.usage("\(product) is named twice"))
    }
    additions.append(Request.Addition(product: product, track: track, variant: variant))
  }
}
