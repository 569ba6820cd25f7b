// What lies where in an edge's directory.

/// The files and folders of an edge's directory. The edge and the commands agree here.
enum EdgePaths {
  static func controlSocket(in directory: String) -> String { "\(directory)/control.sock" }

  static func token(in directory: String) -> String { "\(directory)/control.token" }

  /// The store of zones.
  static func store(in directory: String) -> String { "\(directory)/zones" }

  /// The cache on disk.
  static func cache(in directory: String) -> String { "\(directory)/cache" }

  /// The directory that holds `path`.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
