/// The name of a product as its publisher's paths write it: `cuda`, `cudnn`, `voicebox`.
public struct ProductName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was written.
  public let text: String

  /// The product that `text` names, or `nil`: 1 to 128 of `[A-Za-z0-9._+-]`, the first a letter. Hence it is one path
  /// segment, and no version.
  public init?(_ text: String) {
    guard Grammar.isName(text), let first = text.utf8.first, !Grammar.isDigit(first) else {
      return nil
    }
    self.text = text
  }

  private init(known text: String) { self.text = text }

  /// The CUDA toolkit itself.
  public static let cuda = Self(known: "cuda")

  /// Whether this is the CUDA toolkit itself, whose profiles, edges and drivers are known.
  package var isCUDA: Bool { self == .cuda }

  /// The name as people say it: `CUDA`, `cudnn`.
  public var title: String { isCUDA ? "CUDA" : text }

  /// The name as it was written.
  public var description: String { text }

  /// NVIDIA's products with a directory of manifests of their own, beside `cuda`.
  package static let published: Set = [
    "cublasmp", "cudnn", "cudss", "cuest", "cuquantum", "cusolvermp", "cusparselt", "cutensor",
    "cuvs",
    "nppplus", "nvcomp", "nvjpeg2000", "nvpl", "nvshmem", "nvtiff", "tensorrt",
  ]
}

extension ProductName: Comparable {
  /// The order of the names' bytes.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension ProductName: Codable {
  /// Reads one string.
  public init(from decoder: any Decoder) throws {
    self = try decoder.decodeText(as: Self.init, "a product's name")
  }

  /// Writes one string.
  public func encode(to encoder: any Encoder) throws { try encoder.encodeText(text) }
}
