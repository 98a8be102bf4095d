import CUDACatalog
import CUDAFiles
import CUDAStore

extension Recovery {
  /// One line about what an interrupted run left; `nil` if there was none.
  var text: String? {
    guard isNeeded else { return nil }
    var text = "an earlier run did not finish"
    if let interrupted {
      let started = Timestamp(rfc3339: interrupted.started).map { ", since \($0.local)" } ?? ""
      text =
        "the run of pid \(interrupted.pid) (\(cleaned(interrupted.command))\(started)) did not finish"
    }
    if isHalf {
      text += "; only a part of its work is visible, for want of space"
    } else {
      text += isVisible ? "; its work is visible" : "; nothing of it is visible"
    }
    if clearedCount > 0 {
      text +=
        ", \(clearedCount) half made \(clearedCount == 1 ? "tree is" : "trees are") cleared away"
    }
    if leftCount > 0 {
      text += ", \(leftCount) \(leftCount == 1 ? "leftover" : "leftovers") cannot be deleted"
    }
    if keptByteCount > 0 { text += ", \(Size(keptByteCount)) of downloads are kept" }
    return text
  }
}
