// One file of the repository as the rules see it: its lines, and its lines of code alone.

import Foundation

/// A text file with its path from the repository's root.
struct SourceFile {
  let path: String
  /// The file as it stands, line by line; line N is at index N - 1.
  let lines: [Substring]
  /// For Swift: the same lines with comments and string contents blanked.
  let code: [Substring]

  init(path: String, text: String) {
    self.path = path
    lines = SourceFile.split(text)
    code = path.hasSuffix(".swift") ? SourceFile.split(CodeMask.code(of: text)) : lines
  }

  private static func split(_ text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isMarkdown: Bool { path.hasSuffix(".md") }
  var isSource: Bool { path.hasPrefix("Sources/") }
  var isTest: Bool { path.hasPrefix("Tests/") }
  var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

  /// The file's name without folder and extension.
  var stem: String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }

  /// `Layer` and `Target` of `Sources/Layer/Target/...`.
  var layer: String { component(1) }
  var target: String { component(2) }

  private func component(_ index: Int) -> String {
    let parts = path.split(separator: "/")
    return isSource && parts.count > index ? String(parts[index]) : ""
  }

  /// Long tables may be long files: they say so in their first line.
  var isTable: Bool { lines.first?.contains("table") ?? false }

  /// Whether the declaration on `index` has a comment directly above it (attributes may stand
  /// between) or, unless `documentation` is asked for, behind it. Between a doc comment and its
  /// declaration may stand an ordinary one, such as the reason of an `@unchecked Sendable`.
  func hasComment(at index: Int, documentation: Bool = false) -> Bool {
    if !documentation, lines[index].contains("// ") { return true }
    var above = index - 1
    while above >= 0 {
      let line = lines[above].drop { $0 == " " }
      if line.hasPrefix("///") { return line.count > 4 }
      let isOrdinary = line.hasPrefix("//")
      if isOrdinary && !documentation { return true }
      guard
        isOrdinary || line.hasPrefix("@") || line.hasPrefix("#if") || line.hasPrefix("#else")
      else { return false }
      above -= 1
    }
    return false
  }

  /// Every line of code that matches, as (index, the match's groups).
  func matches(_ pattern: String) throws -> [(index: Int, groups: [String])] {
    let expression = try NSRegularExpression(pattern: pattern)
    return code.indices.flatMap { index -> [(index: Int, groups: [String])] in
      let line = String(code[index])
      let whole = NSRange(line.startIndex..., in: line)
      return expression.matches(in: line, range: whole).map { match in
        let groups = (0..<match.numberOfRanges).map { number in
          Range(match.range(at: number), in: line).map { String(line[$0]) } ?? ""
        }
        return (index, groups)
      }
    }
  }
}
