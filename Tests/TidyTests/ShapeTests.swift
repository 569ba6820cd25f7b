// The house rules on the shape of files: length, purpose, one type each, names.

import Testing

@Suite("House rules: shape") struct ShapeTests {
  let tree: SourceTree

  init() throws { tree = try SourceTree.shared.get() }

  @Test("a file has at most 500 lines") func fileLength() {
    report(
      tree.files.filter { ($0.isSwift || $0.isC) && $0.lines.count > 500 && !$0.isTable }.map {
        Finding(
          $0.path, "has \($0.lines.count) lines, 500 at most: move an aspect into Type+Aspect.swift"
        )
      })
  }

  @Test("a function has at most 70 lines") func functionLength() throws {
    report(
      try (tree.sources + tree.tests).filter { !$0.isTable }.flatMap { file in
        try file.functions().filter { $0.lines > 70 }.map {
          Finding(
            file.path, $0.line,
            "\($0.name) has \($0.lines) lines, 70 at most (40 is the aim): move leaves out")
        }
      })
  }

  @Test("the first line of a file says what it is for") func purpose() {
    report(
      tree.files.filter { $0.isSwift || $0.isC }.filter { file in
        guard file.path != "Package.swift", let first = file.lines.first else { return false }
        return !first.hasPrefix("// ") && !first.hasPrefix("/* ")
      }.map { Finding($0.path, 1, "begins without a comment that says what the file is for") })
  }

  @Test("a file holds one type and is named for it") func oneType() throws {
    report(
      try tree.sources.filter { !$0.isTable && $0.stem != "main" }.flatMap { file -> [Finding] in
        let types = try file.matches(topLevelType).filter { !$0.groups[0].contains("private") }
        let expected = file.stem.split(separator: "+").first.map(String.init) ?? ""
        if expected == "Limits", types.count == 1, types[0].groups[2].hasSuffix("Limits") {
          return []
        }
        return types.filter {
          $0.groups[2] != expected || types.count > 1 && $0.index != types[0].index
        }
        .map {
          Finding(
            file.path, $0.index + 1,
            "\($0.groups[2]) belongs into a file of its own, \($0.groups[2]).swift")
        }
      })
  }

  @Test("no type is named Manager, Helper, Util, Info or Data") func names() throws {
    report(
      try tree.sources.flatMap { file in
        try file.matches(anyType).filter { match in
          bannedSuffixes.contains { match.groups[2].hasSuffix($0) }
        }.map {
          Finding(file.path, $0.index + 1, "\($0.groups[2]) says nothing: name it for what it does")
        }
      })
  }

  @Test("every target has a page of at most 60 lines") func pages() {
    let pages = Dictionary(uniqueKeysWithValues: tree.pages.map { ($0.path, $0) })
    let targets = Dictionary(grouping: tree.sources) { "Sources/\($0.layer)/\($0.target)" }
    report(
      targets.compactMap { folder, files in
        let path = "\(folder)/\(files[0].target).md"
        guard let page = pages[path] else {
          return Finding(path, "is missing: purpose, in -> out, invariants, limits, where to look")
        }
        if page.lines.count > 60 {
          return Finding(
            path, "has \(page.lines.count) lines, 60 at most: keep what a stranger needs")
        }
        let written = files.reduce(0) { $0 + $1.lines.count }
        guard written > 40, page.lines.count < 5 else { return nil }
        return Finding(path, "is only a title: say purpose, in -> out, invariants, limits")
      })
  }

  @Test("every limit says its unit, its reason and what happens at it") func limits() throws {
    report(
      try tree.sources.filter { $0.stem.hasSuffix("Limits") }.flatMap { file in
        try file.matches(#"^\s*(package |public |private )?(static )?(let|var) (\w+)"#).filter {
          !file.hasComment(at: $0.index, documentation: true)
        }.map {
          Finding(
            file.path, $0.index + 1,
            "\($0.groups[4]) needs a doc comment: unit, reason, what happens at the limit")
        }
      })
  }

  @Test("tests are named by sentences") func testNames() throws {
    report(
      try tree.tests.flatMap { file in
        try file.matches(#"@Test\b"#).filter { match in
          // A name in the attribute, or a function whose name is in backticks.
          let rest = file.lines[match.index...].prefix(2).joined(separator: " ")
          let function = file.lines[match.index...].first { $0.contains("func ") } ?? ""
          return rest.firstMatch(of: /@Test\(\s*"/) == nil && !function.contains("func `")
        }.map {
          Finding(
            file.path, $0.index + 1, "name the test by a sentence: @Test(\"...\") or func `...`")
        }
      })
  }
}

private let bannedSuffixes = [
  "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Info", "Data",
]
private let attributes =
  #"((?:@\w+(?:\([^)]*\))? |package |public |open |internal |private |fileprivate "#
  + #"|final |indirect |nonisolated |distributed )*)"#
private let topLevelType = "^" + attributes + #"(?:struct|class|enum|actor|protocol) (\w+)"#
private let anyType = #"^\s*"# + attributes + #"(?:struct|class|enum|actor|protocol) (\w+)"#
