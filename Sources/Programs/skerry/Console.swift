// Standard output and standard error.

import Foundation

/// Where commands write.
enum Console {
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  static func line(_ text: String) { write(text + "\n") }

  /// Writes to standard error.
  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func exit(_ status: ExitStatus) -> Never { Foundation.exit(status.rawValue) }

  /// The value of an environment variable; nil if it is missing or empty.
  static func environment(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
  }
}
