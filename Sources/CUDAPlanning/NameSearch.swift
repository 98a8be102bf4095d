package import CUDACatalog

/// Finding a component by what a person types.
package enum NameSearch {
  /// The component of `release` that `typed` means, or `nil`.
  ///
  /// With `cuda_`, with `lib`, without either, or under a name that the component had before or has
  /// had since.
  package static func component(_ typed: String, in release: Release) -> Component? {
    var names = [typed, "cuda_\(typed)", "lib\(typed)"]
    if typed.hasPrefix("cuda_") { names.append(String(typed.dropFirst("cuda_".count))) }
    names += Renaming.names.filter { $0.contains(where: names.contains) }.flatMap { $0 }
    return first(of: names, in: release)
  }

  /// The first of `names` that `release` has.
  package static func first(of names: [String], in release: Release) -> Component? {
    for name in names {
      if let component = ComponentName(name).flatMap({ release[$0] }) { return component }
    }
    return nil
  }

  /// Up to three names of `release` that `typed` may have been meant for, the nearest first.
  package static func suggestions(for typed: String, in release: Release) -> [String] {
    suggestions(for: typed, in: [release])
  }

  /// The same in several releases.
  package static func suggestions(for typed: String, in releases: [Release]) -> [String] {
    let typed = typed.lowercased()
    // A name can be near only if it is not much longer; the quadratic search is for those alone.
    guard typed.utf8.count <= 128 else { return [] }
    let limit = max(1, typed.utf8.count / 3)
    return releases.flatMap(\.components)
      .map { component in
        let (short, full) = (component.name.withoutPrefix, component.name.text)
        let unadorned = full.hasPrefix("lib") ? String(full.dropFirst(3)) : short
        let near = [full, short, unadorned].map { distance(typed, $0) }.min() ?? .max
        return (name: full, distance: near)
      }
      .filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(3).map(\.name)
  }

  /// Levenshtein's distance: how many bytes to insert, drop or replace.
  package static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (index, byte) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (right[column] == byte ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
