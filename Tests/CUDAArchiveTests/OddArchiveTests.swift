import CUDAArchive
import TestSupport
import Testing

@Test(arguments: OddArchive.all)
func `I11: an archive such as nobody makes is refused with its reason, or becomes what it says`(
  odd: OddArchive
) throws {
  var unpack = Unpack(archive: odd.bytes())
  unpack.format = try #require(ArchiveFormat(fileName: odd.suffix))
  unpack.hasTop = false
  unpack.destination = {
    $0.names[0].hasPrefix("receipt.") || $0.names[0].hasPrefix(".cuda-install")
      ? .refused("the name is one of cuda-install's own") : .tree($0)
  }
  let error = unpack.error
  #expect(namesBelow(unpack.scratch.path).allSatisfy { !$0.hasPrefix("ESCAPED") })
  guard let reason = odd.refusal else {
    #expect(error == nil)
    for (path, content) in odd.files {
      let found =
        linkTarget("\(unpack.root)/\(path)").map { "-> \($0)" } ?? unpack.text(path)
      #expect(found == content, "\(path)")
    }
    return
  }
  #expect(
    error?.message.contains(reason) ?? false || error != nil && reason.isEmpty,
    "\(String(describing: error?.message))")
}
