// Files that lie beside the repository.

import Foundation

/// A file of the folder `shared` beside the repository; nil with a printed reason if absent.
func sharedFile(_ path: String) -> Foundation.Data? {
  let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  for up in ["../shared", "../../shared"] {
    let url = repository.appendingPathComponent(up).appendingPathComponent(path)
    if let content = FileManager.default.contents(atPath: url.path) { return content }
  }
  print("skipped: there is no shared/\(path) beside the repository")
  return nil
}
