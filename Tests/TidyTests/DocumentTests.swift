// The house rules on documents: links lead somewhere, the changelog is kept, scripts are careful.

import Foundation
import Testing

@Suite("House rules: documents") struct DocumentTests {
  let tree: SourceTree

  init() throws { tree = try SourceTree.shared.get() }

  @Test("every link in a page leads somewhere") func links() throws {
    report(
      try tree.pages.flatMap { page in
        try page.matches(#"\]\(([^)\s]+)[^)]*\)|(?:src|href)="([^"]+)""#).compactMap { match in
          let link = match.groups[1].isEmpty ? match.groups[2] : match.groups[1]
          return broken(link, in: page).map { Finding(page.path, match.index + 1, $0) }
        }
      })
  }

  @Test("the changelog has an Unreleased part with at least one line") func changelog() throws {
    let page = try #require(tree.pages.first { $0.path == "CHANGELOG.md" })
    let start = page.lines.firstIndex { $0.hasPrefix("## Unreleased") }
    let index = try #require(start, "CHANGELOG.md has no heading '## Unreleased'")
    let part = page.lines[(index + 1)...].prefix { !$0.hasPrefix("## ") }
    #expect(part.contains { $0.hasPrefix("- ") }, "CHANGELOG.md: list what this version changes")
  }

  @Test("every script says what it is for and stops at the first failure") func scripts() {
    report(
      tree.files.filter { $0.lines.first?.hasPrefix("#!/usr/bin/env bash") ?? false }.flatMap {
        file in
        var findings: [Finding] = []
        if file.lines.count < 2 || !file.lines[1].hasPrefix("# ") {
          findings.append(Finding(file.path, 2, "say in line 2 what the script is for"))
        }
        if !file.lines.contains("set -euo pipefail") {
          findings.append(Finding(file.path, 3, "needs 'set -euo pipefail'"))
        }
        return findings
      })
  }

  /// What is wrong with a link, or nil. Addresses of other hosts are not asked.
  private func broken(_ link: String, in page: SourceFile) -> String? {
    if link.contains("://") || link.hasPrefix("mailto:") { return nil }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let folder = page.path.split(separator: "/").dropLast()
    var target = page.path
    if !parts[0].isEmpty {
      let joined = folder.map(String.init) + [String(parts[0])]
      target = URL(filePath: "/" + joined.joined(separator: "/")).standardized.path
      target.removeFirst()
      guard FileManager.default.fileExists(atPath: SourceTree.root.appending(path: target).path)
      else { return "the link \(link) leads nowhere: there is no \(target)" }
    }
    guard parts.count == 2, let other = tree.pages.first(where: { $0.path == target }) else {
      return nil
    }
    let found = other.lines.contains { $0.hasPrefix("#") && anchor($0) == parts[1] }
    return found ? nil : "the link \(link) leads to no heading of \(target)"
  }

  /// The anchor that a heading gets: lower case, words joined by hyphens, other signs left out.
  private func anchor(_ heading: Substring) -> String {
    let text = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
    return String(
      text.compactMap { sign -> Character? in
        if sign == " " { return "-" }
        return sign.isLetter || sign.isNumber || sign == "-" || sign == "_" ? sign : nil
      })
  }
}
