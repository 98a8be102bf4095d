package import CUDACatalog

extension Receipt {
  /// Why each component is there, as far as the receipt tells: asked for by name, by the profile or as
  /// a part of another product, needed by one of these or by what they need; `.installed` of what has none of these reasons any more.
  package var reasons: [ComponentName: Reason] {
    var reasons: [ComponentName: Reason] = [:]
    let profile = profile.flatMap { Profile(rawValue: $0) }
    let release = Release(self)
    let ofProfile = profile?.components(in: release).map(\.name) ?? []
    for component in components {
      if component.asked {
        reasons[component.name] = .asked
      } else if let product = component.product {
        reasons[component.name] = .product(product)
      } else if let profile, ofProfile.contains(component.name) {
        reasons[component.name] = .profile(profile)
      }
    }
    // From those on: two that only need each other are no reason for either.
    var found = components.map(\.name).filter { reasons[$0] != nil }
    let asked = found.filter { reasons[$0] == .asked }
    found = asked + found.filter { reasons[$0] != .asked }
    var next = 0
    while next < found.count {
      let name = found[next]
      let isOfAddition = components.contains { $0.name == name && $0.product != nil }
      for alternatives in Edge.needs(of: name, in: self.release)
        + (isOfAddition ? Edge.needsOfProducts : [])
      {
        guard let needed = NameSearch.first(of: alternatives, in: release)?.name,
          reasons[needed] == nil
        else { continue }
        reasons[needed] = .neededBy(name)
        found.append(needed)
      }
      next += 1
    }
    for component in components where reasons[component.name] == nil {
      reasons[component.name] = .installed
    }
    return reasons
  }
}
