public import CUDACatalog

/// What somebody wants installed.
public struct Request: Sendable, Equatable {
  /// Another product that goes into the same tree.
  public struct Addition: Sendable, Equatable {
    /// The product, which is not the request's own.
    public var product: ProductName
    /// Which release of it.
    public var track: Track
    /// The variant, as typed; `nil`: the one that fits the tree's release of CUDA.
    public var variant: String?
    /// Whether it is asked for now: then it is whole, whatever was removed of it before.
    package var isAsked = true
    /// Components that were asked for by name, beside those that everybody gets.
    package var components: [String] = []

    /// All of the newest release of a track.
    public init(product: ProductName, track: Track = .latest, variant: String? = nil) {
      self.product = product
      self.track = track
      self.variant = variant
    }
  }

  /// The product that the tree is named for: `cuda`, or an application's.
  public var product: ProductName
  /// Other products, each once.
  public var additions: [Addition] = []
  /// Which release.
  public var track: Track
  /// Whether somebody said the track, as opposed to that it is the default.
  package var hasTrack = true
  /// Whether the additions are for the current release, as it is: nobody said another.
  package var joinsCurrent = false
  /// Components by name, as typed: `nvcc` and `cuda_nvcc` are one.
  public var components: [String]
  /// A set of components, besides those named.
  public var profile: Profile?
  /// The set where neither components nor a profile are named, of CUDA.
  package var defaultProfile = Profile.devel
  /// What the artifacts must be for.
  public var platform: Platform
  /// The variant of products that have some, as typed: `cuda13`, `13`, `13.1`. For `cuda` itself the
  /// release decides where this is `nil`.
  public var variant: String?
  /// Whether the static archives that CMake and nvcc do not need are wanted. `nil`: as the release has it; if it is
  /// new, they are.
  public var hasStatic: Bool?
  /// Whether everything is fetched and unpacked again, whatever is there.
  public var reinstalls: Bool
  /// Whether a new tree is made even if the one there should hold everything; what it holds is used again
  /// where it is intact.
  package var rebuilds = false
  /// Components that are fetched and unpacked again: what is there of them is damaged.
  package var refetched: Set<ComponentName> = []
  /// Components that stay although nobody asked for them by name: of a release that another follows. One that the
  /// other does not have is left behind.
  package var kept: [ComponentName] = []
  /// What neither a profile nor another component's need selects: it was removed by name.
  package var without: [ComponentName] = []
  /// Whether the release becomes the one in use.
  public var makesCurrent: Bool
  /// The driver that must support the release: of those on the track the newest that it does is meant.
  public var driver: Version?

  /// A request; with neither `components` nor `profile` it is for `devel`.
  public init(
    product: ProductName = .cuda, track: Track = .latest, components: [String] = [],
    profile: Profile? = nil, platform: Platform, variant: String? = nil, hasStatic: Bool? = nil,
    reinstalls: Bool = false, makesCurrent: Bool = true
  ) {
    self.product = product
    self.track = track
    self.components = components
    self.profile = profile
    self.platform = platform
    self.variant = variant
    self.hasStatic = hasStatic
    self.reinstalls = reinstalls
    self.makesCurrent = makesCurrent
  }

  /// Whether static archives are wanted where `installed` is there: without a word, as it is. Two callers of which
  /// one says it must not undo each other's work for ever.
  package func wantsStatic(beside installed: Receipt?) -> Bool {
    hasStatic ?? installed?.hasStatic ?? true
  }

  /// The profile that counts, or `nil` if only the components named do.
  package var effectiveProfile: Profile? {
    components.isEmpty && kept.isEmpty
      ? profile ?? (product.isCUDA ? defaultProfile : .full) : profile
  }
}
