import CUDADigest

extension Redistrib {
  /// The manifest that says this release: in NVIDIA's form, with where it came from as strings that other readers pass
  /// over.
  package static func write(_ release: Release) -> [UInt8] {
    var root: [String: JSONTree] = [
      "release_label": .string(release.label.text),
      "release_product": .string(release.product.text),
      "copied_from": .string(release.source),
      "copied_from_sha256": .string("\(release.manifestDigest)"),
    ]
    if let date = release.date { root["release_date"] = .string(date) }
    for component in release.components { root[component.name.text] = tree(of: component) }
    return JSONRecord.encodePretty(JSONTree.object(root))
  }

  private static func tree(of component: Component) -> JSONTree {
    var members: [String: JSONTree] = [
      "name": .string(component.title), "license": .string(component.license),
      "version": .string(component.version.text),
    ]
    var variants: Set<String> = []
    for build in component.builds {
      let leaf = leaf(of: build.artifact)
      var platform: [String: JSONTree] = [:]
      if case .object(let known)? = members[build.platform.text] { platform = known }
      if let variant = build.variant {
        platform[variant] = .object(leaf)
        variants.insert(variant.hasPrefix("cuda") ? String(variant.dropFirst(4)) : variant)
      } else {
        platform.merge(leaf) { $1 }
      }
      members[build.platform.text] = .object(platform)
    }
    if !variants.isEmpty { members["cuda_variant"] = .array(variants.sorted().map { .string($0) }) }
    return .object(members)
  }

  private static func leaf(of artifact: Artifact) -> [String: JSONTree] {
    var leaf: [String: JSONTree] = [
      artifact.path.isURL ? "full_path" : "relative_path": .string(artifact.path.text),
      "sha256": .string("\(artifact.digest)"),
    ]
    if artifact.byteCount > 0 { leaf["size"] = .string("\(artifact.byteCount)") }
    if let layout = artifact.layout { leaf["layout"] = .string(layout.rawValue) }
    if let published = artifact.published {
      leaf["published_path"] = .string(published.path.text)
      leaf["published_sha256"] = .string("\(published.digest)")
      leaf["published_size"] = .string("\(published.byteCount)")
    }
    return leaf
  }
}

extension Release {
  /// This, with what another copy of the same release has besides.
  package func merging(_ other: Release) -> Release {
    var components: [ComponentName: Component] = [:]
    for component in other.components { components[component.name] = component }
    for component in self.components {
      let others = components[component.name]?.builds ?? []
      components[component.name] = component.with(
        component.builds
          + others.filter { old in
            !component.builds.contains { $0.platform == old.platform && $0.variant == old.variant }
          })
    }
    return with(Array(components.values))
  }
}
