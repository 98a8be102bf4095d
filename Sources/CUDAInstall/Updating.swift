public import CUDACatalog
import CUDAFiles
import CUDAPlanning
import CUDAStore
import CUDATransfer

/// A newer release of something that is installed, on its track.
public struct Update: Sendable {
  /// One product that moves on.
  public struct Change: Sendable, Equatable {
    /// Which.
    public var product: ProductName
    /// The release that is installed.
    public var from: Version
    /// The newer one.
    public var to: Version
  }

  /// The release that is installed.
  public var from: Version { installed.release }
  /// The release in its place: the same, if only another product in its tree moves on.
  public var to: Version { offers.release.label }
  /// The product that the tree is named for.
  public var product: ProductName { offers.release.product }
  /// What moves on: the product that the tree is named for first.
  public var changes: [Change] {
    let main = Change(product: offers.release.product, from: from, to: to)
    let others = offers.additions.map(\.release).compactMap { release -> Change? in
      let old = installed.receipt.additions.first { $0.product == release.product }
      guard let old, old.release != release.label else { return nil }
      return Change(product: release.product, from: old.release, to: release.label)
    }
    return (from == to ? [] : [main]) + others
  }
  package var installed: InstalledRelease
  let offers: Offers
}

extension Installer {
  /// The newer releases on the tracks of what is installed, and what must be said of others. Takes no lock (I10).
  public func updates(of texts: [String]) throws(InstallError) -> (
    due: [Update], warnings: [String]
  ) {
    network.begin()
    try requirePrefix()
    var found = try findUpdates(of: texts)
    for update in found.due {
      let remarks = driverRemarks(
        on: update.offers.release, for: update.installed.receipt.platform)
      found.warnings += remarks.filter(\.isWarning).map(\.text)
    }
    guard let failure = found.failure else { return (found.due, found.warnings) }
    guard !found.due.isEmpty else { throw failure }
    return (found.due, found.warnings + [failure.message])
  }

  /// Installs the newest release of each track, with the same components; a release that was current hands
  /// that on. The old releases stay until they are pruned, for programs that still run from them.
  ///
  /// What cannot be updated keeps nothing else back: a release that has no successor with all that was asked for
  /// stays as it is, which is said; that a source cannot be read is thrown at the end.
  public func update(
    _ texts: [String]
  ) throws(InstallError) -> (outcome: Outcome, updates: [Update]) {
    var done: [Update] = []
    let run = begin("update")
    try requirePrefix()
    let outcome = try underLock(run) { (locked, seen) throws(InstallError) in
      // Whom to ask the receipts say; it is a server more often than not.
      let preparation = prepareTransfer()
      defer { preparation?.end() }
      let found = try findUpdates(of: texts)
      for warning in found.warnings { observe(.warning(warning)) }
      do throws(InstallError) {
        var failure: InstallError?
        for update in found.due {
          do throws(InstallError) {
            if try install(update, in: &locked) { done.append(update) }
          } catch {
            // The others may come from elsewhere.
            guard error.isOfUnreachableSource else { throw error }
            failure = failure ?? error
          }
        }
        // The work is done, and what is said of it may not make it fail.
        try? sayWhatStays(try chosen(texts))
        if let failure = failure ?? found.failure { throw failure }
      } catch {
        // There is no other answer then.
        for change in done.flatMap(\.changes) { observe(.notice("\(change.text) is done")) }
        throw error
      }
      return Outcome(
        changed: !done.isEmpty, release: done.map(\.to.text).joined(separator: " "),
        doneBy: done.isEmpty
          ? worker(among: seen) { $0.command == run.command } : nil)
    }
    return (outcome, done)
  }

  /// Whether there was anything to do: another update of the same run may have done it.
  private func install(
    _ update: Update, in locked: inout LockedStore
  ) throws(InstallError) -> Bool {
    let state = try installed()
    let offers = update.offers
    let plan = try makePlan(offers, state)
    guard let tree = plan.tree else { return false }
    let names = Renaming.allNames(of: tree.items.map(\.component.name) + tree.without)
    let title = "\(plan.product.title) \(update.to)"
    for component in update.installed.receipt.components where !names.contains(component.name.text)
    {
      observe(.warning("\(title) has no \(component.name), which \(update.from) has"))
    }
    for remark in driverRemarks(on: offers.release, for: offers.request.platform) {
      observe(remark.event)
    }
    let execution = try execute(plan, tree, offers, in: &locked)
    try commit(execution, plan, in: &locked)
    return true
  }

  /// What is due, what is to be said of the rest, and why a request or a source fails, if one does.
  private func findUpdates(
    of texts: [String]
  ) throws(InstallError) -> (due: [Update], warnings: [String], failure: InstallError?) {
    let state = try installed()
    var failure: InstallError?
    var due: [Update] = []
    var listings = Listings()
    let successors = try successors(of: try chosen(texts), &listings, &failure)
    var warnings =
      state.damaged.filter { $0.known == nil }.map { InstallError(.damaged($0)).message }
      + listings.warnings
    for (installed, labels) in successors {
      let receipt = installed.receipt
      let newest = labels[receipt.product] ?? installed.release
      let there =
        newest == installed.release
        ? nil : state.knownReleases.first { $0.release == newest }
      if let there, there.receipt.hasAll(of: receipt) { continue }
      var offers: Offers
      do throws(InstallError) {
        offers = try self.offers(
          for: Request(updating: receipt, to: newest, in: state), in: state, following: receipt,
          exactly: labels)
      } catch {
        if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
        guard case .planning(let error) = error.reason, !error.isOfMissingRelease else {
          failure = failure ?? error
          continue
        }
        stay(installed, there, error, &warnings, &failure, isNamed: !texts.isEmpty)
        continue
      }
      // What is there has all that it can have.
      if there != nil {
        let release = offers.release
        offers.request.components.removeAll { NameSearch.component($0, in: release) == nil }
      }
      do throws(PlanningError) {
        let plan = try Plan(
          request: offers.request, release: offers.release,
          additions: offers.additions.map(\.release), state: state)
        // The newer release may be there, and have less: somebody installed a part of it.
        if newest == installed.release ? plan.tree != nil : plan.adds(to: there) {
          due.append(Update(installed: installed, offers: offers))
        }
      } catch {
        stay(installed, there, error, &warnings, &failure, isNamed: !texts.isEmpty)
      }
    }
    if let unasked = unasked(in: state) {
      if let other = failure, !other.isOfUnreachableSource {
        warnings.append(unasked.message)
      } else {
        failure = unasked
      }
    }
    return (due, warnings, failure)
  }

  /// That a source could not be asked for anything newer, whether or not it was known what it said before.
  private func unasked(in state: InstalledState) -> InstallError? {
    guard let error = network.failure else { return nil }
    let current = state.releases.first { $0.release == state.current }
    let stays = current.map { "\($0.title) stays in use" } ?? "what is installed stays as it is"
    return InstallError(.notAsked(error, stays: stays, isWhole: state.damaged.isEmpty))
  }

  /// Says why a release has no successor that could be installed.
  private func stay(
    _ installed: InstalledRelease, _ there: InstalledRelease?, _ error: PlanningError,
    _ warnings: inout [String], _ failure: inout InstallError?, isNamed: Bool
  ) {
    // If it is there, it has all that it can have.
    guard there == nil else { return }
    warnings.append("\(installed.title) stays: \(error.message)\(wayOut(error, installed))")
    // Who names it wants it.
    if isNamed { failure = failure ?? InstallError(.planning(error)) }
  }

  private func wayOut(_ error: PlanningError, _ installed: InstalledRelease) -> String {
    let name: String
    switch error {
    case .noSuchComponent(let typed, _, _, _): name = typed
    case .noBuild(let component, _, _): name = component.text
    default: return ""
    }
    return "; 'cuda-install remove \(installed.release) \(name)' lets it go on"
  }

  /// The releases for which there is something newer, each with the labels of all its products' newest.
  private func successors(
    of releases: [InstalledRelease], _ listings: inout Listings, _ failure: inout InstallError?
  ) throws(InstallError) -> [(InstalledRelease, [ProductName: Version])] {
    var successors: [(installed: InstalledRelease, labels: [ProductName: Version])] = []
    for installed in releases {
      let receipt = installed.receipt
      var labels = [receipt.product: installed.release]
      labels[receipt.product] = try newest(
        of: receipt.product, from: receipt.source, on: receipt.followed, than: installed.release,
        &listings, &failure)
      var isNewer = labels[receipt.product] != installed.release
      for addition in receipt.additions {
        let label = try newest(
          of: addition.product, from: addition.source, on: addition.followed,
          than: addition.release, &listings, &failure)
        labels[addition.product] = label
        isNewer = isNewer || label != addition.release
      }
      if isNewer { successors.append((installed, labels)) }
    }
    // Two old releases on one track have one successor, which takes over from the newer one.
    return successors.filter { one in
      let product = one.installed.receipt.product
      return !successors.contains {
        $0.installed.receipt.product == product && $0.labels[product] == one.labels[product]
          && $0.installed.release > one.installed.release
      }
    }
  }

  /// The newest release of a product on a track, or the one that is installed if there is none newer.
  private func newest(
    of product: ProductName, from recorded: String, on track: Track, than installed: Version,
    _ listings: inout Listings, _ failure: inout InstallError?
  ) throws(InstallError) -> Version {
    if case .exact = track { return installed }
    let source = try source(of: product, recorded)
    guard !source.isFixed else { return installed }
    let key = "\(product) \(source.description)"
    let listing: Listing
    if let known = listings.known[key] {
      listing = known
    } else {
      do throws(InstallError) {
        listing = try network.believing { () throws(InstallError) in
          let listing = try source.listing(of: product, network)
          // An index without releases is a directory that is not mounted, rather than that there is nothing new.
          guard !listing.labels.isEmpty else {
            throw InstallError(.planning(.noSuchRelease(product, track, available: [])))
          }
          return listing
        }
      } catch {
        if let signal = Interruption.signal { throw InstallError(.interrupted(signal)) }
        listings.known[key] = Listing(labels: [])
        failure = failure ?? error
        return installed
      }
      listings.known[key] = listing
      if let text = ageText(source.description, listing.validUntil) { listings.add(text) }
    }
    guard let newest = track.newest(of: listing.labels) else { return installed }
    // Never back by itself.
    if newest < installed {
      listings.add(olderText(source.description, product, newest, than: installed))
    }
    return max(newest, installed)
  }

  /// Says of releases that are current why they stay it: somebody went back to them.
  private func sayWhatStays(_ releases: [InstalledRelease]) throws(InstallError) {
    let state = try installed()
    for release in releases where release.release == state.current {
      let product = release.receipt.product
      let others = state.releases.filter { $0.receipt.product == product }.map(\.release)
      guard let newest = release.receipt.followed.newest(of: others), newest > release.release
      else { continue }
      observe(
        .notice(
          "current stays \(release.release); "
            + "'cuda-install use \(newest)' makes \(product.title) \(newest) current"))
    }
  }

  private func chosen(_ texts: [String]) throws(InstallError) -> [InstalledRelease] {
    let state = try installed()
    guard !texts.isEmpty else {
      // Or a first install that died looks for ever as if all were well.
      guard !state.releases.isEmpty || !state.damaged.isEmpty else {
        throw InstallError(.nothingCurrent(prefix: prefix, installed: []))
      }
      return state.knownReleases
    }
    var chosen: [InstalledRelease] = []
    for text in texts {
      let release = try knownRelease(text, in: state)
      if !chosen.contains(release) { chosen.append(release) }
    }
    return chosen
  }
}
