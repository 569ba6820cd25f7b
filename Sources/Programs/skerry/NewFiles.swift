// What certificates are put into.

import Foundation
import Primitives
import Runtime

/// Folders and files that commands make.
enum NewFiles {
  /// Certificates are valid from an hour ago: clocks differ.
  static var validFrom: WallTime { WallTime(seconds: SystemClock.wall.seconds - 3_600) }

  static func makeFolder(_ path: String) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        .refused, "skerry: the folder \(path) can't be made: \(error.localizedDescription)")
    }
  }

  /// Puts `content` into the file at `path`, which everybody may read.
  static func writeForAll(_ content: [UInt8], to path: String) throws(CommandFailure) {
    try TextFile.write(content, to: path)
    do {
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    } catch {
      throw CommandFailure(
        .refused, "skerry: \(path) can't be made readable: \(error.localizedDescription)")
    }
  }
}
