import ArgumentParser
import CUDAFiles

/// Help as it is printed: the parser's, but for the list of commands, which a terminal of 24 lines shows at once.
enum HelpText {
  /// To be called before the parser is asked anything: on less than some 30 columns it stops as at a bug.
  static func prepareScreen() {
    let least = 40
    let columns = environment("COLUMNS").map { Int($0) ?? 80 } ?? Stream.output.columns
    if columns < least { Stream.pretendColumns(columns == 0 ? 80 : least) }
  }

  static func shown(_ text: String) -> String {
    guard text != CudaInstall.helpMessage() else { return root }
    // Behind the options of a command the parser leaves a line empty.
    return text.trimmingSuffix { $0.isNewline } + "\n"
  }

  /// What `cuda-install` alone prints.
  static var root: String {
    let columns = Stream.output.columns
    let isNarrow = Stream.output.isTerminal && (1..<80).contains(columns)
    let groups = CudaInstall.configuration.groupedSubcommands
    let rows = groups.flatMap { group in
      group.subcommands.enumerated().map { index, command in
        [
          index == 0 ? group.name : "", command.names.joined(separator: ", "),
        ] + (isNarrow ? [] : [command.configuration.abstract])
      }
    }
    return """
      OVERVIEW: \(CudaInstall.configuration.abstract)

      USAGE: cuda-install <command> [<options>]

      \(Columns.aligned(rows).joined(separator: "\n"))

        --version    Show the version.
        -h, --help   Show help, of a command as well.

      'cuda-install help COMMAND' has its options, 'man cuda-install' all there is.

      """
  }
}

extension String {
  fileprivate func trimmingSuffix(while isIncluded: (Character) -> Bool) -> Substring {
    guard let last = lastIndex(where: { !isIncluded($0) }) else { return "" }
    return self[...last]
  }
}
