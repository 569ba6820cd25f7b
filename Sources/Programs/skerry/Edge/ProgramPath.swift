// Where this program lies.

import Foundation

/// The file of this program, by the name under which it was started: after an upgrade of the package
/// the new program lies there.
enum ProgramPath {
  static let executable: String = {
    let name = CommandLine.arguments.first ?? "skerry"
    if name.contains("/") {
      return name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
    }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = folders.map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    return found ?? "/proc/self/exe"
  }()
}
