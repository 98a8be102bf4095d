import CUDACatalog
import CUDAInstall
import CUDAPlanning

/// `install --dry-run --json`, and the event `plan`.
struct PlanJSON: Encodable {
  struct Item: Encodable {
    var component: String
    var version: String
    var action: String
    var bytes: Int64
    /// Of which of `products` it is a part.
    var product: String?
  }

  struct Product: Encodable {
    var product: String
    var version: String
  }

  var type = "plan"
  var v = 1
  var product: String
  var release: String
  /// Others in the tree.
  var products: [Product]
  var changes: Bool
  var fetch_bytes: Int64
  var reused_bytes: Int64
  var disk_bytes: Int64
  var free_bytes: Int64?
  var makes_current: Bool
  var items: [Item]
  /// Of `--dry-run`; a run says so in messages.
  var notes: [String]?

  init(_ summary: PlanSummary) {
    let plan = summary.plan
    product = plan.product.text
    release = plan.release.text
    products = (plan.tree?.additions ?? []).map {
      Product(product: $0.product.text, version: $0.release.text)
    }
    changes = !plan.changesNothing
    fetch_bytes = summary.fetchByteCount
    reused_bytes = plan.reusedByteCount
    disk_bytes = summary.unpacks ? plan.addedDiskByteCount : summary.fetchByteCount
    free_bytes = summary.freeByteCount
    makes_current = plan.makesCurrent && summary.unpacks
    notes = summary.notes.isEmpty ? nil : summary.notes.map { cleaned($0, limit: .max) }
    items = (plan.tree?.items ?? []).map {
      Item(
        component: $0.component.name.text, version: $0.component.version.text,
        action: $0.source == .fetch ? "fetch" : "reuse", bytes: $0.build.artifact.byteCount,
        product: $0.product?.text)
    }
  }
}
