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

  /// The same in several releases, of which the first is that of the request, and of other products.
  package static func suggestions(for typed: String, in releases: [Release]) -> [String] {
    let names = releases.flatMap(\.components).map {
      (name: $0.name.text, bare: bare($0.name.text))
    }
    let products = releases.first?.product.isCUDA == true ? self.products(near: typed) : []
    return Array((near(bare(typed.lowercased()), names) + products).prefix(3))
  }

  /// Other products, or `latest`, that `typed` may have been meant for: `cudnn` for cudn, `cudnn@9.13` for cudnn-9.13.
  package static func products(near typed: String) -> [String] {
    let typed = typed.lowercased()
    for product in ProductName.published where typed.hasPrefix(product) {
      let rest = typed.dropFirst(product.count).drop { "-_=:".contains($0) }
      if Version(String(rest))?.isNumeric == true { return ["\(product)@\(rest)"] }
    }
    return near(typed, (ProductName.published + ["latest"]).map { (name: $0, bare: $0) })
  }

  /// Up to three names that are near, the nearest first.
  private static func near(_ typed: String, _ names: [(name: String, bare: String)]) -> [String] {
    // A name can be near only if it is not much longer; the quadratic search is for those alone.
    guard typed.utf8.count <= 128 else { return [] }
    let limit = max(1, typed.utf8.count / 3)
    return names.map { (name: $0.name, distance: distance(typed, $0.bare)) }
      .filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(3).map(\.name)
  }

  /// Without what people leave out: `nvcc`, `cublas`.
  private static func bare(_ name: String) -> String {
    for prefix in ["cuda_", "lib"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
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
