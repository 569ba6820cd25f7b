// The repository's files, read once for all rules.

import Foundation

/// Every text file below the repository's root that a person wrote.
struct SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The tree on disk, or why it can't be read.
  static let shared = Result { try SourceTree() }

  let files: [SourceFile]

  private static let skippedFolders: Set<String> = [".git", "run", "Corpus", "corpus"]
  private static let kinds: Set<String> = ["swift", "md", "c", "h", "sh", "test", "py", "yaml", ""]

  private init() throws {
    var files: [SourceFile] = []
    try SourceTree.walk(SourceTree.root, from: "") { path, url in
      guard SourceTree.kinds.contains(url.pathExtension) else { return }
      // What is not text (a binary without extension) is nobody's source.
      guard let text = String(data: try Data(contentsOf: url), encoding: .utf8) else { return }
      files.append(SourceFile(path: path, text: text))
    }
    self.files = files.sorted { $0.path < $1.path }
  }

  var swift: [SourceFile] { files.filter { $0.isSwift && ($0.isSource || $0.isTest) } }
  var sources: [SourceFile] { swift.filter(\.isSource) }
  var tests: [SourceFile] { swift.filter(\.isTest) }
  var pages: [SourceFile] { files.filter(\.isMarkdown) }

  private static func walk(
    _ folder: URL, from prefix: String, visit: (String, URL) throws -> Void
  ) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      let url = folder.appending(path: name), path = prefix + name
      let kind = try url.resourceValues(forKeys: [.isDirectoryKey, .isRegularFileKey])
      if kind.isDirectory ?? false {
        if !skippedFolders.contains(name), !name.hasPrefix(".build") {
          try walk(url, from: path + "/", visit: visit)
        }
      } else if kind.isRegularFile ?? false {
        try visit(path, url)
      }
    }
  }
}
